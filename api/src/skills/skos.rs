//! The taxonomy as SKOS (W3C Recommendation of 18 August 2009) in Turtle, for other systems.

use std::fmt::Write;

use actix_web::{HttpResponse, get, web};
use werkstadt_domain::named::Named;
use werkstadt_domain::skill::{Skill, SkillId, SkillStatus};
use werkstadt_domain::text::Language;
use werkstadt_persistence::directory::Snapshot;

use super::esco::ATTRIBUTION;
use crate::auth::Caller;
use crate::extract::NoQuery;
use crate::problem::Problem;
use crate::state::State;

/// What the addresses of ESCO's concepts begin with.
pub(super) const ESCO: &str = "http://data.europa.eu/esco/";

/// The address of the taxonomy itself.
pub(super) const SCHEME: &str = "urn:werkstadt:skills";

/// The taxonomy as SKOS
///
/// Every skill as a `skos:Concept` in Turtle, with labels in both languages, broader and related concepts. A deprecated one
/// is marked with `owl:deprecated` and names its successor with `dcterms:isReplacedBy`.
#[utoipa::path(tag = "skills", extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The whole taxonomy.", body = String, content_type = "text/turtle",
        example = "<urn:example:skill:lasers> a skos:Concept ; skos:prefLabel \"laser technology\"@en .")))]
#[get("/skills.ttl")]
pub async fn export_skills(state: web::Data<State>, _caller: Caller, _query: NoQuery) -> Result<HttpResponse, Problem> {
    let snapshot = state.directory().snapshot();
    let text = web::block(move || turtle(&snapshot)).await.map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "public, no-cache"))
        .content_type("text/turtle; charset=utf-8")
        .body(text))
}

fn turtle(snapshot: &Snapshot) -> String {
    let mut out = String::from(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n\
         @prefix dcterms: <http://purl.org/dc/terms/> .\n\n",
    );
    let mut scheme = format!("<{SCHEME}> a skos:ConceptScheme");
    let skills = || snapshot.all_skills().map(|stored| &stored.record);
    if skills().any(|skill| skill.uri.starts_with(ESCO)) {
        property(&mut scheme, "dcterms:rights", &literal(ATTRIBUTION, Language::En));
    }
    scheme.push_str(" .\n\n");
    out.push_str(&scheme);
    for skill in skills() {
        concept(&mut out, snapshot, skill);
    }
    out
}

fn concept(out: &mut String, snapshot: &Snapshot, skill: &Skill) {
    let name = |id: &SkillId| snapshot.skill(*id).map(|other| address(&other.record.uri));
    out.push_str(&address(&skill.uri));
    out.push_str(" a skos:Concept");
    property(out, "skos:inScheme", &format!("<{SCHEME}>"));
    property(out, "dcterms:type", &format!("\"{}\"", skill.kind.code()));
    for (language, label) in skill.label.each() {
        property(out, "skos:prefLabel", &literal(label, language));
    }
    for (language, labels) in [(Language::De, &skill.alt_de), (Language::En, &skill.alt_en)] {
        for label in labels {
            property(out, "skos:altLabel", &literal(label, language));
        }
    }
    for broader in skill.broader.iter().filter_map(name) {
        property(out, "skos:broader", &broader);
    }
    for related in skill.related.iter().filter_map(name) {
        property(out, "skos:related", &related);
    }
    if skill.status == SkillStatus::Deprecated {
        property(out, "owl:deprecated", "true");
    }
    if let Some(successor) = skill.replaced_by.as_ref().and_then(name) {
        property(out, "dcterms:isReplacedBy", &successor);
    }
    out.push_str(" .\n\n");
}

fn property(out: &mut String, name: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = write!(out, " ;\n    {name} {value}");
}

/// A literal (Turtle, section 2.5.1). Labels are lines, so there are no line ends to escape.
fn literal(text: &str, language: Language) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"@{}", language.code())
}

/// An IRI reference; what may not stand in one (Turtle, section 6.5) is percent-encoded.
fn address(uri: &str) -> String {
    let mut out = String::from("<");
    for c in uri.chars() {
        if c <= ' ' || "<>\"{}|^`\\".contains(c) {
            let _ = write!(out, "%{:02X}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out.push('>');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_addresses_are_escaped() {
        assert_eq!(literal(r#"C:\ "x""#, Language::De), r#""C:\\ \"x\""@de"#);
        assert_eq!(address("urn:a b<c>"), "<urn:a%20b%3Cc%3E>");
    }
}
