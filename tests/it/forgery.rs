//! Tokens that were not issued by the server, or not for this.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::base64url;
use werkstadt_tests::database::on_each;

/// Forgeries of a manager's token.
pub fn forged_tokens(app: &TestApp) -> Vec<String> {
    let genuine = app.as_manager().token().unwrap();
    let parts: Vec<&str> = genuine.split('.').collect();
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    let read = |part: &str| serde_json::from_slice::<Value>(&base64url::decode(part)).unwrap();
    let write = |value: &Value| base64url::encode(value.to_string().as_bytes());
    let mut unsigned = read(header);
    unsigned["alg"] = json!("none");
    let mut symmetric = read(header);
    symmetric["alg"] = json!("HS256");
    let mut forever = read(claims);
    forever["exp"] = json!(9_999_999_999_u64);
    let mut other_key = read(header);
    other_key["kid"] = json!("../../etc/passwd");
    let mut flipped = base64url::decode(signature);
    flipped[10] ^= 1;
    vec![
        format!("{}.{claims}.", write(&unsigned)),
        format!("{}.{claims}.{signature}", write(&symmetric)),
        format!("{header}.{}.{signature}", write(&forever)),
        format!("{}.{claims}.{signature}", write(&other_key)),
        format!("{header}.{claims}.{}", base64url::encode(&flipped)),
        format!("{header}.{claims}"),
        "eyJ".repeat(700),
        "wk_live_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        "wk_live_".to_owned(),
    ]
}

#[test]
fn the_genuine_token_that_the_forgeries_are_made_of_is_accepted() {
    on_each(|database| {
        let app = TestApp::on(database);
        app.as_manager().get("/v1/me").is(200);
        for forged in forged_tokens(&app) {
            werkstadt_tests::caller::Caller::bearing(&app, forged)
                .get("/v1/me")
                .is(401);
        }
    });
}
