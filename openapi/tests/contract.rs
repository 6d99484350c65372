//! The contract keeps its rules, and is what the program serves.

use werkstadt_openapi::{promises, published, rules};

#[test]
fn the_committed_contract_is_what_the_program_serves() {
    for (file, text) in published().expect("a document") {
        let committed = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            committed == text,
            "{} is stale; run: cargo run -p werkstadt-openapi",
            file.display()
        );
    }
}

#[test]
fn the_contract_keeps_the_rules_for_generated_clients() {
    let document = werkstadt_api::app::published().expect("a document");
    let broken = rules::all(&document);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_rules_find_what_breaks_them() {
    let document = serde_json::json!({
        "tags": [{"name": "a"}],
        "paths": {"/x": {"get": {"operationId": "Get", "tags": [], "responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}, "404": {}},
            "parameters": [{"in": "query", "schema": {"type": "object"}}]}}},
        "components": {"schemas": {
            "XCreate": {"type": "object", "properties": {
                "a": {"type": ["string", "null"]}, "b": {"type": "object", "properties": {}}, "c": {"anyOf": []}, "d": {"type": "integer", "format": "int64"}
            }}
        }}
    });
    // Each of the eleven rules finds at least one fault in this document.
    let broken = rules::all(&document);
    let broken: std::collections::HashSet<&str> = broken.iter().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(broken.len(), 11, "{broken:?}");
}

/// What a change of the contract does to its promises: changed by `change`, are these broken?
fn broken_by(change: impl FnOnce(&mut serde_json::Value)) -> Vec<String> {
    let mut document = serde_json::json!({
        "paths": {"/x": {"post": {
            "operationId": "create_x",
            "parameters": [{"in": "query", "name": "a", "schema": {"type": "string"}}],
            "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/XCreate"}}}},
            "responses": {
                "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/X"}}}},
                "422": {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
            }
        }}},
        "components": {"schemas": {
            "XCreate": {"type": "object", "required": ["n"], "properties": {"n": {"type": "string"}, "kind": {"$ref": "#/components/schemas/Kind"}}},
            "Kind": {"type": "string", "enum": ["one", "two"]},
            "X": {"type": "object", "required": ["n"], "properties": {"n": {"type": "string"}, "m": {"type": "integer"}}},
            "Problem": {"type": "object"}
        }}
    });
    let before = promises::of(&document);
    change(&mut document);
    let after = promises::of(&document);
    let broken = promises::broken(&before, &after);
    broken.into_iter().map(str::to_owned).collect()
}

#[test]
fn what_breaks_a_client_is_told_from_what_does_not() {
    let schema = |name: &str| format!("/components/schemas/{name}");
    let at = |document: &mut serde_json::Value, pointer: &str, value: serde_json::Value| {
        *document.pointer_mut(pointer).expect("a place") = value;
    };
    let operation = "/paths/~1x/post";

    assert_eq!(
        broken_by(|d| at(d, &format!("{operation}/operationId"), "make_x".into())),
        ["operation post /x create_x"]
    );
    assert_eq!(
        broken_by(|d| drop(
            d["paths"]["/x"]["post"]["responses"]
                .as_object_mut()
                .expect("an object")
                .shift_remove("422")
        )),
        ["answers post /x 422 application/problem+json Problem"]
    );
    assert_eq!(
        broken_by(|d| drop(
            d["components"]["schemas"]["X"]["properties"]
                .as_object_mut()
                .expect("an object")
                .shift_remove("m")
        )),
        ["gives X.m: integer"]
    );
    assert_eq!(
        broken_by(|d| at(d, &format!("{}/required", schema("X")), serde_json::json!([]))),
        ["always X.n"]
    );
    assert_eq!(
        broken_by(|d| at(d, &format!("{}/enum", schema("Kind")), serde_json::json!(["one"]))),
        ["takes Kind: \"two\""]
    );
    assert_eq!(
        broken_by(|d| at(
            d,
            &format!("{}/required", schema("XCreate")),
            serde_json::json!(["n", "kind"])
        )),
        ["needs XCreate: n"]
    );
    assert_eq!(
        broken_by(|d| at(
            d,
            &format!("{operation}/parameters/0"),
            serde_json::json!({"in": "query", "name": "a", "required": true, "schema": {"type": "string"}})
        )),
        ["needs post /x: body"]
    );

    // Asking for less, offering more.
    assert!(broken_by(|d| at(d, &format!("{}/required", schema("XCreate")), serde_json::json!([]))).is_empty());
    assert!(
        broken_by(|d| at(
            d,
            &format!("{}/enum", schema("Kind")),
            serde_json::json!(["one", "two", "three"])
        ))
        .is_empty()
    );
    assert!(broken_by(|d| at(d, &format!("{}/required", schema("X")), serde_json::json!(["n", "m"]))).is_empty());
    assert!(broken_by(|d| d["paths"]["/y"] = d["paths"]["/x"].clone()).is_empty());
}
