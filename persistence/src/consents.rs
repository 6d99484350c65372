//! The ledger of consents. Entries are added; of those there are, only the day of their withdrawal is noted, and that what they allowed
//! was taken back.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use werkstadt_domain::account::UserId;
use werkstadt_domain::audience::{Stored, Visibility};
use werkstadt_domain::consent::{Consent, ConsentId, GuardianshipId, Purpose, Source, Subject, Word};
use werkstadt_domain::named::Named;
use werkstadt_domain::person::{ConsentGiver, Person, PersonId};

use crate::changes::{Actor, Noun, Operation};
use crate::db::{Db, MultiBackend};
use crate::dialect;
use crate::error::{Error, Result};
use crate::persons;
use crate::schema::consents;
use crate::sqltypes::{SqlId, SqlInstant};
use crate::users;
use crate::work::UnitOfWork;

mod row;

use row::ConsentRow;

/// An entry, and who wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The consent.
    pub consent: Consent,
    /// Who wrote it down.
    pub recorded_by: Actor,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

/// Whose entries are read: a user's, a person's, or those of somebody who is both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    /// The user.
    pub user: Option<UserId>,
    /// The person.
    pub person: Option<PersonId>,
}

impl Whose {
    /// A person, and the user who is that person.
    ///
    /// # Errors
    /// As every read.
    pub fn is(db: &mut Db, person: PersonId) -> Result<Self> {
        let user = users::by_person(db, person)?.map(|user| user.record.id);
        Ok(Self {
            user,
            person: Some(person),
        })
    }

    /// Lets whatever else they say, or others say of them, wait until this transaction ends.
    ///
    /// # Errors
    /// As every write.
    pub fn lock(self, unit: &mut UnitOfWork<'_>) -> Result<()> {
        if let Some(person) = self.person {
            persons::lock(unit, person)?;
        }
        match self.user {
            Some(user) => users::lock(unit, user),
            None => Ok(()),
        }
    }

    /// True if the entry is one of them.
    pub fn concerns(self, entry: &Entry) -> bool {
        match entry.consent.subject {
            Subject::User(user) => self.user == Some(user),
            Subject::Person(person) => self.person == Some(person),
            Subject::Minor(_) => false,
        }
    }
}

/// One entry.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: ConsentId) -> Result<Entry> {
    let row: Option<ConsentRow> = consents::table.find(SqlId::from(id)).first(db).optional()?;
    row.ok_or(Error::NotFound { noun: Noun::Consent })?.into_entry()
}

/// Entries in order of id, after `after`, at most `limit`.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, whose: Whose, after: Option<ConsentId>, limit: i64) -> Result<Vec<Entry>> {
    let after = SqlId(after.map_or(Uuid::nil(), ConsentId::uuid));
    let rows: Vec<ConsentRow> = of(whose)
        .filter(consents::id.gt(after))
        .order(consents::id)
        .limit(limit)
        .load(db)?;
    rows.into_iter().map(ConsentRow::into_entry).collect()
}

fn of(whose: Whose) -> consents::BoxedQuery<'static, MultiBackend> {
    let user = whose.user.map_or(Uuid::nil(), UserId::uuid);
    let person = whose.person.map_or(Uuid::nil(), PersonId::uuid);
    consents::table
        .filter(
            consents::user_id
                .eq(SqlId(user))
                .or(consents::person_id.eq(SqlId(person))),
        )
        .into_boxed()
}

/// Entries of everyone in order of id, after `after`, at most `limit`: to one purpose, or to any; those that hold at a time, those that
/// do not, or all.
///
/// # Errors
/// As every read.
pub fn of_everyone(
    db: &mut Db,
    (purpose, standing): (Option<Purpose>, Option<bool>),
    now: DateTime<Utc>,
    after: Option<ConsentId>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let after = SqlId(after.map_or(Uuid::nil(), ConsentId::uuid));
    let now = SqlInstant::from(now);
    let mut query = consents::table.filter(consents::id.gt(after)).into_boxed();
    if let Some(purpose) = purpose {
        query = query.filter(consents::purpose.eq(purpose.code()));
    }
    query = match standing {
        None => query,
        Some(true) => query
            .filter(consents::withdrawn_at.is_null())
            .filter(consents::expires_at.is_null().or(consents::expires_at.gt(now))),
        Some(false) => query.filter(consents::withdrawn_at.is_not_null().or(consents::expires_at.le(now))),
    };
    let rows: Vec<ConsentRow> = query.order(consents::id).limit(limit).load(db)?;
    rows.into_iter().map(ConsentRow::into_entry).collect()
}

/// Adds an entry.
///
/// # Errors
/// [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) when there is no such user, person or text.
pub fn insert(unit: &mut UnitOfWork<'_>, consent: Consent) -> Result<Entry> {
    let entry = Entry {
        consent,
        recorded_by: unit.actor(),
        recorded_at: unit.now(),
    };
    let row = ConsentRow::new(&entry);
    dialect::insert_all::<consents::table, ConsentRow>(unit.db(), consents::table, &[row])?;
    unit.record(Noun::Consent, entry.consent.id.uuid(), Operation::Created);
    Ok(entry)
}

/// All that was said to a purpose.
///
/// # Errors
/// As every read.
pub fn word(db: &mut Db, whose: Whose, purpose: Purpose, now: DateTime<Utc>) -> Result<Word> {
    let rows: Vec<ConsentRow> = of(whose).filter(consents::purpose.eq(purpose.code())).load(db)?;
    let entries: Vec<Consent> = rows
        .into_iter()
        .map(|row| row.into_entry().map(|entry| entry.consent))
        .collect::<Result<_>>()?;
    Ok(Word::of(&entries, now))
}

/// Withdraws whatever was agreed to for a purpose and was not withdrawn before, by the user and by the person; returns how many entries
/// that were. What it allowed is for the caller to take back, with [`retract`]. The caller has locked both, the person first.
///
/// # Errors
/// As every write.
pub fn withdraw(unit: &mut UnitOfWork<'_>, whose: Whose, purpose: Purpose) -> Result<usize> {
    let standing = of(whose).filter(consents::purpose.eq(purpose.code()));
    let standing = standing.filter(consents::withdrawn_at.is_null()).select(consents::id);
    let standing = standing.load(unit.db())?;
    end(unit, standing)
}

/// Withdraws what a guardian agreed to; returns how many entries that were.
///
/// # Errors
/// As every write.
pub fn withdraw_of_minor(unit: &mut UnitOfWork<'_>, minor: GuardianshipId) -> Result<usize> {
    let standing = consents::table
        .filter(consents::guardianship_id.eq(SqlId::from(minor)))
        .filter(consents::withdrawn_at.is_null())
        .select(consents::id);
    let standing = standing.load(unit.db())?;
    end(unit, standing)
}

fn end(unit: &mut UnitOfWork<'_>, standing: Vec<SqlId>) -> Result<usize> {
    let now = SqlInstant::from(unit.now());
    let mut withdrawn = 0;
    for id in standing {
        // Guarded: who withdraws at the same time finds it withdrawn.
        let open = consents::table.find(id).filter(consents::withdrawn_at.is_null());
        let columns = (consents::withdrawn_at.eq(now), consents::settled_at.eq(now));
        if diesel::update(open).set(columns).execute(unit.db())? == 1 {
            unit.record(Noun::Consent, id.0, Operation::Updated);
            withdrawn += 1;
        }
    }
    Ok(withdrawn)
}

/// Entries that are over and of which nobody has taken back yet what they allowed, at most `limit`.
///
/// # Errors
/// As every read.
pub fn due(db: &mut Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<Consent>> {
    let rows: Vec<ConsentRow> = consents::table
        .filter(consents::settled_at.is_null())
        .filter(consents::expires_at.le(SqlInstant::from(now)))
        .order((consents::expires_at, consents::id))
        .limit(limit)
        .load(db)?;
    let read = |row: ConsentRow| row.into_entry().map(|entry| entry.consent);
    rows.into_iter().map(read).collect()
}

/// Takes back what an entry allowed that is over, unless another one allows it still.
///
/// # Errors
/// As every write.
pub fn settle(unit: &mut UnitOfWork<'_>, over: &Consent) -> Result<()> {
    // First, so that nobody agrees between a look at the others and what follows from it.
    if let Subject::Person(person) = over.subject {
        persons::lock(unit, person)?;
    }
    let now = SqlInstant::from(unit.now());
    let open = consents::table
        .find(SqlId::from(over.id))
        .filter(consents::settled_at.is_null());
    let settled = diesel::update(open).set(consents::settled_at.eq(now));
    if settled.execute(unit.db())? == 0 {
        return Ok(());
    }
    unit.record(Noun::Consent, over.id.uuid(), Operation::Updated);
    let Subject::Person(person) = over.subject else {
        return Ok(());
    };
    let others: Vec<ConsentRow> = consents::table
        .filter(consents::person_id.eq(SqlId::from(person)))
        .filter(consents::purpose.eq(over.purpose.code()))
        .filter(consents::withdrawn_at.is_null())
        .load(unit.db())?;
    let mut holding = false;
    for other in others {
        holding |= other.into_entry()?.consent.holds(unit.now());
    }
    if holding {
        Ok(())
    } else {
        take_back(unit, person, over.purpose, |person| {
            // Nobody objected by agreeing for a time; who had objected before does again.
            person.matching &= person.objected_at.is_none();
        })
    }
}

/// Takes back what a person agreed to, who says no: the record becomes private, its contacts do, or it is not considered any more.
///
/// # Errors
/// As every write.
pub fn retract(unit: &mut UnitOfWork<'_>, id: PersonId, purpose: Purpose) -> Result<()> {
    let now = unit.now();
    take_back(unit, id, purpose, |person| {
        (person.matching, person.objected_at) = (false, Some(now));
    })
}

fn take_back(
    unit: &mut UnitOfWork<'_>,
    id: PersonId,
    purpose: Purpose,
    matching: impl FnOnce(&mut Person),
) -> Result<()> {
    persons::lock(unit, id)?;
    let before = persons::find(unit.db(), id)?;
    let mut after = before.record.clone();
    match purpose {
        // Who is made up is shown without a consent.
        Purpose::ProfilePublication if after.invented => after.consent = None,
        Purpose::ProfilePublication => (after.consent, after.visibility) = (None, Visibility::Managers),
        Purpose::ContactPublication => after.contact_visibility = Visibility::Managers,
        Purpose::Matching => matching(&mut after),
        Purpose::Newsletter | Purpose::EventPhotos | Purpose::MinorAccount => {}
    }
    if after != before.record {
        persons::change(unit, &before, after)?;
    }
    Ok(())
}

/// Writes into the ledger what the record of a person says of the consent to be shown, and of an objection, if it says something else than
/// before. A consent that is gone counts as withdrawn, one that an objection contradicts likewise.
pub(crate) fn follow(unit: &mut UnitOfWork<'_>, before: Option<&Person>, after: &Stored<Person>) -> Result<()> {
    let (id, purpose) = (after.record.id, Purpose::ProfilePublication);
    if before.is_some_and(|before| before.matching) && !after.record.matching {
        let whose = Whose::is(unit.db(), id)?;
        withdraw(unit, whose, Purpose::Matching)?;
    }
    let was = before.and_then(|before| before.consent.as_ref());
    match &after.record.consent {
        is if is.as_ref() == was => Ok(()),
        None => {
            let whose = Whose::is(unit.db(), id)?;
            withdraw(unit, whose, purpose).map(drop)
        }
        Some(consent) => {
            let guardian = consent.by == ConsentGiver::Guardian;
            let entry = Consent {
                id: of_version(id, after.version),
                subject: Subject::Person(id),
                purpose,
                shown: None,
                source: Source::Record,
                evidence: Some(consent.how.clone()),
                by: consent.by,
                guardian: consent.name.clone().filter(|_| guardian),
                given_at: consent.at,
                expires_at: None,
                withdrawn_at: None,
            };
            insert(unit, entry).map(drop)
        }
    }
}

/// The id of the entry that a version of a record makes. It follows from both, so there cannot be two; the version of the id is another
/// one than that of ids that are drawn.
fn of_version(person: PersonId, version: i64) -> ConsentId {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let low = u128::from(version.unsigned_abs().wrapping_mul(SPREAD) >> 2);
    let bits = (person.uuid().as_u128() ^ low) & !(0xf << 76) | (0x8 << 76);
    ConsentId::new(Uuid::from_u128(bits))
}
