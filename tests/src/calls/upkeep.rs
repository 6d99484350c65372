//! Calls of saved searches, and of what keeps the directory true.

use serde_json::{Value, json};

use super::Stage;
use crate::caller::Caller;
use crate::document::Operation;

impl Stage<'_> {
    /// Saved searches belong to the caller.
    pub(super) fn of_saved_search(&self, operation: &Operation, caller: &Caller<'_>) -> (String, Option<Value>) {
        let search = json!({"name": "Laser", "target": "organisations", "query": "q=laser"});
        forget_searches(caller);
        forget_searches(&self.manager());
        let target = if operation.path.contains('{') {
            let made = caller.post("/v1/saved-searches", &search);
            let id = match made.status {
                201 => made.json()["id"].as_str().unwrap_or_default().to_owned(),
                _ => self.manager().create("/v1/saved-searches", &search),
            };
            operation.path.replace("{saved_search_id}", &id)
        } else {
            operation.path.clone()
        };
        let body = match operation.id.as_str() {
            "create_saved_search" => Some(search),
            "update_saved_search" => Some(json!({"name": "Optik"})),
            "mark_saved_search_seen" if caller.token().is_some() => {
                let hits = caller.get(&target.replace("/seen", "/hits"));
                let place = if hits.status == 200 {
                    hits.json()["place"].clone()
                } else {
                    json!("x")
                };
                Some(json!({"place": place}))
            }
            "mark_saved_search_seen" => Some(json!({"place": "x"})),
            _ => None,
        };
        (target, body)
    }

    pub(super) fn of_upkeep(&self, operation: &Operation) -> (String, Option<Value>) {
        let report = || json!({"kind": "organisation", "id": self.own, "reason": "outdated"});
        let target = if operation.path.contains('{') {
            let case = self.manager().post("/v1/reports", &report()).is(202).json();
            operation
                .path
                .replace("{case_id}", case["id"].as_str().unwrap_or_default())
        } else {
            operation.path.clone()
        };
        let body = match operation.id.as_str() {
            "report_record" => Some(report()),
            "propose_organisation" => {
                let name = format!("Proposed {}", self.app.state.world.id());
                Some(json!({"kind": "company", "name": name}))
            }
            "mark_distinct" => Some(json!({"one_id": self.own, "other_id": self.foreign})),
            "merge_organisations" => {
                let twice = |name: &str| {
                    let body = json!({"kind": "company", "name": format!("{name} {}", self.app.state.world.id())});
                    self.app.organisation(&body)
                };
                Some(json!({"keep_id": twice("Once"), "merge_id": twice("Twice")}))
            }
            "decide_case" => Some(json!({"status": "accepted"})),
            _ => None,
        };
        (target, body)
    }
}

/// Makes room for further saved searches, where somebody has many.
fn forget_searches(caller: &Caller<'_>) {
    let kept = caller.get("/v1/saved-searches");
    let kept = if kept.status == 200 { kept.json() } else { Value::Null };
    let kept = kept["items"].as_array().cloned().unwrap_or_default();
    if kept.len() > 50 {
        for search in kept {
            let id = search["id"].as_str().unwrap_or_default();
            caller.delete(&format!("/v1/saved-searches/{id}"), "*");
        }
    }
}
