//! The words to which people agree, version after version. There is no change and no removal: who agreed must be able to read to what.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::consent::{ConsentText, ConsentTextId};
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::named::Named;
use werkstadt_domain::text::Language;
use werkstadt_persistence::consent_texts;

use super::hex;
use super::wire::PurposeName;
use crate::answer;
use crate::auth::{Caller, digest};
use crate::extract::{Json, NoQuery, Path, Query};
use crate::page::{List, Page, PageQuery, and_one_more, cut};
use crate::problem::{Code, Problem};
use crate::state::{self, State};
use crate::wire::{TextBody, Writing, instant, optional, text};

/// Words to which people agree.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ConsentText, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000f2", "purpose": "newsletter", "version": 1,
    "text": {"de": "Ich möchte den Newsletter bekommen.", "en": "I would like to get the newsletter."},
    "sha256": {"de": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "en": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"},
    "valid_from": "2026-11-22T09:00:00Z", "created_at": "2026-11-22T09:00:00Z"}))]
pub struct ConsentTextBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// To what.
    #[schema(examples("profile_publication", "newsletter"))]
    pub purpose: String,
    /// Counts the texts of the purpose, from 1.
    #[schema(minimum = 1)]
    pub version: i64,
    /// The words.
    pub text: TextBody,
    /// SHA-256 of the words, in UTF-8.
    pub sha256: HashesBody,
    /// From when it may be shown.
    pub valid_from: DateTime<Utc>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

/// SHA-256 of a text in each language, in hexadecimal digits.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TextHashes, example = json!({"de": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "en": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"}))]
pub struct HashesBody {
    /// Of the German words.
    pub de: String,
    /// Of the English words.
    pub en: String,
}

/// The next version of a text.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"purpose": "newsletter", "text": {"de": "Ich möchte den Newsletter bekommen.", "en": "I would like to get the newsletter."}}))]
pub struct ConsentTextCreate {
    /// To what.
    pub purpose: PurposeName,
    /// The words, in both languages.
    pub text: TextBody,
    /// From when it may be shown; now, if left out.
    #[schema(format = DateTime)]
    pub valid_from: Option<String>,
}

/// A page of texts.
pub type ConsentTextPage = Page<ConsentTextBody>;

/// Which texts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListConsentTexts {
    /// Of this purpose.
    pub purpose: Option<PurposeName>,
}

/// List the texts to which people agree
///
/// All versions. Those that are not valid yet are for managers.
#[utoipa::path(tag = "people", params(ListConsentTexts, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of texts, in order of id.", body = ConsentTextPage)))]
#[get("/consent-texts")]
pub async fn list_consent_texts(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<ListConsentTexts>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let audience = caller.audience();
    let list = List::new(&request, &state, audience);
    let after = list.after::<Uuid>(&page.0)?.map(ConsentTextId::new);
    let limit = page.0.limit();
    let purpose = query.0.purpose.map(|purpose| purpose.0);
    let until = (audience != Audience::Manager).then(|| state.now());
    let found = state::read(&state, move |db| {
        Ok(consent_texts::list(db, (purpose, until), after, and_one_more(limit))?)
    });
    let (found, after) = cut(found.await?, limit, |last| last.record.id.uuid());
    list.answer(&caller, found.iter().map(ConsentTextBody::from).collect(), after)
}

/// The part of the path that names a text.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ConsentTextPath {
    /// The text's id.
    #[param(format = Uuid)]
    pub consent_text_id: String,
}

/// One text
///
/// One that is not valid yet is for managers.
#[utoipa::path(tag = "people", params(ConsentTextPath),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The text.", body = ConsentTextBody),
        (status = 304, description = "The client has it already.")))]
#[get("/consent-texts/{consent_text_id}")]
pub async fn get_consent_text(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    id: Path<ConsentTextId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let text = state::read(&state, move |db| Ok(consent_texts::get(db, id.0)?)).await?;
    if caller.audience() != Audience::Manager && text.record.valid_from > state.now() {
        return Err(Problem::new(Code::NotFound));
    }
    answer::record(&request, &caller, &ConsentTextBody::from(&text))
}

/// Add the next version of a text
///
/// It is never changed. Consents name the version that was shown, and the hash of its words.
#[utoipa::path(tag = "people", request_body = ConsentTextCreate,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 201, description = "Added.", body = ConsentTextBody)))]
#[post("/consent-texts")]
pub async fn create_consent_text(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<ConsentTextCreate>,
) -> Result<HttpResponse, Problem> {
    let text = body.0.into_domain(state.id(), state.now())?;
    let id = text.id;
    let created = state::write(&state, caller.actor(), move |unit| {
        Ok(consent_texts::insert(unit, text)?)
    });
    answer::created(
        format!("/v1/consent-texts/{id}"),
        &ConsentTextBody::from(&created.await?),
    )
}

impl From<&Stored<ConsentText>> for ConsentTextBody {
    fn from(stored: &Stored<ConsentText>) -> Self {
        let record = &stored.record;
        let hash = |language| hex(&digest(record.words(language)));
        Self {
            id: record.id.to_string(),
            purpose: record.purpose.code().to_owned(),
            version: record.version,
            text: TextBody {
                de: Some(record.de.clone()),
                en: Some(record.en.clone()),
            },
            sha256: HashesBody {
                de: hash(Language::De),
                en: hash(Language::En),
            },
            valid_from: record.valid_from,
            created_at: stored.created_at.utc(),
        }
    }
}

impl ConsentTextCreate {
    /// The text under an id; its version is found out when it is written.
    ///
    /// # Errors
    /// Every fault.
    fn into_domain(self, id: ConsentTextId, now: DateTime<Utc>) -> Result<ConsentText, Invalid> {
        let mut faults = Faults::new();
        for (pointer, given) in [("/text/de", &self.text.de), ("/text/en", &self.text.en)] {
            if given.is_none() {
                faults.note(pointer, Rule::Required);
            }
        }
        let words = text(&mut faults, "/text", Some(&self.text), Writing::Paragraphs(20_000));
        let valid_from = optional(&mut faults, "/valid_from", self.valid_from.as_ref(), instant).unwrap_or(now);
        faults.finish(words.de.zip(words.en).map(|(de, en)| ConsentText {
            id,
            purpose: self.purpose.0,
            version: 0,
            de,
            en,
            valid_from,
        }))
    }
}
