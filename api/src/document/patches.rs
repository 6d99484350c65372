//! Patches: derived from what makes a record.

use serde_json::{Map, Value, json};

use super::finish::without_null;

/// Members of a noun that are chosen when a record is made, and are no business of who changes it later.
const CHOSEN_ONCE: [(&str, &str); 1] = [("User", "password")];

/// A patch has the members of the creation, none of them required; null removes one (RFC 7396). Objects inside are patched in
/// the same way, lists are replaced.
pub(super) fn derive_patches(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else {
        return;
    };
    let names: Vec<String> = schemas
        .keys()
        .filter_map(|name| name.strip_suffix("Patch"))
        .map(str::to_owned)
        .collect();
    for noun in names {
        derive_patch(schemas, &noun, &format!("{noun}Create"));
    }
}

fn derive_patch(schemas: &mut Map<String, Value>, noun: &str, source: &str) {
    let Some(mut patch) = schemas.get(source).cloned() else {
        return;
    };
    without_null(&mut patch);
    let required = patch["required"].take();
    let required: Vec<&str> = required
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if let Some(properties) = patch["properties"].as_object_mut() {
        properties.retain(|name, _| !CHOSEN_ONCE.contains(&(noun, name.as_str())));
    }
    patch["description"] = json!("A JSON Merge Patch: members given replace, null removes, the rest stays.");
    let mut inner = Vec::new();
    for (name, property) in patch["properties"].as_object_mut().into_iter().flatten() {
        patch_objects_inside(schemas, property, &mut inner);
        if !required.contains(&name.as_str()) {
            nullable(property);
        }
    }
    let example = patch["example"].as_object_mut().map(std::mem::take).unwrap_or_default();
    patch["example"] = Value::Object(example.into_iter().filter(|(name, _)| name != "kind").take(2).collect());
    if let Some(members) = patch.as_object_mut() {
        members.shift_remove("required");
    }
    schemas.insert(format!("{noun}Patch"), patch);
    for name in inner {
        if !schemas.contains_key(&format!("{name}Patch")) {
            derive_patch(schemas, &name, &name);
        }
    }
}

/// Points a reference to an object at the patch of that object.
fn patch_objects_inside(schemas: &Map<String, Value>, property: &mut Value, inner: &mut Vec<String>) {
    let Some(name) = property
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|target| target.rsplit('/').next())
    else {
        return;
    };
    if schemas
        .get(name)
        .is_some_and(|target| target.get("properties").is_some())
    {
        inner.push(name.to_owned());
        property["$ref"] = json!(format!("#/components/schemas/{name}Patch"));
    }
}

fn nullable(property: &mut Value) {
    if let Some(single) = property["type"].as_str() {
        property["type"] = json!([single, "null"]);
        if let Some(values) = property.get_mut("enum").and_then(Value::as_array_mut) {
            values.push(Value::Null);
        }
    } else if let Some(target) = property.get("$ref").cloned() {
        let description = property.get("description").cloned();
        *property = json!({"oneOf": [{"$ref": target}, {"type": "null"}]});
        if let Some(description) = description {
            property["description"] = description;
        }
    }
}
