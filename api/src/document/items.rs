//! Formats of the items of lists: what the types of wire members cannot say.

use serde_json::{Value, json};

/// Lists of texts, by their schema (any, where none is named) and property, with the format of each item.
const LISTS: [(Option<&str>, &str, &str); 4] = [
    (None, "languages", "language-code"),
    (None, "roles_sought", "single-line"),
    (Some("Labels"), "de", "single-line"),
    (Some("Labels"), "en", "single-line"),
];

/// Says it of every schema.
pub(super) fn formats(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object_mut();
    for (name, schema) in schemas.into_iter().flatten() {
        for (only, property, format) in LISTS {
            if only.is_none_or(|only| only == name)
                && let Some(items) = schema.pointer_mut(&format!("/properties/{property}/items"))
                && items["type"] == "string"
            {
                items["format"] = json!(format);
            }
        }
    }
}
