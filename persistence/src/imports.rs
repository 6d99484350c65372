//! What imports compare with, what they found, and what they did, so that it can be taken back.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::{ExternalId, OrganisationId, RegisterEntry};

use crate::changes::Noun;
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard::IDS_PER_QUERY;
use crate::jobs::{JobId, signed};
use crate::organisations::ExternalIdRow;
use crate::schema::{changes, import_duplicates, import_records, organisation_external_ids, organisations};
use crate::shapes::LocationShape;
use crate::sqltypes::{Json, SqlId};
use crate::work::UnitOfWork;

mod removal;

pub use removal::{in_use, remove_organisations};

/// What tells whether a row means an organisation that is there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: OrganisationId,
    /// Legal name.
    pub name: String,
    /// Town of its first place.
    pub city: Option<String>,
    /// Web address.
    pub website: Option<String>,
    /// Register entry.
    pub register: Option<RegisterEntry>,
    /// VAT id.
    pub vat_id: Option<String>,
    /// Wirtschafts-Identifikationsnummer.
    pub w_idnr: Option<String>,
    /// LEI.
    pub lei: Option<String>,
    /// ROR id.
    pub ror_id: Option<String>,
    /// Wikidata item.
    pub wikidata_id: Option<String>,
    /// Ids in other systems.
    pub external: Vec<ExternalId>,
}

/// A record that an import made or changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRecord {
    /// What it is.
    pub noun: Noun,
    /// Which one.
    pub id: Uuid,
    /// What it was before, if it was there.
    pub before: Option<serde_json::Value>,
}

/// A record of an import, with the mark by which later changes show.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// The record.
    pub record: ImportRecord,
    /// How many entries the change log had about it when the import was done.
    pub changes: usize,
}

/// All organisations, in order of id, as far as duplicates are found by it.
///
/// # Errors
/// As every read.
pub fn known(db: &mut Db) -> Result<Vec<Known>> {
    let rows: Vec<KnownRow> = organisations::table
        .order(organisations::id)
        .select((
            organisations::id,
            organisations::name,
            organisations::locations,
            organisations::website,
            organisations::register_court,
            organisations::register_type,
            organisations::register_number,
            organisations::vat_id,
            organisations::w_idnr,
            organisations::lei,
            organisations::ror_id,
            organisations::wikidata_id,
        ))
        .load(db)?;
    let mut external: HashMap<OrganisationId, Vec<ExternalId>> = HashMap::new();
    let ids: Vec<ExternalIdRow> = organisation_external_ids::table.load(db)?;
    for (owner, id) in ids.into_iter().map(ExternalIdRow::into_parts) {
        external.entry(owner).or_default().push(id);
    }
    let with_ids = rows.into_iter().map(|row| {
        let known = row.into_known();
        let external = external.remove(&known.id).unwrap_or_default();
        Known { external, ..known }
    });
    Ok(with_ids.collect())
}

/// Notes what an import did, in its own transaction. All records must be written already.
///
/// # Errors
/// As every write.
pub fn insert_records(unit: &mut UnitOfWork<'_>, job: JobId, records: &[ImportRecord]) -> Result<()> {
    let updated = records.iter().filter(|record| record.before.is_some());
    let updated: Vec<Uuid> = updated.map(|record| record.id).collect();
    let before = count_changes(unit.db(), &updated)?;
    let rows: Vec<ImportRecordRow> = (1..)
        .zip(records)
        .map(|(position, record)| ImportRecordRow {
            job_id: job.into(),
            position: signed(position),
            noun: record.noun.code().to_owned(),
            record_id: SqlId(record.id),
            // The unit of work adds one entry about each record that it touches when it ends.
            changes: i64::try_from(before.get(&record.id).copied().unwrap_or(0) + 1).unwrap_or(i64::MAX),
            before: record.before.clone().map(Json),
        })
        .collect();
    dialect::insert_all::<import_records::table, ImportRecordRow>(unit.db(), import_records::table, &rows)
}

/// What an import did, in the order noted.
///
/// # Errors
/// As every read.
pub fn records(db: &mut Db, job: JobId) -> Result<Vec<Done>> {
    let rows: Vec<ImportRecordRow> = import_records::table
        .filter(import_records::job_id.eq(SqlId::from(job)))
        .order(import_records::position)
        .load(db)?;
    rows.into_iter().map(ImportRecordRow::into_done).collect()
}

/// How many entries the change log has about each record.
///
/// # Errors
/// As every read.
pub fn count_changes(db: &mut Db, ids: &[Uuid]) -> Result<HashMap<Uuid, usize>> {
    let mut counts: HashMap<Uuid, usize> = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(IDS_PER_QUERY) {
        let keys: Vec<SqlId> = chunk.iter().copied().map(SqlId).collect();
        let touched: Vec<SqlId> = changes::table
            .filter(changes::record_id.eq_any(keys))
            .select(changes::record_id)
            .load(db)?;
        for id in touched {
            *counts.entry(id.0).or_default() += 1;
        }
    }
    Ok(counts)
}

/// Notes the duplicates that an import found, each as a JSON object.
///
/// # Errors
/// As every write.
pub fn insert_duplicates(unit: &mut UnitOfWork<'_>, job: JobId, findings: Vec<serde_json::Value>) -> Result<()> {
    let rows: Vec<DuplicateRow> = (1..)
        .zip(findings)
        .map(|(position, finding)| DuplicateRow {
            job_id: job.into(),
            position: signed(position),
            finding: Json(finding),
        })
        .collect();
    dialect::insert_all::<import_duplicates::table, DuplicateRow>(unit.db(), import_duplicates::table, &rows)
}

/// The duplicates that an import found, after the first `skip`, at most `limit`.
///
/// # Errors
/// As every read.
pub fn duplicates(db: &mut Db, job: JobId, skip: u64, limit: i64) -> Result<Vec<serde_json::Value>> {
    let rows: Vec<Json<serde_json::Value>> = import_duplicates::table
        .filter(import_duplicates::job_id.eq(SqlId::from(job)))
        .filter(import_duplicates::position.gt(signed(skip)))
        .order(import_duplicates::position)
        .limit(limit)
        .select(import_duplicates::finding)
        .load(db)?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

#[derive(Queryable)]
struct KnownRow {
    id: SqlId,
    name: String,
    locations: Json<Vec<LocationShape>>,
    website: Option<String>,
    register_court: Option<String>,
    register_type: Option<String>,
    register_number: Option<String>,
    vat_id: Option<String>,
    w_idnr: Option<String>,
    lei: Option<String>,
    ror_id: Option<String>,
    wikidata_id: Option<String>,
}

impl KnownRow {
    fn into_known(self) -> Known {
        let entry = self.register_court.zip(self.register_type).zip(self.register_number);
        Known {
            id: self.id.into(),
            name: self.name,
            city: self.locations.0.into_iter().next().map(|place| place.city),
            website: self.website,
            register: entry.map(|((court, register), number)| RegisterEntry {
                court,
                register,
                number,
            }),
            vat_id: self.vat_id,
            w_idnr: self.w_idnr,
            lei: self.lei,
            ror_id: self.ror_id,
            wikidata_id: self.wikidata_id,
            external: Vec::new(),
        }
    }
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = import_records, treat_none_as_default_value = false)]
struct ImportRecordRow {
    job_id: SqlId,
    position: i64,
    noun: String,
    record_id: SqlId,
    changes: i64,
    before: Option<Json<serde_json::Value>>,
}

impl ImportRecordRow {
    fn into_done(self) -> Result<Done> {
        let noun = Noun::from_code(&self.noun);
        let noun = noun.ok_or_else(|| Error::inconsistent("import_records", self.record_id.0, "unknown noun"))?;
        Ok(Done {
            record: ImportRecord {
                noun,
                id: self.record_id.0,
                before: self.before.map(|json| json.0),
            },
            changes: usize::try_from(self.changes).unwrap_or_default(),
        })
    }
}

#[derive(Insertable)]
#[diesel(table_name = import_duplicates, treat_none_as_default_value = false)]
struct DuplicateRow {
    job_id: SqlId,
    position: i64,
    finding: Json<serde_json::Value>,
}
