//! Consents: a ledger of who agreed to what, to which words, and of what was taken back. One's own here; those of persons in `people`, the
//! words in `texts`.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::account::User;
use werkstadt_domain::consent::{Consent, ConsentId, Guardianship, Purpose, Shown, Subject};
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::person::{self, ConsentGiver, Person};
use werkstadt_persistence::audit::Author;
use werkstadt_persistence::consents::{self, Entry, Whose};
use werkstadt_persistence::{Db, Error, UnitOfWork, consent_texts, guardianships, persons, users};

use crate::answer;
use crate::auth::{Caller, digest, guardians, minors};
use crate::extract::{Json, NoQuery, Path, Query};
use crate::page::{List, PageQuery, and_one_more, cut};
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::{self, State};

pub mod everyone;
pub mod people;
pub mod texts;
pub mod wire;

use wire::{ConsentEntryBody, ConsentEntryPage, OwnConsentCreate};

/// The part of the path that names an entry.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ConsentPath {
    /// The entry's id.
    #[param(format = Uuid)]
    pub consent_id: String,
}

/// My consents
///
/// All that the user, or the person that the user is, agreed to, with what was withdrawn since.
#[utoipa::path(tag = "auth", params(PageQuery), extensions(("x-authz" = json!({"from": "guest"}))),
    responses((status = 200, description = "A page of the ledger, in order of id.", body = ConsentEntryPage)))]
#[get("/me/consents")]
pub async fn list_my_consents(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let whose = own(caller.in_session()?.0);
    list(&request, &state, &caller, whose, &page.0).await
}

/// Agree
///
/// To the version of a text that is valid now, the last one. A consent of a user who is a person of the directory concerns that person: to
/// `profile_publication` it allows a wider visibility, to `matching` it takes an objection back. Minors do not agree themselves.
#[utoipa::path(tag = "auth", request_body = OwnConsentCreate, extensions(("x-authz" = json!({"from": "guest"}))),
    responses((status = 201, description = "Noted.", body = ConsentEntryBody)))]
#[post("/me/consents")]
pub async fn create_my_consent(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<OwnConsentCreate>,
) -> Result<HttpResponse, Problem> {
    let user = caller.in_session()?.0.clone();
    let (id, shared) = (state.id(), state.clone());
    let given = state::write(&state, caller.actor(), move |unit| {
        let subject = user.person.map_or(Subject::User(user.id), Subject::Person);
        let consent = body.0.into_domain(id, subject, shared.now())?;
        let guardianship = guardianships::of_user(unit.db(), user.id)?;
        if guardianship.is_some_and(|one: Guardianship| one.of_minor(unit.now())) {
            return Err(minors::missing_guardian(""));
        }
        let entry = give(unit, consent, true)?;
        Ok(ConsentEntryBody::from(&entry))
    });
    answer::created(format!("/v1/me/consents/{id}"), &given.await?)
}

/// One of my consents
#[utoipa::path(tag = "auth", params(ConsentPath), extensions(("x-authz" = json!({"from": "guest"}))),
    responses((status = 200, description = "The entry.", body = ConsentEntryBody),
        (status = 304, description = "The client has it already.")))]
#[get("/me/consents/{consent_id}")]
pub async fn get_my_consent(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    id: Path<ConsentId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let whose = own(caller.in_session()?.0);
    let entry = state::read(&state, move |db| find(db, whose, id.0)).await?;
    answer::record(&request, &caller, &ConsentEntryBody::from(&entry))
}

/// Withdraw one of my consents
///
/// With every other consent of mine to the same purpose. What it allowed ends at once: the profile becomes private, the contact details
/// do, nothing of the person is considered any more.
#[utoipa::path(tag = "auth", params(ConsentPath), extensions(("x-authz" = json!({"from": "guest"}))),
    responses((status = 200, description = "Withdrawn.", body = ConsentEntryBody)))]
#[post("/me/consents/{consent_id}/withdrawal")]
pub async fn withdraw_my_consent(
    state: web::Data<State>,
    caller: Caller,
    id: Path<ConsentId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let whose = own(caller.in_session()?.0);
    let withdrawn = state::write(&state, caller.actor(), move |unit| {
        whose.lock(unit)?;
        let entry = find(unit.db(), whose, id.0)?;
        // What a guardian agreed to, the guardian takes back.
        if entry.consent.purpose == Purpose::MinorAccount {
            return Err(Problem::new(Code::Forbidden));
        }
        withdraw(unit, whose, &entry)
    });
    answer::private_page(&withdrawn.await?, None)
}

/// Whose entries a user may read: the own ones, and those of the person that the user is.
const fn own(user: &User) -> Whose {
    Whose {
        user: Some(user.id),
        person: user.person,
    }
}

async fn list(
    request: &HttpRequest,
    state: &web::Data<State>,
    caller: &Caller,
    whose: Whose,
    page: &PageQuery,
) -> Result<HttpResponse, Problem> {
    let list = List::new(request, state, caller.audience());
    let after = list.after::<Uuid>(page)?.map(ConsentId::new);
    let limit = page.limit();
    let found = state::read(state, move |db| {
        Ok(consents::list(db, whose, after, and_one_more(limit))?)
    });
    let (found, after) = cut(found.await?, limit, |last| last.consent.id.uuid());
    list.answer(caller, found.iter().map(ConsentEntryBody::from).collect(), after)
}

/// An entry; those of others do not exist.
fn find(db: &mut Db, whose: Whose, id: ConsentId) -> Result<Entry, Problem> {
    let entry = consents::find(db, id)?;
    if whose.concerns(&entry) {
        Ok(entry)
    } else {
        Err(Problem::new(Code::NotFound))
    }
}

/// Writes a consent down, with the hash of the words that were shown, and does what it allows. What was said no to since it was given is
/// withdrawn with that. Who agrees for themselves agrees to the words of now.
fn give(unit: &mut UnitOfWork<'_>, mut consent: Consent, oneself: bool) -> Result<Entry, Problem> {
    let now = unit.now();
    consent.shown = shown(unit.db(), &consent, oneself, now)?;
    let (purpose, given_at) = (consent.purpose, consent.given_at);
    let id = match consent.subject {
        Subject::Person(id) => id,
        Subject::User(user) => {
            users::lock(unit, user)?;
            return Ok(consents::insert(unit, consent)?);
        }
        Subject::Minor(_) => return Ok(consents::insert(unit, consent)?),
    };
    persons::lock(unit, id)?;
    let before = persons::find(unit.db(), id)?;
    if consent.by == ConsentGiver::Person && before.record.may_be_minor(now) {
        return Err(match oneself {
            true => minors::missing_guardian(""),
            false => at("/by", Rule::Malformed("guardian, for a minor")),
        });
    }
    let whose = Whose::is(unit.db(), id)?;
    let said = consents::word(unit.db(), whose, purpose, now)?;
    let objected = before.record.objected_at.filter(|_| purpose == Purpose::Matching);
    consent.withdrawn_at = said.refused_at.max(objected).filter(|no| given_at < *no);
    let mut after = before.record.clone();
    if consent.holds(now) {
        allow(&mut after, &consent);
    }
    if after != before.record {
        persons::change(unit, &before, after)?;
    }
    Ok(consents::insert(unit, consent)?)
}

/// The text that was shown, with the hash of its words.
fn shown(db: &mut Db, consent: &Consent, oneself: bool, now: DateTime<Utc>) -> Result<Option<Shown>, Problem> {
    let Some(shown) = &consent.shown else { return Ok(None) };
    let unknown = || at("/version", Rule::UnknownReference);
    let text = match consent_texts::find(db, consent.purpose, shown.version) {
        Ok(stored) if stored.record.valid_from <= now => stored.record,
        Ok(_) | Err(Error::NotFound { .. }) => return Err(unknown()),
        Err(error) => return Err(error.into()),
    };
    if oneself && consent_texts::current(db, consent.purpose, now)? != Some(text.version) {
        return Err(at("/version", Rule::Malformed("the version that is valid now")));
    }
    if consent.given_at < text.valid_from {
        return Err(at("/given_at", Rule::Malformed("a time at which the text was valid")));
    }
    Ok(Some(Shown {
        sha256: hex(&digest(text.words(shown.language))),
        ..shown.clone()
    }))
}

/// What a consent changes at the record of the person: whoever widens the visibility finds the consent there.
fn allow(person: &mut Person, consent: &Consent) {
    match consent.purpose {
        Purpose::ProfilePublication => {
            let version = consent.shown.as_ref().map_or(0, |shown| shown.version);
            let how = consent.evidence.clone();
            person.consent = Some(person::Consent {
                by: consent.by,
                name: consent.guardian.clone(),
                how: how.unwrap_or_else(|| format!("profile_publication, version {version}")),
                at: consent.given_at,
            });
        }
        // For its time alone, if it has an end: then an objection of before is one again.
        Purpose::Matching => {
            person.matching = true;
            person.objected_at = person.objected_at.filter(|_| consent.expires_at.is_some());
        }
        Purpose::ContactPublication | Purpose::Newsletter | Purpose::EventPhotos | Purpose::MinorAccount => {}
    }
}

/// Withdraws an entry with every other one to the same purpose, of the user and of the person, and takes back what they allowed. Both are
/// locked since before the entry was read.
fn withdraw(unit: &mut UnitOfWork<'_>, whose: Whose, entry: &Entry) -> Result<ConsentEntryBody, Problem> {
    let consent = &entry.consent;
    let refused = || {
        Problem::new(Code::StepRefused)
            .with_fact("current", "withdrawn")
            .with_fact("allowed", Vec::<String>::new())
    };
    if consent.withdrawn_at.is_some() {
        return Err(refused());
    }
    match (consent.purpose, consent.subject) {
        (Purpose::MinorAccount, Subject::User(user)) => {
            let guardianship = guardianships::of_user(unit.db(), user)?.ok_or_else(refused)?;
            if !guardians::withdraw(unit, guardianship.id)? {
                return Err(refused());
            }
        }
        (purpose, _) => {
            if consents::withdraw(unit, whose, purpose)? == 0 {
                return Err(refused());
            }
            if let Some(person) = whose.person {
                consents::retract(unit, person, purpose)?;
            }
        }
    }
    Ok(ConsentEntryBody::from(&consents::find(unit.db(), consent.id)?))
}

fn at(pointer: &str, rule: Rule) -> Problem {
    let breach = (Place::Body(pointer.to_owned()), Breach::Rule(rule));
    Problem::new(Code::Invalid).with_breaches(vec![breach])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Takes back what consents allowed that are over, as of a time, at most so many; how many those were.
///
/// # Errors
/// As every write; then the rest is left for another time.
pub fn expire(state: &State, now: DateTime<Utc>, limit: i64) -> Result<usize, Problem> {
    let due = state.store.read(|db| consents::due(db, now, limit))?;
    for over in &due {
        let settled = state
            .store
            .write(Author::task("daily"), now, |unit| consents::settle(unit, over));
        match settled {
            // Somebody else was faster; the next look tells whether there is more to do.
            Ok(()) | Err(Error::Stale { .. } | Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(due.len())
}
