//! Changing part of a record: JSON Merge Patch (RFC 7396) on what the caller sees, then read like a new record.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::problem::{Code, Problem};
use crate::state::State;

/// Applies a patch to the present body and reads the result as the creation of such a record, all faults at once.
///
/// `derived` are the members of the body that a creation does not have. `create` is the id of the operation whose schema the
/// result must fit.
///
/// # Errors
/// [`Code::Invalid`] with every fault of the patched record.
pub fn apply<T: DeserializeOwned>(
    state: &State,
    create: &str,
    present: &impl Serialize,
    derived: &[&str],
    patch: &Value,
) -> Result<T, Problem> {
    let mut body = serde_json::to_value(present).map_err(Problem::internal)?;
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| !derived.contains(&name.as_str()));
    }
    merge(&mut body, patch);
    let schema = state
        .contract
        .body(create)
        .ok_or_else(|| Problem::internal(format!("no operation {create}")))?;
    let breaches = schema.check(&body);
    if !breaches.is_empty() {
        return Err(Problem::new(Code::Invalid).with_breaches(breaches));
    }
    serde_json::from_value(body).map_err(Problem::internal)
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
