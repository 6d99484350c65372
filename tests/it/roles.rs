//! Who may call what: every operation, called as every role, answers as its `x-authz` in the document says.

use serde_json::Value;
use werkstadt_domain::account::{Role, Scope};
use werkstadt_domain::named::Named;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::on_each;
use werkstadt_tests::document::Document;
use werkstadt_tests::http::Request;

/// An id that nothing has.
const NOTHING: &str = "01936d3e-7f10-7000-8000-0000000000aa";

/// An operation as the document describes it.
struct Operation<'a> {
    method: String,
    path: &'a str,
    rule: &'a Value,
    takes_json: bool,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        item.as_object()
            .unwrap()
            .iter()
            .map(move |(method, operation)| Operation {
                method: method.to_uppercase(),
                path,
                rule: &operation["x-authz"],
                takes_json: operation.get("requestBody").is_some(),
            })
    });
    each.collect()
}

/// The status of the operation on what belongs to an organisation.
fn status(caller: &Caller<'_>, operation: &Operation<'_>, organisation: &str) -> u16 {
    let own = operation.path.replace("{organisation_id}", organisation);
    let target: Vec<&str> = own
        .split('/')
        .map(|part| if part.starts_with('{') { NOTHING } else { part })
        .collect();
    let mut request = Request::new(&operation.method, &target.join("/"));
    if operation.takes_json {
        request = request.json(&serde_json::json!({"surely_unknown": true}));
    }
    caller.send(request).status
}

#[test]
fn every_operation_answers_every_role_as_its_rule_says() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, foreign) = (app.company("Eigene GmbH"), app.company("Fremde GmbH"));
        let roles = [
            ("anonymous", app.anonymous()),
            ("member", app.as_member(&own)),
            ("editor", app.as_editor(&own)),
            ("owner", app.as_owner(&own)),
            ("manager", app.as_manager()),
        ];
        let mut wrong = Vec::new();
        for operation in operations(&Document::shared().value) {
            let allowed = operation.rule["roles"].as_array().expect("x-authz");
            // Signing in refuses wrong credentials with the status of missing ones.
            let signs_in = operation.path.starts_with("/v1/auth/");
            for (role, caller) in &roles {
                let seen = status(caller, &operation, &own);
                let right = match (allowed.contains(&Value::from(*role)), *role) {
                    (true, _) => signs_in || ![401, 403].contains(&seen),
                    (false, "anonymous") => seen == 401,
                    (false, _) => seen == 403,
                };
                if !right {
                    wrong.push(format!("{} {} as {role}: {seen}", operation.method, operation.path));
                }
            }
            let owned = operation.rule["own"] == true && operation.path.contains("{organisation_id}");
            if owned {
                for (role, caller) in &roles[2..4] {
                    let seen = status(caller, &operation, &foreign);
                    // What cannot be read at all (no If-Match, a body that is none) is told first.
                    if (200..300).contains(&seen) {
                        wrong.push(format!(
                            "{} {} as foreign {role}: {seen}",
                            operation.method, operation.path
                        ));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn a_key_reaches_as_far_as_its_scopes() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let mut wrong = Vec::new();
        for scope in Scope::ALL {
            let key = app.with_key(&[*scope]);
            for operation in operations(&Document::shared().value) {
                let needed = operation.rule["scopes"].get(0).and_then(Value::as_str);
                let seen = status(&key, &operation, &own);
                let right = if needed == Some(scope.code()) {
                    ![401, 403].contains(&seen)
                } else {
                    seen == 403
                };
                if !right {
                    wrong.push(format!(
                        "{} {} with {}: {seen}",
                        operation.method,
                        operation.path,
                        scope.code()
                    ));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn a_foreign_editor_changes_nothing() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, foreign) = (app.company("Eigene GmbH"), app.company("Fremde GmbH"));
        let editor = app.user(Role::Editor, Some(&own));
        let target = format!("/v1/organisations/{foreign}");
        let change = serde_json::json!({"name": "Übernommen GmbH"});
        editor.patch(&target, "*", &change).is(403);
        assert_eq!(app.anonymous().read(&target)["name"], "Fremde GmbH");
        let target = format!("/v1/organisations/{own}");
        editor
            .patch(&target, "*", &serde_json::json!({"short_name": "Eigene"}))
            .is(200);
        assert_eq!(app.anonymous().read(&target)["short_name"], "Eigene");
    });
}
