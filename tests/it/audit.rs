//! The audit log: who did and who read what, and that nobody can change what it says.

use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value, json};
use uuid::Uuid;
use werkstadt_domain::account::{Role, Scope};
use werkstadt_tests::accounts;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::{Stage, person};
use werkstadt_tests::database::{TestDatabase, on_each};
use werkstadt_tests::document::{Document, Operation};
use werkstadt_tests::http::Request;

mod notes;
mod tampering;

/// The entries that a query finds, the newest first.
fn entries(app: &TestApp, query: &str) -> Vec<Value> {
    let page = app.as_manager().read(&format!("/v1/audit-log?{query}"));
    page["items"].as_array().expect("items").clone()
}

fn now(app: &TestApp) -> String {
    app.state.now().to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn readings(app: &TestApp, query: &str) -> Vec<Value> {
    let page = app.as_manager().read(&format!("/v1/audit-log/readings?{query}"));
    page["items"].as_array().expect("items").clone()
}

fn sound(app: &TestApp) -> Value {
    let manager = app.as_manager();
    let found = manager.post("/v1/audit-log/verify", &json!({})).is(200).json();
    assert_eq!(found["sound"], true, "{found}");
    assert_eq!(found["complete"], true);
    found
}

#[test]
fn a_change_says_who_what_when_from_where_and_why() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let owner = app.as_owner(&stage.own);
        let id = owner.create("/v1/people", &person(&stage.own));
        let at = now(&app);
        let change = Request::new("PATCH", &format!("/v1/people/{id}"))
            .json(&json!({"phone": "+49 3641 77", "titles": "Dr."}))
            .header("If-Match", "*")
            .header("X-Request-Id", "rectify-0001")
            .header("Audit-Reason", "Anruf: neue Nummer");
        owner.send(change).is(200);
        let [entry, before] = &entries(&app, &format!("record_id={id}&kind=write"))[..] else {
            panic!("two changes");
        };
        assert_eq!(before["operation"], "create_person");
        assert_eq!(entry["operation"], "update_person");
        assert_eq!(entry["at"], at);
        assert_eq!(entry["actor"]["kind"], "user");
        assert_eq!(entry["actor"]["id"], owner.user_id().to_string());
        assert_eq!(entry["network"], "127.0.0.0/24");
        assert_eq!(entry["reason"], "Anruf: neue Nummer");
        assert_eq!(entry["request_id"], "rectify-0001");
        assert_eq!(entry["fields"], json!(["phone", "titles"]));
        assert!(
            !entry.to_string().contains("3641"),
            "the values are nobody's business: {entry}"
        );
        let records = entry["records"].as_array().expect("records");
        let touched = json!({"kind": "person", "id": id, "deed": "updated"});
        assert!(records.contains(&touched), "{records:?}");
        // Refused is not done.
        owner
            .patch(&format!("/v1/people/{id}"), "*", &json!({"phone": "x"}))
            .is(422);
        assert_eq!(entries(&app, &format!("record_id={id}&kind=write")).len(), 2);
        sound(&app);
    });
}

#[test]
fn whose_data_did_a_key_read_between_two_times() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let manager = app.as_manager();
        let seen_by = |visibility: &str, contacts: &str| {
            let mut body = person(&stage.own);
            body["consent"] = json!({"by": "person", "how": "a signed form"});
            body["visibility"] = json!(visibility);
            body["contact_visibility"] = json!(contacts);
            body["email"] = json!("someone@example.org");
            manager.create("/v1/people", &body)
        };
        let (hidden, for_members) = (seen_by("managers", "managers"), seen_by("members", "members"));
        let (public, contact) = (seen_by("public", "public"), seen_by("public", "members"));
        let member = app.as_member(&stage.foreign).user_id();
        let key = accounts::key(&app.state, member, &[Scope::DirectoryRead]);
        let reader = Caller::bearing(&app, key);
        let key_id = |entries: &[Value]| entries[0]["actor"]["id"].as_str().expect("an id").to_owned();
        reader.read(&format!("/v1/people/{for_members}"));
        let key = key_id(&entries(&app, "kind=read&operation=get_person"));
        app.advance(TimeDelta::minutes(10));
        let begin = now(&app);
        reader.read("/v1/people");
        reader.get(&format!("/v1/people/{hidden}")).is(404);
        app.advance(TimeDelta::minutes(10));
        let end = now(&app);
        reader.read(&format!("/v1/people/{contact}"));
        let read = |query: String| -> Vec<String> {
            let found = readings(&app, &query);
            let mut ids: Vec<String> = found
                .iter()
                .map(|one| one["id"].as_str().expect("an id").to_owned())
                .collect();
            ids.sort();
            ids
        };
        let sorted = |mut ids: Vec<String>| {
            ids.sort();
            ids
        };
        assert_eq!(
            read(format!("actor_id={key}&from={begin}&until={end}")),
            sorted(vec![for_members.clone(), contact.clone()]),
            "what all may know is no secret, and what was refused was not read"
        );
        assert_eq!(
            read(format!("actor_id={key}&from={end}")),
            std::slice::from_ref(&contact)
        );
        assert_eq!(
            read(format!("actor_id={key}&until={begin}")),
            std::slice::from_ref(&for_members)
        );
        assert_eq!(read(format!("actor_id={}", Uuid::nil())), [""; 0]);
        // Page by page.
        let first = manager.read(&format!("/v1/audit-log/readings?actor_id={key}&limit=1"));
        let next = manager.read(first["next"].as_str().expect("a second page"));
        assert_eq!(next["items"].as_array().map(Vec::len), Some(1));
        assert_ne!(first["items"][0]["id"], next["items"][0]["id"]);
        assert_eq!(first["items"][0]["entries"], 2);
        // The other way round: who read of one person. The manager who looks has not read the person.
        let of = |id: &str| manager.read(&format!("/v1/audit-log/disclosures?record_id={id}"))["items"].clone();
        let told = of(&for_members);
        let told: Vec<(&Value, &Value)> = told
            .as_array()
            .expect("items")
            .iter()
            .map(|one| (&one["actor"]["id"], &one["operation"]))
            .collect();
        assert_eq!(
            told,
            [
                (&json!(key), &json!("list_people")),
                (&json!(key), &json!("get_person"))
            ]
        );
        assert_eq!(of(&hidden), json!([]));
        assert_eq!(of(&public), json!([]));
        sound(&app);
    });
}

#[test]
fn who_is_not_signed_in_and_who_reads_of_oneself_leaves_no_trace() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let owner = app.as_owner(&stage.own);
        let own = owner.user_id();
        app.anonymous().read("/v1/people");
        app.as_guest().read("/v1/people");
        owner.read(&format!("/v1/users/{own}"));
        assert_eq!(entries(&app, "kind=read&operation=list_people"), [Value::Null; 0]);
        assert_eq!(entries(&app, "kind=read&operation=get_user"), [Value::Null; 0]);
        app.as_manager().read(&format!("/v1/users/{own}"));
        let found = entries(&app, "kind=read&operation=get_user");
        assert_eq!(found[0]["records"][0]["id"], own.to_string());
        // Who reads in the log what somebody did is noted there as well.
        owner.create("/v1/people", &person(&stage.own));
        assert_eq!(entries(&app, &format!("actor_id={own}")).len(), 1);
        let found = entries(&app, "kind=read&operation=list_audit_entries");
        assert_eq!(found[0]["records"][0]["id"], own.to_string());
    });
}

/// Schemas that tell of people what not everyone may know.
const PERSONAL: [&str; 7] = [
    "Person",
    "User",
    "Invitation",
    "MembershipApplication",
    "Representative",
    "Contact",
    "ConsentEntry",
];

/// Operations that can tell such things by their schema and do not: lists of memberships leave out who represents them.
const SILENT: [&str; 1] = ["list_memberships"];

#[test]
fn every_operation_that_tells_of_people_notes_it() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let manager = app.as_manager();
        // Somebody to be told of in each of them.
        manager.create("/v1/people", &person(&stage.own));
        let contacts = json!({"contacts": [{"name": "Erika Beispiel", "email": "erika@example.org"}]});
        for organisation in [&stage.own, &stage.foreign] {
            manager
                .patch(&format!("/v1/organisations/{organisation}"), "*", &contacts)
                .is(200);
        }
        app.as_owner(&stage.own);
        let invitation = json!({"email": "new@example.org", "name": "New", "role": "manager"});
        manager.create("/v1/invitations", &invitation);
        let reads = |operation: &&Operation| {
            let question = operation.id.ends_with("matches") || operation.id == "explain_match";
            (operation.method == "GET" || question) && tells_of_people(operation)
        };
        let operations: Vec<&Operation> = Document::shared().operations.iter().filter(reads).collect();
        let (mut silent, mut asked) = (Vec::new(), 0);
        for operation in operations {
            // Who reads of oneself is not noted: the examples make the caller the person.
            let example = match operation.id.as_str() {
                "list_person_consents" | "get_person_consent" => app.user(Role::Manager, None),
                _ => manager.clone(),
            };
            let answered = manager.send(stage.call(operation, &stage.own, &example)).is(200);
            // Who is found nobody is told of.
            if answered.text().contains("\"items\":[]") {
                continue;
            }
            asked += 1;
            let noted = entries(&app, &format!("kind=read&operation={}", operation.id));
            let is_silent = SILENT.contains(&operation.id.as_str());
            if noted.is_empty() != is_silent {
                silent.push(&operation.id);
            }
        }
        assert!(silent.is_empty(), "{silent:?}");
        assert!(asked > 15, "{asked}");
    });
}

/// True if an answer of the operation can contain one of the schemas, or is a file of such.
fn tells_of_people(operation: &Operation) -> bool {
    let document = &Document::shared().value;
    let files = [
        "export_people_vcf",
        "export_network",
        "export_organisations_vcf",
        "list_person_history",
    ];
    if files.contains(&operation.id.as_str()) {
        return true;
    }
    // Of oneself.
    if operation.path.starts_with("/v1/me") {
        return false;
    }
    let mut open = vec![&operation.value["responses"]];
    let mut known: Vec<&str> = Vec::new();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(name) = members.get("$ref").and_then(Value::as_str) {
                    let name = name.rsplit('/').next().expect("a name");
                    if PERSONAL.contains(&name) {
                        return true;
                    }
                    if !known.contains(&name) {
                        known.push(name);
                        open.push(&document["components"]["schemas"][name]);
                    }
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    false
}

#[test]
fn two_servers_make_one_chain() {
    let Some(database) = TestDatabase::postgres() else {
        return;
    };
    let apps = [0, 1].map(|number| TestApp::numbered(&database, number, |_| {}));
    let manager = apps[0].as_manager().user_id();
    std::thread::scope(|scope| {
        for (number, app) in apps.iter().enumerate() {
            for thread in 0..3 {
                scope.spawn(move || {
                    let manager = Caller::user(app, manager);
                    for round in 0..15 {
                        let name = format!("Firma {number} {thread} {round}");
                        manager.create("/v1/organisations", &json!({"kind": "company", "name": name}));
                    }
                });
            }
        }
    });
    let found = sound(&apps[1]);
    assert!(found["checked"].as_i64() >= Some(90), "{found}");
    let made = entries(&apps[0], "operation=create_organisation&limit=200");
    assert_eq!(made.len(), 90);
}

#[test]
fn bad_questions_are_told_what_is_wrong() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        for query in [
            "from=yesterday",
            "kind=guess",
            "actor_id=7",
            "from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
            "operator=x",
        ] {
            manager.get(&format!("/v1/audit-log?{query}")).is(400);
        }
        manager.get("/v1/audit-log/readings").is(400);
        let heads = |code: &str| json!({"heads": [{"sequence": 1, "code": code}]});
        manager.post("/v1/audit-log/verify", &heads("short")).is(422);
        manager.post("/v1/audit-log/verify", &json!({"after": -1})).is(422);
        let found = manager
            .post("/v1/audit-log/verify", &json!({"after": 1_000_000}))
            .is(200)
            .json();
        assert_eq!(found["faults"][0]["kind"], "missing", "{found}");
    });
}
