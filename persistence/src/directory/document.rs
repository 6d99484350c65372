//! A document: one profile, as one audience sees it, ready to be indexed.

use chrono::NaiveDate;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::place::{Location, Point};
use werkstadt_domain::profile::Profile;
use werkstadt_domain::reference::{Partner, Reference};
use werkstadt_domain::skill::{Claim, Level, SkillId};
use werkstadt_domain::timestamp::Timestamp;

use self::memory::Memory;
use self::passages::{Field, Passage};
use super::dictionary::{Dictionary, Numbers, Reader};
use super::lexicon::Lexicon;
use super::skills::Skills;

mod columns;
mod memory;
pub(super) mod passages;

/// What a profile is indexed under.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Document {
    pub(super) text: Bag,
    /// Words of the lexicon that stand in it, in order.
    pub(super) words: Vec<u32>,
    pub(super) references: Vec<Piece>,
    pub(super) columns: Vec<(Column, u32, Value)>,
    /// Under which keys partners of references may mean this organisation.
    pub(super) names: Vec<u32>,
    /// Words of the lexicon in its names, in order.
    pub(super) called: Vec<u32>,
    pub(super) points: Vec<Point>,
    /// How many facts are known: claims, references, texts.
    pub(super) known: u16,
    /// How many claims.
    pub(super) claims: u16,
}

/// One reference.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    /// Its place among the references of the profile.
    pub(super) index: u16,
    /// The piece of work; references of several organisations may be about the same.
    pub(super) work: u32,
    pub(super) text: Bag,
    /// Keys of the partners.
    pub(super) partners: Vec<u32>,
}

/// Terms with their weighted frequency.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Bag {
    /// In order of term.
    pub(super) terms: Vec<(u32, u16)>,
    /// Sum of the weighted words; a word of two stems counts once.
    pub(super) length: u32,
}

/// Columns with few values: for filters, facets and skills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Kind,
    Helix,
    Size,
    Language,
    /// The town's [`key`].
    City,
    /// The key and, behind a NUL, the name as spelt.
    CityName,
    Member,
    /// Edition, colon, code; also of the division and of the section above.
    Sector,
    /// The skill's id; the value is how it is claimed.
    Skill,
}

impl Value {
    fn of(claim: &Claim) -> Self {
        let days = claim.confirmed_at.map_or(0, |at| at.timestamp() / 86_400);
        Self {
            level: claim.level.get(),
            confirmed: u16::try_from(days).unwrap_or_default(),
        }
    }

    /// The level, the lowest where none is noted.
    pub(super) fn level(self) -> Level {
        Level::new(self.level).unwrap_or(Level::MIN)
    }

    /// The day of the confirmation.
    pub(super) fn day(self) -> Option<NaiveDate> {
        let days = chrono::Days::new(u64::from(self.confirmed));
        (self.confirmed > 0)
            .then(|| NaiveDate::default().checked_add_days(days))
            .flatten()
    }
}

impl Column {
    /// How many columns there are.
    pub(super) const COUNT: usize = 9;
}

/// What a column notes beside its tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Value {
    /// The level of a claimed skill, else 0.
    pub(super) level: u8,
    /// When it was confirmed: days since 1970, 0 for never.
    pub(super) confirmed: u16,
}

/// The dictionaries of the directory.
#[derive(Debug, Default)]
pub(super) struct Dictionaries {
    pub(super) terms: Dictionary,
    pub(super) lexicon: Lexicon,
    pub(super) tags: Dictionary,
    /// Organisations, known or named, and pieces of work.
    pub(super) actors: Dictionary,
}

impl Dictionaries {
    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        self.terms.bytes() + self.lexicon.bytes() + self.tags.bytes() + self.actors.bytes()
    }
}

/// Makes documents.
pub(super) struct Maker<'a> {
    dictionaries: &'a Dictionaries,
    skills: &'a Skills,
    /// The day of the index; what has expired before it is not indexed.
    day: NaiveDate,
    reader: Reader<'a>,
    memory: Memory<'a>,
}

impl<'a> Maker<'a> {
    /// A maker with an empty memory, for the index of a day.
    pub(super) fn new(dictionaries: &'a Dictionaries, skills: &'a Skills, day: NaiveDate) -> Self {
        Self {
            dictionaries,
            skills,
            day,
            reader: Reader::new(dictionaries),
            memory: Memory::new(&dictionaries.tags),
        }
    }

    /// The document of a profile that is already projected onto an audience.
    pub(super) fn document(&mut self, profile: &Profile) -> Document {
        let mut bag = Counter::roomy();
        let organisation = &profile.organisation.record;
        let mut called = Vec::new();
        for passage in passages::own(profile) {
            let before = bag.words.len();
            bag.read(&mut self.reader, passage);
            if passage.field == Field::Name {
                called.extend(bag.words.iter().skip(before));
            }
        }
        called.sort_unstable();
        called.dedup();
        let mut columns = self.columns(profile);
        let mut claims = 0;
        for claim in self.held(profile) {
            let tag = self.skill(&mut bag, claim.skill);
            columns.push((Column::Skill, tag, Value::of(claim)));
            claims += 1;
        }
        let references: Vec<Piece> = (0_u16..)
            .zip(profile.references.iter())
            .map(|(index, reference)| self.piece(index, &reference.record, &mut bag))
            .collect();
        let (words, text) = bag.finish();
        Document {
            words,
            text,
            references,
            columns: columns::in_order(columns),
            names: self.names(profile),
            called,
            points: organisation.locations.iter().filter_map(Location::position).collect(),
            known: facts(profile, claims),
            claims: u16::try_from(claims).unwrap_or(u16::MAX),
        }
    }

    /// The claims that hold on the day of the index.
    fn held<'p>(&self, profile: &'p Profile) -> impl Iterator<Item = &'p Claim> + use<'p> {
        let day = self.day;
        let claims = profile.claims.iter().map(|claim| &claim.record);
        claims.filter(move |claim| claim.holds_on(day))
    }

    fn piece(&mut self, index: u16, reference: &Reference, whole: &mut Counter) -> Piece {
        let mut bag = Counter::default();
        passages::of_reference(reference).for_each(|passage| bag.read(&mut self.reader, passage));
        for skill in &reference.skills {
            self.skill(&mut bag, *skill);
        }
        whole.add(&bag);
        let work = match &reference.project {
            Some(project) => format!("work:{}:{}", project.scheme, project.value),
            None => format!("work:{}", reference.id),
        };
        let mut partners: Vec<u32> = reference
            .partners
            .iter()
            .flat_map(partner_names)
            .map(|name| self.dictionaries.actors.intern(&name))
            .collect();
        partners.sort_unstable();
        partners.dedup();
        Piece {
            index,
            work: self.dictionaries.actors.intern(&work),
            text: bag.finish().1,
            partners,
        }
    }

    /// Counts the words of a skill's labels; the number of its tag.
    fn skill(&mut self, bag: &mut Counter, skill: SkillId) -> u32 {
        let (tag, words) = self.memory.skill(skill, self.skills, &mut self.reader);
        words.iter().for_each(|word| bag.word(*word, Field::Skill.weight()));
        tag
    }
}

/// How many facts are known, with so many claims.
fn facts(profile: &Profile, claims: usize) -> u16 {
    let organisation = &profile.organisation.record;
    let texts = organisation.summary.each().count() + organisation.description.each().count();
    u16::try_from(claims + profile.references.len() + texts).unwrap_or(u16::MAX)
}

/// The names under which a partner is known: the organisation's id, its id elsewhere, or both.
pub(super) fn partner_names(partner: &Partner) -> Vec<String> {
    let known = partner.organisation.map(|id| id.to_string());
    known
        .into_iter()
        .chain(partner.external.as_ref().map(external_key))
        .collect()
}

/// The key of an id in another system.
pub(super) fn external_key(id: &werkstadt_domain::organisation::ExternalId) -> String {
    format!("{}:{}", id.scheme, id.value)
}

/// The last change of a projected profile or of a part of it, as the audience may know it.
pub(super) fn updated(profile: &Profile, audience: Audience) -> Timestamp {
    let organisation = profile.organisation.changed_at.seen_by(audience);
    let claims = profile.claims.iter().map(|part| &part.changed_at);
    let references = profile.references.iter().map(|part| &part.changed_at);
    let units = profile.units.iter().map(|part| &part.changed_at);
    let parts = claims.chain(references).chain(units);
    parts.fold(organisation, |last, part| last.max(part.seen_by(audience)))
}

/// Counts the terms of a text.
#[derive(Default)]
pub(super) struct Counter {
    /// As they come.
    terms: Vec<(u32, u16)>,
    words: Vec<u32>,
    length: u32,
}

impl Counter {
    /// With room for the words of most profiles.
    fn roomy() -> Self {
        const WORDS: usize = 128;
        Self {
            terms: Vec::with_capacity(WORDS),
            words: Vec::with_capacity(WORDS),
            length: 0,
        }
    }

    /// Adds the words of a passage, each as often as its field says.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>, passage: Passage<'_>) {
        let weight = passage.field.weight();
        reader.read(passage.text, passage.language, |word| self.word(word, weight));
    }

    fn word(&mut self, word: Numbers, weight: u16) {
        self.words.push(word.word);
        self.terms.extend(word.terms.iter().map(|term| (term, weight)));
        self.length += u32::from(weight);
    }

    fn add(&mut self, other: &Self) {
        self.terms.extend(&other.terms);
        self.words.extend(&other.words);
        self.length += other.length;
    }

    /// The words that were counted, in order, and the bag of their terms.
    pub(super) fn finish(mut self) -> (Vec<u32>, Bag) {
        self.words.sort_unstable();
        self.words.dedup();
        self.terms.sort_unstable_by_key(|(term, _)| *term);
        self.terms.dedup_by(|(term, weight), (kept, sum)| {
            let same = term == kept;
            if same {
                *sum = sum.saturating_add(*weight);
            }
            same
        });
        let bag = Bag {
            terms: self.terms,
            length: self.length,
        };
        (self.words, bag)
    }
}
