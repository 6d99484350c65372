//! Calls on persons.

use serde_json::{Value, json};

use super::Stage;
use crate::document::Operation;

/// A person of an organisation whom everyone sees.
pub fn person(organisation: &str) -> Value {
    json!({"given_name": "Ada", "family_name": "Muster", "affiliations": [{"organisation_id": organisation, "role": "Leitung"}],
        "consent": {"by": "person", "how": "signed form"}, "visibility": "public"})
}

impl Stage<'_> {
    pub(super) fn of_person(&self, operation: &Operation, organisation: &str) -> (String, Option<Value>) {
        let body = match operation.id.as_str() {
            "create_person" => Some(person(organisation)),
            "update_person" => Some(json!({"titles": "Dr."})),
            _ => None,
        };
        if !operation.path.contains('{') {
            return (operation.path.clone(), body);
        }
        let id = self.manager().create("/v1/people", &person(organisation));
        let target = format!("/v1/people/{id}");
        let path = operation.path.replace("{person_id}", &id);
        (self.before_a_change(&target, &json!({"titles": "Prof."}), path), body)
    }
}
