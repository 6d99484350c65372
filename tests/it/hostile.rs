//! Bad input ends in a problem document that names what is wrong, and never in a failure of the server.

use serde_json::json;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::{Reply, Request};

fn post(caller: &Caller<'_>, body: impl Into<Vec<u8>>) -> Reply {
    caller.send(Request::new("POST", "/v1/organisations").bytes("application/json", body))
}

#[test]
fn bodies_that_are_no_good_json_are_refused() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let deep = format!("{{\"name\": {}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        let bodies: [(&str, Vec<u8>); 7] = [
            ("nothing", Vec::new()),
            ("half", b"{\"kind\": \"comp".to_vec()),
            ("not text", b"{\"kind\": \"company\", \"name\": \"\xff\xfe\"}".to_vec()),
            ("deep", deep.into_bytes()),
            (
                "twice",
                b"{\"kind\": \"company\", \"name\": \"A\", \"name\": \"B\"}".to_vec(),
            ),
            (
                "too large a number",
                b"{\"kind\": \"company\", \"name\": \"A\", \"headcount\": 1e400}".to_vec(),
            ),
            (
                "a lone surrogate",
                b"{\"kind\": \"company\", \"name\": \"\\ud800\"}".to_vec(),
            ),
        ];
        for (what, body) in bodies {
            let reply = post(&manager, body);
            assert_eq!(
                (reply.status, &reply.json()["code"]),
                (400, &json!("malformed_body")),
                "{what}"
            );
            assert_eq!(reply.json()["errors"].as_array().map(Vec::len), Some(1), "{what}");
        }
        let large = vec![b' '; 11 << 20];
        post(&manager, large).is(413);
        manager
            .send(Request::new("POST", "/v1/organisations").bytes("text/plain", "{}"))
            .is(415);
        assert_eq!(
            app.anonymous().read("/v1/organisations")["items"],
            json!([]),
            "nothing was written"
        );
    });
}

#[test]
fn every_fault_of_a_body_is_named() {
    on_each(|database| {
        let app = TestApp::on(database);
        let body = json!({"kind": "compny", "nmae": "A", "headcount": -1, "languages": ["de", "xx"], "vat_id": "DE1\u{0}",
            "lei": "529900T8BM49AURSDO56", "w_idnr": "DE123456789-00001", "ror_id": "05qpz1x63", "website": "javascript:alert(1)",
            "register": {"court": " ", "register": "XYZ", "number": "no"}, "summary": {"de": "a\u{202e}b"},
            "contacts": [{"email": "nobody"}],
            "locations": [{"city": "Jena", "country": "DE", "lat": 91}, {"city": "?", "country": "XX", "ags": "16999000"},
                {"city": "Jena", "country": "Deutschland", "ags": "no"}]});
        let reply = app.as_manager().post("/v1/organisations", &body).is(422);
        let errors = reply.json();
        let mut found: Vec<(&str, &str)> = errors["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()))
            .collect();
        found.sort_unstable();
        for expected in [
            ("/contacts/0/email", "malformed"),
            ("/headcount", "too_small"),
            ("/kind", "not_one_of"),
            ("/languages/1", "unknown_code"),
            ("/lei", "check_digit"),
            ("/locations/0/lat", "too_large"),
            ("/locations/1/ags", "unknown_code"),
            ("/locations/1/country", "unknown_code"),
            ("/locations/2/ags", "malformed"),
            ("/locations/2/country", "malformed"),
            ("/name", "required"),
            ("/nmae", "unknown_field"),
            ("/register/court", "required"),
            ("/register/number", "malformed"),
            ("/register/register", "malformed"),
            ("/ror_id", "check_digit"),
            ("/summary/de", "forbidden_character"),
            ("/vat_id", "forbidden_character"),
            ("/w_idnr", "check_digit"),
            ("/website", "malformed"),
        ] {
            assert!(found.contains(&expected), "{expected:?} is missing in {found:?}");
        }
        let detail = errors["errors"].to_string();
        assert!(!detail.contains("^["), "rules are told in words: {detail}");
        let places = found.len();
        found.dedup_by_key(|(pointer, _)| *pointer);
        assert_eq!(places, found.len(), "each value is blamed once: {found:?}");
        let suggestion = errors["errors"]
            .as_array()
            .unwrap()
            .iter()
            .find(|error| error["pointer"] == "/nmae")
            .unwrap();
        assert!(suggestion["detail"].as_str().unwrap().contains("name"));
    });
}

#[test]
fn queries_are_read_as_documented_or_refused() {
    on_each(|database| {
        let app = TestApp::on(database);
        let anyone = app.anonymous();
        for target in [
            "/v1/organisations?knd=company",
            "/v1/organisations?limit=0",
            "/v1/organisations?limit=x",
            "/v1/organisations?q=%ff",
            "/v1/organisations?q=%00",
            "/v1/organisations?near=1",
            "/v1/organisations?radius_km=5",
            "/v1/organisations?limit=1&limit=2",
            "/v1/organisations?skill=urn:nothing",
            "/v1/organisations?cursor=AAAA",
            "/v1/skills?cursor=%F0%9F%92%A9",
            "/livez?x=1",
        ] {
            let reply = anyone.get(target).is(400);
            assert_eq!(reply.json()["code"], "invalid_query", "{target}");
        }
        let german = anyone.send(Request::new("GET", "/v1/organisations?knd=company").header("Accept-Language", "de"));
        assert_eq!(german.json()["title"], "Ungültige Anfrage");
        assert_eq!(
            german.json()["errors"][0]["detail"],
            "Einen solchen Parameter gibt es nicht. Ist kind gemeint?"
        );
        for target in [
            "/v1/organisations/x",
            "/v1/organisations/01936D3E-7F10-7000-8000-0000000000AA",
            "/nothing",
            "/v1",
            "/v1/organisations/%00",
        ] {
            anyone.get(target).is(404);
        }
        let wrong = anyone.send(Request::new("PUT", "/v1/organisations")).is(405);
        assert_eq!(wrong.header("allow"), Some("GET, POST, OPTIONS"));
        anyone.get(&format!("/v1/organisations?q={}", "a".repeat(9000))).is(414);
    });
}

#[test]
fn a_cursor_fits_its_own_list_and_audience_only() {
    on_each(|database| {
        let app = TestApp::on(database);
        let first = app.company("Erste GmbH");
        app.company("Zweite GmbH");
        let anyone = app.anonymous();
        let page = anyone.read("/v1/organisations?limit=1&sort=name");
        let next = page["next"].as_str().expect("another page").to_owned();
        assert_eq!(anyone.read(&next)["items"][0]["organisation"]["name"], "Zweite GmbH");
        anyone.get(&next.replace("sort=name", "sort=updated_at")).is(400);
        app.as_member(&first).get(&next).is(400);
    });
}
