//! Changing part of a record: JSON Merge Patch (RFC 7396) on what the caller sees, then read like a new record.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::problem::{Code, Problem};
use crate::state::State;

/// How the body of a record is read as the creation of such a record.
#[derive(Debug)]
pub struct Base {
    /// The id of the operation that creates one; the patched record must fit its schema.
    pub create: &'static str,
    /// Members that a creation does not have.
    pub derived: &'static [&'static str],
    /// Members, at any depth, that a body shows as an object or objects and a creation names by id.
    pub by_id: &'static [&'static str],
}

/// Applies a patch to the present body and reads the result as the creation of such a record, all faults at once.
///
/// # Errors
/// [`Code::Invalid`] with every fault of the patched record.
pub fn apply<T: DeserializeOwned>(
    state: &State,
    base: &Base,
    present: &impl Serialize,
    patch: &Value,
) -> Result<T, Problem> {
    let mut body = base.creation(present)?;
    merge(&mut body, patch);
    read(state, base, body)
}

/// Reads what could be the creation of a record, all faults at once.
///
/// # Errors
/// [`Code::Invalid`] with every fault.
pub fn read<T: DeserializeOwned>(state: &State, base: &Base, body: Value) -> Result<T, Problem> {
    let schema = state
        .contract
        .body(base.create)
        .ok_or_else(|| Problem::internal(format!("no operation {}", base.create)))?;
    let breaches = schema.check(&body);
    if !breaches.is_empty() {
        return Err(Problem::new(Code::Invalid).with_breaches(breaches));
    }
    serde_json::from_value(body).map_err(Problem::internal)
}

impl Base {
    /// The creation that would make a record with this body.
    ///
    /// # Errors
    /// [`Code::Internal`] if the body cannot be written; a defect.
    pub fn creation(&self, body: &impl Serialize) -> Result<Value, Problem> {
        let mut body = serde_json::to_value(body).map_err(Problem::internal)?;
        self.strip(&mut body);
        Ok(body)
    }

    fn strip(&self, body: &mut Value) {
        if let Some(members) = body.as_object_mut() {
            members.retain(|name, _| !self.derived.contains(&name.as_str()));
        }
        self.name_by_id(body);
    }

    fn name_by_id(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.name_by_id(item)),
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    if self.by_id.contains(&name.as_str()) {
                        to_id(member);
                    } else {
                        self.name_by_id(member);
                    }
                }
            }
            _ => {}
        }
    }
}

/// `{"id": "…", …}` becomes `"…"`, in a list each by itself.
fn to_id(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(to_id),
        Value::Object(members) => {
            if let Some(id) = members.remove("id") {
                *value = id;
            }
        }
        _ => {}
    }
}

/// RFC 7396, section 2.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(members) = target.as_object_mut() else { return };
    for (name, change) in changes {
        if change.is_null() {
            members.shift_remove(name);
        } else {
            merge(members.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_is_read_as_a_creation() {
        let base = Base {
            create: "",
            derived: &["id"],
            by_id: &["skill", "skills"],
        };
        let skill = json!({"id": "s1", "uri": "urn:s1"});
        let mut body = json!({"id": "o1", "skills": [skill], "needs": [{"skill": skill, "min_level": 3}]});
        base.strip(&mut body);
        let creation = json!({"skills": ["s1"], "needs": [{"skill": "s1", "min_level": 3}]});
        assert_eq!(body, creation);
    }

    #[test]
    fn the_examples_of_the_standard_hold() {
        // RFC 7396, appendix A.
        for (target, patch, result) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let mut merged = target;
            merge(&mut merged, &patch);
            assert_eq!(merged, result);
        }
    }
}
