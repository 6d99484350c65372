//! Bodies: read strictly, every fault named.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use werkstadt_api::problem::Code;
use werkstadt_tests::calls::import;
use werkstadt_tests::document::{Document, spoilt};
use werkstadt_tests::http::Request;

use super::Walk;

impl Walk<'_> {
    pub(super) fn reads_bodies_strictly(&self) {
        let Some(schema) = self.body_schema() else {
            if ["create_import", "preview_import"].contains(&self.operation.id.as_str()) {
                self.reads_imports_strictly();
            }
            return;
        };
        let with = |media_type: &str, body: Vec<u8>| Request {
            body,
            ..self.call().with_type(media_type)
        };
        self.refused(with("text/plain", b"{}".to_vec()), Code::UnsupportedMediaType);
        self.refused(with("application/json", vec![b' '; 11 << 20]), Code::PayloadTooLarge);
        self.refused(with("application/json", b"{\"a\":".to_vec()), Code::MalformedBody);
        let send = |body: &Value| self.refused(with("application/json", body.to_string().into_bytes()), Code::Invalid);
        self.names_every_fault(&schema, send);
        self.refuses_columns(&schema);
        // Formats are left to the domain where nothing else is wrong: no field that has one may go unchecked there.
        let base: Value = serde_json::from_slice(&self.call().body).unwrap();
        for (pointer, body) in spoilt(&Document::shared().value, &schema, &base) {
            let problem = send(&body);
            let named = problem["errors"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|error| error["pointer"] == pointer);
            assert!(named, "{} {pointer}: {problem}", self.operation.id);
        }
    }

    /// Every column of the database that the body does not have: none may be set by who knows its name, and nothing is written.
    fn refuses_columns(&self, schema: &Value) {
        let properties = schema["properties"].as_object().unwrap();
        let mut body: Value = serde_json::from_slice(&self.call().body).unwrap();
        let columns = self.app.columns();
        let foreign: Vec<&String> = columns.iter().filter(|name| !properties.contains_key(*name)).collect();
        for name in &foreign {
            body[name.as_str()] = json!(1);
        }
        // What was begun before has to end first.
        let running = "SELECT count(*) AS count FROM jobs WHERE status = 'running'";
        let patience = Instant::now() + Duration::from_secs(20);
        while self.app.count(running) > 0 && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(5));
        }
        let written = || self.app.count("SELECT count(*) AS count FROM changes");
        let request = self.call();
        let before = written();
        let problem = self.refused(
            Request {
                body: body.to_string().into_bytes(),
                ..request
            },
            Code::Invalid,
        );
        assert_eq!(written(), before, "{}", self.operation.id);
        for name in foreign {
            assert_named(&problem, name, "unknown_field");
        }
    }

    /// Missing members, unknown ones, and all of a wrong type: each is named.
    fn names_every_fault(&self, schema: &Value, send: impl Fn(&Value) -> Value) {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        if !required.is_empty() {
            let problem = send(&json!({}));
            for name in required.iter().filter_map(Value::as_str) {
                assert_named(&problem, name, "required");
            }
        }
        let problem = send(&json!({"first_bogus": 1, "zweites": {"x": []}}));
        assert_named(&problem, "first_bogus", "unknown_field");
        assert_named(&problem, "zweites", "unknown_field");
        let properties = schema["properties"].as_object().unwrap();
        let wrong: Map<String, Value> = properties
            .iter()
            .map(|(name, property)| {
                let types = json!([property["type"]]).to_string();
                // A text is wrong for everything but a text.
                let value = if types.contains("string") {
                    json!([17])
                } else {
                    json!("wrong")
                };
                (name.clone(), value)
            })
            .collect();
        let problem = send(&Value::Object(wrong));
        for name in properties.keys() {
            assert_named(&problem, name, "");
        }
    }

    fn body_schema(&self) -> Option<Value> {
        let content = &self.operation.value["requestBody"]["content"];
        let schema = content.get("application/json")?["schema"]["$ref"].as_str()?;
        Document::shared()
            .value
            .pointer(schema.trim_start_matches('#'))
            .cloned()
    }

    fn reads_imports_strictly(&self) {
        let target = &self.operation.path;
        let of_text = import("{}").with_type("text/plain");
        let of_text = Request {
            target: target.clone(),
            ..of_text
        };
        self.refused(of_text, Code::UnsupportedMediaType);
        // Announced is enough; nobody wants to send 65 MB to hear that.
        let announced = format!(
            "POST {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Type: text/csv\r\nContent-Length: {}\r\n\r\n",
            self.caller().token().unwrap(),
            65 << 20
        );
        self.app.raw("POST", target, announced.into_bytes()).is(413);
    }
}

#[track_caller]
fn assert_named(problem: &Value, member: &str, code: &str) {
    let faults = problem["errors"].as_array().unwrap();
    let pointer = format!("/{member}");
    let found = faults.iter().any(|fault| {
        let place = fault["pointer"].as_str().unwrap_or_default();
        (place == pointer || place.starts_with(&format!("{pointer}/"))) && (code.is_empty() || fault["code"] == code)
    });
    assert!(found, "{member} is not named as {code}: {problem:#}");
}
