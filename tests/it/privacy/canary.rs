//! Somebody whose traces are looked for.

use std::path::Path;

use serde_json::json;
use werkstadt_api::audit::notes;
use werkstadt_domain::account::{Scope, UserId};
use werkstadt_tests::accounts;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::{PASSWORD, Stage, application, person};
use werkstadt_tests::database::TestDatabase;
use werkstadt_tests::http::Request;

use super::names;

/// Somebody with traces in every corner: an account, a person, and what others keep.
pub(super) struct Canary {
    pub(super) user: String,
    pub(super) person: String,
    /// Words that nobody else has.
    pub(super) words: Vec<String>,
}

pub(super) fn canary(app: &TestApp, stage: &Stage<'_>, number: usize) -> Canary {
    let manager = app.as_manager();
    let word = |what: &str| format!("{what}Kanarie{number:04}x");
    let email = format!("Mail.{}@example.org", word("post"));
    let (given, family, phone) = (word("Ada"), word("Vogel"), format!("+49 3641 55{number:04}77"));
    let new = json!({"email": email, "name": format!("{given} {family}"), "role": "member", "organisation_id": stage.own,
        "password": PASSWORD});
    let user = Request::new("POST", "/v1/users")
        .json(&new)
        .header("Idempotency-Key", &word("user"));
    let user = manager.send(user).is(201).json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let mut body = person(&stage.own);
    body["given_name"] = json!(given);
    body["family_name"] = json!(family);
    body["email"] = json!(email);
    body["phone"] = json!(phone);
    body["roles_sought"] = json!([word("Rolle")]);
    body["consent"]["how"] = json!(word("Formular"));
    let made = Request::new("POST", "/v1/people")
        .json(&body)
        .header("Idempotency-Key", &word("person"));
    let id = manager.send(made).is(201).json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    manager
        .patch(&format!("/v1/people/{id}"), "*", &json!({"titles": word("Dr")}))
        .is(200);
    manager
        .patch(&format!("/v1/users/{user}"), "*", &json!({"person_id": id}))
        .is(200);
    // The own doings, with words about them.
    let caller = Caller::user(app, UserId::parse(&user).expect("an id"));
    let search = json!({"name": word("Suche"), "target": "organisations", "query": format!("q={}", word("laser"))});
    let search = Request::new("POST", "/v1/saved-searches")
        .json(&search)
        .header("Audit-Reason", &word("Grund"));
    caller.send(search).is(201);
    accounts::key(
        &app.state,
        UserId::parse(&user).expect("an id"),
        &[Scope::DirectoryRead],
    );
    let login = json!({"email": email, "password": PASSWORD});
    let login = Request::new("POST", "/v1/auth/login")
        .json(&login)
        .header("User-Agent", &word("Browser"));
    app.anonymous().send(login).is(200);
    app.anonymous()
        .post("/v1/auth/password/forgot", &json!({"email": email}))
        .is(202);
    // What others do about this person.
    let read = Request::new("GET", &format!("/v1/people/{id}")).header("Audit-Reason", &word("Anfrage"));
    app.as_owner(&stage.own).send(read).is(200);
    notes::write_down(&app.state).expect("noted");
    let contact = json!({"name": format!("{given} {family}"), "email": email, "phone": phone});
    let mut asked = application("kanarie", &format!("Firma {number} GmbH"));
    asked["contact"] = contact.clone();
    asked["documents"][0]["file_name"] = json!(format!("{}.pdf", word("Auszug")));
    app.anonymous().post("/v1/memberships/apply", &asked).is(202);
    let company = app.company(&format!("Vertretene {number} GmbH"));
    let represented = json!({"organisation_id": company, "type": "full", "status": "active", "until_on": "2099-12-31",
        "representative": contact.clone()});
    manager.create("/v1/memberships", &represented);
    let path = format!("/v1/organisations/{company}");
    let other = json!({"name": "Zentrale", "email": "zentrale@example.org"});
    manager
        .patch(&path, "*", &json!({"contacts": [contact.clone(), other.clone()]}))
        .is(200);
    manager
        .patch(
            &path,
            "*",
            &json!({"summary": {"de": "Neu"}, "notes": "Nur für Manager"}),
        )
        .is(200);
    // An import that changes the organisation, finds it again, and has a faulty row.
    let rows = [
        json!({"record": "organisation", "id": company, "kind": "company", "name": format!("Vertretene {number} GmbH"),
            "contacts": [contact, other], "website": format!("https://firma{number}.example.org")}),
        json!({"record": "person", "given_name": given, "family_name": family, "email": format!("{email}@")}),
    ];
    let rows = rows.map(|row| row.to_string()).join("\n");
    let import = Request::new("POST", "/v1/imports?duplicates=update").bytes("application/x-ndjson", rows);
    let import = import.header("Prefer", "wait=20");
    manager.send(import).is(202);
    // It was somewhere that is gone.
    let gone = app.company(&format!("Frühere {number} GmbH"));
    let affiliations = json!([{"organisation_id": stage.own}, {"organisation_id": gone}]);
    manager
        .patch(&format!("/v1/people/{id}"), "*", &json!({"affiliations": affiliations}))
        .is(200);
    manager.delete(&format!("/v1/organisations/{gone}"), "*").is(204);
    let invitation =
        json!({"email": format!("neu.{email}"), "name": given, "role": "member", "organisation_id": stage.own});
    let _ = caller.post("/v1/invitations", &invitation);
    let words = [
        "post", "Ada", "Vogel", "Rolle", "Formular", "Dr", "Suche", "laser", "Grund", "Browser", "Anfrage", "Auszug",
    ];
    let mut words: Vec<String> = words.into_iter().map(word).collect();
    words.push(format!("55{number:04}77"));
    Canary {
        user,
        person: id,
        words,
    }
}

/// Where a word is in the database: tables and columns, and for SQLite also in the bytes of its files.
pub(super) fn traces(app: &TestApp, database: &TestDatabase, word: &str) -> Vec<String> {
    let columns = names(
        app,
        "SELECT m.name || '.' || c.name AS name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table'",
        "SELECT table_name || '.' || column_name || '.' || data_type AS name FROM information_schema.columns WHERE table_schema = 'public'",
    );
    let mut found = Vec::new();
    for name in columns {
        let mut parts = name.split('.');
        let (table, column) = (parts.next().expect("a table"), parts.next().expect("a column"));
        let condition = match (database, parts.next()) {
            (TestDatabase::Sqlite(_), _) => format!("instr(lower(CAST({column} AS TEXT)), lower('{word}')) > 0"),
            (_, Some("bytea")) => format!("position(lower('{word}') in lower(encode({column}, 'escape'))) > 0"),
            _ => format!("position(lower('{word}') in lower({column}::text)) > 0"),
        };
        if app.count(&format!("SELECT count(*) AS count FROM {table} WHERE {condition}")) > 0 {
            found.push(name);
        }
    }
    if let TestDatabase::Sqlite(folder) = database {
        found.extend(files_with(folder.path(), word));
    }
    found
}

fn files_with(folder: &Path, word: &str) -> Vec<String> {
    let word = word.to_lowercase();
    let files = std::fs::read_dir(folder).expect("a folder").flatten();
    let has = |path: &Path| {
        let bytes = std::fs::read(path).expect("a file").to_ascii_lowercase();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    };
    let files = files.map(|entry| entry.path()).filter(|path| has(path));
    files.map(|path| path.display().to_string()).collect()
}
