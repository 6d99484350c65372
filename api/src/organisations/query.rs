//! The query of the list of organisations.

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::id::Id;
use werkstadt_domain::named::Named;
use werkstadt_domain::place::{Circle, Point};
use werkstadt_domain::search::{OrganisationFilter, OrganisationSort, Position, SkillMode};
use werkstadt_domain::skill::Level;
use werkstadt_domain::text::language_code;
use werkstadt_domain::vocabulary::industry;
use werkstadt_persistence::directory::{Count, Marks, OrganisationQuery, Snapshot};

use crate::problem::{Breach, Code, Place, Problem};
use crate::skills::given;
use crate::wire::{Choose, CooperationName, FacetName, HelixName, KindName, SizeClassName, SkillModeName, chosen};

/// Which organisations, in what order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilterOrganisations {
    /// Free text: names, skills, summaries, references. Every word must occur, in any order and form, in German or English: as
    /// part of a compound, under another name of its concept, or with a typing error (one from four letters on, two from
    /// eight). The last word may go on. `"…"` encloses words that follow each other, `-` excludes a word or a phrase. A number or an
    /// address as a whole (register entry, VAT id, LEI, ROR id, an id elsewhere, postcode, e-mail, telephone, website, the name of a
    /// contact) finds whose it is, as far as the caller sees it.
    #[param(min_length = 1, max_length = 500, example = "Lasertechnik")]
    pub q: Option<String>,
    /// One of these kinds.
    #[serde(default)]
    pub kind: Vec<KindName>,
    /// One of these sectors of the quadruple helix.
    #[serde(default)]
    pub helix: Vec<HelixName>,
    /// These skills, by id or URI; a narrower concept counts.
    #[serde(default)]
    #[param(max_items = 20)]
    pub skill: Vec<String>,
    /// Whether every skill is needed or any one of them.
    pub skill_mode: Option<SkillModeName>,
    /// Level from which a claim counts, 1 aware to 5 authority; without `skill`, a claim of any skill.
    #[param(minimum = 1, maximum = 5)]
    pub min_level: Option<u8>,
    /// Skills count only if they were confirmed on this day or later; without `skill`, any one skill.
    #[param(format = Date)]
    pub confirmed_since: Option<chrono::NaiveDate>,
    /// One of these industries: a section with all that lies in it, a code or its beginning; of any edition, or of one as in
    /// `wz2025:62`.
    #[serde(default)]
    #[param(max_items = 20)]
    pub sector: Vec<String>,
    /// One of these size classes.
    #[serde(default)]
    pub size: Vec<SizeClassName>,
    /// One of these languages, ISO 639-1.
    #[serde(default)]
    #[param(max_items = 20)]
    pub language: Vec<String>,
    /// Has an open opportunity of one of these sorts.
    #[serde(default)]
    pub cooperation: Vec<CooperationName>,
    /// One of these towns.
    #[serde(default)]
    #[param(max_items = 20)]
    pub city: Vec<String>,
    /// Members of the association only, or everyone else only.
    pub member: Option<bool>,
    /// A point as `lat,lon` in degrees; with `radius_km` a circle, alone the origin of `sort=distance`. A place in Germany whose
    /// coordinates are not known counts as in the middle of its town, by its postal code.
    #[param(max_length = 60, example = "50.927,11.586")]
    pub near: Option<String>,
    /// Radius of the circle around `near`, in kilometres.
    #[param(minimum = 0.001, maximum = 20_100)]
    pub radius_km: Option<f64>,
    /// Changed at this time or later, as far as the caller can see.
    #[param(format = DateTime)]
    pub updated_since: Option<chrono::DateTime<chrono::Utc>>,
    /// The order; relevance is by name where there is no `q`.
    pub sort: Option<SortByName>,
}

/// What a list of organisations says beside them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ShowOrganisations {
    /// Values to count under the other filters.
    #[serde(default)]
    pub facets: Vec<FacetName>,
    /// `exact` adds the number of all organisations found.
    pub count: Option<CountingName>,
    /// `true` adds why each organisation was found.
    pub explain: Option<bool>,
    /// `true` adds where the words of `q` stand.
    pub highlight: Option<bool>,
}

/// A position in the list, as a cursor carries it.
#[derive(Serialize, Deserialize)]
pub struct PositionBody(f64, String, Uuid);

impl From<Position> for PositionBody {
    fn from(position: Position) -> Self {
        Self(position.rank, position.name, position.id.uuid())
    }
}

impl From<PositionBody> for Position {
    fn from(PositionBody(rank, name, id): PositionBody) -> Self {
        Self {
            rank,
            name,
            id: Id::new(id),
        }
    }
}

/// One of the orders of the list.
pub type SortByName = Choose<SortBy>;

/// One of the ways to count.
pub type CountingName = Choose<Counting>;

/// The orders of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// Best hit first.
    Relevance,
    /// By name.
    Name,
    /// Nearest first.
    Distance,
    /// Latest change first.
    UpdatedAt,
}

impl Named for SortBy {
    const NAME: &'static str = "OrganisationSort";
    const ALL: &'static [Self] = &[Self::Relevance, Self::Name, Self::Distance, Self::UpdatedAt];

    fn code(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Name => "name",
            Self::Distance => "distance",
            Self::UpdatedAt => "updated_at",
        }
    }
}

/// How to count what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Not at all.
    None,
    /// All of it.
    Exact,
}

impl Named for Counting {
    const NAME: &'static str = "Count";
    const ALL: &'static [Self] = &[Self::None, Self::Exact];

    fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Exact => "exact",
        }
    }
}

impl FilterOrganisations {
    /// The question for the directory.
    ///
    /// # Errors
    /// Every parameter that names nothing or does not fit another.
    pub fn asked(&self, snapshot: &Snapshot) -> Result<OrganisationQuery, Problem> {
        Ok(OrganisationQuery {
            filter: self.filter(snapshot)?,
            sort: self.order()?,
            ..OrganisationQuery::default()
        })
    }

    /// The filter.
    ///
    /// # Errors
    /// Every parameter that names nothing or does not fit another.
    pub fn filter(&self, snapshot: &Snapshot) -> Result<OrganisationFilter, Problem> {
        let mut found = Vec::new();
        let skills = given::in_query(snapshot, "skill", &self.skill, &mut found);
        let point = self.point(&mut found);
        if self.radius_km.is_some() && self.near.is_none() {
            found.push(required("near"));
        }
        let sectors = self
            .sector
            .iter()
            .map(|sector| ("sector", industry::check_sector(sector)));
        let languages = self
            .language
            .iter()
            .map(|code| ("language", language_code(code).map(drop)));
        for (name, checked) in sectors.chain(languages) {
            found.extend(
                checked
                    .err()
                    .map(|rule| (Place::Parameter(name.to_owned()), Breach::Rule(rule))),
            );
        }
        if !found.is_empty() {
            return Err(Problem::new(Code::InvalidQuery).with_breaches(found));
        }
        Ok(OrganisationFilter {
            q: self.q.clone(),
            kinds: chosen(&self.kind),
            helix: chosen(&self.helix),
            skills,
            skill_mode: self.skill_mode.map_or_else(SkillMode::default, |mode| mode.0),
            min_level: self.min_level.and_then(|level| Level::new(level).ok()),
            confirmed_since: self.confirmed_since,
            sectors: self.sector.clone(),
            sizes: chosen(&self.size),
            languages: self.language.clone(),
            cooperations: chosen(&self.cooperation),
            cities: self.city.clone(),
            member: self.member,
            within: point
                .zip(self.radius_km)
                .map(|(centre, radius_km)| Circle { centre, radius_km }),
            updated_since: self.updated_since,
            among: None,
        })
    }

    /// The order.
    ///
    /// # Errors
    /// `sort=distance` without `near`.
    pub fn order(&self) -> Result<OrganisationSort, Problem> {
        let mut found = Vec::new();
        let point = self.point(&mut found);
        match (self.sort.map_or(SortBy::Relevance, |sort| sort.0), point) {
            (SortBy::Relevance, _) => Ok(OrganisationSort::Relevance),
            (SortBy::Name, _) => Ok(OrganisationSort::Name),
            (SortBy::UpdatedAt, _) => Ok(OrganisationSort::UpdatedAt),
            (SortBy::Distance, Some(point)) => Ok(OrganisationSort::Distance(point)),
            (SortBy::Distance, None) => Err(Problem::new(Code::InvalidQuery).with_breaches(vec![required("near")])),
        }
    }

    fn point(&self, found: &mut Vec<(Place, Breach)>) -> Option<Point> {
        let text = self.near.as_deref()?;
        let point = text.split_once(',').and_then(|(lat, lon)| {
            let (lat, lon) = (lat.trim().parse().ok()?, lon.trim().parse().ok()?);
            Point::new(lat, lon).ok()
        });
        if point.is_none() {
            found.push((Place::Parameter("near".to_owned()), Breach::Form("lat,lon".to_owned())));
        }
        point
    }
}

impl ShowOrganisations {
    /// Whether to say where the words stand.
    pub fn marks(&self) -> Marks {
        if self.highlight == Some(true) {
            Marks::Yes
        } else {
            Marks::No
        }
    }

    /// Whether to count.
    pub fn count(&self) -> Count {
        if self.count.is_some_and(|count| count.0 == Counting::Exact) {
            Count::Exact
        } else {
            Count::No
        }
    }
}

fn required(parameter: &str) -> (Place, Breach) {
    (
        Place::Parameter(parameter.to_owned()),
        Breach::Rule(werkstadt_domain::invalid::Rule::Required),
    )
}
