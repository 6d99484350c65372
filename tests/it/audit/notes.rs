//! What the audit log says of readings and of refusals, and when it says it.

use serde_json::{Value, json};
use werkstadt_api::audit::notes;
use werkstadt_domain::account::{Role, Scope};
use werkstadt_tests::accounts;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::{PASSWORD, Stage, person};
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::{self, Request};

use super::{entries, sound};

const READ: &str = "SELECT count(*) AS count FROM audit_records WHERE operation = 'read'";

/// A person whom members may see.
fn for_members(app: &TestApp, organisation: &str) -> String {
    let mut body = person(organisation);
    body["consent"] = json!({"by": "person", "how": "a signed form"});
    body["visibility"] = json!("members");
    app.as_manager().create("/v1/people", &body)
}

#[test]
fn an_answer_leaves_when_the_log_has_what_it_tells() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let ids: Vec<String> = (0..40).map(|_| for_members(&app, &stage.own)).collect();
        notes::write_down(&app.state).expect("noted");
        let before = app.count(READ);
        // Nobody but those who answer writes anything down here.
        std::thread::scope(|scope| {
            for part in ids.chunks(10) {
                let reader = app.as_member(&stage.foreign);
                let app = &app;
                scope.spawn(move || {
                    for id in part {
                        reader.read(&format!("/v1/people/{id}"));
                        let noted = format!("SELECT count(DISTINCT e.seq) AS count FROM audit_entries AS e JOIN audit_records AS r ON r.seq = e.seq WHERE e.kind = 'read' AND {}", is(app, id));
                        assert_eq!(app.count(&noted), 1, "{id}");
                    }
                });
            }
        });
        assert_eq!(app.count(READ), before + 40);
        // Told again within the second: no second entry. Later: another.
        let reader = app.as_member(&stage.foreign);
        reader.read(&format!("/v1/people/{}", ids[0]));
        let once = app.count(READ);
        reader.read(&format!("/v1/people/{}", ids[0]));
        assert_eq!(app.count(READ), once);
        app.advance(chrono::TimeDelta::seconds(1));
        reader.read(&format!("/v1/people/{}", ids[0]));
        assert_eq!(app.count(READ), once + 1);
        // What is sent piece by piece.
        app.advance(chrono::TimeDelta::seconds(1));
        app.as_manager().get("/v1/exports/network.jsonl").is(200);
        assert!(app.count(READ) >= once + 41);
        sound(&app);
    });
}

/// That a record of the log is this person, in the words of the database.
fn is(app: &TestApp, id: &str) -> String {
    let hex = id.replace('-', "");
    match app
        .state
        .store
        .read(|db| Ok::<_, werkstadt_persistence::Error>(matches!(db, werkstadt_persistence::Db::Sqlite(_))))
    {
        Ok(true) => format!("hex(r.record_id) = '{}'", hex.to_uppercase()),
        _ => format!("r.record_id = '{id}'"),
    }
}

#[test]
fn a_log_that_cannot_be_written_does_not_shut_the_directory_and_misses_nothing() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let id = for_members(&app, &stage.own);
        let reader = app.as_member(&stage.foreign);
        notes::write_down(&app.state).expect("noted");
        app.execute("ALTER TABLE audit_details RENAME TO audit_details_away");
        reader.read(&format!("/v1/people/{id}"));
        notes::write_down(&app.state).expect_err("no table");
        // A change that cannot be noted is not done.
        let target = format!("/v1/organisations/{}", stage.own);
        let token = app.as_manager().token().expect("a token");
        let change = Request::new("PATCH", &target).json(&json!({"summary": {"de": "Neu"}}));
        let change = change
            .header("If-Match", "*")
            .header("Authorization", &format!("Bearer {token}"));
        // Past what checks answers: no document promises a broken database.
        let refused = http::send(app.address, &change);
        assert!(refused.status >= 500, "{}", refused.text());
        assert_eq!(app.anonymous().read(&target)["summary"], Value::Null);
        app.execute("ALTER TABLE audit_details_away RENAME TO audit_details");
        let found = entries(&app, &format!("kind=read&record_id={id}"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0]["actor"]["id"], reader.user_id().to_string());
        sound(&app);
    });
}

#[test]
fn who_is_refused_is_noted() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let member = app.as_member(&stage.own);
        let target = format!("/v1/organisations/{}", stage.foreign);
        for _ in 0..3 {
            member.patch(&target, "*", &json!({"summary": {"de": "Neu"}})).is(403);
        }
        let editor = app.as_editor(&stage.own);
        editor.patch(&target, "*", &json!({"summary": {"de": "Neu"}})).is(403);
        let key = accounts::key(&app.state, member.user_id(), &[Scope::DirectoryRead]);
        Caller::bearing(&app, key).get("/v1/audit-log").is(403);
        // Nobody in particular.
        app.anonymous().get("/v1/audit-log").is(401);
        let found = entries(&app, "kind=refusal");
        let told = |entry: &Value| {
            (
                entry["actor"]["kind"].clone(),
                entry["operation"].clone(),
                entry["times"].clone(),
            )
        };
        let mut told: Vec<_> = found.iter().map(told).map(|told| format!("{told:?}")).collect();
        told.sort();
        let expected = [
            (json!("api_key"), json!("list_audit_entries"), Value::Null),
            (json!("user"), json!("update_organisation"), Value::Null),
            (json!("user"), json!("update_organisation"), json!(3)),
        ];
        assert_eq!(told, expected.map(|told| format!("{told:?}")));
        sound(&app);
    });
}

#[test]
fn whose_password_or_code_was_wrong_is_noted() {
    on_each(|database| {
        let app = TestApp::on(database);
        let user = json!({"email": "erika@example.org", "name": "Erika", "role": "guest", "password": PASSWORD});
        let id = app.as_manager().create("/v1/users", &user);
        let sign_in = |email: &str, password: &str| {
            let body = json!({"email": email, "password": password});
            app.send(&Request::new("POST", "/v1/auth/login").json(&body))
        };
        sign_in("erika@example.org", "not the password").is(401);
        sign_in("nobody@example.org", "not the password").is(401);
        let found = entries(&app, "kind=refusal&operation=login");
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0]["actor"]["kind"], "system");
        assert_eq!(
            found[0]["records"],
            json!([{"kind": "user", "id": id, "deed": "refused"}])
        );
        assert!(!found[0].to_string().contains("erika"), "{found:?}");
        assert_eq!(found[0]["network"], "127.0.0.0/24");
        // A used refresh token.
        let session = sign_in("erika@example.org", PASSWORD).is(200).json();
        let renew = |token: &Value| {
            let body = json!({"refresh_token": token});
            app.send(&Request::new("POST", "/v1/auth/refresh").json(&body))
        };
        let second = renew(&session["refresh_token"]).is(200).json();
        renew(&second["refresh_token"]).is(200);
        renew(&session["refresh_token"]).is(401);
        let found = entries(&app, "kind=refusal&operation=refresh");
        assert_eq!(found[0]["records"][0]["id"], json!(id));
        // The own password, wrong.
        let user = app.user(Role::Guest, None);
        let change = json!({"current_password": "not the password", "new_password": "Regenschirm tanzt leise im Mai"});
        user.post("/v1/me/password", &change).is(422);
        let found = entries(&app, "kind=refusal&operation=change_password");
        assert_eq!(found[0]["actor"]["id"], user.user_id().to_string());
        sound(&app);
    });
}
