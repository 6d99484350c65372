//! Skills: found though misspelt, merged without a trace of loss, exported, and ESCO taken in. On both engines.

use std::fs;

use clap::Parser;
use serde_json::{Value, json};
use werkstadt_api::cli::Cli;
use werkstadt_domain::skill::{Skill, SkillKind, SkillStatus};
use werkstadt_persistence::{Actor, skills};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;

use crate::sample::at;

fn find(app: &TestApp, q: &str) -> Vec<String> {
    let found = app.anonymous().all(&format!("/v1/skills?q={q}"), 2);
    let label = |item: &Value| {
        item["label"]["de"]
            .as_str()
            .or(item["label"]["en"].as_str())
            .map(str::to_owned)
    };
    found.iter().filter_map(label).collect()
}

#[test]
fn skills_are_typed_ahead_and_forgiven() {
    on_each(|database| {
        let app = TestApp::on(database);
        for label in [
            "Laser",
            "Lasertechnik",
            "Diodenlaser",
            "Technik der Laser",
            "Energiesysteme",
            "C",
            "C#",
            "C++",
        ] {
            app.skill(label);
        }
        let english = json!({"label": {"en": "cryptography"}, "alt_labels": {"en": ["Transport Layer Security"]}});
        app.as_manager().create("/v1/skills", &english);
        assert_eq!(
            find(&app, "laser"),
            ["Laser", "Lasertechnik", "Technik der Laser", "Diodenlaser"]
        );
        assert_eq!(find(&app, "Lasertechink")[0], "Lasertechnik");
        assert_eq!(find(&app, "Kryptografie"), ["cryptography"]);
        assert_eq!(find(&app, "energy%20system"), ["Energiesysteme"]);
        assert_eq!(find(&app, "TLS"), ["cryptography"]);
        assert_eq!(find(&app, "c%23")[0], "C#");
        assert_eq!(find(&app, "c%2B%2B")[0], "C++");
        for nonsense in ["qqqq", "wjfkq%20vbnm", "%F0%9F%99%82", "0815"] {
            assert!(find(&app, nonsense).is_empty(), "{nonsense}");
        }
    });
}

/// An organisation that claims a skill and shows it in a reference, and one that asks for it.
fn users_of(app: &TestApp, skill: &str) -> (String, String) {
    let manager = app.as_manager();
    let (holder, seeker) = (app.company("Haben GmbH"), app.company("Suchen GmbH"));
    let own = format!("/v1/organisations/{holder}");
    manager.create(&format!("{own}/skills"), &json!({"skill": skill, "level": 4}));
    let reference = json!({"title": {"de": "Ein Projekt"}, "skills": [skill]});
    manager.create(&format!("{own}/references"), &reference);
    let request = json!({"organisation_id": seeker, "direction": "request", "cooperation": "pilot",
        "title": {"de": "Partner gesucht"}, "required": [{"skill": skill}]});
    let request = manager.create("/v1/opportunities", &request);
    let steps = format!("/v1/opportunities/{request}/status");
    manager.post(&steps, &json!({"status": "in_review"})).is(200);
    let review = json!({"clarity": 5, "advantage": 5, "expectations": 5, "language": 5});
    manager.post(&steps, &json!({"review": review})).is(200);
    (holder, request)
}

#[test]
fn what_used_a_merged_skill_uses_its_successor_at_once() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (anyone, manager) = (app.anonymous(), app.as_manager());
        let above = app.skill("Optik");
        let target = json!({"uri": "urn:x:target", "label": {"de": "Lasertechnik"}, "broader": [above]});
        let target = manager.create("/v1/skills", &target);
        let source = json!({"uri": "urn:x:source", "label": {"de": "Laser", "en": "lasers"}, "alt_labels": {"de": ["Lichtquelle"]}});
        let source = manager.create("/v1/skills", &source);
        let below = manager.create(
            "/v1/skills",
            &json!({"label": {"de": "Diodenlaser"}, "broader": [source]}),
        );
        let (holder, request) = users_of(&app, &source);
        let merge = json!({"sources": ["urn:x:source"], "target": target});
        let merged = manager.post("/v1/skills/merge", &merge).is(200).json();
        assert_eq!(
            merged["alt_labels"],
            json!({"de": ["Laser", "Lichtquelle"], "en": ["lasers"]})
        );
        assert_eq!(merged["narrower"][0]["id"], json!(below));
        let old = anyone.read(&format!("/v1/skills/{source}"));
        assert_eq!(
            (&old["status"], &old["replaced_by"]["id"]),
            (&json!("deprecated"), &json!(target))
        );
        for skill in [&source, &target, &above, &"urn:x:source".to_owned()] {
            let found = anyone.read(&format!("/v1/organisations?skill={skill}"));
            assert_eq!(found["items"][0]["organisation"]["id"], json!(holder), "{skill}");
            let open = anyone.read(&format!("/v1/opportunities?skill={skill}"));
            assert_eq!(open["items"][0]["opportunity"]["id"], json!(request), "{skill}");
            let ask = json!({"required_skills": [{"skill": skill}]});
            let match_of = anyone.post("/v1/matches", &ask).is(200).json();
            assert_eq!(match_of["items"][0]["organisation"]["id"], json!(holder), "{skill}");
        }
        // Who reads a record reads the concept that is in use.
        let claim = &anyone.read(&format!("/v1/organisations/{holder}/skills"))["items"][0];
        let wanted = &anyone.read(&format!("/v1/opportunities/{request}"))["required"][0];
        assert_eq!(
            (&claim["skill"]["id"], &wanted["skill"]["id"]),
            (&json!(target), &json!(target))
        );
        let facets = anyone.read("/v1/organisations?facets=skill").to_string();
        assert!(facets.contains(&target) && !facets.contains(&source), "{facets}");
        assert_eq!(
            find(&app, "Laser"),
            ["Lasertechnik", "Laser", "Diodenlaser"],
            "the one in use first"
        );
        let again = manager.post("/v1/skills/merge", &merge).is(200).json();
        assert_eq!(
            again["alt_labels"], merged["alt_labels"],
            "merging twice is merging once"
        );
    });
}

#[test]
fn merges_that_make_no_sense_are_refused() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let (one, other) = (app.skill("Eins"), app.skill("Zwei"));
        let refused = |sources: &Value, target: &str| {
            let merge = json!({"sources": sources, "target": target});
            manager.post("/v1/skills/merge", &merge).is(422).faults()
        };
        assert!(!refused(&json!([one]), &one).is_empty());
        assert!(!refused(&json!([one, one]), &other).is_empty());
        assert!(!refused(&json!(["urn:x:unknown"]), &other).is_empty());
        assert!(!refused(&json!([one]), "urn:x:unknown").is_empty());
        let deprecated = json!({"label": {"de": "Alt"}, "status": "deprecated"});
        let deprecated = manager.create("/v1/skills", &deprecated);
        assert!(!refused(&json!([one]), &deprecated).is_empty());
        app.anonymous()
            .post("/v1/skills/merge", &json!({"sources": [one], "target": other}))
            .is(401);
    });
}

#[test]
fn labels_come_and_go_one_by_one() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let target = format!("/v1/skills/{}/aliases", app.skill("Laser"));
        let change = |body: &Value| manager.post(&target, body).is(200).json()["alt_labels"].clone();
        let added = change(&json!({"add": {"de": ["Lichtquelle", "laser"], "en": ["laser"]}}));
        assert_eq!(added, json!({"de": ["Lichtquelle"], "en": ["laser"]}));
        let left = change(&json!({"add": {"en": ["Laser"]}, "remove": {"de": ["LICHTQUELLE", "Unbekannt"]}}));
        assert_eq!(left, json!({"en": ["laser"]}));
        let many: Vec<String> = (0..100).map(|n| format!("Label {n}")).collect();
        change(&json!({"add": {"de": many}}));
        let one_more = manager.post(&target, &json!({"add": {"de": ["Noch eins"]}})).is(422);
        assert_eq!(one_more.faults().len(), 1);
    });
}

#[test]
fn the_taxonomy_is_exported_as_skos() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create(
            "/v1/skills",
            &json!({"uri": "urn:x:above", "label": {"de": "Oben \"und\" \\"}}),
        );
        let below =
            json!({"uri": "http://data.europa.eu/esco/skill/1", "label": {"en": "below"}, "broader": ["urn:x:above"]});
        manager.create("/v1/skills", &below);
        let reply = app.anonymous().get("/v1/skills.ttl").is(200);
        assert_eq!(reply.header("content-type"), Some("text/turtle; charset=utf-8"));
        let text = reply.text();
        for part in [
            "<urn:x:above> a skos:Concept",
            r#"skos:prefLabel "Oben \"und\" \\"@de"#,
            "skos:broader <urn:x:above>",
            "This service uses the ESCO classification of the European Commission.",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        let linked = app.anonymous().read("/v1/skills.jsonld");
        assert_eq!(linked["@context"]["skos"], "http://www.w3.org/2004/02/skos/core#");
        let nodes = linked["@graph"].as_array().unwrap();
        assert_eq!((nodes.len(), &nodes[0]["@type"]), (3, &json!("skos:ConceptScheme")));
        let below = nodes
            .iter()
            .find(|node| node["@id"] == "http://data.europa.eu/esco/skill/1")
            .unwrap();
        assert_eq!(below["skos:broader"], json!(["urn:x:above"]));
        assert_eq!(below["skos:prefLabel"], json!([{"@language": "en", "@value": "below"}]));
    });
}

#[test]
fn esco_is_imported_once_and_local_changes_stay() {
    on_each(|database| {
        let folder = tempfile::tempdir().unwrap();
        let header = "uri,kind,skillType,reuseLevel,code,collections,label_de,label_en,alt_de,alt_en,desc_de,desc_en\n";
        let rows = "u:g,skillGroup,,,S1,,Gruppe,group,,,,\nu:k,skill,knowledge,,,digital,Haskell,Haskell,,GHC|Haskell techniques,,\nu:bad,skill,,,,,,,,,,\nu:o,occupation,,,1,,Leiter,director,,,,\n";
        fs::write(folder.path().join("concepts.csv"), format!("{header}{rows}")).unwrap();
        fs::write(folder.path().join("broader.csv"), "child,broader\nu:k,u:g\nu:o,u:g\n").unwrap();
        let import = || {
            let arguments = ["werkstadt", "import", "esco"].map(str::to_owned);
            let rest = [
                folder.path().display().to_string(),
                "--log".to_owned(),
                "error".to_owned(),
                "--database-url".to_owned(),
                database.url(),
            ];
            Cli::try_parse_from(arguments.into_iter().chain(rest))
                .unwrap()
                .run()
                .unwrap();
        };
        import();
        // A manager makes one concept their own, by other means than a server: it would hold the file of SQLite.
        let before = {
            let store = database.store(1);
            let concepts = store.read(|db| skills::list(db, None, 10)).unwrap();
            let [group, haskell] = concepts.as_slice() else {
                panic!("{concepts:?}")
            };
            assert_eq!(haskell.record.kind, SkillKind::Knowledge);
            assert_eq!(haskell.record.alt_en, ["GHC", "Haskell techniques"]);
            assert_eq!(haskell.record.broader, [group.record.id]);
            let own = Skill {
                status: SkillStatus::Proposed,
                alt_de: vec!["Eigenes".to_owned()],
                alt_en: vec![],
                ..haskell.record.clone()
            };
            let changed = store.write(Actor::System, at(0), |work| skills::update(work, haskell, own));
            vec![group.clone(), changed.unwrap()]
        };
        import();
        let after = database.store(2).read(|db| skills::list(db, None, 10)).unwrap();
        assert_eq!(after, before);
    });
}

#[test]
fn who_claimed_two_concepts_that_become_one_claims_it_once() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (manager, own, other) = (app.as_manager(), app.company("Beide GmbH"), app.company("Eine GmbH"));
        let (old, new) = (app.skill("Laserschweissen"), app.skill("Laserschweißen"));
        let claims = format!("/v1/organisations/{own}/skills");
        let evidence = |title: &str| json!([{"kind": "project", "title": title}]);
        manager.create(
            &claims,
            &json!({"skill": old, "level": 4, "evidence": evidence("Eins")}),
        );
        let kept = manager.create(
            &claims,
            &json!({"skill": new, "level": 2, "evidence": evidence("Zwei")}),
        );
        let single = manager.create(
            &format!("/v1/organisations/{other}/skills"),
            &json!({"skill": old, "level": 1}),
        );
        manager
            .post("/v1/skills/merge", &json!({"sources": [old], "target": new}))
            .is(200);
        let left = manager.all(&claims, 10);
        assert_eq!(
            (left.len(), &left[0]["id"], &left[0]["level"]),
            (1, &json!(kept), &json!(4))
        );
        assert_eq!(left[0]["evidence"].as_array().map(Vec::len), Some(2));
        manager
            .patch(&format!("{claims}/{kept}"), "*", &json!({"level": 3}))
            .is(200);
        // Who claimed one of them has a claim of the other one by that.
        let claims = format!("/v1/organisations/{other}/skills");
        assert_eq!(manager.all(&claims, 10)[0]["skill"]["id"], json!(new));
        let twice = manager.post(&claims, &json!({"skill": new, "level": 5})).is(422).json();
        assert_eq!(twice["errors"][0]["code"], "duplicate");
        manager
            .patch(&format!("{claims}/{single}"), "*", &json!({"level": 3}))
            .is(200);
    });
}
