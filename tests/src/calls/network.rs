//! Calls of what concerns the network as a whole.

use serde_json::{Value, json};

use crate::document::Operation;

/// Settings, and the sessions of everyone. What is set is as it was.
pub(super) fn of_the_network(operation: &Operation) -> (String, Option<Value>) {
    let body = (operation.id == "update_settings").then(|| json!({"notice_days": 30}));
    (operation.path.clone(), body)
}
