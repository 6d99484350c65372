//! What begins and ends in each month, counted by the database. Both engines count alike; they differ in how they take a day apart.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::db::Db;
use crate::error::Result;

/// Memberships of a type that began or ended in a month.
#[derive(Debug, QueryableByName)]
pub(crate) struct MovedRow {
    /// The month, as `2026-11`.
    #[diesel(sql_type = Text)]
    pub(crate) month: String,
    #[diesel(sql_type = Text)]
    pub(crate) kind: String,
    #[diesel(sql_type = BigInt)]
    pub(crate) joined: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) parted: i64,
}

/// Cents of dues that are alike.
#[derive(Debug, QueryableByName)]
pub(crate) struct OwedRow {
    /// The month of the last day to pay.
    #[diesel(sql_type = Text)]
    pub(crate) due: String,
    /// The month in which they were paid, if they were.
    #[diesel(sql_type = Nullable<Text>)]
    pub(crate) paid: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub(crate) cents: i64,
}

/// How an engine takes days apart.
struct Words {
    /// The day of the time of a step, in UTC.
    day_of_step: &'static str,
    /// The day after the last day of a membership.
    after_until: &'static str,
    /// The month of a day, which is put in the place of `*`.
    month: &'static str,
}

const SQLITE: Words = Words {
    day_of_step: "date(at / 1000000, 'unixepoch')",
    // It knows no day after the last one of 9999.
    after_until: "COALESCE(date(m.until_on, '+1 day'), m.until_on)",
    month: "substr(*, 1, 7)",
};

const POSTGRES: Words = Words {
    day_of_step: "(at AT TIME ZONE 'UTC')::date",
    after_until: "m.until_on + 1",
    month: "to_char(*, 'YYYY-MM')",
};

/// States in which somebody stays a member: who is suspended does, with rights withheld.
const STAYS: &str = "('active', 'grace', 'suspended')";

impl Words {
    fn month(&self, day: &str) -> String {
        self.month.replace('*', day)
    }

    /// Stays, from the day from which the step into one counts to the day of the step out of it, as far as that is not before the stay
    /// began; the last one begins with the first day of membership, whenever that was entered or corrected. Whoever was entered after
    /// the end has one, too. A covered membership that goes on ends with the last stay of the one above. A stay without a day is none.
    fn moves(&self) -> String {
        let Self {
            day_of_step,
            after_until,
            ..
        } = self;
        let (first, end) = (self.month("first_on"), self.month("end_on"));
        format!(
            "WITH turns AS (
                 SELECT membership_id, version, to_status IN {STAYS} AS stays,
                        MAX(COALESCE(effective_on, {day_of_step})) OVER (PARTITION BY membership_id ORDER BY version) AS day
                 FROM membership_steps WHERE (to_status IN {STAYS}) <> (COALESCE(from_status, '') IN {STAYS})),
             spells AS (
                 SELECT membership_id, stays, day, LAG(day) OVER w AS before_on, LEAD(day) OVER w AS end_on,
                        LEAD(day, 2) OVER w IS NULL AS is_last
                 FROM turns WINDOW w AS (PARTITION BY membership_id ORDER BY version)),
             own AS (
                 SELECT m.id, m.kind, s.is_last, s.end_on,
                        CASE WHEN s.is_last AND (s.before_on IS NULL OR s.before_on <= m.since_on)
                                  AND (s.end_on IS NULL OR m.since_on <= s.end_on)
                             THEN COALESCE(m.since_on, s.day) ELSE s.day END AS first_on
                 FROM spells AS s JOIN memberships AS m ON m.id = s.membership_id WHERE s.stays
                 UNION ALL
                 SELECT m.id, m.kind, TRUE, {after_until}, m.since_on FROM memberships AS m
                 WHERE m.status IN ('lapsed', 'resigned') AND m.since_on IS NOT NULL AND m.until_on IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM membership_steps AS s WHERE s.membership_id = m.id AND s.to_status IN {STAYS})),
             whole AS (
                 SELECT o.kind, o.first_on,
                        CASE WHEN o.end_on IS NOT NULL OR a.end_on IS NULL THEN o.end_on
                             WHEN a.end_on > o.first_on THEN a.end_on ELSE o.first_on END AS end_on
                 FROM own AS o
                 LEFT JOIN membership_coverings AS c ON c.membership_id = o.id AND c.level = 1
                 LEFT JOIN own AS a ON a.id = c.covered_by AND a.is_last)
             SELECT month, kind, COUNT(*) FILTER (WHERE joins) AS joined, COUNT(*) FILTER (WHERE NOT joins) AS parted FROM (
                 SELECT {first} AS month, kind, TRUE AS joins FROM whole WHERE end_on IS NULL OR end_on > first_on
                 UNION ALL
                 SELECT {end}, kind, FALSE FROM whole WHERE end_on > first_on) AS moves
             GROUP BY month, kind"
        )
    }

    fn owed(&self) -> String {
        let (due, paid) = (self.month("due_on"), self.month("paid_on"));
        format!(
            "SELECT {due} AS due, {paid} AS paid, CAST(SUM(amount_cents) AS BIGINT) AS cents
             FROM membership_dues WHERE status <> 'waived' GROUP BY {due}, {paid}"
        )
    }
}

/// What ever began and ended, by month and type.
pub(crate) fn moves(db: &mut Db) -> Result<Vec<MovedRow>> {
    Ok(match db {
        Db::Postgres(db) => diesel::sql_query(POSTGRES.moves()).load(db)?,
        Db::Sqlite(db) => diesel::sql_query(SQLITE.moves()).load(db)?,
    })
}

/// All dues that are not waived, by their months.
pub(crate) fn owed(db: &mut Db) -> Result<Vec<OwedRow>> {
    Ok(match db {
        Db::Postgres(db) => diesel::sql_query(POSTGRES.owed()).load(db)?,
        Db::Sqlite(db) => diesel::sql_query(SQLITE.owed()).load(db)?,
    })
}
