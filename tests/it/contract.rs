//! The contract as tests: every documented answer of every operation is produced, and is as documented. [`TestApp`] checks
//! each answer's status, headers and body against the document.

use std::collections::BTreeSet;

use serde_json::Value;
use werkstadt_api::problem::Code;
use werkstadt_domain::text::Language;
use werkstadt_tests::accounts;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::{Stage, needs_condition, success};
use werkstadt_tests::database::{TestDatabase, on_each};
use werkstadt_tests::document::{Document, Operation};
use werkstadt_tests::http::Request;

use crate::conflicts;
use crate::forgery::forged_tokens;

mod bodies;

/// Documented, but not to be had from a server that works: a defect, and an overload. A body that is too slow would keep every
/// operation waiting; `overload` has one.
const NOT_ON_PURPOSE: [u16; 3] = [408, 500, 503];

/// Conflicts that only two writers in the same instant can have; each would need a lock-step of two transactions.
const RACES: &[&str] = &[
    "change_password",
    "create_api_key",
    "create_opportunity",
    "create_person",
    "create_reference",
    "create_solution",
    "create_unit",
    "delete_claim",
    "delete_opportunity",
    "delete_organisation",
    "delete_organisation_logo",
    "delete_person",
    "delete_reference",
    "delete_saved_search",
    "delete_solution",
    "delete_user",
    "enter_memberships",
    "pay_dues",
    "renew_memberships",
    "propose_organisation",
    "merge_organisations",
    "put_organisation_logo",
    "restore_opportunity_version",
    "restore_person_version",
    "restore_solution_version",
    "update_membership",
    "update_opportunity",
    "update_person",
    "update_reference",
    "update_saved_search",
    "update_settings",
    "update_solution",
    "update_unit",
    "update_me",
    "restrict_person",
    "lift_person_restriction",
];

#[test]
fn the_served_document_is_the_published_one() {
    let database = TestDatabase::sqlite();
    let app = TestApp::on(&database);
    assert_eq!(
        app.anonymous().read("/openapi.json"),
        werkstadt_api::app::published().unwrap()
    );
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi");
    for name in ["openapi.json", "openapi-3.0.json"] {
        let committed = std::fs::read_to_string(folder.join(name)).unwrap();
        let committed: Value = serde_json::from_str(&committed).unwrap();
        assert!(
            app.anonymous().read(&format!("/{name}")) == committed,
            "{name}: run `cargo run -p werkstadt-openapi`"
        );
    }
}

#[test]
fn every_documented_answer_is_given() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        for operation in &Document::shared().operations {
            if std::env::var("ONLY").is_ok_and(|only| !only.split(',').any(|w| operation.path.contains(w))) {
                continue;
            }
            let walk = Walk {
                app: &app,
                stage: &stage,
                operation,
            };
            walk.all();
        }
        conflicts::all(&app);
        conflicts::throttled(&app, &stage);
        let only = std::env::var("ONLY").ok();
        let all: BTreeSet<_> = documented()
            .into_iter()
            .filter(|(id, _)| {
                let path = &Document::shared().operation(id).path;
                only.as_ref()
                    .is_none_or(|only| only.split(',').any(|w| path.contains(w)))
            })
            .collect();
        let missing = all.difference(&app.seen()).cloned().collect::<Vec<_>>();
        assert!(missing.is_empty(), "documented, and produced by no test: {missing:#?}");
    });
}

/// Every operation and status of the document that can be produced on purpose.
fn documented() -> BTreeSet<(String, u16)> {
    let operations = Document::shared().operations.iter();
    let pairs = operations.flat_map(|operation| {
        let responses = operation.value["responses"].as_object().into_iter().flatten();
        responses.map(|(status, _)| (operation.id.clone(), status.parse().unwrap()))
    });
    pairs
        .filter(|(_, status)| !NOT_ON_PURPOSE.contains(status))
        .filter(|(id, status)| *status != 409 || !RACES.contains(&id.as_str()))
        .collect()
}

/// One operation, called in every documented way.
struct Walk<'a> {
    app: &'a TestApp,
    stage: &'a Stage<'a>,
    operation: &'a Operation,
}

impl Walk<'_> {
    fn all(&self) {
        self.succeeds();
        self.knows_unchanged_records();
        self.names_unknown_parameters();
        self.refuses_other_methods();
        self.refuses_forged_tokens();
        self.refuses_insufficient_rights();
        self.finds_nothing_under_unknown_ids();
        self.refuses_long_addresses();
        self.reads_bodies_strictly();
        self.guards_changes();
        self.counts_requests();
        self.does_once();
    }

    /// The caller who may do everything that the operation can do.
    fn caller(&self) -> Caller<'_> {
        self.app.as_manager()
    }

    fn call(&self) -> Request {
        self.stage.call(self.operation, &self.stage.own, &self.caller())
    }

    fn documents(&self, status: u16) -> bool {
        self.operation.value["responses"].get(status.to_string()).is_some()
    }

    #[track_caller]
    fn refused(&self, request: Request, code: Code) -> Value {
        refused(&self.caller(), request, code)
    }

    fn succeeds(&self) {
        let reply = self.caller().send(self.call());
        assert_eq!(
            reply.status,
            success(self.operation),
            "{}: {}",
            self.operation.id,
            reply.text()
        );
        // Where something was made, it is there to be read, or no address is told.
        if reply.status == 201
            && let Some(address) = reply.header("location")
        {
            assert!(address.ends_with(reply.json()["id"].as_str().unwrap()), "{address}");
            let there = self.caller().get(address);
            assert_eq!(there.status, 200, "{}: {address}", self.operation.id);
            assert_eq!(there.json()["id"], reply.json()["id"], "{address}");
        }
    }

    fn knows_unchanged_records(&self) {
        if self.documents(304) {
            let request = self.call();
            let tag = self.caller().send(request.clone()).is(200).etag();
            let again = |tag: &str| self.caller().send(request.clone().header("If-None-Match", tag));
            assert!(again(&tag).is(304).body.is_empty());
            assert!(again(&format!("\"other\", W/{tag}")).is(304).body.is_empty());
            assert!(again("\"other\"").is(200).etag() == tag);
        }
    }

    fn names_unknown_parameters(&self) {
        let mut request = self.call();
        let join = if request.target.contains('?') { '&' } else { '?' };
        request.target.push_str(&format!("{join}limitt=1&bogus_parameter=2"));
        let problem = self.refused(request, Code::InvalidQuery);
        let faults = problem["errors"].as_array().unwrap();
        let named: Vec<&str> = faults.iter().filter_map(|fault| fault["parameter"].as_str()).collect();
        for name in ["limitt", "bogus_parameter"] {
            assert!(named.contains(&name), "{}: {problem}", self.operation.id);
        }
        let parameters = self.operation.value["parameters"].as_array().into_iter().flatten();
        if parameters.into_iter().any(|one| one["name"] == "limit") {
            let detail = faults[0]["detail"].as_str().unwrap();
            assert!(detail.contains("Did you mean limit?"), "{detail}");
        }
    }

    fn refuses_other_methods(&self) {
        let target = self.call().target;
        let at = Document::shared().at(&target);
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
            if at.contains_key(method) {
                continue;
            }
            let reply = self.caller().send(Request::new(method, &target));
            assert_eq!(reply.status, 405, "{method} {target}");
            let allow: BTreeSet<&str> = reply.header("allow").unwrap().split(", ").collect();
            let expected: BTreeSet<&str> = at.keys().copied().chain(["OPTIONS"]).collect();
            assert_eq!(allow, expected, "{target}");
        }
    }

    fn refuses_forged_tokens(&self) {
        for token in forged_tokens(self.app) {
            let forger = Caller::bearing(self.app, token);
            let problem = refused(&forger, self.call(), Code::Unauthenticated);
            assert!(problem.get("errors").is_none());
        }
        for header in ["Basic bWU6bWU=", "Bearer", "bearer ", "Bearer  x", "Token abc"] {
            let request = self.call().header("Authorization", header);
            refused(&self.app.anonymous(), request, Code::Unauthenticated);
        }
    }

    fn refuses_insufficient_rights(&self) {
        if self.documents(403) {
            let key = self.app.with_key(&[]);
            refused(&key, self.call(), Code::Forbidden);
        }
    }

    fn finds_nothing_under_unknown_ids(&self) {
        if !self.operation.path.contains('{') {
            return;
        }
        let valid = self.call();
        let pattern: Vec<&str> = self.operation.path.split('/').collect();
        for (index, _) in pattern
            .iter()
            .enumerate()
            .filter(|(_, segment)| segment.starts_with('{'))
        {
            for unknown in [
                "01936d3e-7f10-7000-8000-00000000dead",
                "not-an-id",
                "%00",
                "..%2f..",
                "%F0%9F%A6%84",
            ] {
                let mut segments: Vec<&str> = valid.target.split('/').collect();
                segments[index] = unknown;
                let request = Request {
                    target: segments.join("/"),
                    ..valid.clone()
                };
                self.refused(request, Code::NotFound);
            }
        }
    }

    fn refuses_long_addresses(&self) {
        let mut request = self.call();
        request.target.push_str(&format!("?limit={}", "1".repeat(9_000)));
        self.refused(request, Code::AddressTooLong);
    }

    /// What is sent again under one idempotency key is not done again.
    fn does_once(&self) {
        let parameters = self.operation.value["parameters"].as_array().into_iter().flatten();
        if !parameters.into_iter().any(|one| one["name"] == "Idempotency-Key") {
            return;
        }
        let caller = self.caller();
        let request = self
            .call()
            .header("Idempotency-Key", &self.app.state.world.id().to_string());
        let first = caller.send(request.clone()).is(success(self.operation));
        let again = caller.send(request.clone());
        if first.header("cache-control") == Some("no-store") {
            assert_eq!(again.is(409).code(), "done_already", "{}", self.operation.id);
        } else {
            assert_eq!(
                (again.status, &again.body),
                (first.status, &first.body),
                "{}",
                self.operation.id
            );
            assert_eq!(again.header("idempotent-replayed"), Some("true"));
            for name in ["location", "etag"] {
                assert_eq!(again.header(name), first.header(name), "{}", self.operation.id);
            }
            self.app.execute("UPDATE idempotency_keys SET status = NULL");
            assert_eq!(caller.send(request.clone()).is(409).code(), "done_already");
        }
        let mut other = request;
        other.body.push(b' ');
        assert_eq!(caller.send(other).is(422).code(), "key_reused", "{}", self.operation.id);
    }

    /// A key that may call once a minute.
    fn counts_requests(&self) {
        if !self.documents(429) {
            return;
        }
        let slow = accounts::key_at(&self.app.state, self.caller().user_id(), Some(1));
        let slow = Caller::bearing(self.app, slow);
        let reply = slow.send(self.call());
        assert_ne!(reply.status, 429, "{}", self.operation.id);
        assert_eq!(reply.header("ratelimit-policy"), Some("\"requests\";q=1;w=60"));
        assert_eq!(reply.header("ratelimit"), Some("\"requests\";r=0;t=60"));
        let call = self.call();
        let refused = slow.send(call).is(429);
        assert_eq!(refused.header("retry-after"), Some("60"), "{}", self.operation.id);
    }

    fn guards_changes(&self) {
        if !needs_condition(self.operation) {
            return;
        }
        let mut request = self.call();
        request.headers.retain(|(name, _)| name != "If-Match");
        self.refused(request.clone(), Code::PreconditionRequired);
        self.refused(request.header("If-Match", "\"stale\""), Code::Stale);
    }
}

/// Sends what must be refused with a code, in both languages; the problem in English.
#[track_caller]
fn refused(caller: &Caller<'_>, request: Request, code: Code) -> Value {
    let mut answers = [(Language::De, "de-DE, en;q=0.5"), (Language::En, "en")].map(|(language, accepted)| {
        let reply = caller.send(request.clone().header("Accept-Language", accepted));
        let about = format!("{} {}: {}", request.method, request.target, reply.text());
        assert_eq!(reply.status, code.status().as_u16(), "{about}");
        let problem = reply.json();
        assert_eq!(problem["code"], code.slug(), "{about}");
        assert_eq!(problem["title"], code.title(language), "{about}");
        assert_eq!(problem["detail"], code.detail(language), "{about}");
        problem
    });
    answers[1].take()
}
