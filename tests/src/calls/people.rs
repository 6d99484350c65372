//! Calls on persons.

use serde_json::{Value, json};

use super::Stage;
use crate::caller::Caller;
use crate::document::Operation;
use crate::http::Request;

/// A person of an organisation whom everyone sees.
pub fn person(organisation: &str) -> Value {
    json!({"given_name": "Ada", "family_name": "Muster", "affiliations": [{"organisation_id": organisation, "role": "Leitung"}],
        "consent": {"by": "person", "how": "signed form"}, "visibility": "public"})
}

/// What users may do with the person that they are.
const PERSONAL: [&str; 7] = [
    "update_person",
    "restrict_person",
    "lift_person_restriction",
    "list_person_consents",
    "create_person_consent",
    "get_person_consent",
    "withdraw_person_consent",
];

impl Stage<'_> {
    /// True for managers, and for keys that do not say whose they are: those are managers'.
    fn is_manager(&self, caller: &Caller<'_>) -> bool {
        let me = caller.get("/v1/me");
        match me.status {
            200 => me.json()["role"] == "manager",
            status => status == 403,
        }
    }

    pub(super) fn of_person(
        &self,
        operation: &Operation,
        organisation: &str,
        caller: &Caller<'_>,
    ) -> (String, Option<Value>) {
        let body = match operation.id.as_str() {
            "create_person" => Some(person(organisation)),
            "update_person" => Some(json!({"titles": "Dr."})),
            "restrict_person" => Some(json!({"reason": "The person disputes it."})),
            "create_person_consent" => Some(self.agreement()),
            _ => None,
        };
        if !operation.path.contains('{') {
            return (operation.path.clone(), body);
        }
        let id = self.manager().create("/v1/people", &person(organisation));
        let target = format!("/v1/people/{id}");
        if PERSONAL.contains(&operation.id.as_str()) {
            let own = organisation == self.own;
            // Nobody is somebody who belongs to the other organisation.
            let manages = own && self.link(caller, &id);
            if operation.id == "lift_person_restriction" && (own || self.is_manager(caller)) {
                let restrict = || {
                    let request = Request::new("PUT", &format!("{target}/restriction")).header("If-Match", "*");
                    request.json(&json!({"reason": "The person disputes it."}))
                };
                if manages || caller.send(restrict()).status != 200 {
                    self.manager().send(restrict()).is(200);
                }
            }
            // With those of the user who the person is, which may be many.
            let entries = self.manager().all(&format!("{target}/consents"), 200);
            let of_record = |entry: &&Value| entry["person_id"] == json!(id);
            let entry = entries.iter().find(of_record);
            let entry = entry.and_then(|entry| entry["id"].as_str()).unwrap_or_default();
            let path = operation.path.replace("{person_id}", &id);
            return (path.replace("{consent_id}", entry), body);
        }
        let path = operation.path.replace("{person_id}", &id);
        (self.before_a_change(&target, &json!({"titles": "Prof."}), path), body)
    }
}
