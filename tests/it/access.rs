//! Who may call what: every operation as every role, on the own organisation and on a foreign one, against its `x-authz`.

use serde_json::Value;
use werkstadt_domain::account::Scope;
use werkstadt_domain::named::Named;
use werkstadt_tests::accounts;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::{Stage, scope, success};
use werkstadt_tests::database::on_each;
use werkstadt_tests::document::{Document, Operation};

mod missing;

const ROLES: [&str; 6] = ["anonymous", "guest", "member", "editor", "owner", "manager"];

/// The published rule of an operation.
struct Rule<'a> {
    roles: Vec<&'a str>,
    own: bool,
    /// What is another organisation's is answered like what does not exist.
    absent: bool,
}

impl<'a> Rule<'a> {
    fn of(operation: &'a Operation) -> Self {
        let rule = &operation.value["x-authz"];
        let roles = rule["roles"].as_array().into_iter().flatten();
        let roles: Vec<&str> = roles.filter_map(Value::as_str).collect();
        let known = !roles.is_empty() && roles.iter().all(|role| ROLES.contains(role));
        assert!(known, "{}: {rule}", operation.id);
        let own = rule["own"]
            .as_bool()
            .unwrap_or_else(|| panic!("{}: {rule}", operation.id));
        let absent = rule["absent"] == true;
        Self { roles, own, absent }
    }

    /// The status that the rule leads to.
    fn status(&self, role: &str, is_own: bool, operation: &Operation) -> u16 {
        let reaches = is_own || !self.own || role == "manager";
        match role {
            _ if self.roles.contains(&role) && reaches => success(operation),
            "anonymous" => 401,
            _ if self.absent && self.roles.contains(&role) => 404,
            _ => 403,
        }
    }
}

fn caller<'a>(app: &'a TestApp, role: &str, organisation: &str) -> Caller<'a> {
    match role {
        "anonymous" => app.anonymous(),
        "guest" => app.as_guest(),
        "member" => app.as_member(organisation),
        "editor" => app.as_editor(organisation),
        "owner" => app.as_owner(organisation),
        _ => app.as_manager(),
    }
}

#[test]
fn every_operation_admits_whom_it_says() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let mut wrong = Vec::new();
        for role in ROLES {
            let caller = caller(&app, role, &stage.own);
            for operation in &Document::shared().operations {
                if std::env::var("ONLY").is_ok_and(|only| !only.split(',').any(|w| operation.path.contains(w))) {
                    continue;
                }
                for (organisation, is_own) in [(&stage.own, true), (&stage.foreign, false)] {
                    let expected = Rule::of(operation).status(role, is_own, operation);
                    let reply = caller.send(stage.call(operation, organisation, &caller));
                    let (id, text) = (&operation.id, reply.text());
                    if reply.status != expected {
                        wrong.push(format!(
                            "{id} as {role}, own {is_own}: {} not {expected}: {text}",
                            reply.status
                        ));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn a_key_reaches_as_far_as_its_scopes() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let every = app.with_key(Scope::ALL);
        let mut wrong = Vec::new();
        for operation in &Document::shared().operations {
            if std::env::var("ONLY").is_ok_and(|only| !only.split(',').any(|w| operation.path.contains(w))) {
                continue;
            }
            let needed = scope(operation);
            let just = app.with_key(needed.as_slice());
            let others = Scope::ALL.iter().copied().filter(|scope| Some(*scope) != needed);
            let others = app.with_key(&others.collect::<Vec<_>>());
            // Without a scope, an operation is for people only.
            let allowed = needed.map_or(403, |_| success(operation));
            for (caller, expected) in [(&just, allowed), (&every, allowed), (&others, 403)] {
                let reply = caller.send(stage.call(operation, &stage.own, caller));
                if reply.status != expected {
                    wrong.push(format!(
                        "{} needs {needed:?}: {} not {expected}",
                        operation.id, reply.status
                    ));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn a_key_never_reaches_further_than_its_user() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let editor = app.as_editor(&stage.own).user_id();
        let key = Caller::bearing(&app, accounts::key(&app.state, editor, Scope::ALL));
        let for_keys = |operation: &&Operation| scope(operation).is_some();
        for operation in Document::shared().operations.iter().filter(for_keys) {
            if std::env::var("ONLY").is_ok_and(|only| !only.split(',').any(|w| operation.path.contains(w))) {
                continue;
            }
            for (organisation, is_own) in [(&stage.own, true), (&stage.foreign, false)] {
                let expected = Rule::of(operation).status("editor", is_own, operation);
                let reply = key.send(stage.call(operation, organisation, &key));
                assert_eq!(reply.status, expected, "{} {}", operation.id, reply.text());
            }
        }
    });
}
