//! Components that nothing refers to say nothing to clients: they go.

use std::collections::HashSet;

use serde_json::Value;

/// Removes the schemas that no operation reaches, by whatever way.
pub fn remove(document: &mut Value) {
    let others = document["components"].as_object().into_iter().flatten();
    let others = others.filter(|(name, _)| *name != "schemas");
    let mut open: Vec<String> = others.flat_map(|(_, other)| references(other)).collect();
    open.extend(references(&document["paths"]));
    let mut reached: HashSet<String> = HashSet::new();
    while let Some(name) = open.pop() {
        if reached.insert(name.clone()) {
            open.extend(references(&document["components"]["schemas"][name.as_str()]));
        }
    }
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| reached.contains(name));
    }
}

/// The names of the schemas that a part of the document refers to.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str);
            let own = own.and_then(|target| target.strip_prefix("#/components/schemas/"));
            let own = own.map(str::to_owned).into_iter();
            own.chain(members.values().flat_map(references)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_reached_by_way_of_others_stays() {
        let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut document = json!({
            "paths": {"/a": {"get": {"x": [to("A")]}}},
            "components": {"responses": {"R": to("C")}, "schemas": {"A": {"items": to("B")}, "B": {}, "C": {}, "D": to("E"), "E": to("D")}}
        });
        remove(&mut document);
        let left: Vec<&String> = document["components"]["schemas"]
            .as_object()
            .expect("schemas")
            .keys()
            .collect();
        assert_eq!(left, ["A", "B", "C"]);
    }
}
