//! A valid call of every operation: what the document promises is tried out, and then spoiled in every documented way.

use std::sync::OnceLock;

use serde_json::{Value, json};
use werkstadt_domain::account::Scope;

use crate::app::TestApp;
use crate::caller::Caller;
use crate::document::Operation;
use crate::http::Request;
use network::of_the_network;

mod accounts;
mod consents;
mod logo;
mod memberships;
mod network;
mod people;
mod privacy;
mod solutions;
mod upkeep;

pub use consents::consent_text;
pub use logo::PIXEL;
pub use memberships::{PDF, application, due, tier};
pub use people::person;
pub use solutions::solution;

pub use crate::accounts::PASSWORD;

/// What the calls need: two institutions, and records made as they are called for.
pub struct Stage<'a> {
    /// The server.
    pub app: &'a TestApp,
    /// An institution.
    pub own: String,
    /// Another institution.
    pub foreign: String,
    login: OnceLock<String>,
    job: OnceLock<String>,
}

impl<'a> Stage<'a> {
    /// Two institutions on a server.
    pub fn new(app: &'a TestApp) -> Self {
        let institution = |name: &str| app.organisation(&json!({"kind": "university", "name": name}));
        Self {
            app,
            own: institution("Own University"),
            foreign: institution("Foreign University"),
            login: OnceLock::new(),
            job: OnceLock::new(),
        }
    }

    /// A call of an operation that succeeds if it is allowed. What it reads or changes belongs to the organisation; what it
    /// changes is new. Keys belong to the caller.
    ///
    /// # Panics
    /// If there is no example of this operation.
    pub fn call(&self, operation: &Operation, organisation: &str, caller: &Caller<'_>) -> Request {
        let (target, body) = match operation.path.split('/').nth(2) {
            _ if !operation.path.starts_with("/v1") => (operation.path.replace("{code}", "not_found"), None),
            Some("auth" | "me") => self.of_account(&operation.id, &operation.path, caller),
            // Not at once: the tokens of others must go on.
            Some("signing-keys") => (
                operation.path.clone(),
                (operation.method == "POST").then(|| json!({"at_once": false})),
            ),
            Some("invitations") => self.of_invitation(operation, organisation),
            Some("organisations") if operation.path.ends_with("/logo") => return self.of_logo(operation, organisation),
            Some("organisations") => self.of_organisation(operation, organisation),
            Some("opportunities") => self.of_opportunity(operation, organisation),
            Some("solutions") => self.of_solution(operation, organisation),
            Some("people") => self.of_person(operation, organisation, caller),
            Some("consent-texts") => self.of_consent_text(operation),
            Some("consents") => (operation.path.clone(), None),
            Some("skills" | "skills.ttl" | "skills.jsonld") => self.of_skill(operation),
            Some(file) if file.starts_with("organisations.") => (operation.path.clone(), None),
            Some("vocabularies") => (
                operation.path.replace("{scheme}", "wz2008").replace("{code}", "62"),
                None,
            ),
            Some("exports" | "people.vcf") => (operation.path.clone(), None),
            Some("saved-searches") => self.of_saved_search(operation, caller),
            Some("moderation" | "reports" | "proposals" | "duplicates" | "upkeep") => self.of_upkeep(operation),
            Some("changes" | "statistics") => (operation.path.clone(), None),
            Some("privacy" | "erasures") => self.of_privacy(operation, organisation),
            Some("audit-log") => self.of_audit(operation),
            Some("settings" | "sessions" | "statistics.csv") => of_the_network(operation),
            Some("search" | "suggest") => (format!("{}?q=university", operation.path), None),
            Some("matches") => (operation.path.clone(), Some(self.question(&operation.id, organisation))),
            Some("memberships" | "membership-types" | "membership-applications" | "dues") => {
                self.of_membership(operation)
            }
            Some("users") => self.of_user(operation, organisation),
            Some("imports") => return self.of_import(operation),
            Some("jobs") if operation.id == "run_daily_work" => (operation.path.clone(), None),
            Some("jobs") if operation.id == "cancel_job" => (
                operation
                    .path
                    .replace("{job_id}", &crate::accounts::job(&self.app.state)),
                None,
            ),
            Some("jobs") => (operation.path.replace("{job_id}", self.job()), None),
            _ => panic!("no example of {}", operation.id),
        };
        let request = Request::new(&operation.method, &target);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        if needs_condition(operation) {
            request.header("If-Match", "*")
        } else {
            request
        }
    }

    /// The log of what this organisation's id stands for, or of who is nobody.
    fn of_audit(&self, operation: &Operation) -> (String, Option<Value>) {
        let query = match operation.id.as_str() {
            "list_audit_readings" => format!("?actor_id={}", self.own),
            "list_audit_disclosures" => format!("?record_id={}", self.own),
            _ => String::new(),
        };
        let body = (operation.method == "POST").then(|| json!({"after": 0}));
        (format!("{}{query}", operation.path), body)
    }

    fn of_organisation(&self, operation: &Operation, organisation: &str) -> (String, Option<Value>) {
        let manager = self.manager();
        let path = operation.path.as_str();
        let noun = path.split('/').nth(4).unwrap_or_default();
        if ["completeness", "reminders", "confirm"].contains(&noun) {
            let body = (noun == "confirm").then(|| json!({}));
            return (path.replace("{organisation_id}", organisation), body);
        }
        if noun == "membership" {
            return (self.membership_of(organisation), None);
        }
        if noun == "history" {
            let text = format!("Stand {}", self.app.state.world.id());
            let target = format!("/v1/organisations/{organisation}");
            return self.of_history(operation, &target, &json!({"description": {"de": text}}));
        }
        let below = format!("/v1/organisations/{organisation}/{noun}");
        let skill = || self.app.skill(&format!("Skill {}", self.app.state.world.id()));
        let create = || match noun {
            "units" => json!({"name": {"de": "Institut"}, "kind": "institute"}),
            "skills" => json!({"skill": skill(), "level": 3}),
            "references" => json!({"title": {"de": "Ein Projekt"}}),
            _ => json!({"kind": "company", "name": format!("Company {}", self.app.state.world.id())}),
        };
        let change = || match noun {
            "skills" => json!({"level": 4}),
            "" => json!({"summary": {"de": "Neu"}}),
            _ => json!({"visibility": "members"}),
        };
        let body = match operation.method.as_str() {
            "POST" => Some(create()),
            "PATCH" => Some(change()),
            _ => None,
        };
        if operation.id == "delete_organisation" {
            return (format!("/v1/organisations/{}", self.app.organisation(&create())), None);
        }
        let target = match path.split_once("/{organisation_id}/") {
            Some((_, rest)) if rest.contains('{') => format!("{below}/{}", manager.create(&below, &create())),
            _ => path.replace("{organisation_id}", organisation),
        };
        (target, body)
    }

    /// The history of a record that is changed just now.
    fn of_history(&self, operation: &Operation, record: &str, change: &Value) -> (String, Option<Value>) {
        let manager = self.manager();
        manager.patch(record, "*", change).is(200);
        let events = manager.read(&format!("{record}/history"));
        let version = events["items"][0]["version_id"].as_str().unwrap_or_default();
        let below = operation.path.split_once("/history").map_or("", |(_, below)| below);
        let below = below.replace("{version_id}", version);
        (format!("{record}/history{below}"), None)
    }

    fn of_opportunity(&self, operation: &Operation, organisation: &str) -> (String, Option<Value>) {
        if operation.path.contains("/history") {
            let record = format!("/v1/opportunities/{}", self.published(organisation));
            return self.of_history(operation, &record, &json!({"title": {"de": "Anders"}}));
        }
        let body = match operation.id.as_str() {
            "create_opportunity" => Some(offer(organisation)),
            "update_opportunity" => Some(json!({"title": {"en": "Changed"}})),
            "renew_opportunity" => Some(json!({"expires_on": "2027-06-30"})),
            "change_opportunity_status" => Some(json!({"status": "withdrawn"})),
            _ => None,
        };
        let target = if operation.path.contains('{') {
            operation
                .path
                .replace("{opportunity_id}", &self.published(organisation))
        } else {
            operation.path.clone()
        };
        (target, body)
    }

    /// A new published offer of an organisation.
    pub fn published(&self, organisation: &str) -> String {
        self.app.published(&offer(organisation))
    }

    fn of_skill(&self, operation: &Operation) -> (String, Option<Value>) {
        if operation.path.contains("/history") {
            let record = format!("/v1/skills/{}", self.app.skill("Laser"));
            return self.of_history(operation, &record, &json!({"label": {"de": "Anders"}}));
        }
        let merge = || json!({"sources": [self.app.skill("Laser")], "target": self.app.skill("Lasertechnik")});
        let body = match operation.id.as_str() {
            "create_skill" => Some(json!({"label": {"de": "Neu"}})),
            "update_skill" => Some(json!({"label": {"en": "New"}})),
            "merge_skills" => Some(merge()),
            "split_skill" => Some(json!({"parts": [{"label": {"de": "Ein Teil"}}]})),
            "change_skill_aliases" => Some(json!({"add": {"en": ["laser"]}})),
            _ => None,
        };
        let target = if operation.path.contains('{') {
            operation.path.replace("{skill_id}", &self.app.skill("Laser"))
        } else {
            operation.path.clone()
        };
        (target, body)
    }

    fn of_user(&self, operation: &Operation, organisation: &str) -> (String, Option<Value>) {
        let new = || {
            let email = format!("{}@example.org", self.app.state.world.id());
            json!({"email": email, "name": "Someone", "role": "member", "organisation_id": organisation})
        };
        let body = match operation.method.as_str() {
            "POST" if operation.id == "create_user" => Some(new()),
            "PATCH" => Some(json!({"name": "Someone else"})),
            _ => None,
        };
        if operation.id == "withdraw_user_guardian_consent" {
            let (user, _) = crate::accounts::ward(&self.app.state);
            return (operation.path.replace("{user_id}", &user.to_string()), None);
        }
        if operation.id == "withdraw_user_consent" {
            let guest = self.app.as_guest();
            let entry = guest.create("/v1/me/consents", &self.agreement());
            let path = operation.path.replace("{user_id}", &guest.user_id().to_string());
            return (path.replace("{consent_id}", &entry), None);
        }
        let body = match operation.id.as_str() {
            "ask_user_guardian" => Some(self.guardian()),
            _ => body,
        };
        let target = if operation.path.contains('{') {
            let user = self.manager().create("/v1/users", &new());
            operation.path.replace("{user_id}", &user)
        } else {
            operation.path.clone()
        };
        (target, body)
    }

    fn of_import(&self, operation: &Operation) -> Request {
        let target = match operation.id.as_str() {
            // What was taken back cannot be taken back again.
            "undo_import" => operation.path.replace("{job_id}", &self.imported()),
            _ => operation.path.replace("{job_id}", self.job()),
        };
        match operation.id.as_str() {
            "create_import" | "preview_import" => {
                let request = import(r#"{"record": "skill", "uri": "urn:x", "label": {"de": "X"}}"#);
                Request { target, ..request }
            }
            _ => Request::new(&operation.method, &target),
        }
    }

    fn question(&self, id: &str, organisation: &str) -> Value {
        let question = json!({"text": {"de": "Lasertechnik"}});
        if id == "explain_match" {
            json!({"organisation_id": organisation, "request": question})
        } else {
            question
        }
    }

    fn manager(&self) -> Caller<'a> {
        self.app.as_manager()
    }

    /// The login of a user with [`PASSWORD`].
    pub fn login(&self) -> &str {
        self.login.get_or_init(|| {
            let email = "login@example.org";
            let user = json!({"email": email, "name": "Someone", "role": "manager", "password": PASSWORD});
            self.manager().create("/v1/users", &user);
            email.to_owned()
        })
    }

    fn job(&self) -> &str {
        self.job.get_or_init(|| self.imported())
    }

    /// An import that has ended, with one faulty row.
    fn imported(&self) -> String {
        let request = import("{}").header("Prefer", "wait=20");
        let job = self.manager().send(request).is(202).json();
        job["id"].as_str().unwrap_or_default().to_owned()
    }
}

/// An offer of an organisation.
pub fn offer(organisation: &str) -> Value {
    json!({"organisation_id": organisation, "direction": "offer", "cooperation": "pilot", "title": {"de": "Ein Angebot"}})
}

/// An import of JSON Lines.
pub fn import(lines: &str) -> Request {
    Request::new("POST", "/v1/imports").bytes("application/x-ndjson", lines)
}

/// True if the operation needs `If-Match`.
pub fn needs_condition(operation: &Operation) -> bool {
    let parameters = operation.value["parameters"].as_array().into_iter().flatten();
    parameters.into_iter().any(|one| one["name"] == "If-Match")
}

/// The status that means success.
pub fn success(operation: &Operation) -> u16 {
    let statuses = operation.value["responses"].as_object().into_iter().flatten();
    let statuses = statuses.filter_map(|(status, _)| status.parse::<u16>().ok());
    statuses.min().unwrap_or_default()
}

/// The scope that a key needs for the operation, if keys can call it.
pub fn scope(operation: &Operation) -> Option<Scope> {
    use werkstadt_domain::named::Named;
    Scope::from_code(operation.value["x-authz"]["scopes"][0].as_str()?)
}
