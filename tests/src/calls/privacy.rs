//! Calls on personal data and its erasure.

use serde_json::{Value, json};

use super::{Stage, person};
use crate::document::Operation;

impl Stage<'_> {
    pub(super) fn of_privacy(&self, operation: &Operation, organisation: &str) -> (String, Option<Value>) {
        let somebody = || self.manager().create("/v1/people", &person(organisation));
        match operation.id.as_str() {
            "create_erasure" => (operation.path.clone(), Some(json!({"person_id": somebody()}))),
            "export_address" => (operation.path.clone(), Some(json!({"email": "nobody@example.org"}))),
            "get_erasure" => {
                let erasure = self.manager().create("/v1/erasures", &json!({"person_id": somebody()}));
                (operation.path.replace("{erasure_id}", &erasure), None)
            }
            _ => (operation.path.clone(), None),
        }
    }
}
