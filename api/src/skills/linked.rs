//! The taxonomy as SKOS in JSON-LD 1.1; the context stands in the document.

use actix_web::{HttpResponse, get, web};
use serde_json::{Map, Value, json};
use werkstadt_domain::named::Named;
use werkstadt_domain::skill::{Skill, SkillId, SkillStatus};
use werkstadt_domain::text::Language;
use werkstadt_persistence::directory::Snapshot;

use super::esco::ATTRIBUTION;
use super::skos::{ESCO, SCHEME};
use crate::auth::Caller;
use crate::exports::options::JsonLd;
use crate::extract::NoQuery;
use crate::problem::Problem;
use crate::state::State;

/// The taxonomy as SKOS in JSON-LD
///
/// The same as `GET /v1/skills.ttl`, for programs that read JSON.
#[utoipa::path(tag = "skills", extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The whole taxonomy.", body = JsonLd, content_type = "application/ld+json")))]
#[get("/skills.jsonld")]
pub async fn export_skills_jsonld(
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.directory().snapshot();
    let text = web::block(move || serde_json::to_vec(&document(&snapshot)).map_err(Problem::internal));
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "public, no-cache"))
        .content_type("application/ld+json")
        .body(text.await.map_err(Problem::internal)??))
}

fn document(snapshot: &Snapshot) -> Value {
    let link = json!({"@type": "@id"});
    let context = json!({"skos": "http://www.w3.org/2004/02/skos/core#", "owl": "http://www.w3.org/2002/07/owl#",
        "dcterms": "http://purl.org/dc/terms/", "skos:inScheme": link, "skos:broader": link, "skos:related": link,
        "dcterms:isReplacedBy": link});
    let skills = || snapshot.all_skills().map(|stored| &stored.record);
    let mut scheme = json!({"@id": SCHEME, "@type": "skos:ConceptScheme"});
    if skills().any(|skill| skill.uri.starts_with(ESCO)) {
        scheme["dcterms:rights"] = text(Language::En, ATTRIBUTION);
    }
    let nodes = skills().map(|skill| concept(snapshot, skill));
    let graph: Vec<Value> = std::iter::once(scheme).chain(nodes).collect();
    json!({"@context": context, "@graph": graph})
}

fn concept(snapshot: &Snapshot, skill: &Skill) -> Value {
    let uri = |id: &SkillId| snapshot.skill(*id).map(|other| other.record.uri.clone());
    let mut node = Map::new();
    let mut put = |name: &str, values: Vec<Value>| {
        if !values.is_empty() {
            node.insert(name.to_owned(), Value::Array(values));
        }
    };
    let others = [(Language::De, &skill.alt_de), (Language::En, &skill.alt_en)];
    let others = others
        .into_iter()
        .flat_map(|(language, labels)| labels.iter().map(move |label| text(language, label)));
    put(
        "skos:prefLabel",
        skill
            .label
            .each()
            .map(|(language, label)| text(language, label))
            .collect(),
    );
    put("skos:altLabel", others.collect());
    put(
        "skos:broader",
        skill.broader.iter().filter_map(uri).map(Value::from).collect(),
    );
    put(
        "skos:related",
        skill.related.iter().filter_map(uri).map(Value::from).collect(),
    );
    put(
        "dcterms:isReplacedBy",
        skill.replaced_by.iter().filter_map(uri).map(Value::from).collect(),
    );
    let kind = skill.kind.code();
    for (name, value) in [
        ("@id", json!(skill.uri)),
        ("@type", json!("skos:Concept")),
        ("skos:inScheme", json!(SCHEME)),
        ("dcterms:type", json!(kind)),
    ] {
        node.insert(name.to_owned(), value);
    }
    if skill.status == SkillStatus::Deprecated {
        node.insert("owl:deprecated".to_owned(), json!(true));
    }
    Value::Object(node)
}

fn text(language: Language, text: &str) -> Value {
    json!({"@language": language.code(), "@value": text})
}
