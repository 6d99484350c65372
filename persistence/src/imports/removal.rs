//! Taking many organisations back with few statements.

use std::collections::HashSet;

use diesel::prelude::*;
use werkstadt_domain::organisation::OrganisationId;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::error::Result;
use crate::guard::IDS_PER_QUERY;
use crate::memberships::record_uncovered;
use crate::schema::{
    affiliations, opportunities, organisation_references, organisations, reference_partners, solutions, users,
};
use crate::sqltypes::SqlId;
use crate::work::UnitOfWork;

/// Those of the organisations that have users, and cannot go while they have.
///
/// # Errors
/// As every read.
pub fn in_use(db: &mut Db, ids: &[OrganisationId]) -> Result<HashSet<OrganisationId>> {
    let mut found = HashSet::new();
    for chunk in ids.chunks(IDS_PER_QUERY) {
        let keys: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        let owners: Vec<Option<SqlId>> = users::table
            .filter(users::organisation_id.eq_any(keys))
            .select(users::organisation_id)
            .load(db)?;
        found.extend(owners.into_iter().flatten().map(OrganisationId::from));
    }
    Ok(found)
}

/// Removes organisations with all that belongs to them, as [`crate::organisations::remove`] does one.
///
/// # Errors
/// [`crate::Error::Conflict`] with [`crate::FOREIGN_KEY`] while one of them has users.
pub fn remove_organisations(unit: &mut UnitOfWork<'_>, ids: &[OrganisationId]) -> Result<()> {
    for chunk in ids.chunks(IDS_PER_QUERY) {
        let keys: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        record_neighbours(unit, &keys)?;
        record_uncovered(unit, &keys)?;
        diesel::delete(organisations::table.filter(organisations::id.eq_any(keys))).execute(unit.db())?;
    }
    // Last, because an organisation that goes may also be a neighbour of another one that goes.
    for id in ids {
        unit.record(Noun::Organisation, id.uuid(), Operation::Removed);
    }
    Ok(())
}

/// Opportunities and solutions that go with the organisations; persons and partners that lose a link.
fn record_neighbours(unit: &mut UnitOfWork<'_>, keys: &[SqlId]) -> Result<()> {
    let db = unit.db();
    let offered: Vec<SqlId> = opportunities::table
        .filter(opportunities::organisation_id.eq_any(keys))
        .select(opportunities::id)
        .load(db)?;
    let made: Vec<SqlId> = solutions::table
        .filter(solutions::organisation_id.eq_any(keys))
        .select(solutions::id)
        .load(db)?;
    let persons: Vec<SqlId> = affiliations::table
        .filter(affiliations::organisation_id.eq_any(keys))
        .select(affiliations::person_id)
        .distinct()
        .load(db)?;
    let naming = reference_partners::table
        .filter(reference_partners::organisation_id.eq_any(keys))
        .select(reference_partners::reference_id);
    let partners: Vec<SqlId> = organisation_references::table
        .filter(organisation_references::id.eq_any(naming))
        .select(organisation_references::organisation_id)
        .distinct()
        .load(db)?;
    for (noun, ids, operation) in [
        (Noun::Opportunity, offered, Operation::Removed),
        (Noun::Solution, made, Operation::Removed),
        (Noun::Person, persons, Operation::Updated),
        (Noun::Organisation, partners, Operation::Updated),
    ] {
        for id in ids {
            unit.record(noun, id.0, operation);
        }
    }
    Ok(())
}
