//! Statistics that are counted by the database, all of one moment.

use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;
use werkstadt_domain::membership::statistics::{Month, Moved, Owed};
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::Status;

use crate::db::Db;
use crate::dialect::months;
use crate::error::{Error, Result};
use crate::schema::{
    logos, membership_applications, membership_dues, memberships, opportunities, organisation_references,
    organisations, persons, saved_searches, skill_claims, skills, solutions, units, users,
};

/// How many records of each noun there are, in order of name. Reads an index of each table from end to end: for a million claims that is
/// some tens of milliseconds.
///
/// # Errors
/// As every read.
pub fn records(db: &mut Db) -> Result<Vec<(&'static str, u64)>> {
    let counts: [(&str, i64); 14] = [
        ("claims", skill_claims::table.count().get_result(db)?),
        ("dues", membership_dues::table.count().get_result(db)?),
        ("logos", logos::table.count().get_result(db)?),
        (
            "membership_applications",
            membership_applications::table.count().get_result(db)?,
        ),
        ("memberships", memberships::table.count().get_result(db)?),
        ("opportunities", opportunities::table.count().get_result(db)?),
        ("organisations", organisations::table.count().get_result(db)?),
        ("persons", persons::table.count().get_result(db)?),
        ("references", organisation_references::table.count().get_result(db)?),
        ("saved_searches", saved_searches::table.count().get_result(db)?),
        ("skills", skills::table.count().get_result(db)?),
        ("solutions", solutions::table.count().get_result(db)?),
        ("units", units::table.count().get_result(db)?),
        ("users", users::table.count().get_result(db)?),
    ];
    Ok(counts.map(|(noun, count)| (noun, count.cast_unsigned())).to_vec())
}

/// Memberships by the name of their state.
///
/// # Errors
/// As every read.
pub fn membership_states(db: &mut Db) -> Result<Vec<(String, u64)>> {
    let rows: Vec<(String, i64)> = memberships::table
        .group_by(memberships::status)
        .select((memberships::status, count_star()))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(status, count)| (status, count.cast_unsigned()))
        .collect())
}

/// Memberships that ever began or ended, by month and type. Who is suspended stays a member; what is entered later counts from its day;
/// a covered membership ends with the one above. Reads all steps of memberships, in the database.
///
/// # Errors
/// As every read.
pub fn membership_moves(db: &mut Db) -> Result<Vec<Moved>> {
    let moved = |row: months::MovedRow| {
        Ok(Moved {
            month: month(&row.month)?,
            kind: row.kind,
            joined: whole(row.joined)?,
            left: whole(row.parted)?,
        })
    };
    months::moves(db)?.into_iter().map(moved).collect()
}

/// Cents of all dues by month: to be paid, paid, and no more to be paid.
///
/// # Errors
/// As every read.
pub fn due_cents(db: &mut Db) -> Result<Vec<Owed>> {
    let mut all = Vec::new();
    for row in months::owed(db)? {
        let owed = |month, due, paid, settled| Owed {
            month,
            due,
            paid,
            settled,
        };
        let due = month(&row.due)?;
        all.push(owed(due, row.cents, 0, 0));
        if let Some(text) = &row.paid {
            let paid = month(text)?;
            all.push(owed(paid, 0, row.cents, 0));
            all.push(owed(paid.max(due), 0, 0, row.cents));
        }
    }
    Ok(all)
}

fn month(text: &str) -> Result<Month> {
    Month::parse(text).ok_or_else(|| Error::internal(format!("the month `{text}`")))
}

fn whole(count: i64) -> Result<u32> {
    u32::try_from(count).map_err(Error::internal)
}

/// Some opportunities that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// The name of their state.
    pub status: String,
    /// `offer` or `request`.
    pub direction: String,
    /// The name of the sort of working together.
    pub cooperation: String,
    /// How many there are.
    pub count: u64,
}

/// Opportunities by state, direction and sort.
///
/// # Errors
/// As every read.
pub fn opportunities(db: &mut Db) -> Result<Vec<Alike>> {
    let kind = (
        opportunities::status,
        opportunities::direction,
        opportunities::cooperation,
    );
    let rows: Vec<(String, String, String, i64)> = opportunities::table
        .group_by(kind)
        .select((
            opportunities::status,
            opportunities::direction,
            opportunities::cooperation,
            count_star(),
        ))
        .load(db)?;
    let alike = |(status, direction, cooperation, count): (String, String, String, i64)| Alike {
        status,
        direction,
        cooperation,
        count: count.cast_unsigned(),
    };
    Ok(rows.into_iter().map(alike).collect())
}

/// How many opportunities are open on a day.
///
/// # Errors
/// As every read.
pub fn open_opportunities(db: &mut Db, today: NaiveDate) -> Result<u64> {
    let open = opportunities::expires_on
        .is_null()
        .or(opportunities::expires_on.ge(today));
    let count: i64 = opportunities::table
        .filter(opportunities::status.eq(Status::Published.code()))
        .filter(open)
        .count()
        .get_result(db)?;
    Ok(count.cast_unsigned())
}
