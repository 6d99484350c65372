//! What a caller asks for, as JSON.

use serde::Deserialize;
use utoipa::ToSchema;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::matching::{Mode, Requirement};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::reference::Partner;
use werkstadt_domain::skill::SkillId;
use werkstadt_domain::text::{Language, paragraphs};
use werkstadt_persistence::directory::Snapshot;

use crate::opportunities::wire::{CircleBody, SkillNeedCreate, SoughtBody, needs, sought};
use crate::references::wire::{PartnerBody, partner};
use crate::skills::given;
use crate::wire::{Choose, CooperationName, HelixName, KindName, SizeClassName, TextBody, chosen, list};

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
    pub required_skills: Vec<SkillNeedCreate>,
    /// Skills that help.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub preferred_skills: Vec<SkillNeedCreate>,
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

impl MatchRequest {
    /// The requirement, its names resolved as the audience can see them.
    ///
    /// # Errors
    /// Every fault.
    pub fn requirement(&self, snapshot: &Snapshot, audience: Audience) -> Result<Requirement, Invalid> {
        let mut found = Faults::new();
        let faults = &mut found;
        let named = |text: &str| skill_named(snapshot, text);
        let requirement = Requirement {
            texts: texts(faults, self.text.as_ref()),
            required: needs(faults, "/required_skills", &self.required_skills, named),
            preferred: needs(faults, "/preferred_skills", &self.preferred_skills, named),
            sought: sought(faults, "", &self.wanted()),
            cooperations: chosen(&self.cooperations),
            member: self.member,
            partners: list(faults, "/partners", &self.partners, 200, |faults, place, given| {
                on_board(faults, place, given, snapshot, audience)
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

    /// Who is wanted; here its members stand beside the others.
    fn wanted(&self) -> SoughtBody {
        SoughtBody {
            kinds: self.kinds.clone(),
            helix: self.helix.clone(),
            sizes: self.sizes.clone(),
            languages: self.languages.clone(),
            near: self.near,
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

/// The skill that an id, a URI or a label names, or the one that replaced it.
fn skill_named(snapshot: &Snapshot, text: &str) -> Result<SkillId, Rule> {
    let labelled = || {
        snapshot
            .skill_by_label(text)
            .map(|skill| snapshot.taxonomy().current(skill))
    };
    given::current(snapshot, text).or_else(|rule| labelled().ok_or(rule))
}

/// A partner on board, known by its id elsewhere if not by its id here.
fn on_board(
    faults: &mut Faults,
    place: &str,
    given: &PartnerBody,
    snapshot: &Snapshot,
    audience: Audience,
) -> Option<Partner> {
    // One that the caller cannot see is as unknown as one that does not exist.
    let is_known = |id| snapshot.organisation(audience, id).is_some();
    let partner = partner(faults, place, given, is_known)?;
    let elsewhere = partner.external.as_ref();
    let by_external = elsewhere.and_then(|id| snapshot.organisation_by_external(audience, id));
    Some(Partner {
        organisation: partner.organisation.or(by_external),
        ..partner
    })
}
