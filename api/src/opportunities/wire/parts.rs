//! The parts of an opportunity as JSON: wishes for skills, for partners, and money.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::opportunity::{Budget, SkillNeed, Sought};
use werkstadt_domain::place::{Circle, Point};
use werkstadt_domain::skill::{Level, SkillId};
use werkstadt_domain::text::language_code;
use werkstadt_persistence::directory::Snapshot;

use crate::skills::wire::{SkillSummary, current_once};
use crate::wire::{Choose, HelixName, KindName, SizeClassName, chosen, in_order, list};

/// A skill that is wanted, from a minimum level on.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SkillNeed, example = json!({"skill": {"id": "01936d3e-7f10-7000-8000-0000000000d1", "uri": "urn:example:skill:lasers",
    "label": {"en": "laser technology"}}, "min_level": 3}))]
pub struct SkillNeedBody {
    /// The skill.
    pub skill: SkillSummary,
    /// The least level that will do, 1 aware to 5 authority.
    #[schema(minimum = 1, maximum = 5)]
    pub min_level: u8,
}

/// A skill that is wanted, as requests name it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"skill": "urn:example:skill:lasers", "min_level": 3}))]
pub struct SkillNeedCreate {
    /// The skill, by id or URI; in imports and questions for matches also by a label.
    #[schema(min_length = 1, max_length = 300)]
    pub skill: String,
    /// The least level that will do, 1 aware to 5 authority; 1 if left out.
    #[schema(minimum = 1, maximum = 5)]
    pub min_level: Option<u8>,
}

/// Who is wanted as a partner. Empty lists want anyone.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Sought, example = json!({"helix": ["science"], "languages": ["de"], "near": {"lat": 50.927, "lon": 11.586, "radius_km": 50}}))]
pub struct SoughtBody {
    /// One of these kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 20)]
    pub kinds: Vec<KindName>,
    /// One of these sectors of the quadruple helix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 20)]
    pub helix: Vec<HelixName>,
    /// One of these size classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 20)]
    pub sizes: Vec<SizeClassName>,
    /// One of these languages, ISO 639-1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 20)]
    pub languages: Vec<String>,
    /// Where the partner must be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near: Option<CircleBody>,
}

/// A circle on the Earth.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Circle, example = json!({"lat": 50.927, "lon": 11.586, "radius_km": 50}))]
pub struct CircleBody {
    /// Latitude of the middle in degrees (WGS 84).
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
    /// Longitude of the middle in degrees (WGS 84).
    #[schema(minimum = -180, maximum = 180)]
    pub lon: f64,
    /// Radius in kilometres.
    #[schema(minimum = 0.001, maximum = 20_100)]
    pub radius_km: f64,
}

/// A range of money in whole units of a currency.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Budget, example = json!({"min": 10000, "max": 50000, "currency": "EUR"}))]
pub struct BudgetBody {
    /// At least.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub min: Option<i64>,
    /// At most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub max: Option<i64>,
    /// ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: String,
}

/// Reads a list of wishes, each skill once; `resolve` says which skill a text names.
pub fn needs(
    faults: &mut Faults,
    pointer: &str,
    given: &[SkillNeedCreate],
    mut resolve: impl FnMut(&str) -> Result<SkillId, Rule>,
) -> Vec<SkillNeed> {
    let mut needs: Vec<SkillNeed> = Vec::with_capacity(given.len());
    for (index, one) in given.iter().enumerate() {
        let at = |member: &str| format!("{pointer}/{index}/{member}");
        let skill = faults.take(at("skill"), resolve(&one.skill));
        let level = one.min_level.map_or(Ok(Level::MIN), Level::new);
        let min_level = faults.take(at("min_level"), level);
        let Some((skill, min_level)) = skill.zip(min_level) else {
            continue;
        };
        if needs.iter().any(|need| need.skill == skill) {
            faults.note(at("skill"), Rule::Duplicate);
        } else {
            needs.push(SkillNeed { skill, min_level });
        }
    }
    needs
}

/// Reads who is wanted.
pub fn sought(faults: &mut Faults, pointer: &str, given: &SoughtBody) -> Sought {
    let languages = format!("{pointer}/languages");
    let near = given.near.as_ref().and_then(|near| {
        let centre = faults.take(format!("{pointer}/near"), Point::new(near.lat, near.lon))?;
        Some(Circle {
            centre,
            radius_km: near.radius_km,
        })
    });
    Sought {
        kinds: chosen(&given.kinds),
        helix: chosen(&given.helix),
        sizes: chosen(&given.sizes),
        languages: list(faults, &languages, &given.languages, 20, |faults, place, code| {
            faults.take(place, language_code(code))
        }),
        near,
    }
}

/// Reads what may be spent.
pub fn budget(faults: &mut Faults, pointer: &str, given: &BudgetBody) -> Budget {
    in_order(faults, &format!("{pointer}/max"), given.min, given.max);
    if given.min.is_none() && given.max.is_none() {
        faults.note(format!("{pointer}/max"), Rule::Required);
    }
    Budget {
        min: given.min,
        max: given.max,
        currency: given.currency.clone(),
    }
}

impl SkillNeedBody {
    /// Several wishes.
    pub fn all(needs: &[SkillNeed], snapshot: &Snapshot) -> Vec<Self> {
        let needs = needs.iter().map(|need| (need.skill, need.min_level));
        let body = |(skill, level): (SkillId, Level)| Self {
            skill: SkillSummary::of(snapshot, skill),
            min_level: level.get(),
        };
        current_once(snapshot, needs).into_iter().map(body).collect()
    }
}

impl SoughtBody {
    /// Who is wanted, `None` when anyone is, so that the member is omitted.
    pub fn some(sought: &Sought) -> Option<Self> {
        let body = || Self {
            kinds: sought.kinds.iter().copied().map(Choose).collect(),
            helix: sought.helix.iter().copied().map(Choose).collect(),
            sizes: sought.sizes.iter().copied().map(Choose).collect(),
            languages: sought.languages.clone(),
            near: sought.near.map(|near| CircleBody {
                lat: near.centre.lat,
                lon: near.centre.lon,
                radius_km: near.radius_km,
            }),
        };
        (*sought != Sought::default()).then(body)
    }
}

impl From<&Budget> for BudgetBody {
    fn from(budget: &Budget) -> Self {
        Self {
            min: budget.min,
            max: budget.max,
            currency: budget.currency.clone(),
        }
    }
}
