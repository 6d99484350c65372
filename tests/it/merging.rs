//! Two organisations that are one: everything moves, nothing is lost, and the numbers are free when they are needed.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;

/// A network with a duplicate that has something of every sort.
struct Twice {
    keep: String,
    gone: String,
    unit: String,
    offer: String,
    solution: String,
    membership: String,
    person: String,
    naming: String,
    claims: [String; 2],
}

impl Twice {
    fn new(app: &TestApp) -> Self {
        let manager = app.as_manager();
        let keep = json!({"kind": "university", "name": "Hochschule Beispiel", "summary": {"de": "Lehrt"}});
        let keep = app.organisation(&keep);
        let gone = json!({"kind": "university", "name": "HS Beispiel", "summary": {"de": "Forscht", "en": "Teaches"},
            "vat_id": "DE136695976", "website": "https://beispiel.example", "external_ids": [{"scheme": "cordis", "value": "17"}]});
        let gone = app.organisation(&gone);
        let (kept, going) = (format!("/v1/organisations/{keep}"), format!("/v1/organisations/{gone}"));
        let unit = manager.create(
            &format!("{going}/units"),
            &json!({"name": {"de": "Institut"}, "kind": "institute"}),
        );
        let (laser, optics) = (app.skill("Laser"), app.skill("Optik"));
        manager.create(
            &format!("{kept}/skills"),
            &json!({"skill": laser, "level": 2, "evidence": [{"kind": "project", "title": "Eins"}]}),
        );
        let laser = json!({"skill": laser, "level": 5, "evidence": [{"kind": "project", "title": "Zwei"}]});
        let laser = manager.create(&format!("{going}/skills"), &laser);
        let optics = manager.create(
            &format!("{going}/skills"),
            &json!({"skill": optics, "level": 3, "unit_id": unit}),
        );
        let reference = json!({"title": {"de": "Gemeinsam"}, "partners": [{"organisation_id": keep}]});
        manager.create(&format!("{going}/references"), &reference);
        let offer = json!({"organisation_id": gone, "unit_id": unit, "direction": "offer", "cooperation": "pilot", "title": {"de": "Wir bieten"}});
        let offer = format!("/v1/opportunities/{}", manager.create("/v1/opportunities", &offer));
        manager
            .post(&format!("{offer}/status"), &json!({"status": "in_review"}))
            .is(200);
        let review = json!({"review": {"clarity": 5, "advantage": 5, "expectations": 5, "language": 5}});
        manager.post(&format!("{offer}/status"), &review).is(200);
        let solution = json!({"organisation_id": gone, "title": {"de": "Gerät"}, "maturity": "beta"});
        let solution = format!("/v1/solutions/{}", manager.create("/v1/solutions", &solution));
        let membership = json!({"organisation_id": gone, "type": "full", "status": "active"});
        let membership = format!("/v1/memberships/{}", manager.create("/v1/memberships", &membership));
        let person = json!({"given_name": "Erfunden", "family_name": "Beispiel",
            "affiliations": [{"organisation_id": gone, "unit_id": unit, "role": "Leitung"}]});
        let person = format!("/v1/people/{}", manager.create("/v1/people", &person));
        let partner = app.company("Partner GmbH");
        let naming = json!({"title": {"de": "Mit der Hochschule"}, "partners": [{"organisation_id": gone}]});
        let naming = manager.create(&format!("/v1/organisations/{partner}/references"), &naming);
        Self {
            naming: format!("/v1/organisations/{partner}/references/{naming}"),
            claims: [laser, optics],
            keep,
            gone,
            unit,
            offer,
            solution,
            membership,
            person,
        }
    }
}

#[test]
fn two_organisations_become_one() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (manager, twice) = (app.as_manager(), Twice::new(&app));
        let editor = app.as_editor(&twice.gone);
        let start = app.anonymous().feed_from_now();
        let (kept, going) = (
            format!("/v1/organisations/{}", twice.keep),
            format!("/v1/organisations/{}", twice.gone),
        );
        let body = json!({"keep_id": twice.keep, "merge_id": twice.gone});
        let reviews = manager.read(&format!("{}/reviews", twice.offer));
        let before = manager.read(&kept);
        let preview = manager.post("/v1/duplicates/merge?dry_run=true", &body).is(200).json();
        assert_eq!(manager.read(&kept), before, "a dry run changes nothing");
        let merged = manager.post("/v1/duplicates/merge", &body).is(200).json();
        assert_eq!((&merged["changes"], preview.get("moved")), (&preview["changes"], None));
        let moved = json!({"units": 1, "skills": 2, "references": 1, "opportunities": 1, "solutions": 1, "people": 1, "users": 1,
            "membership": true, "logo": false});
        assert_eq!(merged["moved"], moved);

        manager.get(&going).is(404);
        let present = manager.read(&kept);
        assert_eq!(
            (&present["name"], &present["summary"]),
            (&json!("Hochschule Beispiel"), &json!({"de": "Lehrt", "en": "Teaches"}))
        );
        assert_eq!(
            (&present["vat_id"], &present["external_ids"][0]["value"]),
            (&json!("DE136695976"), &json!("17"))
        );
        assert_eq!(present["member"], true);
        manager.get(&format!("{kept}/units/{}", twice.unit)).is(200);
        let claims = manager.all(&format!("{kept}/skills"), 50);
        let levels: Vec<&Value> = claims.iter().map(|claim| &claim["level"]).collect();
        assert_eq!(levels, [&json!(5), &json!(3)], "one claim of each skill");
        assert_eq!(claims[0]["evidence"].as_array().map(Vec::len), Some(2));
        assert_eq!(
            (&claims[1]["id"], &claims[1]["unit_id"]),
            (&json!(twice.claims[1]), &json!(twice.unit))
        );
        let references = manager.all(&format!("{kept}/references"), 50);
        assert_eq!(
            (references.len(), references[0].get("partners")),
            (1, None),
            "nobody is its own partner"
        );
        let keep = json!(twice.keep);
        assert_eq!(manager.read(&twice.offer)["organisation_id"], keep);
        assert_eq!(manager.read(&twice.offer)["status"], "published");
        assert_eq!(manager.read(&format!("{}/reviews", twice.offer)), reviews);
        assert_eq!(manager.read(&twice.solution)["organisation_id"], keep);
        assert_eq!(manager.read(&twice.membership)["organisation_id"], keep);
        let work = &manager.read(&twice.person)["affiliations"];
        assert_eq!(
            (&work[0]["organisation_id"], &work[0]["unit_id"], &work[0]["role"]),
            (&keep, &json!(twice.unit), &json!("Leitung"))
        );
        assert_eq!(manager.read(&twice.naming)["partners"][0]["organisation_id"], keep);
        editor.patch(&kept, "*", &json!({"summary": {"de": "Neu"}})).is(200);
        app.anonymous().hears(&start, |item| {
            item["id"] == json!(twice.gone) && item["state"] == "gone"
        });
        let found = app.anonymous().read("/v1/organisations?q=optik");
        assert_eq!(found["items"][0]["organisation"]["id"], keep);

        // What has moved stays where it is when the other one comes back; its numbers have moved, too.
        let events = manager.all(&format!("{going}/history"), 50);
        let removed = events
            .iter()
            .find(|event| event["record"]["kind"] == "organisation")
            .unwrap();
        let back = format!("{going}/history/{}/restore", removed["version_id"].as_str().unwrap());
        let taken = manager.post(&back, &Value::Null).is(409).json();
        assert_eq!(taken["errors"][0]["pointer"], "/vat_id");
        manager
            .patch(&kept, "*", &json!({"vat_id": null, "external_ids": []}))
            .is(200);
        let restored = manager.post(&back, &Value::Null).is(200).json();
        assert_eq!(
            restored["with_it"].as_array().map(Vec::len),
            Some(1),
            "the claim that was joined: {restored}"
        );
        assert_eq!(manager.read(&twice.membership)["organisation_id"], keep);
        assert_eq!(manager.read(&twice.offer)["organisation_id"], keep);
    });
}

#[test]
fn a_merge_is_refused_where_it_cannot_be() {
    on_each(|database| {
        let app = TestApp::on(database);
        let twice = Twice::new(&app);
        let company = app.company("Firma GmbH");
        let merge = |keep: &str, gone: &str| {
            let body = json!({"keep_id": keep, "merge_id": gone, "prefer": "merged"});
            app.as_manager().post("/v1/duplicates/merge", &body)
        };
        let refused = merge(&company, &twice.gone).is(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/keep_id");
        merge(&twice.keep, &twice.keep).is(422);
        merge(&twice.keep, "01936d3e-7f10-7000-8000-0000000000bb").is(422);
        let body = json!({"keep_id": twice.keep, "merge_id": company});
        app.as_owner(&twice.keep).post("/v1/duplicates/merge", &body).is(403);
        merge(&twice.gone, &company).is(200);
        let present = app.as_manager().read(&format!("/v1/organisations/{}", twice.gone));
        assert_eq!(
            (&present["name"], &present["kind"]),
            (&json!("Firma GmbH"), &json!("university"))
        );
    });
}
