//! The rules that keep generated clients clean. Each function names every place that breaks its rule.

use std::collections::HashMap;

use serde_json::Value;

/// A rule: its name, and what finds the places that break it.
type Rule = (&'static str, fn(&Value) -> Vec<String>);

/// Every place that breaks any rule, as `rule: place`.
pub fn all(document: &Value) -> Vec<String> {
    let rules: [Rule; 11] = [
        ("operation ids are unique and verb_noun", operation_ids),
        ("exactly one tag", one_tag),
        ("a summary", summaries),
        ("x-authz names roles", authz),
        ("every error is a problem document", errors_are_problems),
        ("success bodies are named schemas", named_bodies),
        ("objects are named, closed in requests, with an example", named_objects),
        ("no null but in patches", no_null),
        ("no discriminator, readOnly, writeOnly, anyOf, allOf", no_hard_keywords),
        ("integers within 2^53", safe_integers),
        ("flat query parameters", flat_parameters),
    ];
    let broken = |(rule, find): Rule| {
        find(document)
            .into_iter()
            .map(move |place| format!("{rule}: {place}"))
            .collect::<Vec<_>>()
    };
    rules.into_iter().flat_map(broken).collect()
}

/// Path, method and operation of every operation.
pub fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let each = paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    });
    each.collect()
}

fn breaking(document: &Value, breaks: impl Fn(&Value) -> bool) -> Vec<String> {
    let found = operations(document)
        .into_iter()
        .filter(|(_, _, operation)| breaks(operation));
    found.map(|(path, method, _)| format!("{method} {path}")).collect()
}

fn operation_ids(document: &Value) -> Vec<String> {
    let mut count: HashMap<&str, usize> = HashMap::new();
    for (_, _, operation) in operations(document) {
        *count
            .entry(operation["operationId"].as_str().unwrap_or_default())
            .or_default() += 1;
    }
    let plain = |id: &str| {
        !id.is_empty()
            && id
                .chars()
                .all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
    };
    count
        .into_iter()
        .filter(|(id, times)| *times != 1 || !plain(id))
        .map(|(id, _)| id.to_owned())
        .collect()
}

fn one_tag(document: &Value) -> Vec<String> {
    let known: Vec<&Value> = document["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|tag| &tag["name"])
        .collect();
    breaking(document, |operation| {
        let tags = operation["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
        tags.len() != 1 || !tags.iter().all(|tag| known.contains(&tag))
    })
}

fn summaries(document: &Value) -> Vec<String> {
    breaking(document, |operation| {
        operation["summary"]
            .as_str()
            .is_none_or(|text| text.len() < 3 || text.ends_with('.'))
    })
}

fn authz(document: &Value) -> Vec<String> {
    breaking(document, |operation| {
        operation["x-authz"]["roles"].as_array().is_none_or(Vec::is_empty)
    })
}

fn responses(operation: &Value) -> impl Iterator<Item = (&str, &Value)> {
    operation["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(status, response)| (status.as_str(), response))
}

fn errors_are_problems(document: &Value) -> Vec<String> {
    breaking(document, |operation| {
        responses(operation)
            .filter(|(status, _)| status.starts_with(['4', '5']))
            .any(|(_, response)| {
                let target = response["$ref"].as_str().unwrap_or_default().trim_start_matches('#');
                let shared = document.pointer(target).unwrap_or(response);
                shared.pointer("/content/application~1problem+json/schema/$ref")
                    != Some(&Value::from("#/components/schemas/Problem"))
            })
    })
}

fn named_bodies(document: &Value) -> Vec<String> {
    let named = |content: &Value| {
        let schemas = content.as_object().into_iter().flatten();
        schemas
            .filter(|(media, _)| media.ends_with("json") && !media.ends_with("ndjson"))
            .all(|(_, one)| {
                // The document describes everything but itself.
                one["schema"].get("$ref").is_some() || one["schema"].as_object().is_some_and(serde_json::Map::is_empty)
            })
    };
    breaking(document, |operation| {
        let success = responses(operation).filter(|(status, _)| status.starts_with('2'));
        let mut success = success.map(|(_, response)| &response["content"]);
        !success.all(named) || !named(&operation["requestBody"]["content"])
    })
}

fn schemas(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    document["components"]["schemas"].as_object().into_iter().flatten()
}

fn named_objects(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (name, schema) in schemas(document) {
        if schema["type"] == "object" && schema.get("example").is_none() && schema.get("examples").is_none() {
            found.push(format!("{name} has no example"));
        }
        let request = ["Create", "Patch", "Request"]
            .iter()
            .any(|ending| name.ends_with(ending));
        if request && schema["additionalProperties"] != false {
            found.push(format!("{name} is open"));
        }
        walk(schema, "", &mut |place, inner| {
            let nested = !place.is_empty() && inner["type"] == "object" && inner.get("properties").is_some();
            if nested && !place.contains("/example") {
                found.push(format!("{name}{place} is not named"));
            }
        });
    }
    found
}

fn no_null(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (name, schema) in schemas(document).filter(|(name, _)| !name.ends_with("Patch")) {
        walk(schema, "", &mut |place, inner| {
            let null = inner["type"] == "null"
                || inner["type"]
                    .as_array()
                    .is_some_and(|types| types.contains(&"null".into()));
            if null {
                found.push(format!("{name}{place}"));
            }
        });
    }
    found
}

fn no_hard_keywords(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (name, schema) in schemas(document) {
        walk(schema, "", &mut |place, inner| {
            for keyword in ["discriminator", "readOnly", "writeOnly", "anyOf", "allOf"] {
                if inner.get(keyword).is_some() {
                    found.push(format!("{name}{place} uses {keyword}"));
                }
            }
        });
    }
    found
}

fn safe_integers(document: &Value) -> Vec<String> {
    const LARGEST: i64 = 9_007_199_254_740_992;
    let mut found = Vec::new();
    for (name, schema) in schemas(document) {
        walk(schema, "", &mut |place, inner| {
            let wide = inner["format"] == "int64" || inner["format"] == "uint64";
            if inner["type"] == "integer" && wide && inner["maximum"].as_i64().is_none_or(|maximum| maximum > LARGEST) {
                found.push(format!("{name}{place}"));
            }
        });
    }
    found
}

fn flat_parameters(document: &Value) -> Vec<String> {
    breaking(document, |operation| {
        let query = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| one["in"] == "query");
        query
            .map(|one| &one["schema"])
            .any(|schema| schema["type"] == "object" || schema["items"]["type"] == "array")
    })
}

/// Visits a schema and everything in it that is an object, with its place.
fn walk(schema: &Value, place: &str, visit: &mut impl FnMut(&str, &Value)) {
    match schema {
        Value::Object(members) => {
            visit(place, schema);
            let inner = members
                .iter()
                .filter(|(name, _)| !["example", "examples", "enum"].contains(&name.as_str()));
            for (name, member) in inner {
                walk(member, &format!("{place}/{name}"), visit);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{place}/{index}"), visit);
            }
        }
        _ => {}
    }
}
