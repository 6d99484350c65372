//! A unit of work: what a write may use, and what it has touched so far.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound, Utc};
use uuid::Uuid;

use crate::changes::{Actor, Noun, Operation, Touched};
use crate::db::Db;

/// One write in progress: all of it happens, or nothing.
pub struct UnitOfWork<'db> {
    db: &'db mut Db,
    actor: Actor,
    now: DateTime<Utc>,
    touched: BTreeMap<Touched, Operation>,
}

impl<'db> UnitOfWork<'db> {
    pub(crate) fn new(db: &'db mut Db, actor: Actor, now: DateTime<Utc>) -> Self {
        Self {
            db,
            actor,
            // What is stored must compare equal to what was passed in; neither engine keeps nanoseconds.
            now: now.trunc_subsecs(6),
            touched: BTreeMap::new(),
        }
    }

    /// The connection, inside the transaction.
    pub const fn db(&mut self) -> &mut Db {
        self.db
    }

    /// Who writes.
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// When, to the microsecond.
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Notes that a record was touched, for the change log and the read model. What inserts, updates or removes a record
    /// calls this itself. Several operations on one record count as one.
    pub fn record(&mut self, noun: Noun, id: Uuid, operation: Operation) {
        let touched = Touched { noun, id };
        let merged = match (self.touched.get(&touched), operation) {
            (Some(Operation::Created), Operation::Updated) => Operation::Created,
            (Some(Operation::Removed), Operation::Created) => Operation::Updated,
            _ => operation,
        };
        self.touched.insert(touched, merged);
    }

    pub(crate) fn into_touched(self) -> Vec<(Touched, Operation)> {
        self.touched.into_iter().collect()
    }
}
