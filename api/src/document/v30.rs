//! The same document as OpenAPI 3.0.3, for generators that accept nothing newer.

use serde_json::{Value, json};

/// Rewrites what 3.0 says differently: null as `nullable`, examples as one example, no licence identifier, no summary.
pub fn downgrade(document: &Value) -> Value {
    let mut old = document.clone();
    old["openapi"] = json!("3.0.3");
    if let Some(info) = old["info"].as_object_mut() {
        info.shift_remove("summary");
        info["license"] = json!({"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"});
    }
    rewrite(&mut old);
    old
}

fn rewrite(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(rewrite),
        Value::Object(object) => {
            if let Some(Value::Array(types)) = object.get("type").cloned()
                && types.iter().all(Value::is_string)
            {
                let rest: Vec<&Value> = types.iter().filter(|one| **one != "null").collect();
                if let [single] = rest.as_slice() {
                    object.insert("type".to_owned(), (*single).clone());
                    object.insert("nullable".to_owned(), json!(true));
                }
            }
            if let Some(Value::Array(choices)) = object.get("oneOf").cloned() {
                let rest: Vec<Value> = choices.iter().filter(|one| one["type"] != "null").cloned().collect();
                if rest.len() < choices.len() {
                    object.shift_remove("oneOf");
                    object.insert("allOf".to_owned(), Value::Array(rest));
                    object.insert("nullable".to_owned(), json!(true));
                }
            }
            // In a schema `examples` is a list; elsewhere it is a map and stays.
            if let Some(Value::Array(examples)) = object.get("examples").cloned() {
                object.shift_remove("examples");
                if let Some(first) = examples.first() {
                    object.insert("example".to_owned(), first.clone());
                }
            }
            // 3.0 ignores what stands beside a reference.
            if object.contains_key("$ref") && object.len() > 1 {
                let target = object.shift_remove("$ref").unwrap_or_default();
                object.insert("allOf".to_owned(), json!([{"$ref": target}]));
            }
            object.values_mut().for_each(rewrite);
        }
        _ => {}
    }
}
