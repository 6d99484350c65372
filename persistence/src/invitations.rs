//! Invitations: who is to have an account.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use werkstadt_domain::account::{Invitation, InvitationId, UserId};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::consent::GuardianshipId;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::PersonId;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard;
use crate::schema::invitations;
use crate::shapes::{Fault, named};
use crate::sqltypes::{SqlId, SqlInstant};
use crate::users;
use crate::work::UnitOfWork;

const NOUN: Noun = Noun::Invitation;

/// One invitation.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: InvitationId) -> Result<Stored<Invitation>> {
    let row: Option<InvitationRow> = invitations::table.find(SqlId::from(id)).first(db).optional()?;
    row.ok_or(Error::NotFound { noun: NOUN })?.into_stored()
}

/// The invitation that somebody gave and that waits for this guardian.
///
/// # Errors
/// As every read.
pub fn waiting_for(db: &mut Db, guardianship: GuardianshipId) -> Result<Option<Stored<Invitation>>> {
    let row: Option<InvitationRow> = invitations::table
        .filter(invitations::guardianship_id.eq(SqlId::from(guardianship)))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::invited_by.is_not_null())
        .first(db)
        .optional()?;
    row.map(InvitationRow::into_stored).transpose()
}

/// Invitations that somebody gave and nobody accepted yet, in order of id, after `after`, at most `limit`; all of them, or
/// those of one organisation.
///
/// # Errors
/// As every read.
pub fn list(
    db: &mut Db,
    organisation: Option<OrganisationId>,
    after: Option<InvitationId>,
    limit: i64,
) -> Result<Vec<Stored<Invitation>>> {
    let after = SqlId(after.map_or(Uuid::nil(), InvitationId::uuid));
    let mut query = invitations::table
        .filter(invitations::id.gt(after))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::invited_by.is_not_null())
        .into_boxed();
    if let Some(organisation) = organisation {
        query = query.filter(invitations::organisation_id.eq(SqlId::from(organisation)));
    }
    let rows: Vec<InvitationRow> = query.order(invitations::id).limit(limit).load(db)?;
    rows.into_iter().map(InvitationRow::into_stored).collect()
}

/// Adds an invitation.
///
/// # Errors
/// [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) when there is no such organisation.
pub fn insert(unit: &mut UnitOfWork<'_>, invitation: Invitation) -> Result<Stored<Invitation>> {
    let stored = guard::created(unit, invitation);
    let row = InvitationRow::from(&stored);
    dialect::insert_all::<invitations::table, InvitationRow>(unit.db(), invitations::table, &[row])?;
    unit.record(NOUN, stored.record.id.uuid(), Operation::Created);
    Ok(stored)
}

/// Marks an invitation as accepted, once. False if it was before, or its time is over.
///
/// # Errors
/// As every write.
pub fn accept(unit: &mut UnitOfWork<'_>, id: InvitationId) -> Result<bool> {
    let now = SqlInstant::from(unit.now());
    let open = invitations::table
        .find(SqlId::from(id))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::expires_at.gt(now));
    let accepted = diesel::update(open).set(invitations::accepted_at.eq(now));
    let accepted = accepted.execute(unit.db())? == 1;
    if accepted {
        unit.record(NOUN, id.uuid(), Operation::Updated);
    }
    Ok(accepted)
}

/// Lets an invitation that nobody accepted yet end at another time.
///
/// # Errors
/// [`Error::NotFound`], also when it was accepted.
pub fn prolong(unit: &mut UnitOfWork<'_>, id: InvitationId, expires_at: DateTime<Utc>) -> Result<()> {
    let open = invitations::table
        .find(SqlId::from(id))
        .filter(invitations::accepted_at.is_null());
    let prolonged = diesel::update(open).set(invitations::expires_at.eq(SqlInstant::from(expires_at)));
    let rows = prolonged.execute(unit.db())?;
    guard::judge(NOUN, rows, || Ok(false))?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(())
}

/// Notes who offers an invitation from now on that nobody accepted yet.
///
/// # Errors
/// [`Error::NotFound`], also when it was accepted.
pub fn offer(unit: &mut UnitOfWork<'_>, id: InvitationId, by: UserId) -> Result<()> {
    let open = invitations::table
        .find(SqlId::from(id))
        .filter(invitations::accepted_at.is_null());
    let offered = diesel::update(open).set(invitations::invited_by.eq(SqlId::from(by)));
    let rows = offered.execute(unit.db())?;
    guard::judge(NOUN, rows, || Ok(false))?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(())
}

/// The invitations that somebody gave and nobody accepted yet.
///
/// # Errors
/// As every read.
pub fn offered_by(db: &mut Db, user: UserId) -> Result<Vec<Stored<Invitation>>> {
    let rows: Vec<InvitationRow> = invitations::table
        .filter(invitations::invited_by.eq(SqlId::from(user)))
        .filter(invitations::accepted_at.is_null())
        .order(invitations::id)
        .load(db)?;
    rows.into_iter().map(InvitationRow::into_stored).collect()
}

/// Takes an invitation back that nobody accepted yet.
///
/// # Errors
/// [`Error::NotFound`], also when it was accepted.
pub fn remove(unit: &mut UnitOfWork<'_>, id: InvitationId) -> Result<()> {
    let open = invitations::table
        .filter(invitations::id.eq(SqlId::from(id)))
        .filter(invitations::accepted_at.is_null());
    let rows = diesel::delete(open).execute(unit.db())?;
    guard::judge(NOUN, rows, || Ok(false))?;
    unit.record(NOUN, id.uuid(), Operation::Removed);
    Ok(())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = invitations, treat_none_as_default_value = false)]
struct InvitationRow {
    id: SqlId,
    login: String,
    email: String,
    name: String,
    role: String,
    language: String,
    organisation_id: Option<SqlId>,
    invited_by: Option<SqlId>,
    created_at: SqlInstant,
    expires_at: SqlInstant,
    accepted_at: Option<SqlInstant>,
    person_id: Option<SqlId>,
    guardianship_id: Option<SqlId>,
}

impl From<&Stored<Invitation>> for InvitationRow {
    fn from(stored: &Stored<Invitation>) -> Self {
        let invitation = &stored.record;
        Self {
            id: invitation.id.into(),
            login: users::login(&invitation.email),
            email: invitation.email.clone(),
            name: invitation.name.clone(),
            role: invitation.role.code().to_owned(),
            language: invitation.language.code().to_owned(),
            organisation_id: invitation.organisation.map(SqlId::from),
            invited_by: invitation.invited_by.map(SqlId::from),
            created_at: SqlInstant::from(stored.created_at),
            expires_at: SqlInstant::from(invitation.expires_at),
            accepted_at: guard::instant(invitation.accepted_at),
            person_id: invitation.person.map(SqlId::from),
            guardianship_id: invitation.guardianship.map(SqlId::from),
        }
    }
}

impl InvitationRow {
    fn into_stored(self) -> Result<Stored<Invitation>> {
        let id = self.id.0;
        self.read()
            .map_err(|fault| Error::inconsistent("invitations", id, fault))
    }

    fn read(self) -> Result<Stored<Invitation>, Fault> {
        let record = Invitation {
            id: self.id.into(),
            email: self.email,
            name: self.name,
            role: named(&self.role)?,
            organisation: self.organisation_id.map(OrganisationId::from),
            language: named(&self.language)?,
            invited_by: self.invited_by.map(UserId::from),
            expires_at: self.expires_at.utc(),
            accepted_at: self.accepted_at.map(SqlInstant::utc),
            person: self.person_id.map(PersonId::from),
            guardianship: self.guardianship_id.map(GuardianshipId::from),
        };
        Ok(guard::stored_alike(record, 1, self.created_at, self.created_at))
    }
}
