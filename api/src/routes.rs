//! The whole URL table.

use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    audit, auth, catalogue, changes, claims, consents, daily, exports, health, history, imports, invitations, matches,
    memberships, moderation, opportunities, organisations, people, privacy, references, saved_searches, search,
    settings, skills, solutions, statistics, units, upkeep, users, vocabularies,
};

/// Everything below `/v1`, and what operators need beside it.
pub fn all(config: &mut ServiceConfig<'_>) {
    config.configure(operations).service(scope::scope("/v1").configure(v1));
}

fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(health::livez)
        .service(health::readyz)
        .service(health::get_jwks)
        .service(health::get_document)
        .service(health::get_document_30)
        .service(catalogue::list_problems)
        .service(catalogue::get_problem);
}

fn v1(config: &mut ServiceConfig<'_>) {
    config
        .configure(accounts)
        .service(organisations::list::list_organisations)
        .service(organisations::handlers::create_organisation)
        .service(organisations::handlers::get_organisation)
        .service(organisations::handlers::update_organisation)
        .service(organisations::handlers::delete_organisation)
        .service(organisations::logo::get_organisation_logo)
        .service(organisations::logo::put_organisation_logo)
        .service(organisations::logo::delete_organisation_logo)
        .service(search::search_everything)
        .service(search::list_suggestions)
        .service(changes::list_changes)
        .configure(kept_searches)
        .configure(upkeep)
        .configure(histories)
        .configure(files)
        .configure(parts_of_organisations)
        .configure(taxonomy_and_opportunities)
        .configure(persons)
        .service(vocabularies::list_vocabularies)
        .service(vocabularies::list_terms)
        .service(vocabularies::get_term)
        .configure(showroom)
        .configure(matching)
        .configure(administration)
        .configure(agreements);
}

fn accounts(config: &mut ServiceConfig<'_>) {
    config
        .service(auth::handlers::login)
        .service(auth::handlers::refresh)
        .service(auth::handlers::logout)
        .service(auth::own_account::get_me)
        .service(auth::own_account::update_me)
        .service(auth::handlers::get_limits)
        .service(auth::joining::register)
        .service(auth::joining::activate_account)
        .service(auth::own_password::forgot_password)
        .service(auth::own_password::reset_password)
        .service(auth::own_password::change_password)
        .service(auth::own_email::change_email)
        .service(auth::own_email::confirm_email)
        .service(auth::own_sessions::list_sessions)
        .service(auth::own_sessions::end_all_sessions)
        .service(auth::own_sessions::end_session)
        .service(auth::second_factor::get_second_factor)
        .service(auth::second_factor::begin_second_factor)
        .service(auth::second_factor::confirm_second_factor)
        .service(auth::second_factor::renew_recovery_codes)
        .service(auth::second_factor::remove_second_factor)
        .service(invitations::list_invitations)
        .service(invitations::create_invitation)
        .service(invitations::delete_invitation)
        .service(invitations::resend_invitation)
        .service(users::keys::list_api_keys)
        .service(users::keys::create_api_key)
        .service(users::keys::delete_api_key);
}

fn parts_of_organisations(config: &mut ServiceConfig<'_>) {
    config
        .service(units::list_units)
        .service(units::create_unit)
        .service(units::get_unit)
        .service(units::update_unit)
        .service(units::delete_unit)
        .service(claims::list_claims)
        .service(claims::create_claim)
        .service(claims::get_claim)
        .service(claims::update_claim)
        .service(claims::delete_claim)
        .service(references::list_references)
        .service(references::create_reference)
        .service(references::get_reference)
        .service(references::update_reference)
        .service(references::delete_reference)
        .service(opportunities::list_organisation_opportunities);
}

fn taxonomy_and_opportunities(config: &mut ServiceConfig<'_>) {
    config
        .service(skills::list_skills)
        .service(skills::create_skill)
        .service(skills::skos::export_skills)
        .service(skills::linked::export_skills_jsonld)
        .service(skills::upkeep::merge_skills)
        .service(skills::split::split_skill)
        .service(skills::upkeep::change_skill_aliases)
        .service(skills::get_skill)
        .service(skills::update_skill)
        .service(skills::delete_skill)
        .service(opportunities::list_opportunities)
        .service(opportunities::create_opportunity)
        .service(opportunities::get_opportunity)
        .service(opportunities::update_opportunity)
        .service(opportunities::delete_opportunity)
        .service(opportunities::change_opportunity_status)
        .service(opportunities::renewal::renew_opportunity)
        .service(opportunities::reviews::list_opportunity_reviews);
}

fn persons(config: &mut ServiceConfig<'_>) {
    config
        .service(people::list_people)
        .service(people::create_person)
        .service(people::get_person)
        .service(people::update_person)
        .service(people::delete_person)
        .service(people::list_organisation_people)
        .service(history::people::list_person_history)
        .service(history::people::restore_person_version);
}

fn files(config: &mut ServiceConfig<'_>) {
    config
        .service(exports::handlers::export_organisations_csv)
        .service(exports::handlers::export_organisations_xlsx)
        .service(exports::handlers::export_organisations_jsonl)
        .service(exports::handlers::export_organisations_vcf)
        .service(exports::handlers::export_organisations_geojson)
        .service(exports::handlers::export_organisations_jsonld)
        .service(exports::handlers::export_people_vcf)
        .service(exports::handlers::export_network);
}

fn kept_searches(config: &mut ServiceConfig<'_>) {
    config
        .service(saved_searches::list_saved_searches)
        .service(saved_searches::create_saved_search)
        .service(saved_searches::get_saved_search)
        .service(saved_searches::update_saved_search)
        .service(saved_searches::delete_saved_search)
        .service(saved_searches::list_saved_search_hits)
        .service(saved_searches::mark_saved_search_seen);
}

fn upkeep(config: &mut ServiceConfig<'_>) {
    config
        .service(upkeep::get_completeness)
        .service(upkeep::list_reminders)
        .service(upkeep::confirm_profile)
        .service(upkeep::list_upkeep)
        .service(upkeep::duplicates::list_duplicates)
        .service(upkeep::duplicates::mark_distinct)
        .service(upkeep::merge::merge_organisations)
        .service(moderation::report_record)
        .service(moderation::propose_organisation)
        .service(moderation::list_cases)
        .service(moderation::get_case)
        .service(moderation::decide_case);
}

fn showroom(config: &mut ServiceConfig<'_>) {
    config
        .service(solutions::list_solutions)
        .service(solutions::create_solution)
        .service(solutions::get_solution)
        .service(solutions::update_solution)
        .service(solutions::delete_solution)
        .service(solutions::confirm_solution)
        .service(solutions::list_organisation_solutions)
        .service(history::solutions::list_solution_history)
        .service(history::solutions::restore_solution_version);
}

fn histories(config: &mut ServiceConfig<'_>) {
    config
        .service(history::list_organisation_history)
        .service(history::restore_organisation_version)
        .service(history::list_opportunity_history)
        .service(history::restore_opportunity_version)
        .service(history::list_skill_history)
        .service(history::restore_skill_version);
}

fn matching(config: &mut ServiceConfig<'_>) {
    config
        .service(matches::handlers::create_matches)
        .service(matches::handlers::explain_match)
        .service(matches::handlers::list_organisation_matches)
        .service(matches::handlers::list_opportunity_matches);
}

fn administration(config: &mut ServiceConfig<'_>) {
    config
        .configure(members)
        .configure(rights)
        .service(users::handlers::list_users)
        .service(users::handlers::create_user)
        .service(users::handlers::get_user)
        .service(users::handlers::update_user)
        .service(users::handlers::delete_user)
        .service(users::handlers::end_user_sessions)
        .service(audit::list_audit_entries)
        .service(audit::list_audit_readings)
        .service(audit::list_audit_disclosures)
        .service(audit::verify_audit_log)
        .service(auth::keys::list_signing_keys)
        .service(auth::keys::rotate_signing_keys)
        .service(users::handlers::delete_user_second_factor)
        .service(imports::handlers::create_import)
        .service(imports::handlers::preview_import)
        .service(imports::handlers::undo_import)
        .service(imports::handlers::list_import_duplicates)
        .service(imports::handlers::list_jobs)
        .service(imports::handlers::get_job)
        .service(imports::handlers::cancel_job)
        .service(imports::handlers::list_job_errors)
        .configure(running_the_network);
}

fn running_the_network(config: &mut ServiceConfig<'_>) {
    config
        .service(statistics::get_statistics)
        .service(statistics::skills::list_skill_statistics)
        .service(statistics::tables::export_statistics_csv)
        .service(statistics::tables::export_skill_statistics_csv)
        .service(settings::get_settings)
        .service(settings::update_settings)
        .service(daily::handlers::run_daily_work)
        .service(users::everyone::end_everyones_sessions);
}

fn rights(config: &mut ServiceConfig<'_>) {
    config
        .service(privacy::get_record_of_processing)
        .service(privacy::export_me)
        .service(privacy::export_me_csv)
        .service(privacy::export_person)
        .service(privacy::export_person_csv)
        .service(privacy::export_user)
        .service(privacy::export_address)
        .service(privacy::request_erasure)
        .service(privacy::confirm_erasure)
        .service(privacy::create_erasure)
        .service(privacy::list_erasures)
        .service(privacy::get_erasure);
}

fn members(config: &mut ServiceConfig<'_>) {
    config
        .service(memberships::tiers::list_membership_types)
        .service(memberships::tiers::create_membership_type)
        .service(memberships::tiers::get_membership_type)
        .service(memberships::tiers::update_membership_type)
        .service(memberships::tiers::delete_membership_type)
        .service(memberships::bulk::enter_memberships)
        .service(memberships::bulk::renew_memberships)
        .service(memberships::bulk::pay_dues)
        .service(memberships::statistics::get_membership_statistics)
        .service(memberships::applications::apply_for_membership)
        .service(memberships::applications::list_membership_applications)
        .service(memberships::applications::get_membership_application)
        .service(memberships::applications::get_application_document)
        .service(memberships::applications::decide_membership_application)
        .service(memberships::list_memberships)
        .service(memberships::create_membership)
        .service(memberships::get_membership)
        .service(memberships::update_membership)
        .service(memberships::change_membership_status)
        .service(memberships::life::renew_membership)
        .service(memberships::life::resign_membership)
        .service(memberships::get_organisation_membership)
        .service(memberships::dues::list_dues)
        .service(memberships::dues::list_membership_dues)
        .service(memberships::dues::create_due)
        .service(memberships::dues::get_due)
        .service(memberships::dues::update_due)
        .service(memberships::reminders::remind_of_due);
}

fn agreements(config: &mut ServiceConfig<'_>) {
    config
        .service(people::restriction::restrict_person)
        .service(people::restriction::lift_person_restriction)
        .service(consents::texts::list_consent_texts)
        .service(consents::texts::create_consent_text)
        .service(consents::list_my_consents)
        .service(consents::create_my_consent)
        .service(consents::withdraw_my_consent)
        .service(consents::people::list_person_consents)
        .service(consents::people::create_person_consent)
        .service(consents::people::withdraw_person_consent)
        .service(auth::guardians::give_guardian_consent)
        .service(auth::guardians::withdraw_guardian_consent)
        .service(auth::guardians::withdraw_user_guardian_consent)
        .service(users::handlers::reset_user_password)
        .service(auth::guardians::ask_user_guardian)
        .service(consents::texts::get_consent_text)
        .service(consents::get_my_consent)
        .service(consents::people::get_person_consent)
        .service(consents::everyone::list_consents)
        .service(consents::everyone::list_user_consents)
        .service(consents::everyone::withdraw_user_consent)
        .service(invitations::get_invitation);
}
