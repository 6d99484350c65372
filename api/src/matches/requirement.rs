//! What a caller asks for, as JSON.

use serde::Deserialize;
use utoipa::ToSchema;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::matching::{Mode, Requirement};
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::{SkillNeed, Sought};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::place::{Circle, Point};
use werkstadt_domain::reference::Partner;
use werkstadt_domain::skill::Level;
use werkstadt_domain::text::{Language, language_code, line, paragraphs};
use werkstadt_persistence::directory::Snapshot;

use crate::organisations::wire::{ExternalIdBody, external_id};
use crate::skills::given;
use crate::wire::{Choose, CooperationName, HelixName, KindName, SizeClassName, TextBody, chosen, list, optional};

/// Whose wishes count: `reciprocal` both sides', `one_sided` the asking side's only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides(pub Mode);

impl Named for Sides {
    const NAME: &'static str = "MatchMode";
    const ALL: &'static [Self] = &[Self(Mode::Reciprocal), Self(Mode::OneSided)];

    fn code(self) -> &'static str {
        self.0.code()
    }
}

/// One of the modes.
pub type ModeName = Choose<Sides>;

/// A question for partners. Everything is optional; what is given counts.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": {"de": "Partner für KI in der Bildverarbeitung gesucht"}, "helix": ["science"], "limit": 3}))]
pub struct MatchRequest {
    /// What it is about, in free words.
    pub text: Option<TextBody>,
    /// Skills without which it does not work.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub required_skills: Vec<SkillNeedBody>,
    /// Skills that help.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub preferred_skills: Vec<SkillNeedBody>,
    /// Only these kinds of organisations.
    #[serde(default)]
    pub kinds: Vec<KindName>,
    /// Only these sectors.
    #[serde(default)]
    pub helix: Vec<HelixName>,
    /// Only these size classes; an unknown size is let through.
    #[serde(default)]
    pub sizes: Vec<SizeClassName>,
    /// Only who speaks one of these languages; unknown languages are let through.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub languages: Vec<String>,
    /// Only who is within this circle.
    pub near: Option<CircleBody>,
    /// Sorts of working together; who has such an open opportunity gains.
    #[serde(default)]
    pub cooperations: Vec<CooperationName>,
    /// Members of the association only, or everyone else only.
    pub member: Option<bool>,
    /// Who is on board already: context for the track record, not returned.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub partners: Vec<PartnerBody>,
    /// Who is not wanted, by id.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub exclude: Vec<String>,
    /// Whose wishes count; both sides' if left out.
    pub mode: Option<ModeName>,
    /// Organisations on a page; 20 if left out.
    #[schema(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
    /// Where to go on: `cursor` of the page before.
    #[schema(max_length = 2000)]
    pub cursor: Option<String>,
}

/// A skill that is wanted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MatchSkillNeed, example = json!({"skill": "urn:werkstadt:skill:machine-learning", "min_level": 3}))]
pub struct SkillNeedBody {
    /// The skill's id or URI, or a label of it.
    #[schema(min_length = 1, max_length = 300)]
    pub skill: String,
    /// The least level that will do; 1 if left out.
    #[schema(minimum = 1, maximum = 5)]
    pub min_level: Option<u8>,
}

/// A circle on the map.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Circle, example = json!({"lat": 50.927, "lon": 11.586, "radius_km": 50}))]
pub struct CircleBody {
    /// Latitude in degrees.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
    /// Longitude in degrees.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: f64,
    /// Radius in kilometres.
    #[schema(minimum = 0.001, maximum = 20_100)]
    pub radius_km: f64,
}

/// A partner on board: by id, by external id, or only named.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MatchPartner, example = json!({"external_id": {"scheme": "pic", "value": "999989359"}}))]
pub struct PartnerBody {
    /// Its id in this directory.
    #[schema(format = Uuid)]
    pub organisation_id: Option<String>,
    /// Its id elsewhere.
    pub external_id: Option<ExternalIdBody>,
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
}

impl MatchRequest {
    /// The requirement, its names resolved as the audience can see them.
    ///
    /// # Errors
    /// Every fault.
    pub fn requirement(&self, snapshot: &Snapshot, audience: Audience) -> Result<Requirement, Invalid> {
        let mut found = Faults::new();
        let faults = &mut found;
        let requirement = Requirement {
            texts: texts(faults, self.text.as_ref()),
            required: needs(faults, "/required_skills", &self.required_skills, snapshot),
            preferred: needs(faults, "/preferred_skills", &self.preferred_skills, snapshot),
            sought: self.sought(faults),
            cooperations: chosen(&self.cooperations),
            member: self.member,
            partners: list(faults, "/partners", &self.partners, 200, |faults, place, given| {
                partner(faults, place, given, snapshot, audience)
            }),
            excluded: list(
                faults,
                "/exclude",
                &self.exclude,
                200,
                |faults, place, given: &String| {
                    faults.take(place, OrganisationId::parse(given).map_err(|_| Rule::UnknownReference))
                },
            ),
        };
        found.finish(Some(requirement))
    }

    fn sought(&self, faults: &mut Faults) -> Sought {
        let near = self.near.and_then(|near| {
            let centre = faults.take("/near", Point::new(near.lat, near.lon))?;
            Some(Circle {
                centre,
                radius_km: near.radius_km,
            })
        });
        Sought {
            kinds: chosen(&self.kinds),
            helix: chosen(&self.helix),
            sizes: chosen(&self.sizes),
            languages: list(
                faults,
                "/languages",
                &self.languages,
                20,
                |faults, place, code: &String| faults.take(place, language_code(code)),
            ),
            near,
        }
    }
}

fn texts(faults: &mut Faults, given: Option<&TextBody>) -> Vec<(Option<Language>, String)> {
    let Some(body) = given else { return Vec::new() };
    let each = [(Language::De, &body.de), (Language::En, &body.en)];
    let each = each
        .into_iter()
        .filter_map(|(language, text)| text.as_ref().map(|text| (language, text)));
    let read = |(language, text): (Language, &String)| {
        let text = faults.take(format!("/text/{}", language.code()), paragraphs(text, 20_000));
        text.map(|text| (Some(language), text))
    };
    each.filter_map(read).collect()
}

fn needs(faults: &mut Faults, place: &str, wanted: &[SkillNeedBody], snapshot: &Snapshot) -> Vec<SkillNeed> {
    list(faults, place, wanted, 50, |faults, place, need| {
        let named = given::resolve(snapshot, &need.skill).or_else(|| snapshot.skill_by_label(&need.skill));
        let known = named.map(|skill| snapshot.taxonomy().current(skill));
        let skill = faults.take(format!("{place}/skill"), known.ok_or(Rule::UnknownReference));
        let least = Level::new(need.min_level.unwrap_or(Level::MIN.get()));
        let min_level = faults.take(format!("{place}/min_level"), least);
        Some(SkillNeed {
            skill: skill?,
            min_level: min_level?,
        })
    })
}

fn partner(
    faults: &mut Faults,
    place: &str,
    given: &PartnerBody,
    snapshot: &Snapshot,
    audience: Audience,
) -> Option<Partner> {
    let by_id = given.organisation_id.as_ref().and_then(|text| {
        // One that the caller cannot see is as unknown as one that does not exist.
        let seen = OrganisationId::parse(text)
            .ok()
            .filter(|id| snapshot.organisation(audience, *id).is_some());
        faults.take(format!("{place}/organisation_id"), seen.ok_or(Rule::UnknownReference))
    });
    let external = given
        .external_id
        .as_ref()
        .and_then(|id| external_id(faults, &format!("{place}/external_id"), id));
    let name = optional(faults, format!("{place}/name"), given.name.as_ref(), |text| {
        line(text, 200)
    });
    if given.organisation_id.is_none() && given.external_id.is_none() && given.name.is_none() {
        faults.note(place, Rule::Required);
        return None;
    }
    let organisation = by_id.or_else(|| {
        external
            .as_ref()
            .and_then(|id| snapshot.organisation_by_external(audience, id))
    });
    Some(Partner {
        organisation,
        external,
        name,
    })
}
