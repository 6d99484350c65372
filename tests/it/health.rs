//! What operators and generators need: life, readiness, keys, the document, the catalogue of problems.

use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;
use werkstadt_tests::document::Document;

#[test]
fn a_server_is_alive_ready_and_describes_itself() {
    on_each(|database| {
        let start = std::time::Instant::now();
        let app = TestApp::on(database);
        eprintln!("boot {:?}", start.elapsed());
        let anyone = app.anonymous();
        assert_eq!(anyone.read("/livez")["status"], "alive");
        assert_eq!(anyone.read("/readyz")["status"], "ready");
        assert_eq!(anyone.read("/openapi.json"), Document::shared().value);
        assert_eq!(anyone.read("/openapi-3.0.json")["openapi"], "3.0.3");
        let keys = anyone.read("/.well-known/jwks.json");
        assert_eq!(keys["keys"][0]["crv"], "Ed25519");
        eprintln!("all {:?}", start.elapsed());
        drop(app);
        eprintln!("down {:?}", start.elapsed());
    });
}
