//! What entries say in words goes when it must; so do the oldest entries. The chain says that it was so.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{Deed, Draft, Kind, Mention, Occasion};
use crate::changes::Noun;
use crate::error::Result;
use crate::guard::IDS_PER_QUERY;
use crate::schema::{audit_details, audit_entries, audit_records};
use crate::sqltypes::{SqlId, SqlInstant};
use crate::work::UnitOfWork;

/// Forgets what earlier entries say in words that name one of these records, or that one of them made. Their ids stay, and tell
/// nothing once the records are gone. Returns the number of entries.
///
/// # Errors
/// As every write.
pub fn forget(unit: &mut UnitOfWork<'_>, records: &[(Noun, Uuid)]) -> Result<usize> {
    let mut forgotten = 0;
    for chunk in records.chunks(IDS_PER_QUERY) {
        let ids: Vec<SqlId> = chunk.iter().map(|(_, id)| SqlId(*id)).collect();
        let of_actors = audit_entries::table
            .filter(audit_entries::actor_id.eq_any(ids.iter().copied().map(Some)))
            .select(audit_entries::seq);
        let of_records = audit_records::table
            .filter(audit_records::record_id.eq_any(&ids))
            .select(audit_records::seq);
        let details = audit_details::table.filter(
            audit_details::seq
                .eq_any(of_actors)
                .or(audit_details::seq.eq_any(of_records)),
        );
        forgotten += diesel::delete(details).execute(unit.db())?;
    }
    let mentions = records.iter().map(|(noun, id)| Mention {
        noun: *noun,
        id: *id,
        deed: Deed::Forgotten,
    });
    let draft = Draft::new(
        unit.now(),
        Kind::Forgetting,
        unit.actor(),
        unit.task(),
        mentions.collect(),
    );
    unit.append(draft);
    Ok(forgotten)
}

/// Forgets what entries from before a time say in words. Returns the number of entries.
///
/// # Errors
/// As every write.
pub fn forget_before(unit: &mut UnitOfWork<'_>, before: DateTime<Utc>) -> Result<usize> {
    let Some(upto) = last_before(unit, before)? else {
        return Ok(0);
    };
    let details = audit_details::table.filter(audit_details::seq.le(upto));
    let forgotten = diesel::delete(details).execute(unit.db())?;
    if forgotten > 0 {
        let draft = Draft::new(unit.now(), Kind::Forgetting, unit.actor(), unit.task(), Vec::new());
        unit.append(Draft {
            upto: Some(upto),
            ..draft
        });
    }
    Ok(forgotten)
}

/// Removes the entries from before a time. Returns their number.
///
/// # Errors
/// As every write.
pub fn prune(unit: &mut UnitOfWork<'_>, before: DateTime<Utc>) -> Result<usize> {
    let Some(upto) = last_before(unit, before)? else {
        return Ok(0);
    };
    let anchor: Vec<u8> = audit_entries::table
        .find(upto)
        .select(audit_entries::mac)
        .first(unit.db())?;
    diesel::delete(audit_details::table.filter(audit_details::seq.le(upto))).execute(unit.db())?;
    diesel::delete(audit_records::table.filter(audit_records::seq.le(upto))).execute(unit.db())?;
    let removed = diesel::delete(audit_entries::table.filter(audit_entries::seq.le(upto))).execute(unit.db())?;
    let draft = Draft::new(unit.now(), Kind::Pruning, unit.actor(), unit.task(), Vec::new());
    unit.append(Draft {
        upto: Some(upto),
        anchor: Some(anchor),
        ..draft
    });
    Ok(removed)
}

/// The last entry before the first one that is not older than a time. Entries are numbered as they were committed, which is
/// not quite the order of their times.
fn last_before(unit: &mut UnitOfWork<'_>, before: DateTime<Utc>) -> Result<Option<i64>> {
    let before = SqlInstant::from(before);
    let young: Option<i64> = audit_entries::table
        .filter(audit_entries::at.ge(before))
        .select(diesel::dsl::min(audit_entries::seq))
        .first(unit.db())?;
    let mut old = audit_entries::table
        .select(diesel::dsl::max(audit_entries::seq))
        .into_boxed();
    if let Some(young) = young {
        old = old.filter(audit_entries::seq.lt(young));
    }
    Ok(old.first(unit.db())?)
}

impl UnitOfWork<'_> {
    /// The occasion of an entry about the log itself: the operation alone, for words would have to be forgotten in turn.
    fn task(&self) -> Occasion {
        Occasion {
            operation: self.occasion().operation.clone(),
            ..Occasion::default()
        }
    }
}
