//! Tokens that were not issued by the server, or not for this.

use jsonwebtoken::crypto::sign;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Map, Value, json};
use uuid::Uuid;
use werkstadt_domain::account::Role;
use werkstadt_persistence::signing_keys;
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

/// A key of Ed25519 from its seed: PKCS#8 (RFC 8410) is a fixed head and the 32 bytes.
fn ed25519(seed: &[u8]) -> EncodingKey {
    const HEAD: [u8; 16] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ];
    EncodingKey::from_ed_der(&[HEAD.as_slice(), seed].concat())
}

/// Writes header and claims, each with some members replaced, or left out where they are null.
fn written(header: &Value, claims: &Value, changes: (&Value, &Value)) -> String {
    let part = |base: &Value, change: &Value| {
        let mut members: Map<String, Value> = base.as_object().unwrap().clone();
        for (name, value) in change.as_object().unwrap() {
            members.insert(name.clone(), value.clone());
        }
        members.retain(|_, value| !value.is_null());
        base64url::encode(Value::Object(members).to_string().as_bytes())
    };
    format!("{}.{}", part(header, changes.0), part(claims, changes.1))
}

/// What headers may say to lead a reader astray; signed with the server's own key all the same.
fn headers(attacker: &Value) -> Vec<Value> {
    let mut headers: Vec<Value> = [
        "none", "None", "nOnE", "NONE", "HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "Ed25519", "",
    ]
    .iter()
    .map(|alg| json!({"alg": alg}))
    .collect();
    headers.extend([
        json!({"alg": null}),
        json!({"alg": ["EdDSA"]}),
        json!({"typ": null}),
        json!({"typ": "JWT"}),
        json!({"typ": "refresh+jwt"}),
        json!({"typ": 7}),
        json!({"kid": null}),
        json!({"kid": ""}),
        json!({"kid": "../../dev/null"}),
        json!({"kid": "' OR 1=1 --"}),
        json!({"kid": ["a"]}),
        json!({"kid": "attacker", "jwk": attacker}),
        json!({"kid": "attacker", "jku": "https://attacker.example/jwks.json"}),
        json!({"kid": "attacker", "x5u": "https://attacker.example/chain.pem"}),
    ]);
    headers
}

/// What claims must not say; signed with the server's own key all the same.
fn claims(now: i64, other: &str) -> Vec<Value> {
    vec![
        json!({"iss": null}),
        json!({"iss": "https://attacker.example"}),
        json!({"iss": ["https://attacker.example"]}),
        json!({"aud": null}),
        json!({"aud": "another"}),
        json!({"aud": ["another"]}),
        json!({"exp": null}),
        json!({"exp": now}),
        json!({"exp": now - 86_400}),
        json!({"exp": "never"}),
        json!({"exp": -1}),
        json!({"nbf": null}),
        json!({"nbf": now + 3600}),
        json!({"nbf": "now"}),
        json!({"sub": null}),
        json!({"sub": ""}),
        json!({"sub": "admin"}),
        json!({"sub": Uuid::nil()}),
        json!({"sub": other}),
        json!({"sub": {"id": other}}),
        json!({"sid": null}),
        json!({"sid": ""}),
        json!({"sid": Uuid::nil()}),
        json!({"sid": other}),
    ]
}

#[test]
fn sixty_and_more_forgeries_are_refused() {
    on_each(|database| {
        let app = TestApp::on(database);
        let state = &app.state;
        let manager = app.as_manager();
        let genuine = manager.token().unwrap();
        let read = |index: usize| {
            let part = genuine.split('.').nth(index).unwrap();
            serde_json::from_slice::<Value>(&base64url::decode(part)).unwrap()
        };
        let (header, body) = (read(0), read(1));
        let keys = state.store.read(signing_keys::list).unwrap();
        let (own, attacker) = (ed25519(&keys[0].seed), ed25519(&[7; 32]));
        let eddsa =
            |text: &str, key: &EncodingKey| format!("{text}.{}", sign(text.as_bytes(), key, Algorithm::EdDSA).unwrap());
        let unchanged = written(&header, &body, (&json!({}), &json!({})));
        let accepted = |token: String| {
            werkstadt_tests::caller::Caller::bearing(&app, token)
                .get("/v1/me")
                .status
                == 200
        };
        assert!(
            accepted(eddsa(&unchanged, &own)),
            "what is signed here as the server does is taken"
        );
        // Another user, whose session this is not, and a session of the other's.
        let other = app.user(Role::Manager, None);
        let (other_id, other_session) = (other.user_id().to_string(), app.session_of(other.user_id()).to_string());
        let jwks = app.anonymous().read("/.well-known/jwks.json");
        let public = base64url::decode(jwks["keys"][0]["x"].as_str().unwrap());
        let mut forged = Vec::new();
        for change in headers(&jwks["keys"][0]) {
            let text = written(&header, &body, (&change, &json!({})));
            forged.push(eddsa(&text, &own));
            forged.push(format!("{text}."));
        }
        for change in claims(state.now().timestamp(), &other_id) {
            forged.push(eddsa(&written(&header, &body, (&json!({}), &change)), &own));
        }
        let swapped = json!({"sid": other_session});
        forged.push(eddsa(&written(&header, &body, (&json!({}), &swapped)), &own));
        // The public key as the secret of another algorithm, and another key altogether.
        for (name, algorithm) in [
            ("HS256", Algorithm::HS256),
            ("HS384", Algorithm::HS384),
            ("HS512", Algorithm::HS512),
        ] {
            let text = written(&header, &body, (&json!({"alg": name}), &json!({})));
            for secret in [
                public.as_slice(),
                jwks["keys"][0]["x"].as_str().unwrap().as_bytes(),
                b"",
            ] {
                let signature = sign(text.as_bytes(), &EncodingKey::from_secret(secret), algorithm).unwrap();
                forged.push(format!("{text}.{signature}"));
            }
        }
        forged.push(eddsa(&unchanged, &attacker));
        let signature = genuine.rsplit('.').next().unwrap();
        forged.extend([
            format!("{unchanged}."),
            format!("{unchanged}.{}", "A".repeat(86)),
            format!("{unchanged}.{}", &signature[..signature.len() - 2]),
            format!("{unchanged}.{signature}=="),
            format!("{unchanged}.{signature}.{signature}"),
            format!(".{genuine}"),
            unchanged.replace('.', ""),
        ]);
        forged.extend(forged_tokens(&app));
        assert!(forged.len() >= 60, "{}", forged.len());
        let taken: Vec<String> = forged.into_iter().filter(|token| accepted(token.clone())).collect();
        assert!(taken.is_empty(), "{taken:#?}");
        manager.get("/v1/me").is(200);
    });
}
