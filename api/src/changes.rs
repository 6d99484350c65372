//! The feed of changes, for programs that keep a copy of the directory.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::named::Named;
use werkstadt_domain::page::Limit;
use werkstadt_persistence::Noun;
use werkstadt_persistence::feed::Item;

use crate::answer;
use crate::auth::Caller;
use crate::extract::Query;
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::{self, State};
use crate::wire::{Choose, chosen};

/// From where to read on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The place up to which the changes are known: `next` of the page before names it. `now` skips all there are. Without it
    /// the feed is read from its beginning.
    #[param(min_length = 1, max_length = 200)]
    pub after: Option<String>,
    /// Only records of these kinds.
    #[serde(default)]
    pub kind: Vec<ChangedKindName>,
    /// Changes on a page.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
}

/// What the feed tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangedKind {
    /// An organisation, or a part of it: units, skills, references, membership.
    Organisation,
    /// An opportunity.
    Opportunity,
    /// A solution.
    Solution,
    /// A person.
    Person,
    /// A concept of the taxonomy.
    Skill,
}

impl Named for ChangedKind {
    const NAME: &'static str = "ChangedKind";
    const ALL: &'static [Self] = &[
        Self::Organisation,
        Self::Opportunity,
        Self::Solution,
        Self::Person,
        Self::Skill,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Opportunity => "opportunity",
            Self::Solution => "solution",
            Self::Person => "person",
            Self::Skill => "skill",
        }
    }
}

/// The name of a kind in the feed.
pub type ChangedKindName = Choose<ChangedKind>;

/// A page of the feed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [], "self": "/v1/changes", "next": "/v1/changes?after=eyJuIjowfQ", "more": false}))]
pub struct ChangePage {
    /// Records that changed, in the order of their last change on this page; each once.
    pub items: Vec<ChangeBody>,
    /// Address of this page.
    #[serde(rename = "self")]
    pub itself: String,
    /// Address of the page after this one; on the last page too, for later.
    pub next: String,
    /// Whether more follows at once.
    pub more: bool,
}

/// A record that changed for the caller.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Change, example = json!({"kind": "organisation", "id": "01936d3e-7f10-7000-8000-0000000000aa", "state": "present",
    "at": "2026-11-22T09:00:00Z", "href": "/v1/organisations/01936d3e-7f10-7000-8000-0000000000aa"}))]
pub struct ChangeBody {
    /// What it is. A change of a unit, a skill claim, a reference or the membership is one of the organisation.
    #[schema(examples("organisation", "opportunity", "solution", "person", "skill"))]
    pub kind: String,
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// `present`: read it again. `gone`: it was removed, or the caller may not see it any more; drop it.
    #[schema(examples("present", "gone"))]
    pub state: String,
    /// When it changed.
    pub at: DateTime<Utc>,
    /// Where it can be read, while it is present.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
}

/// A place in the feed, as it is signed.
#[derive(Debug, Serialize, Deserialize)]
struct FeedPlace {
    n: u64,
}

/// What has changed since
///
/// A program that keeps a copy reads the directory once, then this feed from time to time. It tells of every change that the
/// caller's class of readers can see and of no other; what is removed or hidden from them is `gone`. No change is passed over,
/// whoever writes at the same time. A place belongs to one class of readers: after a change of role, begin anew.
#[utoipa::path(tag = "sync", params(ChangesQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of the feed.", body = ChangePage)))]
#[get("/changes")]
pub async fn list_changes(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<ChangesQuery>,
) -> Result<HttpResponse, Problem> {
    let audience = caller.audience();
    let after = match query.0.after.as_deref() {
        None => Some(0),
        Some("now") => None,
        Some(place) => Some(read_place(&state, audience, place)?),
    };
    let limit = query.0.limit.map_or_else(Limit::default, Limit::clamped);
    let shared = state.clone();
    let page = state::read(&state, move |db| {
        let after = match after {
            Some(after) => after,
            None => shared.feed.end(db, audience)?,
        };
        Ok(shared.feed.page(db, audience, after, limit.get())?)
    });
    let page = page.await?;
    let place = write_place(&state, audience, page.next)?;
    let kinds = chosen(&query.0.kind);
    let items = page.items.iter().filter_map(ChangeBody::new);
    let body = ChangePage {
        items: items
            .filter(|item| kinds.is_empty() || kinds.iter().any(|kind| kind.code() == item.kind))
            .collect(),
        itself: request
            .uri()
            .path_and_query()
            .map_or_else(String::new, |address| address.as_str().to_owned()),
        next: next(&request, &place),
        more: page.more,
    };
    let link = body.more.then_some(body.next.as_str());
    answer::page(&caller, &body, link)
}

impl ChangeBody {
    fn new(item: &Item) -> Option<Self> {
        let (kind, folder) = match item.noun {
            Noun::Organisation => (ChangedKind::Organisation, "organisations"),
            Noun::Opportunity => (ChangedKind::Opportunity, "opportunities"),
            Noun::Solution => (ChangedKind::Solution, "solutions"),
            Noun::Person => (ChangedKind::Person, "people"),
            Noun::Skill => (ChangedKind::Skill, "skills"),
            _ => return None,
        };
        Some(Self {
            kind: kind.code().to_owned(),
            id: item.id.to_string(),
            state: if item.present { "present" } else { "gone" }.to_owned(),
            at: item.at,
            href: item.present.then(|| format!("/v1/{folder}/{}", item.id)),
        })
    }
}

/// The same query from another place.
pub fn next(request: &HttpRequest, place: &str) -> String {
    let kept = form_urlencoded::parse(request.query_string().as_bytes()).filter(|(name, _)| name != "after");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("after", place)
        .finish();
    format!("{}?{query}", request.path())
}

/// The count of changes that a signed place in an audience's feed stands for.
///
/// # Errors
/// [`Code::InvalidQuery`] if it is not one of that feed.
pub fn read_place(state: &State, audience: Audience, place: &str) -> Result<u64, Problem> {
    let unknown = |_| {
        let breach = (Place::Parameter("after".to_owned()), Breach::ForgedCursor);
        Problem::new(Code::InvalidQuery).with_breaches(vec![breach])
    };
    let read = state.cursors.read::<FeedPlace>(&feed(audience), place);
    Ok(read.map_err(unknown)?.n)
}

/// A place in an audience's feed, signed.
///
/// # Errors
/// [`Code::Internal`] if it cannot be written; a defect.
pub fn write_place(state: &State, audience: Audience, count: u64) -> Result<String, Problem> {
    state.cursors.write(&feed(audience), &FeedPlace { n: count })
}

fn feed(audience: Audience) -> String {
    format!("changes {audience:?}")
}
