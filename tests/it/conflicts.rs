//! Conflicts of every operation that can have one, and what else takes more than one call to come about.

use serde_json::{Value, json};
use werkstadt_api::letters;
use werkstadt_domain::account::Role;
use werkstadt_tests::accounts;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::{PIXEL, Stage, application, due, import, offer, person, solution, tier};
use werkstadt_tests::document::Document;
use werkstadt_tests::http::Request;

/// Produces each of them.
pub fn all(app: &TestApp) {
    unique_values(app);
    accounts_in_conflict(app);
    claims(app);
    what_is_still_needed(app);
    steps(app);
    ended_jobs(app);
    restores(app);
    saved_searches(app);
    decided_cases(app);
    places_that_are_gone(app);
    no_pictures(app);
    let bad = json!({"token": "wa_none", "password": "Regenschirm tanzt leise"});
    for path in ["/v1/auth/activate", "/v1/auth/password/reset"] {
        app.anonymous().post(path, &bad).is(401);
    }
    memberships(app);
    let nobody = json!({"organisation_id": "01936d3e-7f10-7000-8000-00000000dead", "request": {}});
    app.anonymous().post("/v1/matches/explain", &nobody).is(404);
}

/// What is slowed down after many failures, by failing until everything from here is.
pub fn throttled(app: &TestApp, stage: &Stage<'_>) {
    let failing = |number: u32| json!({"email": format!("{number}@example.org"), "password": "not the password"});
    let slowed = (0..200).find(|number| app.anonymous().post("/v1/auth/login", &failing(*number)).status == 429);
    assert!(slowed.is_some(), "nothing slows a guesser down");
    let manager = app.as_manager();
    const SLOWED: [&str; 12] = [
        "login",
        "register",
        "forgot_password",
        "change_password",
        "change_email",
        "begin_second_factor",
        "confirm_second_factor",
        "renew_recovery_codes",
        "remove_second_factor",
        "resend_invitation",
        "give_guardian_consent",
        "withdraw_guardian_consent",
    ];
    for operation in SLOWED.map(|id| Document::shared().operation(id)) {
        let reply = manager.send(stage.call(operation, &stage.own, &manager)).is(429);
        assert_eq!(reply.code(), "too_many_requests");
        let seconds: u32 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds), "{}: {seconds}", operation.id);
    }
}

/// What an account can conflict with.
fn accounts_in_conflict(app: &TestApp) {
    let manager = app.as_manager();
    let state = &app.state;
    accounts::reset(state, manager.user_id());
    accounts::second_factor(state, manager.user_id(), true);
    let begin = json!({"password": accounts::PASSWORD});
    manager.post("/v1/me/second-factor", &begin).is(409);
    accounts::reset(state, manager.user_id());
    let suspended = accounts::user(state, Role::Guest, None);
    let suspended = format!("/v1/users/{suspended}");
    manager.patch(&suspended, "*", &json!({"active": false})).is(200);
    let reset = manager.post(&format!("{suspended}/password-reset"), &Value::Null);
    assert_eq!(reset.is(409).code(), "step_refused");
    // Somebody has got the login meanwhile.
    let (email, token) = accounts::registration(state);
    let user = json!({"email": email, "name": "Faster", "role": "guest"});
    manager.post("/v1/users", &user).is(201);
    manager.post("/v1/invitations", &user).is(409);
    let activation = json!({"token": token, "password": accounts::PASSWORD});
    app.anonymous().post("/v1/auth/activate", &activation).is(409);
    let guest = accounts::user(state, Role::Guest, None);
    let (old, first) = accounts::action_token(
        state,
        guest,
        letters::OLD_ADDRESS,
        json!({"address": email, "other": state.world.id()}),
    );
    let details = json!({"address": email, "other": old});
    let (_, second) = accounts::action_token(state, guest, letters::NEW_ADDRESS, details);
    let confirm = |token: &str| app.anonymous().post("/v1/auth/email/confirm", &json!({"token": token}));
    confirm(&first).is(200);
    confirm(&second).is(409);
}

/// Each of these nouns has a value that no two records share.
fn unique_values(app: &TestApp) {
    let manager = app.as_manager();
    let member = app.company("Member of Conflicts");
    let nouns: [(&str, Value, Value); 3] = [
        (
            "/v1/organisations",
            json!({"kind": "company", "name": "One", "lei": "529900T8BM49AURSDO55"}),
            json!({"kind": "company", "name": "Two"}),
        ),
        (
            "/v1/skills",
            json!({"uri": "urn:conflict", "label": {"de": "Eins"}}),
            json!({"label": {"de": "Zwei"}}),
        ),
        (
            "/v1/users",
            json!({"email": "conflict@example.org", "name": "One", "role": "manager"}),
            json!({"email": "other@example.org", "name": "Two", "role": "manager"}),
        ),
    ];
    for (list, one, other) in nouns {
        manager.post(list, &one).is(201);
        assert_eq!(manager.post(list, &one).is(409).code(), "conflict");
        let other = format!("{list}/{}", manager.create(list, &other));
        let mut change = one.clone();
        change
            .as_object_mut()
            .unwrap()
            .retain(|name, _| ["lei", "uri", "email"].contains(&name.as_str()));
        manager.patch(&other, "*", &change).is(409);
    }
    let membership = json!({"organisation_id": member, "type": "full"});
    manager.post("/v1/memberships", &membership).is(201);
    manager.post("/v1/memberships", &membership).is(409);
}

fn claims(app: &TestApp) {
    let manager = app.as_manager();
    let claims = format!("/v1/organisations/{}/skills", app.company("Claimant"));
    let (one, other) = (app.skill("Eins"), app.skill("Zwei"));
    manager.post(&claims, &json!({"skill": one, "level": 3})).is(201);
    manager.post(&claims, &json!({"skill": one, "level": 4})).is(409);
    let second = manager.create(&claims, &json!({"skill": other, "level": 3}));
    manager
        .patch(&format!("{claims}/{second}"), "*", &json!({"skill": one}))
        .is(409);
    // A skill below a source that is above the target would be below and above it.
    let between = manager.create("/v1/skills", &json!({"label": {"de": "Dazwischen"}, "broader": [one]}));
    let target = manager.create("/v1/skills", &json!({"label": {"de": "Unten"}, "broader": [between]}));
    manager
        .post("/v1/skills/merge", &json!({"sources": [one], "target": target}))
        .is(409);
    let below = json!({"successor": 0, "parts": [{"skill": target}]});
    manager.post(&format!("/v1/skills/{one}/split"), &below).is(409);
    // A skill that is claimed is needed.
    manager.delete(&format!("/v1/skills/{one}"), "*").is(409);
}

fn what_is_still_needed(app: &TestApp) {
    let manager = app.as_manager();
    let university = app.organisation(&json!({"kind": "university", "name": "University of Conflicts"}));
    let units = format!("/v1/organisations/{university}/units");
    let above = manager.create(&units, &json!({"name": {"de": "Fakultät"}, "kind": "faculty"}));
    manager.create(
        &units,
        &json!({"name": {"de": "Lehrstuhl"}, "kind": "chair", "parent_id": above}),
    );
    manager.delete(&format!("{units}/{above}"), "*").is(409);
}

/// What has ended cannot be cancelled, and an import can be taken back once.
fn ended_jobs(app: &TestApp) {
    let manager = app.as_manager();
    let job = manager.send(import("{}").header("Prefer", "wait=20")).is(202).json();
    let id = job["id"].as_str().unwrap();
    let cancelled = manager.post(&format!("/v1/jobs/{id}/cancel"), &json!(null)).is(409);
    assert_eq!(cancelled.json()["current"], "succeeded");
    let undo = format!("/v1/imports/{id}/undo");
    manager.post(&undo, &json!(null)).is(200);
    assert_eq!(manager.post(&undo, &json!(null)).is(409).json()["current"], "undone");
}

/// A user has room for so many, and one that names a skill which is gone cannot be searched.
fn saved_searches(app: &TestApp) {
    let member = app.as_member(&app.company("Searcher"));
    let skill = app.skill("Gesucht");
    let named = |query: &str| json!({"name": "Suche", "target": "organisations", "query": query});
    let gone = member.create("/v1/saved-searches", &named(&format!("skill={skill}")));
    app.as_manager().delete(&format!("/v1/skills/{skill}"), "*").is(204);
    member.get(&format!("/v1/saved-searches/{gone}/hits")).is(409);
    for _ in 1..100 {
        member.create("/v1/saved-searches", &named("q=laser"));
    }
    assert_eq!(
        member.post("/v1/saved-searches", &named("q=laser")).is(409).json()["limit"],
        100
    );
}

/// What is decided stays so.
fn decided_cases(app: &TestApp) {
    let manager = app.as_manager();
    let proposal = json!({"kind": "company", "name": "Proposed", "lei": "213800WAVVOPS85N2205"});
    let case = manager.post("/v1/proposals", &proposal).is(202).json();
    let decision = format!("/v1/moderation/{}/decision", case["id"].as_str().unwrap());
    manager.post(&decision, &json!({"status": "accepted"})).is(200);
    let refused = manager.post(&decision, &json!({"status": "rejected"})).is(409).json();
    assert_eq!(refused["current"], "accepted");
}

/// What was restored must fit what is around it today.
fn restores(app: &TestApp) {
    let manager = app.as_manager();
    let change = |target: &str, change: &Value| drop(manager.patch(target, "*", change).is(200));
    let restore = |target: &str| {
        let events = manager.read(&format!("{target}/history"));
        let version = events["items"][0]["version_id"].as_str().unwrap();
        manager.post(&format!("{target}/history/{version}/restore"), &json!(null))
    };
    // The number has been given to another meanwhile.
    let numbered = json!({"kind": "company", "name": "Numbered", "lei": "5493001KJTIIGC8Y1R12"});
    let company = format!("/v1/organisations/{}", app.organisation(&numbered));
    change(&company, &json!({"lei": null}));
    app.organisation(&json!({"kind": "company", "name": "Next", "lei": "5493001KJTIIGC8Y1R12"}));
    restore(&company).is(409);
    let named = manager.create("/v1/skills", &json!({"uri": "urn:restored", "label": {"de": "Eins"}}));
    let named = format!("/v1/skills/{named}");
    change(&named, &json!({"uri": null}));
    manager.create("/v1/skills", &json!({"uri": "urn:restored", "label": {"de": "Zwei"}}));
    restore(&named).is(409);
    // The skill that it names is gone.
    let gone = app.skill("Vergangen");
    let claim = manager.create(&format!("{company}/skills"), &json!({"skill": gone, "level": 3}));
    manager.delete(&format!("{company}/skills/{claim}"), "*").is(204);
    let below = json!({"label": {"de": "Darunter"}, "broader": [gone]});
    let below = format!("/v1/skills/{}", manager.create("/v1/skills", &below));
    change(&below, &json!({"broader": []}));
    let mut offer = offer(&company.replace("/v1/organisations/", ""));
    offer["preferred"] = json!([{"skill": gone}]);
    let offer = format!("/v1/opportunities/{}", manager.create("/v1/opportunities", &offer));
    change(&offer, &json!({"preferred": []}));
    manager.delete(&format!("/v1/skills/{gone}"), "*").is(204);
    for target in [company, below, offer] {
        let problem = restore(&target).is(422);
        assert!(!problem.faults().is_empty(), "{target}: {}", problem.text());
    }
}

/// What is no picture, or too much of one, is no logo.
fn no_pictures(app: &TestApp) {
    let manager = app.as_manager();
    let target = format!("/v1/organisations/{}/logo", app.company("Without a Logo"));
    let put = |body: &[u8]| {
        manager.send(
            Request::new("PUT", &target)
                .bytes("image/png", body)
                .header("If-Match", "*"),
        )
    };
    put(b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>").is(415);
    put(&PIXEL[..40]).is(422);
    put(&vec![0; (4 << 20) + 1]).is(413);
    manager.delete(&target, "*").is(404);
}

/// A state of a record is not brought back if it names a unit that is gone.
fn places_that_are_gone(app: &TestApp) {
    let manager = app.as_manager();
    let university = app.organisation(&json!({"kind": "university", "name": "University of the Past"}));
    let units = format!("/v1/organisations/{university}/units");
    let unit = manager.create(&units, &json!({"name": {"de": "Lehrstuhl"}, "kind": "chair"}));
    let mut body = person(&university);
    body["affiliations"][0]["unit_id"] = json!(unit);
    let target = format!("/v1/people/{}", manager.create("/v1/people", &body));
    manager.patch(&target, "*", &json!({"affiliations": []})).is(200);
    let mut body = solution(&university);
    body["unit_id"] = json!(unit);
    let made = format!("/v1/solutions/{}", manager.create("/v1/solutions", &body));
    manager.patch(&made, "*", &json!({"unit_id": null})).is(200);
    manager.delete(&format!("{units}/{unit}"), "*").is(204);
    for (target, pointer) in [(target, "/affiliations/0/unit_id"), (made, "/unit_id")] {
        let history = manager.read(&format!("{target}/history"));
        let version = history["items"][0]["version_id"].as_str().unwrap();
        let restore = format!("{target}/history/{version}/restore");
        let refused = manager.post(&restore, &json!(null)).is(422).json();
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
}

/// A step that the life cycle does not have is refused, and names those that it has.
fn steps(app: &TestApp) {
    let manager = app.as_manager();
    let company = app.company("Stepper");
    let membership = json!({"organisation_id": company, "type": "full"});
    let membership = manager.create("/v1/memberships", &membership);
    let opportunity = manager.create("/v1/opportunities", &offer(&company));
    let renewal = format!("/v1/opportunities/{opportunity}/renew");
    assert_eq!(manager.post(&renewal, &json!({})).is(409).json()["current"], "draft");
    for (target, to) in [
        (format!("/v1/memberships/{membership}/status"), "lapsed"),
        (format!("/v1/opportunities/{opportunity}/status"), "completed"),
    ] {
        let refused = manager.post(&target, &json!({"status": to})).is(409).json();
        assert_eq!(refused["code"], "step_refused");
        assert!(
            refused["allowed"].as_array().is_some_and(|allowed| !allowed.is_empty()),
            "{refused}"
        );
    }
}

/// What is in use stays, what is decided stays decided, and nobody owes twice.
fn memberships(app: &TestApp) {
    let manager = app.as_manager();
    let made = manager.create("/v1/membership-types", &tier("conflicts"));
    manager.post("/v1/membership-types", &tier("conflicts")).is(409);
    let made = format!("/v1/membership-types/{made}");
    let member = |name: &str| {
        let membership = json!({"organisation_id": app.company(name), "type": "conflicts", "status": "active"});
        format!("/v1/memberships/{}", manager.create("/v1/memberships", &membership))
    };
    let (one, other) = (member("Owes"), member("Covered"));
    manager.delete(&made, "*").is(409);
    manager.patch(&made, "*", &json!({"code": "other"})).is(409);
    let dues = format!("{one}/dues");
    manager.post(&dues, &due(2020)).is(201);
    manager.post(&dues, &due(2020)).is(409);
    let second = manager.create(&dues, &due(2021));
    let nobody = format!("/v1/dues/{second}/remind");
    assert_eq!(manager.post(&nobody, &json!({})).is(409).json()["reason"], "nobody");
    let moved = json!({"first_on": "2020-01-01"});
    manager.patch(&format!("/v1/dues/{second}"), "*", &moved).is(409);
    assert_eq!(
        manager.post(&format!("{one}/renew"), &json!({})).is(409).json()["reason"],
        "owing"
    );
    let above = one.rsplit('/').next().unwrap();
    manager.patch(&other, "*", &json!({"covered_by": above})).is(200);
    assert_eq!(
        manager.post(&format!("{other}/renew"), &json!({})).is(409).json()["reason"],
        "covered"
    );
    manager.post(&format!("{one}/resign"), &json!({})).is(200);
    let refused = manager.post(&format!("{one}/resign"), &json!({})).is(409).json();
    assert_eq!(
        (&refused["code"], &refused["current"]),
        (&json!("step_refused"), &json!("resigned"))
    );
    let sent = manager
        .post("/v1/memberships/apply", &application("conflicts", "Twice decided"))
        .is(202)
        .json();
    let decide = format!(
        "/v1/membership-applications/{}/decide",
        sent["reference"].as_str().unwrap()
    );
    let refused = manager.post(&decide, &json!({"decision": "accept"})).is(409).json();
    assert_eq!(
        (&refused["current"], &refused["allowed"]),
        (&json!("applied"), &json!(["under_review"]))
    );
}
