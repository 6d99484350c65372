//! Calls on solutions.

use serde_json::{Value, json};

use super::Stage;
use crate::document::Operation;

/// A solution of an organisation.
pub fn solution(organisation: &str) -> Value {
    json!({"organisation_id": organisation, "title": {"de": "Eine Lösung"}, "maturity": "beta"})
}

impl Stage<'_> {
    pub(super) fn of_solution(&self, operation: &Operation, organisation: &str) -> (String, Option<Value>) {
        let body = match operation.id.as_str() {
            "create_solution" => Some(solution(organisation)),
            "update_solution" => Some(json!({"maturity": "stable"})),
            _ => None,
        };
        if !operation.path.contains('{') {
            return (operation.path.clone(), body);
        }
        let id = self.manager().create("/v1/solutions", &solution(organisation));
        let path = operation.path.replace("{solution_id}", &id);
        let target = format!("/v1/solutions/{id}");
        (
            self.before_a_change(&target, &json!({"maturity": "stable"}), path),
            body,
        )
    }

    /// The path with the number of the state before a change of a record, if it asks for one.
    pub(super) fn before_a_change(&self, target: &str, change: &Value, path: String) -> String {
        if !path.contains("{version_id}") {
            return path;
        }
        let manager = self.manager();
        manager.patch(target, "*", change).is(200);
        let history = manager.read(&format!("{target}/history"));
        let version = history["items"][0]["version_id"].as_str().unwrap_or_default();
        path.replace("{version_id}", version)
    }
}
