//! `werkstadt demo`: a sample network in a fresh database, with a login and a key to try it.

use std::net::TcpListener;
use std::path::Path;

use werkstadt_domain::account::{ApiKey, Role, Scope, User};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::page::Limit;
use werkstadt_domain::search::{OrganisationFilter, OrganisationSort};
use werkstadt_domain::text::Language;
use werkstadt_persistence::audit::Author;
use werkstadt_persistence::directory::OrganisationQuery;
use werkstadt_persistence::{Store, StoreOptions, api_keys, users};

use super::user::{give_password, in_words};
use super::{CommandError, open, run_until_stopped, start_log};
use crate::auth::ApiKeySecret;
use crate::boot::{BootError, System};
use crate::config::{Config, Settings};
use crate::imports::options::Choices;
use crate::imports::run::import;
use crate::imports::source::Source;
use crate::problem::Problem;
use crate::state::{State, World};

/// The sample network; see `api/demo/README.md` for its sources.
const NETWORK: &[u8] = include_bytes!("../../demo/network.jsonl");

/// The manager's login.
const MANAGER: &str = "manager@demo.example";

pub(super) fn run(settings: Settings, data: &Path) -> Result<(), CommandError> {
    let path = data.join("werkstadt-demo.db");
    let settings = settings.for_trial(data.join("outbox"));
    let config = settings.on_database(format!("sqlite://{}", path.display())).check()?;
    start_log(&config);
    std::fs::create_dir_all(data)?;
    let listener = TcpListener::bind(config.listen)?;
    if path.exists() {
        // Refused while another demo has it open; what it works on must not be taken away.
        drop(Store::open(&config.database, &StoreOptions::new(System.id())).map_err(BootError::from)?);
    }
    for suffix in ["", "-wal", "-shm"] {
        let file = data.join(format!("werkstadt-demo.db{suffix}"));
        if file.exists() {
            std::fs::remove_file(file)?;
        }
    }
    let booted = open(&config)?;
    let outcome = import(
        &booted.state,
        &Author::task("demo"),
        None,
        &Source::Lines(NETWORK.into()),
        &Choices::default(),
    );
    let outcome = outcome.map_err(in_words)?;
    if let Some(fault) = outcome.faults.first() {
        return Err(CommandError::Other(format!("the sample network is faulty: {fault}")));
    }
    let password = give_password(&booted.state, MANAGER, "Demo manager", Role::Manager).map_err(in_words)?;
    let (member, key) = member_with_key(&booted.state).map_err(in_words)?;
    introduce(&config, &password, &member, &key);
    run_until_stopped(booted, listener, config.workers)
}

/// A member's account and key, at the first member company in order of name.
fn member_with_key(state: &State) -> Result<(OrganisationId, String), Problem> {
    let filter = OrganisationFilter {
        member: Some(true),
        ..OrganisationFilter::default()
    };
    let query = OrganisationQuery {
        filter,
        sort: OrganisationSort::Name,
        after: None,
        limit: Limit::clamped(1),
        facets: vec![],
        ..OrganisationQuery::default()
    };
    let page = state
        .directory()
        .snapshot()
        .organisations(Audience::Manager, &query, state.now().date_naive());
    let first = page
        .items
        .first()
        .ok_or_else(|| Problem::internal("the sample network has no member"))?;
    let organisation = first.profile.get().id();
    let secret = ApiKeySecret::new(state.world.secret()?);
    let user = User {
        id: state.id(),
        email: "member@demo.example".to_owned(),
        name: "Demo member".to_owned(),
        role: Role::Owner,
        organisation: Some(organisation),
        active: true,
        language: Language::De,
        person: None,
    };
    let scopes = vec![
        Scope::DirectoryRead,
        Scope::MatchesRead,
        Scope::OrganisationsWrite,
        Scope::OpportunitiesWrite,
    ];
    let key = ApiKey {
        id: state.id(),
        user: user.id,
        name: "Demo key".to_owned(),
        scopes,
        expires_at: None,
        requests_per_minute: None,
        used_at: None,
    };
    let digest = secret.digest();
    state
        .store
        .write::<_, Problem>(Author::task("demo"), state.now(), move |unit| {
            users::insert(unit, user, None)?;
            api_keys::insert(unit, key, &digest)?;
            Ok(())
        })?;
    Ok((organisation, secret.reveal().to_owned()))
}

fn introduce(config: &Config, password: &str, member: &OrganisationId, key: &str) {
    let url = &config.public_url;
    println!(
        "\nWerkstadt, with a sample network of real organisations around Jena and invented persons.\n\
         Facts of projects: © European Union, CORDIS.\n\n\
         address:     {url}\n\
         docs:        {url}/docs/\n\
         login:       {MANAGER}\n\
         password:    {password}\n\
         API key:     {key}  (member)\n\n\
         Search, match with proof, one profile:\n\n\
         curl '{url}/v1/organisations?q=Photonik&facets=kind'\n\
         curl -X POST '{url}/v1/matches' -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \
         -d '{{\"text\": {{\"de\": \"Partner für die optische Prüfung von Linsen gesucht\"}}, \
         \"required_skills\": [{{\"skill\": \"Bildverarbeitung\"}}, {{\"skill\": \"Künstliche Intelligenz\"}}], \"limit\": 3}}'\n\
         curl '{url}/v1/organisations/{member}' -H 'Authorization: Bearer {key}'\n"
    );
}
