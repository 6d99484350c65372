//! What is not there for a caller: every operation as every role on records that never were, that are deleted, that are hidden, and that
//! are somebody else's own. All are answered alike, to the byte.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use werkstadt_domain::account::Role;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::{Stage, offer};
use werkstadt_tests::database::on_each;
use werkstadt_tests::document::{Document, Operation};
use werkstadt_tests::http::{Reply, Request};

use super::{ROLES, Rule, caller};

/// What an answer consists of, without what belongs to the request: its id, its time, its path, what is left of the caller's rate.
fn seen(reply: &Reply) -> (u16, BTreeMap<&str, BTreeSet<&str>>, Value) {
    let own = [
        "x-request-id",
        "date",
        "content-length",
        "ratelimit",
        "ratelimit-policy",
    ];
    let headers = reply.headers.iter();
    let headers = headers.filter(|(name, _)| !own.contains(&name.as_str()));
    // Lists have no order.
    let headers = headers.map(|(name, value)| (name.as_str(), value.split(", ").collect()));
    let mut body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    for member in ["request_id", "instance"] {
        if body.get(member).is_some() {
            body[member] = Value::Null;
        }
    }
    (reply.status, headers.collect(), body)
}

/// A parameter of a path that is an id: where it stands, and the path up to it.
struct Parameter<'a> {
    place: usize,
    prefix: String,
    name: &'a str,
}

fn parameters(operation: &Operation) -> Vec<Parameter<'_>> {
    let segments: Vec<&str> = operation.path.split('/').collect();
    let ids = segments
        .iter()
        .enumerate()
        .filter(|(_, segment)| segment.ends_with("_id}"));
    ids.map(|(place, name)| Parameter {
        place,
        prefix: segments[..=place].join("/"),
        name,
    })
    .collect()
}

impl Parameter<'_> {
    /// The record that a request names here.
    fn record(&self, request: &Request) -> String {
        let segments: Vec<&str> = request.target.split('/').collect();
        segments[..=self.place].join("/")
    }

    /// The request, about another record.
    fn with(&self, request: &Request, id: &str) -> Request {
        let mut segments: Vec<&str> = request.target.split('/').collect();
        segments[self.place] = id;
        Request {
            target: segments.join("/"),
            ..request.clone()
        }
    }
}

/// True for records that belong to one user alone.
fn is_own(operation: &Operation) -> bool {
    operation.path.starts_with("/v1/me/") || operation.path.starts_with("/v1/saved-searches")
}

/// One operation as one role on one of its parameters.
struct Cell<'a> {
    operation: &'a Operation,
    parameter: &'a Parameter<'a>,
    role: &'a str,
    caller: &'a Caller<'a>,
}

struct Walk<'a> {
    app: &'a TestApp,
    stage: Stage<'a>,
    manager: Caller<'a>,
    wrong: Vec<String>,
    cells: BTreeMap<&'static str, usize>,
}

impl Walk<'_> {
    /// An organisation that is nobody's here.
    fn institution(&self) -> String {
        let name = format!("Institution {}", self.app.state.world.id());
        self.app.organisation(&json!({"kind": "university", "name": name}))
    }

    /// The answer to a request about what never was.
    fn absent(&self, cell: &Cell<'_>, request: &Request) -> Reply {
        let nothing = self.app.state.world.id().to_string();
        cell.caller.send(cell.parameter.with(request, &nothing))
    }

    /// Sends a request about what is there for others.
    fn expect_absent(&mut self, kind: &'static str, cell: &Cell<'_>, request: Request, absent: &Reply) {
        *self.cells.entry(kind).or_default() += 1;
        let reply = cell.caller.send(request);
        let (found, expected) = (seen(&reply), seen(absent));
        if found != expected {
            let (id, name, role) = (&cell.operation.id, cell.parameter.name, cell.role);
            self.wrong
                .push(format!("{kind} {id} {name} as {role}: {found:?} not {expected:?}"));
        }
    }

    fn never_was(&mut self, cell: &Cell<'_>) {
        *self.cells.entry("absent").or_default() += 1;
        let request = self.stage.call(cell.operation, &self.stage.own, cell.caller);
        let reply = self.absent(cell, &request);
        let expected = match cell.role {
            role if Rule::of(cell.operation).roles.contains(&role) => 404,
            "anonymous" => 401,
            _ => 403,
        };
        if reply.status != expected {
            let (id, name, role) = (&cell.operation.id, cell.parameter.name, cell.role);
            let (status, text) = (reply.status, reply.text());
            self.wrong
                .push(format!("absent {id} {name} as {role}: {status} not {expected}: {text}"));
        }
    }

    /// As long as there is an operation that deletes such records. Their history stays for managers, who can restore them.
    fn was_deleted(&mut self, cell: &Cell<'_>) {
        let deletes = |one: &Operation| one.method == "DELETE" && one.path == cell.parameter.prefix;
        let restores = cell.operation.path.contains("/history") && cell.role == "manager";
        if restores || !Document::shared().operations.iter().any(deletes) {
            return;
        }
        let request = self.stage.call(cell.operation, &self.institution(), cell.caller);
        let absent = self.absent(cell, &request);
        let record = cell.parameter.record(&request);
        let remover = if is_own(cell.operation) {
            cell.caller
        } else {
            &self.manager
        };
        let removed = remover.delete(&record, "*");
        if removed.status == 204 {
            return self.expect_absent("deleted", cell, request, &absent);
        }
        // Who has none of one's own is refused anyway.
        let told = matches!(absent.status, 401 | 403);
        assert!(told && is_own(cell.operation), "{record}: {}", removed.text());
    }

    /// Another's own.
    fn is_anothers(&mut self, cell: &Cell<'_>) {
        if is_own(cell.operation) {
            let other = self.app.user(Role::Manager, None);
            let request = self.stage.call(cell.operation, &self.stage.own, &other);
            let absent = self.absent(cell, &request);
            self.expect_absent("another's", cell, request, &absent);
        }
    }

    /// Hidden from everyone but managers and its own organisation.
    fn is_hidden(&mut self, cell: &Cell<'_>) {
        let hiding = match cell.parameter.prefix.as_str() {
            _ if cell.role == "manager" => return,
            "/v1/organisations/{organisation_id}" => json!({"visibility": {"core": "managers"}}),
            "/v1/organisations/{organisation_id}/units/{unit_id}"
            | "/v1/organisations/{organisation_id}/skills/{claim_id}"
            | "/v1/organisations/{organisation_id}/references/{reference_id}"
            | "/v1/people/{person_id}"
            | "/v1/solutions/{solution_id}" => json!({"visibility": "managers"}),
            "/v1/opportunities/{opportunity_id}" => Value::Null,
            _ => return,
        };
        let theirs = self.institution();
        let mut request = self.stage.call(cell.operation, &theirs, cell.caller);
        if hiding.is_null() {
            // A draft is for its editors.
            let draft = self.manager.create("/v1/opportunities", &offer(&theirs));
            request = cell.parameter.with(&request, &draft);
        } else {
            let record = cell.parameter.record(&request);
            self.manager.patch(&record, "*", &hiding).is(200);
        }
        let absent = self.absent(cell, &request);
        self.expect_absent("hidden", cell, request, &absent);
    }
}

#[test]
fn what_is_not_there_for_a_caller_is_answered_alike() {
    let only = std::env::var("ONLY").ok();
    let chosen = |one: &&Operation| {
        only.as_ref()
            .is_none_or(|only| only.split(',').any(|part| one.path.contains(part)))
    };
    on_each(|database| {
        let app = TestApp::on(database);
        let mut walk = Walk {
            app: &app,
            stage: Stage::new(&app),
            manager: app.as_manager(),
            wrong: Vec::new(),
            cells: BTreeMap::new(),
        };
        for role in ROLES {
            let caller = &caller(&app, role, &walk.stage.own);
            for operation in Document::shared().operations.iter().filter(chosen) {
                for parameter in &parameters(operation) {
                    let cell = Cell {
                        operation,
                        parameter,
                        role,
                        caller,
                    };
                    walk.never_was(&cell);
                    walk.was_deleted(&cell);
                    walk.is_anothers(&cell);
                    walk.is_hidden(&cell);
                }
            }
        }
        assert!(walk.wrong.is_empty(), "{:#?}", walk.wrong);
        for (kind, least) in [("absent", 600), ("deleted", 250), ("another's", 40), ("hidden", 200)] {
            assert!(only.is_some() || walk.cells[kind] >= least, "{:?}", walk.cells);
        }
    });
}
