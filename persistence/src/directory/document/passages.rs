//! Passages: the texts of a profile that are searched, with what they are and how much their words count.

use werkstadt_domain::profile::Profile;
use werkstadt_domain::reference::Reference;
use werkstadt_domain::skill::SkillId;
use werkstadt_domain::text::{Language, Text};

use crate::directory::skills::Skills;

/// A text of a profile.
#[derive(Clone, Copy, Debug)]
pub(in crate::directory) struct Passage<'a> {
    pub(in crate::directory) field: Field,
    /// `None` for names.
    pub(in crate::directory) language: Option<Language>,
    pub(in crate::directory) text: &'a str,
}

/// What a passage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::directory) enum Field {
    Name,
    Skill,
    Title,
    Keyword,
    Text,
    City,
}

impl Field {
    /// How often a word counts here: a name says more than a skill, a skill more than running text.
    pub(in crate::directory) const fn weight(self) -> u16 {
        match self {
            Self::Name => 3,
            Self::Skill | Self::Title | Self::Keyword => 2,
            Self::Text | Self::City => 1,
        }
    }
}

/// What an organisation says of itself and of its units, without claims and references.
pub(super) fn own(profile: &Profile) -> impl Iterator<Item = Passage<'_>> {
    let organisation = &profile.organisation.record;
    let names = std::iter::once(&organisation.name).chain(&organisation.short_name);
    let cities = organisation.locations.iter().map(|location| &location.city);
    let units = profile.units.iter().flat_map(|unit| {
        let unit = &unit.record;
        both(Field::Title, &unit.name).chain(both(Field::Text, &unit.summary))
    });
    names
        .map(|name| line(Field::Name, name))
        .chain(both(Field::Text, &organisation.summary))
        .chain(both(Field::Text, &organisation.description))
        .chain(cities.map(|city| line(Field::City, city)))
        .chain(units)
}

/// What a reference says, without its skills.
pub(super) fn of_reference(reference: &Reference) -> impl Iterator<Item = Passage<'_>> {
    let keywords = reference.keywords.iter().map(|keyword| line(Field::Keyword, keyword));
    both(Field::Title, &reference.title)
        .chain(both(Field::Text, &reference.text))
        .chain(keywords)
}

/// Every passage of a profile, the labels of its skills among them.
pub(in crate::directory) fn all<'a>(profile: &'a Profile, skills: &'a Skills) -> impl Iterator<Item = Passage<'a>> {
    let references = profile.references.iter().map(|reference| &reference.record);
    let claimed = profile.claims.iter().map(|claim| claim.record.skill);
    let shown = references
        .clone()
        .flat_map(|reference| reference.skills.iter().copied());
    own(profile)
        .chain(claimed.chain(shown).flat_map(|skill| of_skill(skill, skills)))
        .chain(references.flat_map(of_reference))
}

fn of_skill(skill: SkillId, skills: &Skills) -> impl Iterator<Item = Passage<'_>> {
    let current = skills.get(skills.taxonomy().current(skill));
    current
        .into_iter()
        .flat_map(|skill| both(Field::Skill, &skill.record.label))
}

fn both(field: Field, text: &Text) -> impl Iterator<Item = Passage<'_>> {
    text.each().map(move |(language, text)| Passage {
        field,
        language: Some(language),
        text,
    })
}

const fn line(field: Field, text: &str) -> Passage<'_> {
    Passage {
        field,
        language: None,
        text,
    }
}
