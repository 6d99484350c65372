//! The feed of changes: every change that a reader could see is told, none other, none twice, none passed over.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use serde_json::{Value, json};
use werkstadt_domain::id::Id;
use werkstadt_persistence::{Actor, Error, organisations};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::{TestDatabase, on_each};

use crate::sample;

/// Reads the feed from an address to its end, when all that was written is told: what is told, and where to go on.
#[track_caller]
fn follow(caller: &Caller<'_>, from: &str) -> (Vec<Value>, String) {
    caller.settle();
    follow_now(caller, from)
}

/// The same, but without what transactions hold back.
#[track_caller]
fn follow_now(caller: &Caller<'_>, from: &str) -> (Vec<Value>, String) {
    let (mut items, mut next) = (Vec::new(), from.to_owned());
    loop {
        let page = caller.read(&next);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        next = page["next"].as_str().unwrap().to_owned();
        if page["more"] == false {
            return (items, next);
        }
    }
}

fn told(items: &[Value]) -> Vec<(String, String)> {
    let part = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    items
        .iter()
        .map(|item| (part(&item["id"]), part(&item["state"])))
        .collect()
}

fn change(caller: &Caller<'_>, target: &str, change: &Value) {
    caller.patch(target, "*", change).is(200);
}

#[test]
fn each_reader_is_told_what_it_can_see() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (manager, anonymous) = (app.as_manager(), app.anonymous());
        let own = app.company("Eigene GmbH");
        let member = app.as_member(&app.company("Andere GmbH"));
        let target = format!("/v1/organisations/{own}");
        let start = |caller: &Caller<'_>| follow(caller, "/v1/changes?after=now").1;
        let places = [start(&anonymous), start(&member), start(&manager)];
        let heard = || {
            let readers = [&anonymous, &member, &manager];
            let hear = |(caller, place): (&Caller<'_>, &String)| told(&follow(caller, place).0);
            readers.into_iter().zip(&places).map(hear).collect::<Vec<_>>()
        };
        let one = |state: &str| vec![(own.clone(), state.to_owned())];
        change(&manager, &target, &json!({"notes": "Nur für uns"}));
        assert_eq!(heard(), [vec![], vec![], one("present")]);
        change(&manager, &target, &json!({"contacts": [{"email": "info@example.org"}]}));
        assert_eq!(heard(), [vec![], one("present"), one("present")]);
        change(&manager, &target, &json!({"summary": {"de": "Für alle"}}));
        assert_eq!(heard(), [one("present"), one("present"), one("present")]);
        // Who may not see it any more is told that it is gone, and nothing of what becomes of it.
        change(&manager, &target, &json!({"visibility": {"core": "managers"}}));
        assert_eq!(heard(), [one("gone"), one("gone"), one("present")]);
        let known = anonymous.get(&places[0]).text();
        change(&manager, &target, &json!({"summary": {"de": "Unter uns"}}));
        manager.delete(&target, "*").is(204);
        assert_eq!(anonymous.get(&places[0]).text(), known);
        assert_eq!(heard(), [one("gone"), one("gone"), one("gone")]);
    });
}

#[test]
fn a_page_goes_on_where_the_one_before_it_ended() {
    on_each(|database| {
        let app = TestApp::on(database);
        let ids: Vec<String> = (0..7).map(|number| app.company(&format!("Firma {number}"))).collect();
        let skill = app.skill("Laser");
        let (all, end) = follow(&app.anonymous(), "/v1/changes?limit=2");
        let expected: Vec<_> = ids
            .iter()
            .chain([&skill])
            .map(|id| (id.clone(), "present".to_owned()))
            .collect();
        assert_eq!(told(&all), expected);
        assert_eq!(all[0]["href"], json!(format!("/v1/organisations/{}", ids[0])));
        assert_eq!(follow(&app.anonymous(), &end).0, Vec::<Value>::new());
        let skills = follow(&app.anonymous(), "/v1/changes?kind=skill").0;
        assert_eq!(told(&skills), [(skill, "present".to_owned())]);
        // A place is the reader's own.
        let foreign = app.as_manager().get(&end).is(400);
        assert_eq!(foreign.json()["errors"][0]["parameter"], "after");
        app.anonymous().get("/v1/changes?after=made-up").is(400);
    });
}

#[test]
fn parts_and_their_organisation_are_one() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (manager, own) = (app.as_manager(), app.company("Eigene GmbH"));
        let (anonymous, skill) = (app.anonymous(), app.skill("Laser"));
        let place = follow(&anonymous, "/v1/changes").1;
        let claims = format!("/v1/organisations/{own}/skills");
        let hidden = json!({"skill": skill, "level": 4, "visibility": "members"});
        let hidden = manager.create(&claims, &hidden);
        assert_eq!(told(&follow(&anonymous, &place).0), []);
        change(
            &manager,
            &format!("{claims}/{hidden}"),
            &json!({"visibility": "public"}),
        );
        assert_eq!(told(&follow(&anonymous, &place).0), [(own, "present".to_owned())]);
    });
}

/// A transaction that began first and ends last is told too.
#[test]
fn a_slow_writer_is_not_passed_over() {
    let Some(database) = TestDatabase::postgres() else {
        return;
    };
    let app = TestApp::on(&database);
    let start = follow(&app.anonymous(), "/v1/changes").1;
    let (slow, fast) = (0xa1, 0xa2);
    let write = |number: u128, wait: Option<mpsc::Receiver<()>>, begun: Option<mpsc::Sender<()>>| {
        let record = sample::bare_organisation(number);
        let outcome = app.state.store.write(Actor::System, app.state.now(), |unit| {
            organisations::insert(unit, record)?;
            // It has its place in the order of transactions from here on.
            begun.map(|begun| begun.send(()));
            wait.map(|wait| wait.recv());
            Ok::<(), Error>(())
        });
        outcome.unwrap();
    };
    let (go, wait) = mpsc::channel();
    let (begun, has_begun) = mpsc::channel();
    let mut heard = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| write(slow, Some(wait), Some(begun)));
        has_begun.recv().unwrap();
        write(fast, None, None);
        let (items, place) = follow_now(&app.anonymous(), &start);
        heard.extend(told(&items));
        go.send(()).unwrap();
        heard.push((String::new(), place));
    });
    let (_, place) = heard.pop().unwrap();
    heard.extend(told(&follow(&app.anonymous(), &place).0));
    let ids: Vec<Id<()>> = heard.iter().map(|(id, _)| Id::parse(id).unwrap()).collect();
    assert_eq!(
        ids.iter().map(|id| id.uuid()).collect::<BTreeSet<_>>(),
        BTreeSet::from([sample::id(slow), sample::id(fast)])
    );
    assert_eq!(ids.len(), 2, "each once");
}

/// Writers of different pace on every engine; a reader that follows meanwhile hears of every record.
#[test]
fn nothing_is_lost_among_many_writers() {
    const WRITERS: u64 = 6;
    const EACH: u64 = 25;
    on_each(|database| {
        let app = TestApp::on(database);
        let (done, start) = (
            AtomicBool::new(false),
            follow(&app.anonymous(), "/v1/changes?limit=7").1,
        );
        let heard = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS)
                .map(|writer| {
                    let app = &app;
                    scope.spawn(move || {
                        (0..EACH)
                            .map(|number| app.company(&format!("Firma {writer} {number}")))
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            let reader = scope.spawn(|| {
                let (mut place, mut heard) = (start.clone(), Vec::new());
                loop {
                    let last = done.load(Ordering::SeqCst);
                    if last {
                        app.settle();
                    }
                    let (items, next) = follow_now(&app.anonymous(), &place);
                    heard.extend(told(&items));
                    place = next;
                    if last {
                        return heard;
                    }
                }
            });
            let written: BTreeSet<String> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
            done.store(true, Ordering::SeqCst);
            let heard = reader.join().unwrap();
            (written, heard)
        });
        let (written, told) = heard;
        assert_eq!(told.len(), usize::try_from(WRITERS * EACH).unwrap(), "each once");
        assert_eq!(told.into_iter().map(|(id, _)| id).collect::<BTreeSet<_>>(), written);
    });
}
