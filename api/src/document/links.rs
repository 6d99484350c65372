//! Links: which operations an answer with a record leads to, and what they take from it.

use serde_json::{Map, Value, json};

/// Writes them at every answer that shows a record whose id is part of other addresses: where it is made (`POST /v1/skills`), read
/// and changed (`/v1/skills/{skill_id}`). They lead to the operations at the record's own address and below it. A page
/// (`GET /v1/skills`) leads to the records on it, told by the first.
pub(super) fn all(document: &mut Value) {
    let Some(paths) = document["paths"].as_object().cloned() else {
        return;
    };
    let mut components = Map::new();
    for own in paths.keys() {
        let Some((list, id)) = split(own) else { continue };
        let all = targets(&paths, own, id, "/id");
        for (path, method, status) in [(list, "post", "201"), (own, "get", "200"), (own, "patch", "200")] {
            let at = format!("/paths/{}/{method}/responses/{status}", path.replace('/', "~1"));
            if id_of(document, answer(document, &at)).is_some() {
                let itself = paths.get(path).and_then(|item| item[method]["operationId"].as_str());
                let others = all.iter().filter(|(name, _)| Some(name.as_str()) != itself).cloned();
                write(document, &at, &mut components, "", others.collect());
            }
        }
        let at = format!("/paths/{}/get/responses/200", list.replace('/', "~1"));
        let items = answer(document, &at).map(|page| &page["properties"]["items"]["items"]);
        if let Some(place) = id_on_page(document, items, id) {
            let at_record = paths.iter().filter(|(path, _)| *path == own);
            let at_record: Map<String, Value> = at_record.map(|(path, item)| (path.clone(), item.clone())).collect();
            let first = targets(&at_record, own, id, &format!("/items/0{place}"));
            write(
                document,
                &at,
                &mut components,
                "_on_page",
                first.into_iter().take(1).collect(),
            );
        }
    }
    components.sort_keys();
    document["components"]["links"] = Value::Object(components);
}

/// Adds links to an answer, each under the name of its operation; where they are kept, the names have an ending.
fn write(
    document: &mut Value,
    at: &str,
    components: &mut Map<String, Value>,
    ending: &str,
    links: Vec<(String, Value)>,
) {
    let Some(answer) = document.pointer_mut(at).filter(|_| !links.is_empty()) else {
        return;
    };
    for (name, link) in links {
        let component = format!("{name}{ending}");
        answer["links"][name] = json!({"$ref": format!("#/components/links/{component}")});
        components.insert(component, link);
    }
}

/// The address of the list in which a record is, and the parameter that is its id; none if the path does not end in one.
fn split(own: &str) -> Option<(&str, &str)> {
    let (list, last) = own.rsplit_once('/')?;
    let id = last.strip_prefix('{')?.strip_suffix('}')?;
    id.ends_with("_id").then_some((list, id))
}

/// The schema of what an answer shows.
fn answer<'a>(document: &'a Value, at: &str) -> Option<&'a Value> {
    let answer = document.pointer(at)?;
    resolved(document, &answer["content"]["application/json"]["schema"])
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    match schema["$ref"].as_str() {
        Some(target) => document.pointer(target.trim_start_matches('#')),
        None => Some(schema),
    }
}

/// The id in a schema of a record, if it has one.
fn id_of<'a>(document: &'a Value, schema: Option<&'a Value>) -> Option<&'a Value> {
    let id = resolved(document, schema?)?["properties"].get("id")?;
    (id["type"] == "string").then_some(id)
}

/// Where an entry of a page has its id: in itself, or in the record that it tells of.
fn id_on_page(document: &Value, entry: Option<&Value>, id: &str) -> Option<String> {
    if id_of(document, entry).is_some() {
        return Some("/id".to_owned());
    }
    let noun = id.strip_suffix("_id")?;
    let inside = resolved(document, entry?)?["properties"].get(noun);
    id_of(document, inside).map(|_| format!("/{noun}/id"))
}

/// The operations that need no other ids than those that are known with the record, and the links to them.
fn targets(paths: &Map<String, Value>, own: &str, id: &str, place: &str) -> Vec<(String, Value)> {
    let parameters = own.matches('{').count();
    let mut found = Vec::new();
    for (path, item) in paths {
        let rest = path.strip_prefix(own);
        if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) || path.matches('{').count() != parameters
        {
            continue;
        }
        for operation in item.as_object().into_iter().flat_map(Map::values) {
            if let Some(name) = operation["operationId"].as_str() {
                found.push((name.to_owned(), link(name, operation, (id, place), path == own)));
            }
        }
    }
    found
}

/// The link to an operation. What is done to the record itself takes its state as the answer shows it for the condition.
fn link(name: &str, operation: &Value, (id, place): (&str, &str), at_record: bool) -> Value {
    let mut taken = Map::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let known = match (parameter["in"].as_str(), parameter["name"].as_str()) {
            (Some("path"), Some(one)) if one == id => Some((one, format!("$response.body#{place}"))),
            (Some("path"), Some(one)) => Some((one, format!("$request.path.{one}"))),
            (Some("header"), Some("If-Match")) if at_record && place == "/id" => {
                Some(("If-Match", "$response.header.ETag".to_owned()))
            }
            _ => None,
        };
        taken.extend(known.map(|(one, from)| (one.to_owned(), json!(from))));
    }
    let summary = operation["summary"].as_str().unwrap_or_default();
    json!({"operationId": name, "description": format!("{summary}. Takes from the answer which record it is about."), "parameters": taken})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_lead_to_what_their_record_is_needed_for() {
        let answer = |status: &str| json!({status: {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/X"}}}}});
        let to_x = json!({"$ref": "#/components/schemas/X"});
        let in_path = |name: &str| json!({"in": "path", "name": name});
        let mut document = json!({
            "paths": {
                "/v1/y/{y_id}/x": {
                    "post": {"operationId": "create_x", "responses": answer("201")},
                    "get": {"operationId": "list_x", "responses":
                        {"200": {"content": {"application/json": {"schema": {"properties": {"items": {"items": {"properties": {"x": to_x}}}}}}}}}}
                },
                "/v1/y/{y_id}/x/{x_id}": {
                    "get": {"operationId": "get_x", "responses": answer("200"), "parameters": [in_path("y_id"), in_path("x_id")]},
                    "delete": {"operationId": "delete_x", "responses": {},
                        "parameters": [in_path("y_id"), in_path("x_id"), {"in": "header", "name": "If-Match"}]}
                },
                "/v1/y/{y_id}/x/{x_id}/z/{z_id}": {"get": {"operationId": "get_z", "responses": {}}}
            },
            "components": {"schemas": {"X": {"properties": {"id": {"type": "string"}}}}}
        });
        all(&mut document);
        let made = &document["paths"]["/v1/y/{y_id}/x"]["post"]["responses"]["201"]["links"];
        assert_eq!(
            made.as_object().unwrap().keys().collect::<Vec<_>>(),
            ["get_x", "delete_x"]
        );
        let read = &document["paths"]["/v1/y/{y_id}/x/{x_id}"]["get"]["responses"]["200"]["links"];
        assert_eq!(read, &json!({"delete_x": {"$ref": "#/components/links/delete_x"}}));
        let listed = &document["paths"]["/v1/y/{y_id}/x"]["get"]["responses"]["200"]["links"];
        assert_eq!(listed, &json!({"get_x": {"$ref": "#/components/links/get_x_on_page"}}));
        let taken = json!({"y_id": "$request.path.y_id", "x_id": "$response.body#/items/0/x/id"});
        assert_eq!(document["components"]["links"]["get_x_on_page"]["parameters"], taken);
        let taken =
            json!({"y_id": "$request.path.y_id", "x_id": "$response.body#/id", "If-Match": "$response.header.ETag"});
        assert_eq!(document["components"]["links"]["delete_x"]["parameters"], taken);
    }
}
