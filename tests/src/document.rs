//! The published document, against which every answer in a test is checked.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};
use werkstadt_api::app;

use crate::http::{Reply, Request};

/// An operation of the document.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its id, the handler's name.
    pub id: String,
    /// The method, in capitals.
    pub method: String,
    /// The path with its parameters in braces.
    pub path: String,
    /// All of it, as published.
    pub value: Value,
}

/// By operation, status and media type; nothing for answers without a JSON body.
type Validators = HashMap<(String, u16, String), Option<Arc<Validator>>>;

/// The document, taken apart.
pub struct Document {
    /// All of it, as published.
    pub value: Value,
    /// In the order of the document.
    pub operations: Vec<Operation>,
    /// The schemas, closed: a member that is not documented does not fit.
    closed: Value,
    validators: Mutex<Validators>,
}

impl Document {
    /// The document of this program.
    ///
    /// # Panics
    /// If there is none.
    pub fn shared() -> &'static Self {
        static DOCUMENT: OnceLock<Document> = OnceLock::new();
        DOCUMENT.get_or_init(|| Self::new(app::published().expect("a document")))
    }

    fn new(value: Value) -> Self {
        let mut operations = Vec::new();
        for (path, item) in value["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                operations.push(Operation {
                    id: operation["operationId"].as_str().unwrap_or_default().to_owned(),
                    method: method.to_uppercase(),
                    path: path.clone(),
                    value: operation.clone(),
                });
            }
        }
        let mut closed = value["components"]["schemas"].clone();
        for (name, schema) in closed.as_object_mut().into_iter().flatten() {
            // A problem may have further members, one with several shapes describes them by other means.
            if name != "Problem" && schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
                schema["additionalProperties"] = json!(false);
            }
        }
        Self {
            value,
            operations,
            closed,
            validators: Mutex::default(),
        }
    }

    /// The operation of this id.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn operation(&self, id: &str) -> &Operation {
        let found = self.operations.iter().find(|operation| operation.id == id);
        found.unwrap_or_else(|| panic!("no operation {id}"))
    }

    /// The operations at an address, by method. A fixed segment goes before a parameter.
    pub fn at(&self, target: &str) -> BTreeMap<&str, &Operation> {
        let path = target.split('?').next().unwrap_or_default();
        // A literal path goes before the templates that it would fit, too.
        let literal = self.operations.iter().any(|one| one.path == path);
        let meant = |one: &&Operation| {
            if literal {
                one.path == path
            } else {
                fits(&one.path, path)
            }
        };
        let found: Vec<&Operation> = self.operations.iter().filter(meant).collect();
        found.into_iter().map(|one| (one.method.as_str(), one)).collect()
    }

    /// Checks an answer: a documented status, the documented headers, a body that fits its schema, and for errors a problem
    /// document with the request's id.
    ///
    /// # Panics
    /// If the answer is not as documented.
    #[track_caller]
    pub fn check(&self, request: &Request, reply: &Reply) {
        let about = format!(
            "{} {}\n{} {}",
            request.method,
            request.target,
            reply.status,
            reply.text()
        );
        assert!(reply.header("x-request-id").is_some(), "no request id: {about}");
        if reply.status >= 400 {
            check_problem(reply, &about);
        }
        let at = self.at(&request.target);
        let Some(operation) = at.get(request.method.as_str()) else {
            return;
        };
        let responses = &operation.value["responses"];
        let response = &responses[reply.status.to_string()];
        assert!(
            response.is_object(),
            "{} does not document this status: {about}",
            operation.id
        );
        for (name, _) in response["headers"].as_object().into_iter().flatten() {
            assert!(
                reply.header(&name.to_lowercase()).is_some(),
                "no header {name}: {about}"
            );
        }
        let media = reply.header("content-type").unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default();
        let others = operation.value["x-media-types"].as_array().into_iter().flatten();
        if reply.status == 200 && others.into_iter().any(|other| other == media) {
            return;
        }
        match self.validator(operation, reply.status, media) {
            Some(validator) => {
                // A text is checked as the JSON string that its schema describes, and so are lines of JSON.
                let is_json = media.ends_with("json") && !media.ends_with("ndjson");
                let body = if is_json { reply.json() } else { json!(reply.text()) };
                let faults: Vec<String> = validator
                    .iter_errors(&body)
                    .map(|error| format!("{}: {error}", error.instance_path()))
                    .collect();
                assert!(faults.is_empty(), "not the documented body: {faults:#?}\n{about}");
            }
            None => assert!(
                reply.body.is_empty() || reply.status >= 400,
                "a body where none is documented: {about}"
            ),
        }
    }

    fn validator(&self, operation: &Operation, status: u16, media: &str) -> Option<Arc<Validator>> {
        let mut known = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (operation.id.clone(), status, media.to_owned());
        let validator = known.entry(key).or_insert_with(|| {
            let response = &operation.value["responses"][status.to_string()];
            let response = match response["$ref"].as_str() {
                Some(target) => self.value.pointer(target.trim_start_matches('#'))?,
                None => response,
            };
            let content = response["content"].as_object()?;
            // An answer in a media type that is not documented has no schema that it fits.
            let nothing = json!({"schema": false});
            let schema = &content.get(media).unwrap_or(&nothing)["schema"];
            let rooted = json!({"components": {"schemas": self.closed}, "allOf": [schema]});
            let compiled = jsonschema::draft202012::options()
                .should_validate_formats(true)
                .build(&rooted);
            Some(Arc::new(compiled.expect("a schema")))
        });
        validator.clone()
    }
}

/// True if a path of the document names this address.
fn fits(pattern: &str, path: &str) -> bool {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    wanted.len() == given.len()
        && wanted
            .iter()
            .zip(&given)
            .all(|(wanted, given)| wanted == given || wanted.starts_with('{'))
}

#[track_caller]
fn check_problem(reply: &Reply, about: &str) {
    assert_eq!(
        reply.header("content-type"),
        Some("application/problem+json"),
        "{about}"
    );
    let problem = reply.json();
    assert_eq!(problem["status"], reply.status, "{about}");
    assert_eq!(problem["request_id"].as_str(), reply.header("x-request-id"), "{about}");
    for member in ["type", "title", "detail", "instance", "code"] {
        let text = problem[member].as_str().unwrap_or_default();
        assert!(!text.is_empty(), "{member} says nothing: {about}");
    }
    assert_ne!(reply.status, 500, "{about}");
}

/// Bodies of a schema in which one text breaks the format that is asked for, each with the pointer to that text. `base` is a body that
/// fits; parts come from the examples of their schemas.
pub fn spoilt(document: &Value, schema: &Value, base: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let property = resolved(document, property);
        let values: Vec<(String, Value)> = if property["items"].is_object() {
            let inside = broken(document, resolved(document, &property["items"])).into_iter();
            inside
                .map(|(pointer, value)| (format!("/0{pointer}"), json!([value])))
                .collect()
        } else {
            broken(document, property)
        };
        found.extend(values.into_iter().map(|(pointer, value)| {
            let mut body = base.clone();
            body[name.as_str()] = value;
            (format!("/{name}{pointer}"), body)
        }));
    }
    found
}

/// Values of a schema that break a format, itself or inside.
fn broken(document: &Value, schema: &Value) -> Vec<(String, Value)> {
    const OF_JSON_SCHEMA: [&str; 5] = ["uuid", "date", "date-time", "binary", "csv"];
    if let (Some("string"), Some(format)) = (schema["type"].as_str(), schema["format"].as_str()) {
        // Nothing may contain a mark that turns the direction of reading; the length is right for most.
        let bad = json!("\u{202e}".repeat(schema["minLength"].as_u64().unwrap_or(1) as usize));
        return if OF_JSON_SCHEMA.contains(&format) {
            Vec::new()
        } else {
            vec![(String::new(), bad)]
        };
    }
    spoilt(document, schema, &schema["example"])
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let target = schema["$ref"].as_str();
    let target = target.and_then(|target| document.pointer(target.trim_start_matches('#')));
    target.unwrap_or(schema)
}
