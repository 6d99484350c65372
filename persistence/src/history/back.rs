//! Bringing back an organisation with all that went with it.

use std::collections::HashSet;

use diesel::prelude::*;
use uuid::Uuid;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::institution::UnitId;
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::Opportunity;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::{Person, PersonId};
use werkstadt_domain::reference::Reference;
use werkstadt_domain::skill::SkillId;

use super::{Record, VersionRow};
use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::error::Result;
use crate::guard::IDS_PER_QUERY;
use crate::schema::{opportunities, organisation_references, skill_claims, solutions, units, versions};
use crate::sqltypes::{SqlId, SqlInstant};
use crate::work::UnitOfWork;
use crate::{claims, logos, organisations, persons, references, remains, skills};

/// What came back with an organisation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Returned {
    /// The parts that are there again.
    pub back: Vec<Record>,
    /// Those that are not, because a skill or unit that they name is gone by now, or because they are another
    /// organisation's. They stay in the history.
    pub left: Vec<Record>,
}

/// The organisation whose record this was, when it was last changed or removed; none for one that the history does not know.
///
/// # Errors
/// As every read.
pub fn removed_owner(db: &mut Db, noun: Noun, id: Uuid) -> Result<Option<OrganisationId>> {
    let last: Option<Option<SqlId>> = versions::table
        .filter(versions::record_id.eq(SqlId(id)))
        .filter(versions::noun.eq(noun.code()))
        .order(versions::seq.desc())
        .select(versions::organisation_id)
        .first(db)
        .optional()?;
    Ok(last.flatten().map(OrganisationId::from))
}

/// Brings back what went with an organisation when it was last removed: its parts as they were then, its membership, and its
/// place in what others say of it. The organisation itself is there again already.
///
/// # Errors
/// As every write.
pub fn bring_back(unit: &mut UnitOfWork<'_>, id: OrganisationId) -> Result<Returned> {
    let Some(removed_at) = removed_at(unit.db(), id)? else {
        return Ok(Returned::default());
    };
    let gone: Vec<VersionRow> = versions::table
        .filter(versions::organisation_id.eq(SqlId::from(id)))
        .filter(versions::ended_at.eq(removed_at))
        .filter(versions::operation.eq(Operation::Removed.code()))
        .filter(versions::noun.ne(Noun::Organisation.code()))
        .order(versions::seq.desc())
        .load(unit.db())?;
    let (mut records, mut known) = (Vec::with_capacity(gone.len()), HashSet::new());
    for row in gone {
        // The newest of each: two removals may have one time.
        let record = row
            .record()?
            .filter(|record| known.insert((record.noun(), record.id())));
        records.extend(record);
    }
    // Units first: the others belong to them.
    records.sort_by_key(|record| !matches!(record, Record::Unit(_)));
    let mut around = Around::of(unit.db(), &records)?;
    let mut returned = Returned::default();
    for record in records {
        if around.fits(&record) {
            put_back(unit, &record, &around)?;
            if let Record::Unit(stored) = &record {
                around.units.insert(stored.record.id);
            }
            returned.back.push(record);
        } else {
            returned.left.push(record);
        }
    }
    for person in remains::put_back(unit, id.uuid())? {
        affiliate(unit, person, id, removed_at, &around.units)?;
    }
    Ok(returned)
}

/// When the organisation was last removed.
fn removed_at(db: &mut Db, id: OrganisationId) -> Result<Option<SqlInstant>> {
    let last = versions::table
        .filter(versions::record_id.eq(SqlId::from(id)))
        .filter(versions::noun.eq(Noun::Organisation.code()))
        .filter(versions::operation.eq(Operation::Removed.code()))
        .order(versions::seq.desc())
        .select(versions::ended_at);
    Ok(last.first(db).optional()?)
}

/// What is there of that which the parts name.
struct Around {
    skills: HashSet<SkillId>,
    organisations: HashSet<OrganisationId>,
    /// The units that came back.
    units: HashSet<UnitId>,
    /// Parts that are there already: they became another organisation's.
    moved: HashSet<Uuid>,
}

impl Around {
    fn of(db: &mut Db, records: &[Record]) -> Result<Self> {
        let named: Vec<SkillId> = distinct(records.iter().flat_map(named_skills));
        let partners = records.iter().filter_map(|record| match record {
            Record::Reference(_, stored) => Some(&stored.record.partners),
            _ => None,
        });
        let partners: Vec<OrganisationId> = distinct(partners.flatten().filter_map(|partner| partner.organisation));
        let found = skills::load(db, &named)?;
        let there = organisations::load(db, &partners)?;
        Ok(Self {
            skills: found.into_iter().map(|skill| skill.record.id).collect(),
            organisations: there.into_iter().map(|one| one.record.id).collect(),
            units: HashSet::new(),
            moved: moved(db, records)?,
        })
    }

    fn fits(&self, record: &Record) -> bool {
        let unit = match record {
            Record::Claim(_, stored) => stored.record.unit,
            Record::Reference(_, stored) => stored.record.unit,
            Record::Opportunity(stored) => stored.record.unit,
            Record::Solution(stored) => stored.record.unit,
            _ => None,
        };
        !self.moved.contains(&record.id())
            && unit.is_none_or(|unit| self.units.contains(&unit))
            && named_skills(record).iter().all(|skill| self.skills.contains(skill))
    }

    /// The reference with those partners that are still there.
    fn with_partners(&self, stored: &Stored<Reference>) -> Reference {
        let mut reference = stored.record.clone();
        for partner in &mut reference.partners {
            partner.organisation = partner.organisation.filter(|id| self.organisations.contains(id));
        }
        let named = |partner: &werkstadt_domain::reference::Partner| {
            partner.organisation.is_some() || partner.external.is_some() || partner.name.is_some()
        };
        reference.partners.retain(named);
        reference
    }
}

/// Those of the parts that exist.
fn moved(db: &mut Db, records: &[Record]) -> Result<HashSet<Uuid>> {
    let mut found: Vec<SqlId> = Vec::new();
    let ids: Vec<SqlId> = records
        .iter()
        .filter(|record| record.noun() != Noun::Logo)
        .map(|record| SqlId(record.id()))
        .collect();
    for ids in ids.chunks(IDS_PER_QUERY) {
        macro_rules! among {
            ($($table:ident),*) => {
                $(found.append(&mut $table::table.filter($table::id.eq_any(ids)).select($table::id).load(db)?);)*
            };
        }
        among!(units, skill_claims, organisation_references, opportunities, solutions);
    }
    Ok(found.into_iter().map(|id| id.0).collect())
}

fn named_skills(record: &Record) -> Vec<SkillId> {
    match record {
        Record::Claim(_, stored) => vec![stored.record.skill],
        Record::Reference(_, stored) => stored.record.skills.to_vec(),
        Record::Solution(stored) => stored.record.skills.to_vec(),
        Record::Opportunity(stored) => opportunity_skills(&stored.record),
        _ => Vec::new(),
    }
}

fn opportunity_skills(opportunity: &Opportunity) -> Vec<SkillId> {
    let all = opportunity.required.iter().chain(&opportunity.preferred);
    all.map(|one| one.skill).collect()
}

fn distinct<T: Ord>(ids: impl Iterator<Item = T>) -> Vec<T> {
    let mut ids: Vec<T> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn put_back(unit: &mut UnitOfWork<'_>, record: &Record, around: &Around) -> Result<()> {
    match record {
        Record::Unit(was) => drop(crate::units::put_back(unit, was, was.record.clone())?),
        Record::Claim(owner, was) => drop(claims::put_back(unit, *owner, was, was.record.clone())?),
        Record::Reference(owner, was) => drop(references::put_back(unit, *owner, was, around.with_partners(was))?),
        Record::Opportunity(was) => drop(crate::opportunities::put_back(unit, was, was.record.clone())?),
        Record::Solution(was) => drop(crate::solutions::put_back(unit, was, was.record.clone())?),
        Record::Logo(owner, logo) => logos::put(unit, *owner, logo.clone())?,
        // They are nobody's parts.
        Record::Organisation(_) | Record::Person(_) | Record::Skill(_) => {}
    }
    Ok(())
}

/// Lets a person work at the organisation again, as until it was removed, unless somebody has said so already.
fn affiliate(
    unit: &mut UnitOfWork<'_>,
    person: PersonId,
    organisation: OrganisationId,
    removed_at: SqlInstant,
    units: &HashSet<UnitId>,
) -> Result<()> {
    let row: Option<VersionRow> = versions::table
        .filter(versions::record_id.eq(SqlId::from(person)))
        .filter(versions::noun.eq(Noun::Person.code()))
        .filter(versions::ended_at.eq(removed_at))
        .order(versions::seq.desc())
        .first(unit.db())
        .optional()?;
    let was = row.map(VersionRow::record).transpose()?.flatten();
    let (Some(Record::Person(was)), Some(present)) = (was, persons::load(unit.db(), &[person])?.pop()) else {
        return Ok(());
    };
    let mut after: Person = present.record.clone();
    if after.affiliations.iter().any(|one| one.organisation == organisation) {
        return Ok(());
    }
    for (place, affiliation) in was.record.affiliations.into_iter().enumerate() {
        let there = affiliation.unit.is_none_or(|unit| units.contains(&unit));
        if affiliation.organisation == organisation && there {
            after
                .affiliations
                .insert(place.min(after.affiliations.len()), affiliation);
        }
    }
    persons::update(unit, &present, after)?;
    Ok(())
}
