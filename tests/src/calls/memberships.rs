//! Calls of memberships: types, applications, dues, and the life of a membership.

use serde_json::{Value, json};

use super::Stage;
use crate::document::Operation;

/// A PDF that says nothing, in Base64.
pub const PDF: &str = "JVBERi0xLjcK";

/// A type of membership that can be applied for, with a fee and a document.
pub fn tier(code: &str) -> Value {
    json!({"code": code, "name": {"de": "Vollmitglied", "en": "Full member"}, "fee_cents": 60_000, "fees": [{"size": "micro", "fee_cents": 24_000}],
        "due_days": 30, "grace_days": 60, "required_fields": ["legal_form", "phone"],
        "required_documents": [{"code": "register", "name": {"de": "Registerauszug"}}], "open": true})
}

/// An application for that type.
pub fn application(code: &str, name: &str) -> Value {
    json!({"type": code, "organisation": {"kind": "company", "name": name, "legal_form": "GmbH", "size": "micro"},
        "contact": {"name": "Erika Beispiel", "email": "erika@example.org", "phone": "+49 3641 123"},
        "documents": [{"code": "register", "file_name": "Auszug.pdf", "media_type": "application/pdf", "content": PDF}], "consent": true})
}

/// A due of a year.
pub fn due(year: i32) -> Value {
    json!({"first_on": format!("{year}-01-01"), "last_on": format!("{year}-12-31"), "amount_cents": 100, "due_on": format!("{year}-01-31")})
}

impl Stage<'_> {
    pub(super) fn of_membership(&self, operation: &Operation) -> (String, Option<Value>) {
        let path = operation.path.as_str();
        match path.split('/').nth(2) {
            Some("membership-types") => self.of_tier(operation),
            Some("membership-applications") => self.of_application(operation),
            Some("dues") => self.of_due(operation),
            _ => self.of_one_membership(operation),
        }
    }

    /// The membership of an organisation, which has one from now on.
    pub(super) fn membership_of(&self, organisation: &str) -> String {
        let entered = json!({"organisation_id": organisation, "type": "full", "status": "active"});
        self.manager().post("/v1/memberships", &entered);
        format!("/v1/organisations/{organisation}/membership")
    }

    fn of_one_membership(&self, operation: &Operation) -> (String, Option<Value>) {
        let path = operation.path.as_str();
        let new = || {
            let company = self.app.company(&self.named("Company"));
            json!({"organisation_id": company, "type": "full", "status": "active", "until_on": "2099-12-31",
                "representative": {"name": "Erika Beispiel", "email": "erika@example.org"}})
        };
        let body = match operation.id.as_str() {
            "create_membership" => Some(new()),
            "enter_memberships" => {
                Some(json!({"items": [{"type": "full", "organisation_id": self.app.company(&self.named("Company"))}]}))
            }
            "renew_memberships" => Some(json!({"membership_ids": []})),
            "apply_for_membership" => Some(application(&self.open_tier(), &self.named("Applicant"))),
            "update_membership" => Some(json!({"type": "supporting"})),
            "change_membership_status" => Some(json!({"status": "suspended"})),
            "renew_membership" => Some(json!({"reason": "Decided."})),
            "resign_membership" => Some(json!({"last_on": "2099-06-30"})),
            "create_due" => Some(due(2026)),
            _ => None,
        };
        let target = if path.contains('{') {
            path.replace("{membership_id}", &self.manager().create("/v1/memberships", &new()))
        } else {
            path.to_owned()
        };
        (target, body)
    }

    fn of_tier(&self, operation: &Operation) -> (String, Option<Value>) {
        let new = || tier(&self.named("type").to_lowercase().replace(' ', "-"));
        let body = match operation.method.as_str() {
            "POST" => Some(new()),
            "PATCH" => Some(json!({"fee_cents": 1})),
            _ => None,
        };
        let target = if operation.path.contains('{') {
            let made = self.manager().create("/v1/membership-types", &new());
            operation.path.replace("{membership_type_id}", &made)
        } else {
            operation.path.clone()
        };
        (target, body)
    }

    fn of_application(&self, operation: &Operation) -> (String, Option<Value>) {
        if !operation.path.contains('{') {
            return (operation.path.clone(), None);
        }
        let sent = application(&self.open_tier(), &self.named("Applicant"));
        let receipt = self.app.anonymous().post("/v1/memberships/apply", &sent).is(202).json();
        let id = receipt["reference"].as_str().unwrap_or_default();
        let target = operation.path.replace("{application_id}", id);
        let body = (operation.id == "decide_membership_application").then(|| json!({"decision": "review"}));
        if !target.contains("{document_id}") {
            return (target, body);
        }
        let shown = self.manager().read(&format!("/v1/membership-applications/{id}"));
        let document = shown["documents"][0]["id"].as_str().unwrap_or_default();
        (target.replace("{document_id}", document), None)
    }

    fn of_due(&self, operation: &Operation) -> (String, Option<Value>) {
        let body = (operation.id == "update_due").then(|| json!({"status": "paid"}));
        if operation.id == "list_dues" {
            return (operation.path.clone(), body);
        }
        let company = self.app.company(&self.named("Company"));
        let membership = json!({"organisation_id": company, "type": "full", "status": "active",
            "representative": {"name": "Erika Beispiel", "email": "erika@example.org"}});
        let membership = self.manager().create("/v1/memberships", &membership);
        let made = self
            .manager()
            .create(&format!("/v1/memberships/{membership}/dues"), &due(2026));
        if operation.id == "pay_dues" {
            return (operation.path.clone(), Some(json!({"items": [{"due_id": made}]})));
        }
        (operation.path.replace("{due_id}", &made), body)
    }

    /// The code of a new type that can be applied for.
    fn open_tier(&self) -> String {
        let code = self.named("type").to_lowercase().replace(' ', "-");
        self.manager().create("/v1/membership-types", &tier(&code));
        code
    }

    fn named(&self, noun: &str) -> String {
        format!("{noun} {}", self.app.state.world.id())
    }
}
