//! What operators and generators need: life, readiness, keys, the document, the catalogue of problems; and what protects browsers.

use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;
use werkstadt_tests::document::Document;
use werkstadt_tests::http::Request;

#[test]
fn a_server_is_alive_ready_and_describes_itself() {
    on_each(|database| {
        let app = TestApp::on(database);
        let anyone = app.anonymous();
        assert_eq!(anyone.read("/livez")["status"], "alive");
        assert_eq!(anyone.read("/readyz")["status"], "ready");
        assert_eq!(anyone.read("/openapi.json"), Document::shared().value);
        assert_eq!(anyone.read("/openapi-3.0.json")["openapi"], "3.0.3");
        let keys = anyone.read("/.well-known/jwks.json");
        assert_eq!(keys["keys"][0]["crv"], "Ed25519");
    });
}

#[test]
fn every_answer_protects_browsers() {
    on_each(|database| {
        let app = TestApp::numbered(database, 0, |config| {
            config.public_url = "https://network.example".to_owned();
            config.origins = vec!["https://app.example".to_owned()];
        });
        for path in [
            "/v1/organisations",
            "/v1/users",
            "/nothing",
            "/livez",
            "/docs/",
            "/v1/organisations.csv",
        ] {
            let reply = werkstadt_tests::http::send(app.address, &Request::new("GET", path));
            let header = |name: &str| reply.header(name).unwrap_or_else(|| panic!("{path}: no {name}"));
            assert_eq!(
                header("strict-transport-security"),
                "max-age=31536000; includeSubDomains"
            );
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert_eq!(header("referrer-policy"), "no-referrer");
            let policy = header("content-security-policy");
            for part in ["default-src '", "base-uri 'none'", "frame-ancestors 'none'"] {
                assert!(policy.contains(part), "{path}: {policy}");
            }
        }
        let from = |origin: &str| {
            let request = Request::new("OPTIONS", "/v1/organisations").header("Origin", origin);
            let reply = werkstadt_tests::http::send(
                app.address,
                &request
                    .header("Access-Control-Request-Method", "POST")
                    .header("Access-Control-Request-Headers", "authorization,idempotency-key"),
            );
            reply.header("access-control-allow-origin").map(str::to_owned)
        };
        assert_eq!(from("https://app.example").as_deref(), Some("https://app.example"));
        for other in ["https://evil.example", "https://app.example.evil.example", "null"] {
            assert_eq!(from(other), None, "{other}");
        }
    });
}
