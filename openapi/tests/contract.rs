//! The contract keeps its rules, and is what the program serves.

use werkstadt_openapi::{published, rules};

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
