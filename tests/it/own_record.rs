//! Users and the persons that they are: what they may read, set right, restrict and object to.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::person;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::{Reply, Request};

mod holds;

fn is(app: &TestApp, user: &Caller<'_>, person: &str) {
    let user = format!("/v1/users/{}", user.user_id());
    app.as_manager()
        .patch(&user, "*", &json!({"person_id": person}))
        .is(200);
}

fn restrict(caller: &Caller<'_>, target: &str) -> Reply {
    let request = Request::new("PUT", &format!("{target}/restriction")).header("If-Match", "*");
    caller.send(request.json(&json!({"reason": "Die Angaben sind strittig."})))
}

fn lift(caller: &Caller<'_>, target: &str) -> Reply {
    caller.delete(&format!("{target}/restriction"), "*")
}

#[test]
fn a_user_reads_and_changes_the_person_that_it_is() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, manager) = (app.company("Eigene GmbH"), app.as_manager());
        let mut body = person(&own);
        (body["visibility"], body["birth_year"]) = (json!("managers"), json!(1990));
        (body["email"], body["consent"]) = (json!("ada@example.org"), json!(null));
        body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let id = manager.create("/v1/people", &body);
        let (target, guest) = (format!("/v1/people/{id}"), app.as_guest());
        guest.get(&target).is(404);
        guest.patch(&target, "*", &json!({"titles": "Dr."})).is(404);
        is(&app, &guest, &id);
        assert_eq!(guest.read("/v1/me")["person_id"], json!(id));
        let seen = guest.read(&target);
        assert_eq!(
            (&seen["birth_year"], &seen["email"]),
            (&json!(1990), &json!("ada@example.org"))
        );
        let tag = guest.get(&target).etag();
        let right = json!({"titles": "Dr.", "family_name": "Richtig", "roles_sought": ["Mentor"], "skills": [{"skill": app.skill("Optik"), "level": 3}]});
        guest.patch(&target, &tag, &right).is(200);
        guest.patch(&target, &tag, &right).is(412);
        guest.patch(&target, "*", &json!({"visibility": "public"})).is(422);
        let consent = json!({"visibility": "public", "consent": {"by": "person", "how": "in person"}});
        guest.patch(&target, "*", &consent).is(200);
        assert_eq!(app.anonymous().read(&target)["family_name"], "Richtig");
        for much in [
            json!({"birth_year": 2000}),
            json!({"birth_year": null}),
            json!({"affiliations": []}),
            json!({"affiliations": [{"organisation_id": own, "role": "Chefin"}]}),
            json!({"consent": {"by": "guardian", "name": "Grete", "how": "said so"}}),
        ] {
            guest.patch(&target, "*", &much).is(403);
        }
        guest.delete(&target, "*").is(403);
        guest.get(&format!("{target}/history")).is(403);
        // Others learn nothing more, and may do nothing.
        app.as_guest().patch(&target, "*", &json!({"titles": "X"})).is(403);
        assert!(app.as_guest().read(&target).get("birth_year").is_none());
        // Lists are the same for everyone of a class.
        manager.patch(&target, "*", &json!({"visibility": "managers"})).is(200);
        assert_eq!(guest.read("/v1/people")["items"], json!([]));
        guest.get(&target).is(200);
        // Gone, the link is, too.
        manager.delete(&target, "*").is(204);
        assert!(guest.read("/v1/me").get("person_id").is_none());
        guest.get(&target).is(404);
        let user = manager.read(&format!("/v1/users/{}", guest.user_id()));
        assert!(user.get("person_id").is_none(), "{user}");
    });
}

#[test]
fn who_administers_both_says_who_is_who() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, other) = (app.company("Eigene GmbH"), app.company("Andere GmbH"));
        let (manager, owner) = (app.as_manager(), app.as_owner(&own));
        let (member, editor) = (app.as_member(&own), app.as_editor(&own));
        let user = |caller: &Caller<'_>| format!("/v1/users/{}", caller.user_id());
        let link = |by: &Caller<'_>, whom: &Caller<'_>, person: &str| {
            by.patch(&user(whom), "*", &json!({"person_id": person}))
        };
        let mine = owner.create("/v1/people", &person(&own));
        let theirs = manager.create("/v1/people", &person(&other));
        let nobody = "01936d3e-7f10-7000-8000-00000000dead";
        for unknown in [theirs.as_str(), nobody] {
            let refused = link(&owner, &member, unknown).is(422).json();
            assert_eq!(refused["errors"][0]["pointer"], "/person_id", "{refused}");
        }
        link(&manager, &member, nobody).is(422);
        link(&app.as_owner(&other), &member, &theirs).is(404);
        // Nobody says of oneself who one is, and owners of nobody whose address is another.
        let of = |whom: &Caller<'_>| manager.read(&user(whom))["email"].clone();
        let reachable = |email: &Value| owner.patch(&format!("/v1/people/{mine}"), "*", &json!({"email": email}));
        reachable(&of(&owner)).is(200);
        link(&owner, &owner, &mine).is(403);
        let refused = link(&owner, &member, &mine).is(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/person_id", "{refused}");
        reachable(&of(&member)).is(200);
        link(&owner, &member, &mine).is(200);
        reachable(&of(&editor)).is(200);
        assert_eq!(
            link(&owner, &editor, &mine).is(409).json()["constraint"],
            "users_person_id_key"
        );
        // Whom a manager made somebody else, an owner does not undo.
        link(&manager, &editor, &theirs).is(200);
        owner.patch(&user(&editor), "*", &json!({"person_id": null})).is(403);
        owner.patch(&user(&member), "*", &json!({"person_id": null})).is(200);
        // Editors say what they do at their own organisation, and nowhere else.
        link(&manager, &editor, &mine).is(200);
        let target = format!("/v1/people/{mine}");
        let at =
            |organisation: &str, role: &str| json!({"affiliations": [{"organisation_id": organisation, "role": role}]});
        editor.patch(&target, "*", &at(&own, "Chefin")).is(200);
        editor.patch(&target, "*", &at(&other, "Chefin")).is(403);
        let new = json!({"email": "new@example.org", "name": "New", "role": "guest", "person_id": mine});
        manager.post("/v1/users", &new).is(409);
        // An invitation may carry it.
        let mut free = person(&own);
        free["email"] = json!("Free@example.org");
        let free = owner.create("/v1/people", &free);
        let invite = json!({"email": "free@example.org", "name": "Free", "role": "member", "organisation_id": own, "person_id": free});
        assert_eq!(
            owner.post("/v1/invitations", &invite).is(201).json()["person_id"],
            json!(free)
        );
        let mut foreign = invite.clone();
        foreign["person_id"] = json!(theirs);
        owner.post("/v1/invitations", &foreign).is(422);
        let token = app.letters_to("free@example.org").pop().unwrap().token();
        let activation = json!({"token": token, "password": "Regenschirm tanzt leise"});
        app.anonymous().post("/v1/auth/activate", &activation).is(204);
        let users = manager.all("/v1/users", 100);
        assert!(
            users
                .iter()
                .any(|user| user["email"] == "free@example.org" && user["person_id"] == json!(free))
        );
    });
}

#[test]
fn the_own_account_is_set_right() {
    on_each(|database| {
        let app = TestApp::on(database);
        let guest = app.as_guest();
        let tag = guest.get("/v1/me").is(200).etag();
        let me = guest
            .patch("/v1/me", &tag, &json!({"name": "Neu", "language": "en"}))
            .is(200)
            .json();
        assert_eq!((&me["name"], &me["language"]), (&json!("Neu"), &json!("en")));
        assert_eq!(guest.read("/v1/me"), me);
        guest.patch("/v1/me", &tag, &json!({"name": "Alt"})).is(412);
        for bad in [
            json!({"name": null}),
            json!({"name": ""}),
            json!({"role": "manager"}),
            json!({"email": "x@example.org"}),
        ] {
            guest.patch("/v1/me", "*", &bad).is(422);
        }
        app.anonymous().patch("/v1/me", "*", &json!({"name": "X"})).is(401);
        assert_eq!(guest.patch("/v1/me", "*", &json!({})).is(200).json()["name"], "Neu");
    });
}

#[test]
fn a_restricted_person_is_kept_and_seen_by_managers_and_itself() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let (manager, owner, member, guest) = (
            app.as_manager(),
            app.as_owner(&own),
            app.as_member(&own),
            app.as_guest(),
        );
        let skill = app.skill("Optik");
        let mut body = person(&own);
        body["skills"] = json!([{"skill": skill, "level": 4}]);
        let id = manager.create("/v1/people", &body);
        is(&app, &guest, &id);
        let target = format!("/v1/people/{id}");
        let start = member.feed_from_now();
        restrict(&owner, &target).is(403);
        restrict(&member, &target).is(403);
        let restricted = restrict(&manager, &target).is(200).json();
        assert_eq!(restricted["restriction"]["reason"], "Die Angaben sind strittig.");
        member.hears(&start, |item| item.to_string().contains(&id));
        for reader in [&app.anonymous(), &member, &owner] {
            reader.get(&target).is(404);
            for list in [
                "/v1/people".to_owned(),
                format!("/v1/organisations/{own}/people"),
                format!("/v1/people?skill={skill}"),
                "/v1/people?q=muster".to_owned(),
                format!("/v1/people?organisation_id={own}"),
            ] {
                assert_eq!(reader.read(&list)["items"], json!([]), "{list}");
            }
            assert_eq!(reader.read("/v1/search?q=muster")["people"], json!([]));
            assert!(!reader.get("/v1/people.vcf").is(200).text().contains("Muster"));
        }
        owner.get(&format!("{target}/history")).is(404);
        owner.patch(&target, "*", &json!({"titles": "Dr."})).is(404);
        owner.get(&format!("{target}/consents")).is(404);
        restrict(&owner, &target).is(404);
        lift(&owner, &target).is(404);
        assert!(
            !manager.get("/v1/people.vcf").text().contains("Muster"),
            "a card leaves the directory"
        );
        assert_eq!(
            manager.read("/v1/people?q=muster")["items"].as_array().unwrap().len(),
            1
        );
        assert!(
            manager
                .get("/v1/exports/network.jsonl")
                .text()
                .contains("Die Angaben sind strittig.")
        );
        // The person goes on reading, and may set right, what is disputed; but a manager's restriction it does not lift.
        assert!(guest.read(&target)["restriction"].is_object());
        guest.patch(&target, "*", &json!({"titles": "Dr."})).is(200);
        restrict(&guest, &target).is(403);
        lift(&guest, &target).is(403);
        lift(&manager, &target).is(200);
        assert!(app.anonymous().read(&target).get("restriction").is_none());
        lift(&manager, &target).is(404);
        // Its own it does.
        restrict(&guest, &target).is(200);
        app.anonymous().get(&target).is(404);
        lift(&guest, &target).is(200);
        app.anonymous().get(&target).is(200);
        // An earlier state brings no restriction back, nor takes one away.
        restrict(&manager, &target).is(200);
        let history = manager.read(&format!("{target}/history"));
        for item in history["items"].as_array().unwrap() {
            if let Some(version) = item["version_id"].as_str() {
                manager
                    .post(&format!("{target}/history/{version}/restore"), &json!(null))
                    .is(200);
                assert!(manager.read(&target)["restriction"].is_object());
            }
        }
    });
}

#[test]
fn who_objects_is_found_by_no_skill() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let (owner, guest, member) = (app.as_owner(&own), app.as_guest(), app.as_member(&own));
        let skill = app.skill("Optik");
        let mut body = person(&own);
        body["skills"] = json!([{"skill": skill, "level": 4}]);
        let id = owner.create("/v1/people", &body);
        let target = format!("/v1/people/{id}");
        is(&app, &guest, &id);
        let found = |by: &Caller<'_>, list: &str| by.read(list)["items"].as_array().unwrap().len();
        let by_skill = format!("/v1/people?skill={skill}");
        assert_eq!(found(&member, &by_skill), 1);
        guest.patch(&target, "*", &json!({"matching": false})).is(200);
        assert_eq!((found(&member, &by_skill), found(&app.anonymous(), &by_skill)), (0, 0));
        assert_eq!(
            found(&member, "/v1/people?q=muster"),
            1,
            "the directory still has the person"
        );
        let of_own = format!("/v1/organisations/{own}/people?skill={skill}");
        assert_eq!((found(&owner, &of_own), found(&member, &of_own)), (1, 0));
        assert!(
            member.read(&target).get("matching").is_none(),
            "that somebody objects is nobody's business"
        );
        assert_eq!(owner.read(&target)["matching"], false);
        guest.patch(&target, "*", &json!({"matching": null})).is(200);
        assert_eq!(found(&member, &by_skill), 1);
    });
}

#[test]
fn an_organisation_that_objects_is_nobodys_candidate_and_asks_itself() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (sole, other) = (app.company("Ada Beispiel, Optik"), app.company("Andere Optik GmbH"));
        let (manager, skill) = (app.as_manager(), app.skill("Optik"));
        for organisation in [&sole, &other] {
            manager.create(
                &format!("/v1/organisations/{organisation}/skills"),
                &json!({"skill": skill, "level": 4}),
            );
        }
        let question = json!({"required_skills": [{"skill": skill}]});
        let partners = |by: &Caller<'_>| {
            let page = by.post("/v1/matches", &question).is(200).json();
            let items = page["items"].as_array().unwrap().iter();
            let found: Vec<Value> = items.map(|one| one["organisation"]["id"].clone()).collect();
            assert_eq!(page["candidates"].as_u64().unwrap(), found.len() as u64);
            found
        };
        let explain = |by: &Caller<'_>, id: &str| {
            by.post(
                "/v1/matches/explain",
                &json!({"organisation_id": id, "request": question}),
            )
        };
        assert_eq!(partners(&app.anonymous()).len(), 2);
        explain(&app.anonymous(), &sole).is(200);
        let target = format!("/v1/organisations/{sole}");
        let owner = app.as_owner(&sole);
        owner
            .patch(&target, "*", &json!({"visibility": {"matching": false}}))
            .is(200);
        for reader in [&app.anonymous(), &app.as_member(&other), &manager, &owner] {
            assert_eq!(partners(reader), [json!(other)]);
            let missing = explain(reader, "01936d3e-7f10-7000-8000-00000000dead").is(404).json();
            let mut objecting = explain(reader, &sole).is(404).json();
            objecting["request_id"] = missing["request_id"].clone();
            assert_eq!(objecting, missing);
            let asked = reader.read(&format!("/v1/organisations/{other}/matches"));
            assert!(!asked["items"].to_string().contains(&sole), "{asked}");
        }
        // It asks, and is found by its name.
        let asked = app.as_member(&other).read(&format!("{target}/matches"));
        assert!(asked["items"].to_string().contains(&other), "{asked}");
        assert!(app.anonymous().read(&target).get("visibility").is_none());
        assert_eq!(owner.read(&target)["visibility"]["matching"], false);
        // An earlier state does not take the objection back.
        let history = manager.read(&format!("{target}/history"));
        let version = history["items"][0]["version_id"].as_str().unwrap();
        manager
            .post(&format!("{target}/history/{version}/restore"), &json!(null))
            .is(200);
        assert_eq!(partners(&manager), [json!(other)]);
        owner
            .patch(&target, "*", &json!({"visibility": {"matching": true}}))
            .is(200);
        assert_eq!(partners(&app.anonymous()).len(), 2);
    });
}
