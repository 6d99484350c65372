//! The same document as OpenAPI 3.0.3, for generators that accept nothing newer.

use serde_json::{Map, Value, json};

/// Rewrites what 3.0 says differently: null as `nullable`, examples as one example, no licence identifier, no summary.
pub fn downgrade(document: &Value) -> Value {
    let mut old = document.clone();
    old["openapi"] = json!("3.0.3");
    if let Some(info) = old["info"].as_object_mut() {
        info.shift_remove("summary");
        info["license"] = json!({"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"});
    }
    let mut rewriting = Rewriting {
        document,
        nullable: Vec::new(),
    };
    rewriting.value(&mut old);
    for name in rewriting.nullable {
        old["components"]["schemas"][name.as_str()]["nullable"] = json!(true);
    }
    // What was copied to where it is used may be used nowhere else.
    super::unused::remove(&mut old);
    old
}

struct Rewriting<'a> {
    document: &'a Value,
    /// Components that may be null wherever they are used: the patches of objects inside patches.
    nullable: Vec<String>,
}

impl Rewriting<'_> {
    fn value(&mut self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(object) => {
                self.null_type(object);
                self.null_choice(object);
                modern_keywords(object);
                object.values_mut().for_each(|member| self.value(member));
            }
            _ => {}
        }
    }

    /// `["string", "null"]` becomes a nullable string.
    fn null_type(&self, object: &mut Map<String, Value>) {
        let Some(types) = object.get("type").and_then(Value::as_array) else {
            return;
        };
        let rest: Vec<Value> = types.iter().filter(|one| **one != "null").cloned().collect();
        if let [single] = rest.as_slice() {
            object.insert("type".to_owned(), single.clone());
            object.insert("nullable".to_owned(), json!(true));
        }
    }

    /// A choice of a reference and null. 3.0 has no null beside a reference, so the target itself becomes nullable: a patch where
    /// it is declared, a closed list as a copy in this place.
    fn null_choice(&mut self, object: &mut Map<String, Value>) {
        let Some(choices) = object.get("oneOf").and_then(Value::as_array) else {
            return;
        };
        let rest: Vec<&Value> = choices.iter().filter(|one| one["type"] != "null").collect();
        let [single] = rest.as_slice() else { return };
        let target = single["$ref"].as_str().unwrap_or_default().to_owned();
        if choices.len() != 2 || target.is_empty() {
            return;
        }
        object.shift_remove("oneOf");
        if let Some(name) = target.rsplit('/').next().filter(|name| name.ends_with("Patch")) {
            if !self.nullable.iter().any(|known| known == name) {
                self.nullable.push(name.to_owned());
            }
            object.insert("$ref".to_owned(), json!(target));
            return;
        }
        let copy = self
            .document
            .pointer(target.trim_start_matches('#'))
            .and_then(Value::as_object);
        for (name, member) in copy.into_iter().flatten() {
            object.entry(name.clone()).or_insert_with(|| member.clone());
        }
        object.insert("nullable".to_owned(), json!(true));
        if let Some(values) = object.get_mut("enum").and_then(Value::as_array_mut) {
            values.push(Value::Null);
        }
    }
}

fn modern_keywords(object: &mut Map<String, Value>) {
    // In a schema `examples` is a list; elsewhere it is a map and stays.
    if let Some(Value::Array(examples)) = object.get("examples").cloned() {
        object.shift_remove("examples");
        if let Some(first) = examples.first() {
            object.insert("example".to_owned(), first.clone());
        }
    }
    if object.get("propertyNames").is_some_and(Value::is_object) && object.contains_key("additionalProperties") {
        object.shift_remove("propertyNames");
    }
    if let Some(value) = object.shift_remove("const") {
        object.insert("enum".to_owned(), json!([value]));
    }
    // 3.0 ignores what stands beside a reference.
    if object.contains_key("$ref") && object.len() > 1 {
        let target = object.shift_remove("$ref").unwrap_or_default();
        object.insert("allOf".to_owned(), json!([{"$ref": target}]));
    }
}
