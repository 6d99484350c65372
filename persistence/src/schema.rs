//! The tables, as both engines have them. A test compares this with the migrations of either.

mod accounts;
mod agreements;
mod audit;
mod directory;
mod imports;
mod membership;
mod showroom;
mod sign_in;
mod upkeep;

pub(crate) use accounts::{
    api_keys, former_logins, job_errors, jobs, network_settings, refresh_tokens, sessions, settings, users,
};
pub(crate) use agreements::{consent_texts, consents, guardianships};
pub(crate) use audit::{audit_details, audit_entries, audit_head, audit_records, erasures};
pub(crate) use directory::{
    affiliations, changes, membership_steps, memberships, opportunities, organisation_external_ids,
    organisation_references, organisations, persons, reference_partners, remains, skill_broader, skill_claims, skills,
    units, versions,
};
pub(crate) use imports::{import_duplicates, import_records};
pub(crate) use membership::{
    application_documents, membership_applications, membership_coverings, membership_dues, membership_representatives,
    membership_type_changes, membership_types,
};
pub(crate) use showroom::{logos, opportunity_reviews, solutions};
pub(crate) use sign_in::{
    action_tokens, idempotency_keys, invitations, letters, recovery_codes, second_factors, signing_keys,
};
pub(crate) use upkeep::{confirmations, distinct_organisations, moderation_cases, saved_searches};
