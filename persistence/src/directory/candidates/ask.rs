//! The question: a seeker's requirement with everything looked up and weighed once.

use std::rc::Rc;

use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::matching::wish::Frequencies;
use werkstadt_domain::matching::{Constraint, Requirement, Rule, Seeker, Wish};
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::Opportunity;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::reference::Partner;
use werkstadt_domain::skill::SkillId;
use werkstadt_domain::text::Text;

use crate::directory::bits::Bits;
use crate::directory::document::Column;
use crate::directory::filter::any_of;
use crate::directory::query::{Query, Weighed};
use crate::directory::shard::Shard;
use crate::directory::snapshot::Snapshot;
use crate::directory::view::View;

/// Open opportunities by organisation.
type Open<'a> = FxHashMap<OrganisationId, Vec<&'a Opportunity>>;

/// A question to one snapshot, for one audience.
pub(in crate::directory) struct Ask<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) audience: Audience,
    pub(super) seeker: &'a Seeker,
    /// True for the other direction of a question.
    returned: bool,
    pub(super) today: NaiveDate,
    pub(super) required: Vec<Wish>,
    pub(super) preferred: Vec<Wish>,
    pub(super) required_tags: Vec<Tagged>,
    pub(super) preferred_tags: Vec<Tagged>,
    /// Words, weighed against whole profiles and against single references.
    pub(super) query: Query,
    pub(super) profiles: Weighed,
    pub(super) references: Weighed,
    /// Whose open opportunities may answer, or ask.
    pub(super) open: Rc<Open<'a>>,
    /// Who must not be returned.
    pub(super) involved: FxHashSet<OrganisationId>,
    /// The partners on board, each once, with the organisations that they are.
    pub(super) partners: Vec<(&'a Partner, Option<OrganisationId>)>,
    /// The labels of skills.
    pub(super) label: Box<dyn Fn(SkillId) -> Text + 'a>,
}

/// A wish with the numbers of its relatives, and what each covers.
pub(super) type Tagged = (Wish, Vec<(u32, f64)>);

/// What each constraint that is set lets through in one shard.
pub(super) struct Passing {
    visible: Bits,
    constraints: Vec<(Constraint, Bits)>,
}

impl<'a> Ask<'a> {
    /// Looks up and weighs.
    pub(super) fn new(snapshot: &'a Snapshot, audience: Audience, seeker: &'a Seeker, today: NaiveDate) -> Self {
        let open = Rc::new(snapshot.opportunities.open(audience, today));
        Self::over(snapshot, audience, seeker, today, open, false)
    }

    /// The same question asked by somebody else. Who asked first is the candidate now, and one by its own asking: an objection to being
    /// found does not count.
    pub(super) fn back<'b>(&'b self, seeker: &'b Seeker) -> Ask<'b> {
        Ask::over(
            self.snapshot,
            self.audience,
            seeker,
            self.today,
            Rc::clone(&self.open),
            true,
        )
    }

    fn over(
        snapshot: &'a Snapshot,
        audience: Audience,
        seeker: &'a Seeker,
        today: NaiveDate,
        open: Rc<Open<'a>>,
        returned: bool,
    ) -> Self {
        let requirement = &seeker.requirement;
        let seen = Seen { snapshot, audience };
        let (required, preferred) = Wish::of(requirement, snapshot.skills.taxonomy(), &seen);
        let texts = requirement
            .texts
            .iter()
            .map(|(language, text)| (*language, text.as_str()));
        let query = snapshot.reading(audience).texts(texts);
        let statistics = snapshot.statistics(audience);
        let partners = partners(snapshot, audience, requirement);
        let mut involved: FxHashSet<OrganisationId> = requirement.excluded.iter().copied().collect();
        involved.extend(seeker.organisation);
        involved.extend(partners.iter().filter_map(|(_, organisation)| *organisation));
        Self {
            profiles: query.weighed(&statistics.profiles),
            references: query.weighed(&statistics.references),
            open,
            snapshot,
            audience,
            seeker,
            returned,
            today,
            required_tags: tagged(snapshot, &required),
            preferred_tags: tagged(snapshot, &preferred),
            required,
            preferred,
            query,
            involved,
            partners,
            label: Box::new(|skill| {
                snapshot
                    .skill(skill)
                    .map(|skill| skill.record.label.clone())
                    .unwrap_or_default()
            }),
        }
    }

    /// What is asked for.
    pub(super) const fn requirement(&self) -> &'a Requirement {
        &self.seeker.requirement
    }

    /// True if any rule has something to compare.
    pub(super) fn asks_softly(&self) -> bool {
        Rule::ALL.into_iter().any(|rule| rule.asked_by(self.requirement()))
    }

    /// True if an opportunity answers the question: the other direction, one of the sorts asked for.
    pub(super) fn fits(&self, opportunity: &Opportunity) -> bool {
        opportunity.direction == self.seeker.answered_by()
            && self.requirement().cooperations.contains(&opportunity.cooperation)
    }

    /// What the constraints let through in a shard.
    pub(super) fn passing(&self, shard: &Shard) -> Passing {
        let mut visible = shard.visible(self.audience).clone();
        for slot in self.involved.iter().filter_map(|id| shard.slot(*id)) {
            visible.remove(slot);
        }
        if !self.returned {
            shard.objecting().for_each(|slot| visible.remove(slot));
        }
        let set = Constraint::set_by(self.requirement());
        let passed = |constraint| (constraint, self.passed(constraint, shard));
        Passing {
            visible,
            constraints: set.into_iter().map(passed).collect(),
        }
    }

    fn passed(&self, constraint: Constraint, shard: &Shard) -> Bits {
        let (view, visible, slots) = (shard.view(self.audience), shard.visible(self.audience), shard.slots());
        let sought = &self.requirement().sought;
        let names = |column, names: &[&str]| {
            let tags = &self.snapshot.dictionaries.tags;
            let found: Vec<u32> = names.iter().filter_map(|name| tags.find(name)).collect();
            any_of(view.column(column), &found, slots)
        };
        let codes = |column, codes: Vec<&str>| names(column, &codes);
        match constraint {
            Constraint::Involved => visible.clone(),
            Constraint::Kind => codes(Column::Kind, sought.kinds.iter().map(|kind| kind.code()).collect()),
            Constraint::Helix => codes(Column::Helix, sought.helix.iter().map(|helix| helix.code()).collect()),
            Constraint::Size => {
                let mut bits = codes(Column::Size, sought.sizes.iter().map(|size| size.code()).collect());
                bits.or(&unknown(view, Column::Size, visible));
                bits
            }
            Constraint::Language => {
                let mut bits = codes(Column::Language, sought.languages.iter().map(String::as_str).collect());
                bits.or(&unknown(view, Column::Language, visible));
                bits
            }
            Constraint::Distance => sought
                .near
                .map_or_else(|| visible.clone(), |circle| view.points.within(circle, visible)),
            Constraint::Membership => match self.requirement().member {
                Some(true) => names(Column::Member, &["true"]),
                Some(false) => names(Column::Member, &["false"]),
                None => visible.clone(),
            },
        }
    }
}

impl Passing {
    /// Who meets all of these constraints and is not involved already.
    pub(super) fn all(&self, kept: &[Constraint]) -> Bits {
        let mut bits = self.visible.clone();
        for (constraint, passed) in &self.constraints {
            if kept.contains(constraint) {
                bits.and(passed);
            }
        }
        bits
    }
}

fn tagged(snapshot: &Snapshot, wishes: &[Wish]) -> Vec<Tagged> {
    let tags = &snapshot.dictionaries.tags;
    let tag = |(skill, covers): &(SkillId, f64)| Some((tags.find(&skill.to_string())?, *covers));
    let tagged = |wish: &Wish| (wish.clone(), wish.relatives.iter().filter_map(tag).collect());
    wishes.iter().map(tagged).collect()
}

/// Slots of which the column says nothing.
fn unknown(view: &View, column: Column, visible: &Bits) -> Bits {
    let mut bits = visible.clone();
    let tags: Vec<u32> = view.column(column).postings.iter().map(|(tag, _)| tag).collect();
    bits.and_not(&any_of(view.column(column), &tags, visible.room()));
    bits
}

/// Each partner once: two names of one organisation are one partner.
fn partners<'a>(
    snapshot: &Snapshot,
    audience: Audience,
    requirement: &'a Requirement,
) -> Vec<(&'a Partner, Option<OrganisationId>)> {
    let mut found: Vec<(&Partner, Option<OrganisationId>)> = Vec::new();
    for partner in &requirement.partners {
        let external = || snapshot.organisation_by_external(audience, partner.external.as_ref()?);
        let organisation = partner.organisation.or_else(external);
        let same = |(other, known): &(&Partner, Option<OrganisationId>)| match organisation {
            Some(_) => *known == organisation,
            None => *other == partner,
        };
        if !found.iter().any(same) {
            found.push((partner, organisation));
        }
    }
    found
}

/// How common skills are, as the audience sees it.
struct Seen<'a> {
    snapshot: &'a Snapshot,
    audience: Audience,
}

impl Frequencies for Seen<'_> {
    fn candidates(&self) -> u64 {
        self.snapshot.organisation_count(self.audience)
    }

    fn with_any(&self, skills: &[SkillId]) -> u64 {
        let tags = &self.snapshot.dictionaries.tags;
        let tags: Vec<u32> = skills
            .iter()
            .filter_map(|skill| tags.find(&skill.to_string()))
            .collect();
        let count = |shard: &std::sync::Arc<Shard>| {
            let (column, visible) = (
                shard.view(self.audience).column(Column::Skill),
                shard.visible(self.audience),
            );
            match tags.as_slice() {
                [] => 0,
                [tag] => {
                    let slots = column.postings.slots(*tag).iter();
                    slots.filter(|slot| visible.contains(**slot)).count() as u64
                }
                tags => any_of(column, tags, shard.slots()).common(visible),
            }
        };
        self.snapshot.shards.iter().map(count).sum()
    }
}
