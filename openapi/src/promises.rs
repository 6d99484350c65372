//! What the contract promises its clients, one promise a line, so that a breaking change is a line that goes.
//!
//! Lines, in order: `operation METHOD PATH ID`; `takes PLACE: SHAPE`, what may be sent; `needs PLACE: NAMES`, what must be sent;
//! `answers METHOD PATH STATUS SHAPE`; `gives PLACE: SHAPE` and `always PLACE`, what comes back. Limits of lengths and numbers are
//! not told apart.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use crate::rules::operations;

/// Every promise of a document, sorted.
pub fn of(document: &Value) -> BTreeSet<String> {
    let mut promises = BTreeSet::new();
    let mut sent = Reach::default();
    let mut received = Reach::default();
    for (path, method, operation) in operations(document) {
        let place = format!("{method} {path}");
        promises.insert(format!(
            "operation {place} {}",
            operation["operationId"].as_str().unwrap_or_default()
        ));
        parameters(operation, &place, &mut promises, &mut sent);
        answers(operation, &place, &mut promises, &mut received);
    }
    for name in sent.all(document) {
        request_schema(&name, &document["components"]["schemas"][&name], &mut promises);
    }
    for name in received.all(document) {
        response_schema(&name, &document["components"]["schemas"][&name], &mut promises);
    }
    promises
}

/// The promises among `old` that `new` does not keep. Asking for less than before keeps a promise, asking for more breaks it.
pub fn broken<'old>(old: &'old BTreeSet<String>, new: &BTreeSet<String>) -> Vec<&'old str> {
    let kept = |promise: &&String| match needs(promise) {
        Some((place, before)) => {
            let now = new.iter().filter_map(|line| needs(line)).find(|(at, _)| *at == place);
            // A place that is gone is told by its other lines.
            now.is_none_or(|(_, now)| now.is_subset(&before))
        }
        None => new.contains(*promise),
    };
    old.iter()
        .filter(|promise| !kept(promise))
        .map(String::as_str)
        .collect()
}

fn needs(line: &str) -> Option<(&str, HashSet<&str>)> {
    let (place, names) = line.strip_prefix("needs ")?.split_once(':')?;
    Some((
        place,
        names
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect(),
    ))
}

fn parameters(operation: &Value, place: &str, promises: &mut BTreeSet<String>, sent: &mut Reach) {
    let mut required = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let schema = &parameter["schema"];
        sent.follow(schema);
        promises.insert(format!(
            "takes {place} {} {name}: {}",
            parameter["in"].as_str().unwrap_or_default(),
            shape(schema)
        ));
        if parameter["required"] == true {
            required.push(name);
        }
    }
    let body = &operation["requestBody"];
    for (media_type, content) in body["content"].as_object().into_iter().flatten() {
        sent.follow(&content["schema"]);
        promises.insert(format!(
            "takes {place} body {media_type}: {}",
            shape(&content["schema"])
        ));
    }
    if body["required"] == true {
        required.push("body");
    }
    promises.insert(format!("needs {place}: {}", required.join(", ")));
}

fn answers(operation: &Value, place: &str, promises: &mut BTreeSet<String>, received: &mut Reach) {
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let contents = response["content"].as_object();
        if contents.is_none_or(serde_json::Map::is_empty) {
            promises.insert(format!("answers {place} {status}"));
        }
        for (media_type, content) in contents.into_iter().flatten() {
            received.follow(&content["schema"]);
            promises.insert(format!(
                "answers {place} {status} {media_type} {}",
                shape(&content["schema"])
            ));
        }
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            promises.insert(format!(
                "answers {place} {status} header {name}: {}",
                shape(&header["schema"])
            ));
        }
    }
}

fn request_schema(name: &str, schema: &Value, promises: &mut BTreeSet<String>) {
    for value in schema["enum"].as_array().into_iter().flatten() {
        promises.insert(format!("takes {name}: {value}"));
    }
    for choice in schema["oneOf"].as_array().into_iter().flatten() {
        promises.insert(format!("takes {name}: {}", shape(choice)));
    }
    for (member, part) in schema["properties"].as_object().into_iter().flatten() {
        promises.insert(format!("takes {name}.{member}: {}", shape(part)));
    }
    if schema["properties"].is_object() {
        promises.insert(format!(
            "needs {name}: {}",
            required(schema).collect::<Vec<_>>().join(", ")
        ));
    }
}

fn response_schema(name: &str, schema: &Value, promises: &mut BTreeSet<String>) {
    for choice in schema["oneOf"].as_array().into_iter().flatten() {
        promises.insert(format!("gives {name}: {}", shape(choice)));
    }
    for (member, part) in schema["properties"].as_object().into_iter().flatten() {
        promises.insert(format!("gives {name}.{member}: {}", shape(part)));
    }
    for member in required(schema) {
        promises.insert(format!("always {name}.{member}"));
    }
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// `Name`, `[shape]`, `{shape}` for a map, or the plain type with its format; alternatives of types are joined by `|`.
fn shape(schema: &Value) -> String {
    if let Some(name) = reference(schema) {
        return name.to_owned();
    }
    if schema["items"].is_object() {
        return format!("[{}]", shape(&schema["items"]));
    }
    if schema["additionalProperties"].is_object() {
        return format!("{{{}}}", shape(&schema["additionalProperties"]));
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let values: Vec<String> = schema["enum"]
        .as_array()
        .into_iter()
        .flatten()
        .map(Value::to_string)
        .collect();
    let all = [
        types.join("|"),
        schema["format"].as_str().unwrap_or_default().to_owned(),
        values.join("|"),
    ];
    let all: Vec<String> = all.into_iter().filter(|part| !part.is_empty()).collect();
    if all.is_empty() {
        "anything".to_owned()
    } else {
        all.join(" ")
    }
}

fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}

/// The named schemas that can be reached from some places.
#[derive(Default)]
struct Reach {
    names: BTreeSet<String>,
}

impl Reach {
    fn follow(&mut self, schema: &Value) {
        match schema {
            Value::Object(members) => {
                self.names.extend(reference(schema).map(str::to_owned));
                members.values().for_each(|part| self.follow(part));
            }
            Value::Array(parts) => parts.iter().for_each(|part| self.follow(part)),
            _ => {}
        }
    }

    /// With what they refer to themselves.
    fn all(mut self, document: &Value) -> BTreeSet<String> {
        let mut done = BTreeSet::new();
        while let Some(name) = self.names.pop_first() {
            if done.insert(name.clone()) {
                self.follow(&document["components"]["schemas"][&name]);
                self.names.retain(|other| !done.contains(other));
            }
        }
        done
    }
}
