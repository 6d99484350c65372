//! Asking the log.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, max, min};
use diesel::prelude::*;
use uuid::Uuid;

use super::{Deed, Details, DetailsRow, EntryRow, Kind, Mention, RecordRow, code_of};
use crate::changes::{Actor, Noun};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::guard::IDS_PER_QUERY;
use crate::schema::{audit_details, audit_entries, audit_records};
use crate::shapes::named;
use crate::sqltypes::{SqlId, SqlInstant};

/// Records of an entry that are told with it.
pub const MENTIONS_TOLD: i64 = 100;

/// Which entries.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// About what.
    pub kind: Option<Kind>,
    /// Of this user or key.
    pub actor: Option<Uuid>,
    /// On this occasion.
    pub operation: Option<String>,
    /// That name this record.
    pub record: Option<Uuid>,
    /// When.
    pub span: Span,
}

/// From when until when: the first instant belongs to it, the last does not.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// The first instant.
    pub from: Option<DateTime<Utc>>,
    /// The first instant after it.
    pub until: Option<DateTime<Utc>>,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub seq: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What it is about.
    pub kind: Kind,
    /// Who.
    pub actor: Actor,
    /// On what occasion.
    pub operation: Option<String>,
    /// Up to which entry words were forgotten or entries removed.
    pub upto: Option<i64>,
    /// What it says in words; none if it says nothing or that was forgotten.
    pub details: Option<Details>,
    /// The first of its records.
    pub mentions: Vec<Mention>,
    /// How many there are.
    pub mentioned: u64,
    /// Its code.
    pub mac: [u8; 32],
}

/// A record that somebody has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What it is.
    pub noun: Noun,
    /// Which one.
    pub id: Uuid,
    /// When first.
    pub first_at: DateTime<Utc>,
    /// When last.
    pub last_at: DateTime<Utc>,
    /// In how many entries.
    pub times: u64,
}

/// Somebody who has read a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// Who.
    pub actor: Actor,
    /// By which operation.
    pub operation: Option<String>,
    /// When first.
    pub first_at: DateTime<Utc>,
    /// When last.
    pub last_at: DateTime<Utc>,
    /// In how many entries.
    pub times: u64,
}

macro_rules! within {
    ($query:expr, $span:expr) => {{
        let mut query = $query;
        if let Some(from) = $span.from {
            query = query.filter(audit_entries::at.ge(SqlInstant::from(from)));
        }
        if let Some(until) = $span.until {
            query = query.filter(audit_entries::at.lt(SqlInstant::from(until)));
        }
        query
    }};
}

/// Entries before the one of a number, the newest first, at most `limit`.
///
/// # Errors
/// As every read.
pub fn entries(db: &mut Db, filter: &Filter, before: Option<i64>, limit: i64) -> Result<Vec<Entry>> {
    let mut query = within!(audit_entries::table.into_boxed(), filter.span);
    if let Some(before) = before {
        query = query.filter(audit_entries::seq.lt(before));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(audit_entries::kind.eq(code(kind)));
    }
    if let Some(actor) = filter.actor {
        query = query.filter(audit_entries::actor_id.eq(Some(SqlId(actor))));
    }
    if let Some(operation) = &filter.operation {
        query = query.filter(audit_entries::operation.eq(Some(operation.clone())));
    }
    if let Some(record) = filter.record {
        let of = audit_records::table
            .filter(audit_records::record_id.eq(SqlId(record)))
            .select(audit_records::seq);
        query = query.filter(audit_entries::seq.eq_any(of));
    }
    let rows: Vec<EntryRow> = query.order(audit_entries::seq.desc()).limit(limit).load(db)?;
    let seqs: Vec<i64> = rows.iter().map(|row| row.seq).collect();
    let mut details = HashMap::new();
    let mut mentions: HashMap<i64, Vec<Mention>> = HashMap::new();
    let mut counts: HashMap<i64, i64> = HashMap::new();
    for chunk in seqs.chunks(IDS_PER_QUERY) {
        let found: Vec<DetailsRow> = audit_details::table.filter(audit_details::seq.eq_any(chunk)).load(db)?;
        details.extend(found.into_iter().map(|row| (row.seq, row.content)));
        let found: Vec<RecordRow> = audit_records::table
            .filter(audit_records::seq.eq_any(chunk))
            .filter(audit_records::position.lt(MENTIONS_TOLD))
            .order((audit_records::seq, audit_records::position))
            .load(db)?;
        for row in found {
            mentions.entry(row.seq).or_default().push(row.read()?);
        }
        let found: Vec<(i64, i64)> = audit_records::table
            .filter(audit_records::seq.eq_any(chunk))
            .group_by(audit_records::seq)
            .select((audit_records::seq, count_star()))
            .load(db)?;
        counts.extend(found);
    }
    let read = |row: EntryRow| {
        let words = details.get(&row.seq);
        let words = words.map(|content| serde_json::from_str(content).map_err(|error| row.fault(error.to_string())));
        Ok(Entry {
            seq: row.seq,
            at: row.at.utc(),
            kind: named(&row.kind).map_err(|fault| row.fault(fault))?,
            actor: actor(&row.actor_kind, row.actor_id).ok_or_else(|| row.fault("no actor".to_owned()))?,
            upto: row.upto,
            details: words.transpose()?,
            mentions: mentions.remove(&row.seq).unwrap_or_default(),
            mentioned: counts.get(&row.seq).copied().unwrap_or_default().cast_unsigned(),
            mac: code_of(row.seq, &row.mac)?,
            operation: row.operation,
        })
    };
    rows.into_iter().map(read).collect()
}

/// The records that a user or key has read, in order of noun and id, after `after`, at most `limit`.
///
/// # Errors
/// As every read.
pub fn readings(db: &mut Db, actor: Uuid, span: Span, after: Option<(Noun, Uuid)>, limit: i64) -> Result<Vec<Reading>> {
    let query = audit_entries::table
        .inner_join(audit_records::table.on(audit_records::seq.eq(audit_entries::seq)))
        .filter(audit_entries::kind.eq(code(Kind::Read)))
        .filter(audit_entries::actor_id.eq(Some(SqlId(actor))))
        .group_by((audit_records::noun, audit_records::record_id))
        .select((
            audit_records::noun,
            audit_records::record_id,
            min(audit_entries::seq),
            max(audit_entries::seq),
            count_star(),
        ));
    let mut query = within!(query.into_boxed(), span);
    if let Some((noun, id)) = after {
        let noun = code(noun);
        let later = audit_records::noun
            .gt(noun)
            .or(audit_records::noun.eq(noun).and(audit_records::record_id.gt(SqlId(id))));
        query = query.filter(later);
    }
    type Row = (String, SqlId, Option<i64>, Option<i64>, i64);
    let rows: Vec<Row> = query
        .order((audit_records::noun, audit_records::record_id))
        .limit(limit)
        .load(db)?;
    let times = times(db, rows.iter().flat_map(|row| [row.2, row.3]))?;
    let read = |(noun, id, first, last, count): Row| {
        Ok(Reading {
            noun: named(&noun).map_err(|fault| Error::inconsistent("audit_records", id.0, fault))?,
            id: id.0,
            first_at: time(&times, first)?,
            last_at: time(&times, last)?,
            times: count.cast_unsigned(),
        })
    };
    rows.into_iter().map(read).collect()
}

/// Who has read a record, and how, the latest first.
///
/// # Errors
/// As every read.
pub fn disclosures(db: &mut Db, record: Uuid, span: Span) -> Result<Vec<Disclosure>> {
    let query = audit_entries::table
        .inner_join(audit_records::table.on(audit_records::seq.eq(audit_entries::seq)))
        .filter(audit_entries::kind.eq(code(Kind::Read)))
        .filter(audit_records::record_id.eq(SqlId(record)))
        .group_by((
            audit_entries::actor_kind,
            audit_entries::actor_id,
            audit_entries::operation,
        ))
        .select((
            audit_entries::actor_kind,
            audit_entries::actor_id,
            audit_entries::operation,
            min(audit_entries::seq),
            max(audit_entries::seq),
            count_star(),
        ));
    type Row = (String, Option<SqlId>, Option<String>, Option<i64>, Option<i64>, i64);
    let mut rows: Vec<Row> = within!(query.into_boxed(), span).load(db)?;
    rows.sort_by_key(|row| std::cmp::Reverse(row.4));
    let times = times(db, rows.iter().flat_map(|row| [row.3, row.4]))?;
    let read = |(kind, id, operation, first, last, count): Row| {
        let nobody = || Error::inconsistent("audit_entries", first.unwrap_or_default(), "no actor");
        Ok(Disclosure {
            actor: actor(&kind, id).ok_or_else(nobody)?,
            operation,
            first_at: time(&times, first)?,
            last_at: time(&times, last)?,
            times: count.cast_unsigned(),
        })
    };
    rows.into_iter().map(read).collect()
}

/// When these entries happened.
fn times(db: &mut Db, seqs: impl Iterator<Item = Option<i64>>) -> Result<HashMap<i64, DateTime<Utc>>> {
    let mut seqs: Vec<i64> = seqs.flatten().collect();
    seqs.sort_unstable();
    seqs.dedup();
    let mut times = HashMap::new();
    for chunk in seqs.chunks(IDS_PER_QUERY) {
        let rows: Vec<(i64, SqlInstant)> = audit_entries::table
            .filter(audit_entries::seq.eq_any(chunk))
            .select((audit_entries::seq, audit_entries::at))
            .load(db)?;
        times.extend(rows.into_iter().map(|(seq, at)| (seq, at.utc())));
    }
    Ok(times)
}

fn time(times: &HashMap<i64, DateTime<Utc>>, seq: Option<i64>) -> Result<DateTime<Utc>> {
    let found = seq.and_then(|seq| times.get(&seq));
    found
        .copied()
        .ok_or_else(|| Error::inconsistent("audit_entries", seq.unwrap_or_default(), "not there"))
}

fn actor(kind: &str, id: Option<SqlId>) -> Option<Actor> {
    Actor::from_parts(kind, id)
}

fn code<T: werkstadt_domain::named::Named>(value: T) -> &'static str {
    value.code()
}

impl EntryRow {
    fn fault(&self, detail: String) -> Error {
        Error::inconsistent("audit_entries", self.seq, detail)
    }
}

impl RecordRow {
    fn read(&self) -> Result<Mention> {
        let fault = |fault: String| Error::inconsistent("audit_records", self.seq, fault);
        Ok(Mention {
            noun: named(&self.noun).map_err(fault)?,
            id: self.record_id.0,
            deed: named::<Deed>(&self.operation).map_err(fault)?,
        })
    }
}
