//! Query parameters: read by their schema, all faults at once.

use jsonschema::Validator;
use serde_json::{Map, Number, Value};
use werkstadt_domain::invalid::Rule;

use super::{Defect, compile_schema, faults};
use crate::problem::{Breach, Place};

/// One query parameter.
pub struct Parameter {
    /// Its name.
    pub name: String,
    required: bool,
    list: bool,
    form: Form,
    validator: Validator,
}

/// What a text of the query stands for.
#[derive(Clone, Copy)]
enum Form {
    Text,
    Integer,
    Number,
    Boolean,
}

impl Parameter {
    pub(super) fn compile(document: &Value, parameter: &Value) -> Result<Self, Defect> {
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        let schema = &parameter["schema"];
        let list = schema["type"] == "array";
        let single = if list { &schema["items"] } else { schema };
        let single = match single["$ref"].as_str() {
            Some(target) => document.pointer(target.trim_start_matches('#')).unwrap_or(single),
            None => single,
        };
        let form = match single["type"].as_str() {
            Some("integer") => Form::Integer,
            Some("number") => Form::Number,
            Some("boolean") => Form::Boolean,
            _ => Form::Text,
        };
        let validator = compile_schema(document, schema)?;
        Ok(Self {
            name,
            required: parameter["required"] == true,
            list,
            form,
            validator,
        })
    }
}

/// Reads a query string by its parameters into an object that serde can decode.
///
/// # Errors
/// Every fault: unknown and repeated parameters, text that is not UTF-8, values out of their schema.
pub(crate) fn read(query: &str, parameters: &[Parameter]) -> Result<Map<String, Value>, Vec<(Place, Breach)>> {
    let mut found = Vec::new();
    let mut given: Map<String, Value> = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(name), Some(text)) = (decode(name), decode(text)) else {
            found.push((Place::Parameter(shorten(name)), Breach::NotText));
            continue;
        };
        let Some(parameter) = parameters.iter().find(|parameter| parameter.name == name) else {
            let meant = faults::nearest(&name, parameters.iter().map(|parameter| parameter.name.as_str()));
            found.push((Place::Parameter(shorten(&name)), Breach::UnknownParameter(meant)));
            continue;
        };
        if text.contains('\0') {
            found.push((Place::Parameter(name), Breach::Rule(Rule::ForbiddenCharacter)));
            continue;
        }
        let value = parameter.form.read(text);
        match given.get_mut(&name) {
            Some(Value::Array(values)) if parameter.list => values.push(value),
            Some(_) => found.push((Place::Parameter(name), Breach::Repeated)),
            None if parameter.list => drop(given.insert(name, Value::Array(vec![value]))),
            None => drop(given.insert(name, value)),
        }
    }
    for parameter in parameters {
        parameter.check(given.get(&parameter.name), &mut found);
    }
    if found.is_empty() { Ok(given) } else { Err(found) }
}

impl Parameter {
    fn check(&self, value: Option<&Value>, found: &mut Vec<(Place, Breach)>) {
        let place = || Place::Parameter(self.name.clone());
        match value {
            None if self.required => found.push((place(), Breach::Rule(Rule::Required))),
            None => {}
            // Much cheaper than listing the faults there are not.
            Some(value) if self.validator.is_valid(value) => {}
            Some(value) => {
                found.extend(
                    self.validator
                        .iter_errors(value)
                        .map(|error| (place(), faults::breach(error.kind()))),
                );
            }
        }
    }
}

impl Form {
    /// The JSON value that the text stands for; a text that stands for none stays a text, and fails its schema.
    fn read(self, text: String) -> Value {
        let parsed = match self {
            Self::Text => None,
            Self::Integer => integer(&text).map(Value::from),
            Self::Number => text.parse().ok().and_then(Number::from_f64).map(Value::Number),
            Self::Boolean => text.parse().ok().map(Value::Bool),
        };
        parsed.unwrap_or(Value::String(text))
    }
}

/// `1.0` is an integer, by JSON Schema.
fn integer(text: &str) -> Option<i64> {
    let whole = text
        .split_once('.')
        .filter(|(_, rest)| rest.bytes().all(|byte| byte == b'0'));
    whole.map_or(text, |(whole, _)| whole).parse().ok()
}

/// Percent-decoding with `+` as space; `None` if the bytes are not UTF-8.
fn decode(text: &str) -> Option<String> {
    if text.bytes().all(|byte| byte.is_ascii() && byte != b'%' && byte != b'+') {
        return Some(text.to_owned());
    }
    // `form_urlencoded` replaces bytes that are not UTF-8, so their presence is found by comparing.
    let (decoded, _) = form_urlencoded::parse(text.as_bytes()).next().unwrap_or_default();
    let replaced = decoded.matches('\u{FFFD}').count();
    let meant = text.to_ascii_uppercase().matches("%EF%BF%BD").count();
    (replaced == meant).then(|| decoded.into_owned())
}

/// A name from outside, short enough to be repeated in an answer.
fn shorten(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}
