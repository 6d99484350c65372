//! Who speaks for members. Of no concern to readers of the directory, so that no change of them is a change there.

use diesel::prelude::*;
use werkstadt_domain::membership::MembershipId;
use werkstadt_domain::membership::representative::{Representative, RepresentativeRole};
use werkstadt_domain::named::Named;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::schema::membership_representatives;
use crate::shapes::named;
use crate::sqltypes::SqlId;
use crate::work::UnitOfWork;

/// The representatives of a membership.
///
/// # Errors
/// As every read.
pub fn of(db: &mut Db, id: MembershipId) -> Result<Vec<Representative>> {
    let rows: Vec<RepresentativeRow> = membership_representatives::table
        .filter(membership_representatives::membership_id.eq(SqlId::from(id)))
        .order(membership_representatives::role.desc())
        .load(db)?;
    let read = rows.into_iter().map(RepresentativeRow::into_representative);
    read.collect()
}

/// Writes the representatives of a membership in place of those that it had.
///
/// # Errors
/// [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) if one is no person of the directory.
pub fn put(unit: &mut UnitOfWork<'_>, id: MembershipId, representatives: &[Representative]) -> Result<()> {
    let own = membership_representatives::membership_id.eq(SqlId::from(id));
    diesel::delete(membership_representatives::table.filter(own)).execute(unit.db())?;
    let rows: Vec<RepresentativeRow> = representatives
        .iter()
        .map(|one| RepresentativeRow::new(id, one))
        .collect();
    dialect::insert_all::<membership_representatives::table, RepresentativeRow>(
        unit.db(),
        membership_representatives::table,
        &rows,
    )?;
    unit.record(Noun::Membership, id.uuid(), Operation::Updated);
    Ok(())
}

#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = membership_representatives, treat_none_as_default_value = false)]
pub(super) struct RepresentativeRow {
    membership_id: SqlId,
    role: String,
    name: String,
    email: String,
    phone: Option<String>,
    person_id: Option<SqlId>,
}

impl RepresentativeRow {
    fn new(id: MembershipId, one: &Representative) -> Self {
        Self {
            membership_id: id.into(),
            role: one.role.code().to_owned(),
            name: one.name.clone(),
            email: one.email.clone(),
            phone: one.phone.clone(),
            person_id: one.person.map(SqlId::from),
        }
    }

    fn into_representative(self) -> Result<Representative> {
        let role: RepresentativeRole = named(&self.role)
            .map_err(|fault| Error::inconsistent("membership_representatives", self.membership_id.0, fault))?;
        Ok(Representative {
            role,
            name: self.name,
            email: self.email,
            phone: self.phone,
            person: self.person_id.map(|id| id.into()),
        })
    }
}
