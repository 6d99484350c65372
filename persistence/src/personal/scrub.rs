//! Finding somebody in, and taking them out of, structures that are about something else: contacts of organisations, earlier states, applications.

use serde_json::{Map, Value};

/// Somebody as structures name them: by address or by id.
pub(super) struct Gone<'a> {
    pub(super) addresses: &'a [String],
    pub(super) ids: &'a [String],
}

impl Gone<'_> {
    /// Takes out, from every list, what is about somebody who is gone. What stands for itself keeps its shape with nobody in it.
    /// True if anything changed.
    pub(super) fn take_out(&self, value: &mut Value) -> bool {
        match value {
            Value::Array(items) => {
                let before = items.len();
                items.retain(|item| !self.is_about(item));
                let mut changed = items.len() != before;
                for item in items {
                    changed |= self.take_out(item);
                }
                changed
            }
            Value::Object(members) => {
                let mut changed = false;
                for member in members.values_mut() {
                    if self.is_about(member) {
                        match member {
                            Value::Object(person) => *person = nobody(person),
                            other => *other = Value::Null,
                        }
                        changed = true;
                    } else {
                        changed |= self.take_out(member);
                    }
                }
                changed
            }
            _ => false,
        }
    }

    /// What a structure says of somebody: each part with the way to it.
    pub(super) fn parts(&self, value: &Value) -> Map<String, Value> {
        let (mut parts, mut open) = (Map::new(), vec![(String::new(), value)]);
        while let Some((way, value)) = open.pop() {
            if self.is_about(value) {
                parts.insert(way, value.clone());
                continue;
            }
            match value {
                Value::Array(items) => {
                    open.extend(
                        items
                            .iter()
                            .enumerate()
                            .map(|(index, item)| (format!("{way}/{index}"), item)),
                    );
                }
                Value::Object(members) => {
                    open.extend(members.iter().map(|(name, value)| (format!("{way}/{name}"), value)))
                }
                _ => {}
            }
        }
        parts
    }

    /// True if a text has an address or an id, not as a part of a longer one.
    pub(super) fn is_quoted(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let begins = |before: &str| !before.ends_with(|one: char| one.is_alphanumeric() || "._-+".contains(one));
        let ends = |after: &str| {
            let after = after.strip_prefix('.').unwrap_or(after);
            !after.starts_with(|one: char| one.is_alphanumeric() || one == '-')
        };
        let stands = |word: &String| {
            text.match_indices(word.as_str()).any(|(at, _)| {
                let (before, rest) = text.split_at_checked(at).unwrap_or_default();
                begins(before) && rest.strip_prefix(word.as_str()).is_some_and(ends)
            })
        };
        self.addresses.iter().chain(self.ids).any(stands)
    }

    fn is_about(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.ids.contains(text),
            Value::Object(members) => {
                let email = members.get("email").and_then(Value::as_str);
                let address = email.map(str::to_lowercase);
                let id = ["person", "person_id", "user_id"]
                    .iter()
                    .find_map(|name| members.get(*name)?.as_str());
                address.is_some_and(|address| self.addresses.contains(&address))
                    || id.is_some_and(|id| self.ids.iter().any(|gone| gone == id))
            }
            _ => false,
        }
    }
}

/// A contact who is nobody: one that can still be read.
fn nobody(person: &Map<String, Value>) -> Map<String, Value> {
    let mut nobody = Map::new();
    if person.contains_key("name") {
        nobody.insert("name".to_owned(), "—".into());
    }
    if person.contains_key("email") {
        nobody.insert("email".to_owned(), "erased@example.invalid".into());
    }
    if let Some(language) = person.get("language") {
        nobody.insert("language".to_owned(), language.clone());
    }
    nobody
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn somebody_is_taken_out_of_lists_and_replaced_elsewhere() {
        let gone = Gone {
            addresses: &["ada@example.org".to_owned()],
            ids: &["7".to_owned()],
        };
        let mut value = json!({
            "contacts": [{"name": "Ada", "email": "Ada@example.org"}, {"name": "Bob", "email": "bob@example.org"}],
            "contact": {"name": "Ada", "email": "ada@example.org", "phone": "1", "language": "de"},
            "persons": ["7", "8"], "representatives": [{"name": "x", "person_id": "7"}], "by": "7", "name": "7a"
        });
        let mut told: Vec<String> = gone.parts(&value).keys().cloned().collect();
        told.sort();
        assert_eq!(
            told,
            ["/by", "/contact", "/contacts/0", "/persons/0", "/representatives/0"]
        );
        assert!(gone.take_out(&mut value));
        let left = json!({
            "contacts": [{"name": "Bob", "email": "bob@example.org"}],
            "contact": {"name": "—", "email": "erased@example.invalid", "language": "de"},
            "persons": ["8"], "representatives": [], "by": null, "name": "7a"
        });
        assert_eq!(value, left);
        assert!(!gone.take_out(&mut value));
    }

    #[test]
    fn an_address_is_not_the_end_of_another() {
        let gone = Gone {
            addresses: &["ada@example.org".to_owned()],
            ids: &[],
        };
        for text in [
            "ada@example.org",
            "Not an address: \"Ada@example.org\".",
            "an ada@example.org.",
        ] {
            assert!(gone.is_quoted(text), "{text}");
        }
        for text in [
            "maria.ada@example.org",
            "canada@example.org",
            "ada@example.org.invalid",
            "ada@example.orga",
            "",
        ] {
            assert!(!gone.is_quoted(text), "{text}");
        }
    }
}
