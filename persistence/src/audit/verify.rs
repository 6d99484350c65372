//! Checking the chain.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use uuid::Uuid;
use werkstadt_domain::named::Named;

use super::{AuditKey, DetailsRow, EntryRow, Head, Kind, Link, RecordRow, digest_details, digest_records, head};
use crate::db::Db;
use crate::error::Result;
use crate::schema::{audit_details, audit_entries, audit_records};

/// Faults that are told; a chain that has more is no better for the list.
const FAULTS_TOLD: usize = 100;

/// Entries that are looked at together.
const CHUNK: i64 = 2_000;

/// Which part of the chain is checked.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// The entry after which it begins; 0 for the whole.
    pub after: i64,
    /// How many entries at most.
    pub limit: i64,
}

impl Scope {
    /// The whole chain.
    pub const WHOLE: Self = Self {
        after: 0,
        limit: i64::MAX,
    };
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many entries were checked.
    pub checked: u64,
    /// The last of them.
    pub until: i64,
    /// True if the end of the chain was reached.
    pub complete: bool,
    /// Where the chain ends.
    pub head: Head,
    /// What is wrong, in order; the first hundred faults.
    pub faults: Vec<Fault>,
}

/// Something that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The entry.
    pub seq: i64,
    /// What.
    pub wrong: Wrong,
}

/// What can be wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wrong {
    /// The entry, or some up to it, is not there.
    Missing,
    /// The entry is not what was written, or does not follow the one before.
    Altered,
    /// Its records are not those that were written.
    Records,
    /// What it says in words is not what was written, or is not there though it was not forgotten.
    Details,
    /// The end of the chain is not where it was.
    Cut,
    /// Records or words of an entry that is not there.
    Stray,
}

impl Named for Wrong {
    const NAME: &'static str = "AuditFaultKind";
    const ALL: &'static [Self] = &[
        Self::Missing,
        Self::Altered,
        Self::Records,
        Self::Details,
        Self::Cut,
        Self::Stray,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::Records => "records",
            Self::Details => "details",
            Self::Cut => "cut",
            Self::Stray => "stray",
        }
    }
}

/// Checks a part of the chain, and that it goes on from these heads.
///
/// # Errors
/// As every read. What is wrong with the chain is no error.
pub fn verify(db: &mut Db, key: &AuditKey, scope: Scope, heads: &[Head]) -> Result<Verified> {
    let end = head(db)?;
    let mut check = Check {
        key,
        forgotten: Forgotten::load(db)?,
        last: Head {
            seq: scope.after,
            mac: [0; 32],
        },
        checked: 0,
        faults: Vec::new(),
    };
    check.start(db, scope.after)?;
    let first = check.last.seq;
    while check.checked < scope.limit.cast_unsigned() {
        let limit = CHUNK.min(scope.limit.saturating_sub(check.checked.cast_signed()));
        if !check.next(db, limit)? {
            break;
        }
    }
    let last = check.last;
    let complete = audit_entries::table
        .filter(audit_entries::seq.gt(last.seq))
        .select(audit_entries::seq)
        .first::<i64>(db)
        .optional()?
        .is_none();
    if complete {
        if end != last {
            check.note(end.seq.max(last.seq), Wrong::Cut);
        }
        check.strays(db, last.seq)?;
    }
    for known in heads {
        if known.seq > last.seq {
            if complete {
                check.note(known.seq, Wrong::Cut);
            }
        } else if known.seq > first {
            let found: Option<Vec<u8>> = audit_entries::table
                .find(known.seq)
                .select(audit_entries::mac)
                .first(db)
                .optional()?;
            if found.is_none_or(|mac| mac != known.mac) {
                check.note(known.seq, Wrong::Altered);
            }
        }
    }
    check.faults.truncate(FAULTS_TOLD);
    Ok(Verified {
        checked: check.checked,
        until: last.seq,
        complete,
        head: end,
        faults: check.faults,
    })
}

struct Check<'a> {
    key: &'a AuditKey,
    forgotten: Forgotten,
    last: Head,
    checked: u64,
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn note(&mut self, seq: i64, wrong: Wrong) {
        if self.faults.len() < FAULTS_TOLD {
            self.faults.push(Fault { seq, wrong });
        }
    }

    /// Finds the code from which the chain goes on: of the entry before, or the one that was kept when the oldest were removed.
    fn start(&mut self, db: &mut Db, after: i64) -> Result<()> {
        let pruned = self.forgotten.pruned.clone();
        let found: Option<Vec<u8>> = audit_entries::table
            .find(after)
            .select(audit_entries::mac)
            .first(db)
            .optional()?;
        let start = match (found, pruned) {
            (Some(mac), _) => Some((after, mac)),
            (None, Some((upto, anchor))) if upto >= after => Some((upto, anchor)),
            (None, _) => None,
        };
        if let Some((seq, mac)) = start {
            self.last.seq = seq;
            match <[u8; 32]>::try_from(mac.as_slice()) {
                Ok(mac) => self.last.mac = mac,
                Err(_) => self.note(seq, Wrong::Altered),
            }
        } else if after > 0 {
            self.note(after, Wrong::Missing);
        }
        Ok(())
    }

    /// Checks some more entries; false if there are none.
    fn next(&mut self, db: &mut Db, limit: i64) -> Result<bool> {
        let rows: Vec<EntryRow> = audit_entries::table
            .filter(audit_entries::seq.gt(self.last.seq))
            .order(audit_entries::seq)
            .limit(limit)
            .load(db)?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Ok(false);
        };
        let range = (first.seq, last.seq);
        let details: Vec<DetailsRow> = audit_details::table
            .filter(audit_details::seq.between(range.0, range.1))
            .load(db)?;
        let details: HashMap<i64, String> = details.into_iter().map(|row| (row.seq, row.content)).collect();
        let records: Vec<RecordRow> = audit_records::table
            .filter(audit_records::seq.between(range.0, range.1))
            .order((audit_records::seq, audit_records::position))
            .load(db)?;
        let mut records = records.into_iter().peekable();
        for row in rows {
            let mut own = Vec::new();
            // What stands before belongs to no entry.
            while let Some(record) = records.next_if(|record| record.seq <= row.seq) {
                if record.seq == row.seq {
                    own.push(record);
                } else {
                    self.note(record.seq, Wrong::Stray);
                }
            }
            self.one(&row, &own, details.get(&row.seq).map(String::as_str));
        }
        Ok(true)
    }

    fn one(&mut self, row: &EntryRow, records: &[RecordRow], details: Option<&str>) {
        if row.seq != self.last.seq + 1 {
            self.note(row.seq - 1, Wrong::Missing);
        }
        let mac = Link::of(row).mac(self.key, &self.last.mac);
        if row.mac != mac {
            self.note(row.seq, Wrong::Altered);
        }
        let in_order = (0..).zip(records).all(|(position, record)| record.position == position);
        let listed = records
            .iter()
            .map(|one| (one.noun.as_str(), one.record_id.0, one.operation.as_str()));
        if !in_order || row.records_digest != digest_records(listed) {
            self.note(row.seq, Wrong::Records);
        }
        let said = row.details_digest == digest_details(details);
        let forgotten = details.is_none() && self.forgotten.covers(row, records);
        if !(said || forgotten) {
            self.note(row.seq, Wrong::Details);
        }
        // What follows is compared with what is there, so that one fault is one and not all that come after.
        let next = <[u8; 32]>::try_from(row.mac.as_slice()).unwrap_or(mac);
        self.last = Head {
            seq: row.seq,
            mac: next,
        };
        self.checked += 1;
    }

    /// Looks for records and words that belong to no entry, outside the chain.
    fn strays(&mut self, db: &mut Db, last: i64) -> Result<()> {
        let pruned = self.forgotten.pruned.as_ref().map_or(0, |(upto, _)| *upto);
        let records: Vec<i64> = audit_records::table
            .filter(audit_records::seq.gt(last).or(audit_records::seq.le(pruned)))
            .select(audit_records::seq)
            .limit(1)
            .load(db)?;
        let details: Vec<i64> = audit_details::table
            .filter(audit_details::seq.gt(last).or(audit_details::seq.le(pruned)))
            .select(audit_details::seq)
            .limit(1)
            .load(db)?;
        for seq in records.into_iter().chain(details) {
            self.note(seq, Wrong::Stray);
        }
        Ok(())
    }
}

/// What entries say was forgotten and removed. What they say is believed only as far as their own codes hold, which are checked
/// like those of all others.
struct Forgotten {
    /// Records, and the last entry that says so.
    records: HashMap<Uuid, i64>,
    /// All words up to an entry.
    upto: i64,
    /// All entries up to one, with its code.
    pruned: Option<(i64, Vec<u8>)>,
}

impl Forgotten {
    fn load(db: &mut Db) -> Result<Self> {
        let rows: Vec<EntryRow> = audit_entries::table
            .filter(audit_entries::kind.eq_any([Kind::Forgetting.code(), Kind::Pruning.code()]))
            .order(audit_entries::seq)
            .load(db)?;
        let seqs: HashSet<i64> = rows.iter().map(|row| row.seq).collect();
        let records: Vec<(i64, crate::sqltypes::SqlId)> = audit_records::table
            .filter(audit_records::operation.eq(super::Deed::Forgotten.code()))
            .select((audit_records::seq, audit_records::record_id))
            .order(audit_records::seq)
            .load(db)?;
        let mut forgotten = Self {
            records: HashMap::new(),
            upto: 0,
            pruned: None,
        };
        for (seq, id) in records.into_iter().filter(|(seq, _)| seqs.contains(seq)) {
            forgotten.records.insert(id.0, seq);
        }
        for row in rows {
            let Some(upto) = row.upto else { continue };
            if row.kind == Kind::Forgetting.code() {
                forgotten.upto = forgotten.upto.max(upto);
            } else if let Some(anchor) = row.anchor {
                forgotten.pruned = Some((upto, anchor));
            }
        }
        Ok(forgotten)
    }

    fn covers(&self, row: &EntryRow, records: &[RecordRow]) -> bool {
        let later = |id: Uuid| self.records.get(&id).is_some_and(|seq| *seq > row.seq);
        row.seq <= self.upto
            || row.actor_id.is_some_and(|id| later(id.0))
            || records.iter().any(|record| later(record.record_id.0))
    }
}
