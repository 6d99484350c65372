//! A unit of work: what a write may use, and what it has touched so far.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound, Utc};
use uuid::Uuid;

use crate::audit::{Author, Deed, Draft, Kind, Mention, Occasion};
use crate::changes::{Actor, Noun, Operation, Touched};
use crate::db::Db;
use crate::dialect;
use crate::error::Error;

/// One write in progress: all of it happens, or nothing.
pub struct UnitOfWork<'db> {
    db: &'db mut Db,
    author: Author,
    now: DateTime<Utc>,
    touched: BTreeMap<Touched, Operation>,
    /// Entries of the audit log beside the one about what was touched.
    drafts: Vec<Draft>,
}

/// What is left of a unit of work when its work is done.
pub(crate) struct Done {
    pub(crate) touched: Vec<(Touched, Operation)>,
    /// Entries for the audit log.
    pub(crate) drafts: Vec<Draft>,
}

impl<'db> UnitOfWork<'db> {
    pub(crate) fn new(db: &'db mut Db, author: Author, now: DateTime<Utc>) -> Self {
        Self {
            db,
            author,
            // What is stored must compare equal to what was passed in; neither engine keeps nanoseconds.
            now: now.trunc_subsecs(6),
            touched: BTreeMap::new(),
            drafts: Vec::new(),
        }
    }

    /// The connection, inside the transaction.
    pub const fn db(&mut self) -> &mut Db {
        self.db
    }

    /// Who writes.
    pub const fn actor(&self) -> Actor {
        self.author.actor
    }

    /// On what occasion.
    pub const fn occasion(&self) -> &Occasion {
        &self.author.occasion
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

    /// Does a part of the work: where it fails, it has not happened, and the rest goes on.
    ///
    /// # Errors
    /// What the part fails with, and as every write.
    pub fn part<T, E: From<Error>>(&mut self, part: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let (touched, drafts) = (self.touched.clone(), self.drafts.len());
        dialect::begin_part(self.db)?;
        match part(self) {
            Ok(done) => {
                dialect::commit(self.db)?;
                Ok(done)
            }
            Err(error) => {
                dialect::roll_back(self.db)?;
                self.touched = touched;
                self.drafts.truncate(drafts);
                Err(error)
            }
        }
    }

    /// Appends an entry to the audit log, beside the one that this unit of work gets by itself.
    pub fn append(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }

    pub(crate) fn into_done(self) -> Done {
        let touched: Vec<(Touched, Operation)> = self.touched.into_iter().collect();
        let mut drafts = Vec::new();
        if !touched.is_empty() {
            let forgotten = |draft: &Draft| {
                let of = |mention: &Mention| {
                    mention.deed == Deed::Forgotten && Some(mention.id) == self.author.actor.parts().1
                };
                draft.mentions.iter().any(of)
            };
            let mut occasion = self.author.occasion;
            // Who is forgotten has done nothing from anywhere.
            if self.drafts.iter().any(forgotten) {
                occasion.details = crate::audit::Details::default();
            }
            let mentions = touched.iter().map(|(touched, operation)| Mention {
                noun: touched.noun,
                id: touched.id,
                deed: Deed::from(*operation),
            });
            let actor = self.author.actor;
            drafts.push(Draft::new(self.now, Kind::Write, actor, occasion, mentions.collect()));
        }
        drafts.extend(self.drafts);
        Done { touched, drafts }
    }
}
