//! The oracle: the same answers by scanning all projected profiles.

use std::collections::{BTreeMap, BTreeSet};

use werkstadt_domain::analysis::{Analyser, words};
use werkstadt_domain::audience::{Audience, Project};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::{IndustryCode, Organisation};
use werkstadt_domain::profile::Profile;
use werkstadt_domain::search::{Facet, OrganisationFilter, SkillMode};
use werkstadt_domain::skill::{Skill, Taxonomy};
use werkstadt_domain::text::{Language, Text, key};
use werkstadt_domain::vocabulary::industry;

use super::world::{World, skills};

/// What the audience sees of the world.
pub(super) fn seen(world: &World, audience: Audience) -> Vec<Profile> {
    let project = |profile: &Profile| {
        profile
            .project(audience)
            .map(werkstadt_domain::audience::Seen::into_inner)
    };
    world.profiles.iter().filter_map(project).collect()
}

pub(super) fn taxonomy() -> Taxonomy {
    let all: Vec<Skill> = skills().into_iter().map(|skill| skill.record).collect();
    Taxonomy::new(&all)
}

/// Term → weighted count, and the weighted number of words.
#[derive(Clone, Debug, Default)]
pub(super) struct Bag {
    pub(super) terms: BTreeMap<String, f64>,
    pub(super) length: f64,
}

impl Bag {
    fn text(&mut self, text: &Text, weight: f64) {
        for (language, text) in text.each() {
            self.words(text, Some(language), weight);
        }
    }

    fn words(&mut self, text: &str, language: Option<Language>, weight: f64) {
        for word in words(text) {
            let Some(terms) = Analyser.terms(&word.text, language) else {
                continue;
            };
            for term in terms.iter() {
                *self.terms.entry(term.to_owned()).or_default() += weight;
            }
            self.length += weight;
        }
    }
}

/// The text of a whole profile.
pub(super) fn bag(profile: &Profile) -> Bag {
    let mut bag = Bag::default();
    let organisation = &profile.organisation.record;
    bag.words(&organisation.name, None, 3.0);
    bag.text(&organisation.summary, 1.0);
    for location in &organisation.locations {
        bag.words(&location.city, None, 1.0);
    }
    let labels = skills();
    for claim in profile.claims.iter() {
        let skill = labels
            .iter()
            .find(|skill| skill.record.id == claim.record.skill)
            .unwrap();
        bag.text(&skill.record.label, 2.0);
    }
    for reference in profile.references.iter() {
        bag.text(&reference.record.title, 2.0);
        bag.text(&reference.record.text, 1.0);
    }
    bag
}

/// The text of each reference.
pub(super) fn reference_bags(profile: &Profile) -> Vec<Bag> {
    let one = |reference: &werkstadt_domain::audience::Stored<werkstadt_domain::reference::Reference>| {
        let mut bag = Bag::default();
        bag.text(&reference.record.title, 2.0);
        bag.text(&reference.record.text, 1.0);
        bag
    };
    profile.references.iter().map(one).collect()
}

/// BM25 of each text and the bound, straight from the formula: words of unknown language match by either of their terms.
pub(super) fn bm25(q: &[(Option<Language>, &str)], bags: &[Bag]) -> (Vec<f64>, f64, Vec<bool>) {
    let mut query: BTreeMap<Vec<String>, f64> = BTreeMap::new();
    for (language, text) in q {
        for terms in Analyser.analyse(text, *language) {
            *query.entry(terms.iter().map(str::to_owned).collect()).or_default() += 1.0;
        }
    }
    let texts: Vec<&Bag> = bags.iter().filter(|bag| bag.length > 0.0).collect();
    let count = texts.len() as f64;
    let mean = texts.iter().map(|bag| bag.length).sum::<f64>() / count.max(1.0);
    let weight = |term: &String, times: f64| {
        let having = texts.iter().filter(|bag| bag.terms.contains_key(term)).count() as f64;
        if having == 0.0 {
            0.0
        } else {
            (1.0 + times.ln()) * (1.0 + (count - having + 0.5) / (having + 0.5)).ln()
        }
    };
    let gain = |bag: &Bag, term: &String, times: f64| {
        let tf = bag.terms.get(term).copied().unwrap_or_default();
        weight(term, times) * tf * 3.0 / (tf + 2.0 * (0.5 + 0.5 * bag.length / mean))
    };
    let best = |terms: &[String], value: &dyn Fn(&String) -> f64| terms.iter().map(value).fold(0.0, f64::max);
    let bound = query
        .iter()
        .map(|(terms, times)| best(terms, &|term| weight(term, *times)))
        .sum::<f64>()
        * 3.0;
    let scores = bags
        .iter()
        .map(|bag| {
            query
                .iter()
                .map(|(terms, times)| best(terms, &|term| gain(bag, term, *times)))
                .sum()
        })
        .collect();
    let has = |bag: &Bag, terms: &[String]| terms.iter().any(|term| bag.terms.contains_key(term));
    let every = bags
        .iter()
        .map(|bag| !query.is_empty() && query.keys().all(|terms| has(bag, terms)))
        .collect();
    (scores, bound, every)
}

/// The filters one by one, as facets see them: each with the facet that leaves it out.
pub(super) fn passes(profile: &Profile, filter: &OrganisationFilter) -> Vec<(Option<Facet>, bool)> {
    let organisation = &profile.organisation.record;
    let within = |circle: &werkstadt_domain::place::Circle| {
        let mut points = organisation.locations.iter().filter_map(|location| location.point);
        points.any(|point| circle.centre.distance_km(point) <= circle.radius_km)
    };
    let taxonomy = taxonomy();
    let good = |level| filter.min_level.is_none_or(|least| level >= least);
    let has = |skill: &werkstadt_domain::skill::SkillId| {
        let wanted = taxonomy.with_narrower(*skill);
        profile
            .claims
            .iter()
            .any(|claim| wanted.contains(&claim.record.skill) && good(claim.record.level))
    };
    let any_claim = || profile.claims.iter().any(|claim| good(claim.record.level));
    let skills = match filter.skill_mode {
        _ if filter.skills.is_empty() => filter.min_level.is_none() || any_claim(),
        SkillMode::All => filter.skills.iter().all(has),
        SkillMode::Any => filter.skills.iter().any(has),
    };
    let cities: Vec<String> = filter.cities.iter().map(|city| key(city)).collect();
    vec![
        (
            Some(Facet::Kind),
            filter.kinds.is_empty() || filter.kinds.contains(&organisation.kind),
        ),
        (
            Some(Facet::Helix),
            filter.helix.is_empty() || filter.helix.contains(&organisation.kind.helix()),
        ),
        (
            Some(Facet::Size),
            filter.sizes.is_empty() || organisation.size.is_some_and(|size| filter.sizes.contains(&size)),
        ),
        (
            Some(Facet::Language),
            filter.languages.is_empty()
                || organisation
                    .languages
                    .iter()
                    .any(|code| filter.languages.contains(code)),
        ),
        (
            Some(Facet::City),
            cities.is_empty()
                || organisation
                    .locations
                    .iter()
                    .any(|location| cities.contains(&key(&location.city))),
        ),
        (
            Some(Facet::Member),
            filter.member.is_none_or(|wanted| wanted == is_member(profile)),
        ),
        (Some(Facet::Skill), skills),
        (
            Some(Facet::Sector),
            filter.sectors.is_empty() || in_sectors(organisation, &filter.sectors),
        ),
        (None, filter.within.as_ref().is_none_or(within)),
    ]
}

pub(super) fn is_member(profile: &Profile) -> bool {
    profile
        .membership
        .as_ref()
        .is_some_and(|membership| membership.record.counts())
}

/// The values of a facet that a profile has.
pub(super) fn values(profile: &Profile, facet: Facet) -> BTreeSet<String> {
    let organisation = &profile.organisation.record;
    match facet {
        Facet::Kind => [organisation.kind.code().to_owned()].into(),
        Facet::Helix => [organisation.kind.helix().code().to_owned()].into(),
        Facet::Size => organisation.size.iter().map(|size| size.code().to_owned()).collect(),
        Facet::Language => organisation.languages.iter().cloned().collect(),
        Facet::Skill => profile
            .claims
            .iter()
            .map(|claim| claim.record.skill.to_string())
            .collect(),
        Facet::City => organisation
            .locations
            .iter()
            .map(|location| key(&location.city))
            .collect(),
        Facet::Member => [is_member(profile).to_string()].into(),
        Facet::Sector => organisation.industries.iter().flat_map(tops).collect(),
    }
}

fn in_sectors(organisation: &Organisation, sectors: &[String]) -> bool {
    let mut industries = organisation.industries.iter();
    industries.any(|one| {
        sectors
            .iter()
            .any(|sector| industry::lies_in(&one.scheme, &one.code, sector))
    })
}

/// The section and the division of an industry.
fn tops(one: &IndustryCode) -> Vec<String> {
    let section = industry::section(&one.scheme, &one.code);
    let codes = section
        .into_iter()
        .chain(one.code.get(..2))
        .chain(one.code.get(..1).filter(|_| one.code.len() == 1));
    codes.map(|code| format!("{}:{code}", one.scheme)).collect()
}
