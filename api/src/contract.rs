//! The published document, compiled: requests are read by it, so what it says and what the server does cannot drift apart.

use std::collections::HashMap;

use actix_web::http::Method;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use werkstadt_domain::account::{Role, Scope};

use crate::auth::Access;
use crate::idempotency;
use crate::problem::{Breach, Place};
use crate::state::Limits;

mod faults;
mod formats;
pub(crate) mod parameters;

pub(crate) use faults::nearest;
pub use parameters::Parameter;

/// Every operation of the document.
pub struct Contract {
    operations: HashMap<String, HashMap<Method, Operation>>,
}

/// One operation.
pub struct Operation {
    /// Its `operationId`.
    pub id: String,
    /// Who may call it.
    pub access: Access,
    /// Its query parameters.
    pub query: Vec<Parameter>,
    /// What its JSON body must look like, if it takes one.
    pub body: Option<Body>,
    /// True if it takes an `Idempotency-Key`.
    pub idempotent: bool,
}

/// The JSON body of an operation.
pub struct Body {
    /// Media types, JSON ones only.
    pub media_types: Vec<String>,
    validator: Validator,
    fields: Vec<String>,
}

/// A document that cannot be compiled; a defect of the program.
#[derive(Debug, thiserror::Error)]
#[error("the document's {place} cannot be compiled: {why}")]
pub struct Defect {
    place: String,
    why: String,
}

impl Defect {
    /// A defect at a place of the document.
    pub fn new(place: impl Into<String>, why: impl ToString) -> Self {
        Self {
            place: place.into(),
            why: why.to_string(),
        }
    }
}

impl Contract {
    /// Compiles a finished document.
    ///
    /// # Errors
    /// [`Defect`] when a schema or an `x-authz` is missing or malformed.
    pub fn compile(document: &Value) -> Result<Self, Defect> {
        let mut operations: HashMap<String, HashMap<Method, Operation>> = HashMap::new();
        for (path, item) in members(document, "/paths") {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else {
                    continue;
                };
                let compiled = Operation::compile(document, operation)?;
                operations.entry(path.clone()).or_default().insert(method, compiled);
            }
        }
        Ok(Self { operations })
    }

    /// The operation behind a path pattern as the router matched it.
    pub fn operation(&self, method: &Method, pattern: &str) -> Option<&Operation> {
        self.operations.get(pattern)?.get(method)
    }

    /// The body of an operation, by its id. Patched records are checked as if they were created anew.
    pub fn body(&self, id: &str) -> Option<&Body> {
        let all = self.operations.values().flat_map(HashMap::values);
        all.into_iter().find(|operation| operation.id == id)?.body.as_ref()
    }

    /// The query parameters of an operation, by its id.
    pub fn query(&self, id: &str) -> Option<&[Parameter]> {
        let all = self.operations.values().flat_map(HashMap::values);
        let found = all.into_iter().find(|operation| operation.id == id)?;
        Some(&found.query)
    }

    /// True if a scope lets a key of somebody in this role call anything.
    pub fn serves(&self, role: Role, scope: Scope) -> bool {
        let mut all = self.operations.values().flat_map(HashMap::values);
        all.any(|operation| operation.access.scope == Some(scope) && operation.access.roles.contains(&role))
    }

    /// True for a path that the document has literally, but not with this method. Templates that it would fit, too, do not count.
    pub fn refuses(&self, path: &str, method: &Method) -> bool {
        let literal = self.operations.get(path);
        literal.is_some_and(|operations| !operations.contains_key(method))
    }

    /// The operation at a concrete path.
    pub fn at(&self, path: &str, method: &Method) -> Option<&Operation> {
        self.meant(path).find_map(|operations| operations.get(method))
    }

    /// The methods of a concrete path, none if no operation has such a path.
    pub fn methods(&self, path: &str) -> Vec<&Method> {
        let mut methods: Vec<&Method> = self.meant(path).flat_map(HashMap::keys).collect();
        methods.sort_by_key(|method| method.as_str());
        methods.dedup();
        methods
    }

    /// The operations that a concrete path may mean. A literal path goes before the templates that it would fit, too.
    fn meant(&self, path: &str) -> impl Iterator<Item = &HashMap<Method, Operation>> {
        let fits = move |pattern: &str| {
            pattern.split('/').count() == path.split('/').count()
                && pattern
                    .split('/')
                    .zip(path.split('/'))
                    .all(|(wanted, given)| wanted == given || (wanted.starts_with('{') && !given.is_empty()))
        };
        let literal = self.operations.contains_key(path);
        let meant = move |pattern: &str| if literal { pattern == path } else { fits(pattern) };
        let found = self.operations.iter().filter(move |(pattern, _)| meant(pattern));
        found.map(|(_, operations)| operations)
    }
}

impl Operation {
    fn compile(document: &Value, operation: &Value) -> Result<Self, Defect> {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        let access = Access::read(&operation["x-authz"]).map_err(|why| Defect::new(&id, why))?;
        let query = operation["parameters"].as_array().into_iter().flatten();
        let query = query.filter(|parameter| parameter["in"] == "query");
        let query = query
            .map(|parameter| Parameter::compile(document, parameter))
            .collect::<Result<_, _>>()?;
        let body = match operation.pointer("/requestBody/content") {
            Some(content) => Body::compile(document, content).map_err(|why| Defect::new(&id, why))?,
            None => None,
        };
        let mut parameters = operation["parameters"].as_array().into_iter().flatten();
        let idempotent = parameters.any(|parameter| parameter["name"] == idempotency::HEADER);
        Ok(Self {
            id,
            access,
            query,
            body,
            idempotent,
        })
    }
}

impl Operation {
    /// Bytes of a body at most, whatever the handler takes of it: files are taken by operations without a JSON body.
    pub fn body_limit(&self, limits: &Limits) -> usize {
        if self.body.is_some() {
            limits.body_bytes.max(limits.application_bytes)
        } else {
            limits.import_bytes
        }
    }
}

impl Body {
    fn compile(document: &Value, content: &Value) -> Result<Option<Self>, Defect> {
        let json = |media: &&String| media.ends_with("json") && !media.ends_with("ndjson");
        let media_types: Vec<String> = content
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .filter(json)
            .cloned()
            .collect();
        let Some(first) = media_types.first() else {
            return Ok(None);
        };
        let schema = &content[first]["schema"];
        let validator = compile_schema(document, schema)?;
        Ok(Some(Self {
            validator,
            fields: fields_below(document, schema),
            media_types,
        }))
    }

    /// The schema of a component, to check values that are no request's body.
    ///
    /// # Errors
    /// [`Defect`] if there is no such component.
    pub fn of_component(document: &Value, name: &str) -> Result<Self, Defect> {
        let schema = serde_json::json!({"$ref": format!("#/components/schemas/{name}")});
        let validator = compile_schema(document, &schema)?;
        Ok(Self {
            validator,
            fields: fields_below(document, &schema),
            media_types: Vec::new(),
        })
    }

    /// Every fault of a body.
    pub fn check(&self, body: &Value) -> Vec<(Place, Breach)> {
        faults::all(body, self.validator.iter_errors(body), &self.fields)
    }
}

/// Compiles a schema that may refer to the document's components. Only those go with it: each validator keeps its own copy.
pub(crate) fn compile_schema(document: &Value, schema: &Value) -> Result<Validator, Defect> {
    let rooted = json!({"components": {"schemas": needed_schemas(document, schema)}, "allOf": [schema]});
    formats::known(jsonschema::draft202012::options())
        .should_validate_formats(true)
        .build(&rooted)
        .map_err(|error| Defect::new("schema", error))
}

/// The components to which a schema refers, directly or through others.
fn needed_schemas(document: &Value, schema: &Value) -> Map<String, Value> {
    let mut needed = Map::new();
    let mut open = vec![schema];
    while let Some(next) = open.pop() {
        match next {
            Value::Object(object) => {
                let target = object.get("$ref").and_then(Value::as_str);
                let name = target.and_then(|target| target.strip_prefix("#/components/schemas/"));
                if let Some(name) = name
                    && !needed.contains_key(name)
                    && let Some(component) = document["components"]["schemas"].get(name)
                {
                    needed.insert(name.to_owned(), component.clone());
                    open.push(component);
                }
                open.extend(object.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    needed
}

/// The names of all fields that a body of this schema can have, at any depth; "did you mean" picks from them.
fn fields_below(document: &Value, schema: &Value) -> Vec<String> {
    let mut open = vec![schema];
    let (mut fields, mut visited) = (Vec::new(), Vec::new());
    while let Some(next) = open.pop() {
        match next {
            Value::Object(object) => {
                if let Some(properties) = object.get("properties").and_then(Value::as_object) {
                    fields.extend(properties.keys().cloned());
                }
                if let Some(target) = object.get("$ref").and_then(Value::as_str)
                    && !visited.contains(&target)
                {
                    visited.push(target);
                    open.extend(document.pointer(target.trim_start_matches('#')));
                }
                open.extend(object.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    fields.sort_unstable();
    fields.dedup();
    fields
}

fn members<'a>(document: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    document
        .pointer(pointer)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}
