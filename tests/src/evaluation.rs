//! Measuring the quality of matching: who really took part in a project, and does the engine find them?

pub mod data;
pub mod metrics;
pub mod skills;

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::local::{Failure, Local};
use data::{Collection, Missing, Query, clip};
use metrics::{Ranking, average};

/// Scheme of the ids of organisations.
pub const SCHEME: &str = "pic";

/// Results of a page; more pages are read as long as a relevant organisation has not been seen.
const PAGE: usize = 200;

/// Runs both tasks and returns the figures.
///
/// # Errors
/// When the server does not answer as it should.
pub fn run(server: &Local, collection: &Collection) -> Result<Value, Failure> {
    let by_id: HashMap<&str, &Query> = collection
        .queries
        .iter()
        .map(|query| (query.id.as_str(), query))
        .collect();
    let mut challenge = Vec::new();
    for query in &collection.queries {
        let relevant = collection.relevant.get(&query.id).cloned().unwrap_or_default();
        if relevant.is_empty() {
            continue;
        }
        challenge.push(ask(server, query, &[], relevant)?);
        progress("challenge", challenge.len(), collection.queries.len());
    }
    let mut missing = Vec::new();
    for Missing { id, known, hidden } in &collection.missing {
        let Some(query) = by_id.get(id.as_str()) else { continue };
        missing.push(ask(server, query, known, HashSet::from([hidden.clone()]))?);
        progress("missing", missing.len(), collection.missing.len());
    }
    Ok(json!({
        "challenge": {
            "queries": challenge.len(),
            "map": average(&challenge, Ranking::average_precision),
            "ndcg10": average(&challenge, |ranking| ranking.ndcg(10)),
            "r10": average(&challenge, |ranking| ranking.recall(10)),
            "r50": average(&challenge, |ranking| ranking.recall(50)),
            "mrr": average(&challenge, Ranking::reciprocal_rank),
        },
        "missing": {
            "queries": missing.len(),
            "mrr": average(&missing, Ranking::reciprocal_rank),
            "hits1": average(&missing, |ranking| ranking.recall(1)),
            "hits10": average(&missing, |ranking| ranking.recall(10)),
        },
    }))
}

/// The ranking that the engine gives, read until every relevant organisation was seen or the list ends.
fn ask(server: &Local, query: &Query, known: &[String], relevant: HashSet<String>) -> Result<Ranking, Failure> {
    let text = [&query.title, &query.text, &query.keywords, &query.topics.join(", ")]
        .map(|part| part.trim())
        .join("\n");
    let partners: Vec<Value> = known
        .iter()
        .map(|id| json!({"external_id": {"scheme": SCHEME, "value": id}}))
        .collect();
    let mut body = json!({"text": {"en": clip(&text, 20_000)}, "partners": partners, "limit": PAGE});
    let mut ranking = Ranking {
        relevant,
        ranks: Vec::new(),
    };
    let mut rank = 0;
    loop {
        let page = server.post("/v1/matches", &body)?;
        for item in page["items"].as_array().into_iter().flatten() {
            rank += 1;
            check_sum(item)?;
            if external_id(item).is_some_and(|id| ranking.relevant.contains(id)) {
                ranking.ranks.push(rank);
            }
        }
        match page.get("cursor") {
            Some(cursor) if ranking.ranks.len() < ranking.relevant.len() => body["cursor"] = cursor.clone(),
            _ => return Ok(ranking),
        }
    }
}

fn external_id(item: &Value) -> Option<&str> {
    let ids = item["organisation"]["external_ids"].as_array()?;
    ids.iter().find(|id| id["scheme"] == SCHEME)?["value"].as_str()
}

/// The score that ranks is the score that is explained.
fn check_sum(item: &Value) -> Result<(), Failure> {
    let contributions = item["contributions"].as_array().into_iter().flatten();
    let sum: f64 = contributions.filter_map(|one| one["contribution"].as_f64()).sum();
    let score = item["score"].as_f64().unwrap_or(f64::NAN);
    if (sum - score).abs() < 1e-9 {
        Ok(())
    } else {
        Err(format!("contributions {sum} are not the score {score}").into())
    }
}

#[expect(clippy::print_stderr, reason = "progress belongs on standard error")]
fn progress(task: &str, done: usize, all: usize) {
    if done.is_multiple_of(50) {
        eprintln!("{task}: {done} of {all}");
    }
}
