//! Calls on consents and their texts.

use serde_json::{Value, json};

use super::Stage;
use crate::caller::Caller;
use crate::document::Operation;

/// The next version of the text of a purpose.
pub fn consent_text(purpose: &str) -> Value {
    json!({"purpose": purpose, "text": {"de": format!("Ich willige ein: {purpose}."), "en": format!("I agree: {purpose}.")}})
}

impl Stage<'_> {
    pub(super) fn of_consent_text(&self, operation: &Operation) -> (String, Option<Value>) {
        let body = (operation.method == "POST").then(|| consent_text("newsletter"));
        if operation.path.contains('{') {
            let id = self.manager().create("/v1/consent-texts", &consent_text("newsletter"));
            return (operation.path.replace("{consent_text_id}", &id), body);
        }
        (operation.path.clone(), body)
    }

    /// A consent to a text that there is.
    pub(super) fn agreement(&self) -> Value {
        let text = self.manager().post("/v1/consent-texts", &consent_text("newsletter"));
        json!({"purpose": "newsletter", "version": text.is(201).json()["version"], "language": "de"})
    }

    /// Lets the caller be a person; whether the caller is a manager, as far as can be told.
    pub(super) fn link(&self, caller: &Caller<'_>, person: &str) -> bool {
        let me = caller.get("/v1/me");
        if me.status != 200 {
            return true;
        }
        let me = me.json();
        let user = format!("/v1/users/{}", me["id"].as_str().unwrap_or_default());
        self.manager().patch(&user, "*", &json!({"person_id": person})).is(200);
        me["role"] == "manager"
    }
}
