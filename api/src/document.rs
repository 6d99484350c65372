//! The OpenAPI document: collected from the routes, finished by rules that hold for every operation.

use serde_json::Value;
use utoipa::OpenApi;

use crate::wire;

mod finish;
mod items;
mod links;
mod patches;
mod unused;
mod v30;

pub use v30::downgrade;

#[derive(OpenApi)]
#[openapi(
    tags(
        (name = "auth", description = "Signing in, tokens, the caller's own account."),
        (name = "organisations", description = "The directory: organisations, their units, skills and references."),
        (name = "search", description = "Search across all nouns, and completions while somebody types."),
        (name = "upkeep", description = "Keeping the directory full, fresh and true: completeness, reminders, duplicates, moderation."),
        (name = "sync", description = "What has changed, for programs that keep a copy."),
        (name = "skills", description = "The skill taxonomy in German and English."),
        (name = "people", description = "Persons: contacts, experts, founders, students. Private until they consent."),
        (name = "vocabularies", description = "Codes with their meaning in German and English."),
        (name = "opportunities", description = "Structured offers and requests."),
        (name = "solutions", description = "What organisations have made and show."),
        (name = "matching", description = "Who should work with whom on what, and why."),
        (name = "memberships", description = "Who is a member of the association: types, applications, memberships and dues."),
        (name = "admin", description = "Users, imports and jobs."),
        (name = "privacy", description = "What is kept of people: its record, its export, its erasure."),
        (name = "operations", description = "Health, keys and the document itself."),
    ),
    // What only parameters and imports refer to is not collected from the routes.
    components(schemas(
        crate::problem::ProblemBody,
        crate::problem::FaultBody,
        crate::imports::lines::ImportSkill,
        crate::imports::lines::ImportParts,
        crate::imports::lines::ImportOpportunity,
        crate::imports::lines::ImportSolution,
        crate::imports::lines::ImportPerson,
        crate::audit::wire::AuditKindName,
        crate::changes::ChangedKindName,
        crate::moderation::wire::CaseKindName,
        crate::moderation::wire::CaseStatusName,
        crate::imports::options::EncodingName,
        crate::imports::options::OnDuplicateName,
        crate::imports::options::OnFaultName,
        crate::imports::options::SeparatorName,
        crate::organisations::logo::LogoSizeName,
        wire::KindName,
        wire::HelixName,
        wire::SizeClassName,
        wire::CooperationName,
        wire::DirectionName,
        wire::OpportunityStatusName,
        wire::LanguageName,
        wire::MembershipStatusName,
        crate::memberships::dues::wire::DueStatusName,
        crate::memberships::applications::wire::ApplicationStatusName,
        wire::SkillKindName,
        wire::SkillStatusName,
        wire::SkillModeName,
        wire::FacetName,
        crate::matches::requirement::ModeName,
        crate::organisations::query::SortByName,
        crate::statistics::skills::BalanceSortName,
        crate::organisations::query::CountingName,
    ))
)]
struct Frame;

/// The frame into which the routes write their operations.
pub fn frame() -> utoipa::openapi::OpenApi {
    Frame::openapi()
}

/// Finishes what the routes have collected. The result is what is served and committed.
///
/// # Errors
/// When the collected document is not an object; a defect.
pub fn finish(collected: &utoipa::openapi::OpenApi) -> Result<Value, serde_json::Error> {
    let mut document = serde_json::to_value(collected)?;
    items::formats(&mut document);
    finish::all(&mut document);
    links::all(&mut document);
    unused::remove(&mut document);
    Ok(document)
}
