//! Every statement that one engine has and the other has not, or says differently.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::query_builder::InsertStatement;
use diesel::query_dsl::methods::ExecuteDsl;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Text};
use diesel::{PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::db::Db;
use crate::error::Result;
use crate::logos::LogoRow;
use crate::memberships::CoveringRow;
use crate::schema::{logos, membership_coverings, settings};
use crate::settings::SettingRow;
use crate::sqltypes::{IdSql, InstantSql, SqlId, SqlInstant};

pub(crate) mod months;
pub(crate) mod plain;

/// Rows per `INSERT`: 32 columns at most, and SQLite binds 32,766 values, PostgreSQL 65,535.
const ROWS_PER_INSERT: usize = 500;

/// Begins a transaction that may write. On SQLite it takes the write lock at once: one that upgrades later fails as
/// locked, whatever the time-out.
pub(crate) fn begin_write(db: &mut Db) -> Result<()> {
    match db {
        Db::Postgres(db) => AnsiTransactionManager::begin_transaction_sql(db, "BEGIN")?,
        Db::Sqlite(db) => AnsiTransactionManager::begin_transaction_sql(db, "BEGIN IMMEDIATE")?,
    }
    Ok(())
}

/// Begins a transaction that reads one consistent state. Either engine takes the snapshot with the first query.
pub(crate) fn begin_read(db: &mut Db) -> Result<()> {
    const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    match db {
        Db::Postgres(db) => AnsiTransactionManager::begin_transaction_sql(db, SNAPSHOT)?,
        Db::Sqlite(db) => AnsiTransactionManager::begin_transaction_sql(db, "BEGIN DEFERRED")?,
    }
    Ok(())
}

/// Begins a part of a transaction, that can be taken back alone.
pub(crate) fn begin_part(db: &mut Db) -> Result<()> {
    match db {
        Db::Postgres(db) => AnsiTransactionManager::begin_transaction(db)?,
        Db::Sqlite(db) => AnsiTransactionManager::begin_transaction(db)?,
    }
    Ok(())
}

pub(crate) fn commit(db: &mut Db) -> Result<()> {
    match db {
        Db::Postgres(db) => AnsiTransactionManager::commit_transaction(db)?,
        Db::Sqlite(db) => AnsiTransactionManager::commit_transaction(db)?,
    }
    Ok(())
}

pub(crate) fn roll_back(db: &mut Db) -> Result<()> {
    match db {
        Db::Postgres(db) => AnsiTransactionManager::rollback_transaction(db)?,
        Db::Sqlite(db) => AnsiTransactionManager::rollback_transaction(db)?,
    }
    Ok(())
}

/// True where a second process cannot share the database.
pub(crate) const fn serves_one_process(db: &Db) -> bool {
    matches!(db, Db::Sqlite(_))
}

/// Inserts many rows with few statements.
pub(crate) fn insert_all<'rows, T, R>(db: &mut Db, table: T, rows: &'rows [R]) -> Result<()>
where
    T: QuerySource + Table + Copy,
    &'rows [R]: Insertable<T>,
    InsertStatement<T, <&'rows [R] as Insertable<T>>::Values>: ExecuteDsl<PgConnection> + ExecuteDsl<SqliteConnection>,
{
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        let statement = diesel::insert_into(table).values(chunk);
        match db {
            Db::Postgres(db) => ExecuteDsl::execute(statement, db)?,
            Db::Sqlite(db) => ExecuteDsl::execute(statement, db)?,
        };
    }
    Ok(())
}

/// Inserts a setting unless it is there.
pub(crate) fn insert_setting(db: &mut Db, row: &SettingRow<'_>) -> Result<()> {
    let statement = diesel::insert_into(settings::table)
        .values(row)
        .on_conflict_do_nothing();
    match db {
        Db::Postgres(db) => diesel::RunQueryDsl::execute(statement, db)?,
        Db::Sqlite(db) => diesel::RunQueryDsl::execute(statement, db)?,
    };
    Ok(())
}

/// Notes that a membership covers others, unless it is noted how it stands.
pub(crate) fn insert_covering(db: &mut Db, row: &CoveringRow) -> Result<()> {
    let statement = diesel::insert_into(membership_coverings::table)
        .values(*row)
        .on_conflict_do_nothing();
    match db {
        Db::Postgres(db) => diesel::RunQueryDsl::execute(statement, db)?,
        Db::Sqlite(db) => diesel::RunQueryDsl::execute(statement, db)?,
    };
    Ok(())
}

/// Notes how a membership stands, in place of how it stood.
pub(crate) fn put_covering(db: &mut Db, row: &CoveringRow) -> Result<()> {
    let statement = diesel::insert_into(membership_coverings::table)
        .values(*row)
        .on_conflict(membership_coverings::membership_id)
        .do_update()
        .set(*row);
    match db {
        Db::Postgres(db) => diesel::RunQueryDsl::execute(statement, db)?,
        Db::Sqlite(db) => diesel::RunQueryDsl::execute(statement, db)?,
    };
    Ok(())
}

/// Puts a logo in place of the one that may be there.
pub(crate) fn put_logo(db: &mut Db, row: &LogoRow) -> Result<()> {
    let statement = diesel::insert_into(logos::table)
        .values(row)
        .on_conflict(logos::organisation_id)
        .do_update()
        .set(row);
    match db {
        Db::Postgres(db) => diesel::RunQueryDsl::execute(statement, db)?,
        Db::Sqlite(db) => diesel::RunQueryDsl::execute(statement, db)?,
    };
    Ok(())
}

/// Above this many records, one lock for all of them: PostgreSQL has room for some thousands.
const RECORDS_LOCKED_ONE_BY_ONE: usize = 64;

/// The lock that all records share. An arbitrary number, ours alone.
const ALL_RECORDS: i64 = 0x7765_726b_7265_6373;

/// Waits until no other transaction that has locked one of these records is still running, and keeps later ones waiting until
/// this one ends. To be called when the writing is done: whoever holds these locks takes no others, so nobody waits in a
/// circle. SQLite has one writer.
pub(crate) fn lock_records(db: &mut Db, ids: &[Uuid]) -> Result<()> {
    let Db::Postgres(db) = db else { return Ok(()) };
    if ids.len() > RECORDS_LOCKED_ONE_BY_ONE {
        diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
            .bind::<BigInt, _>(ALL_RECORDS)
            .execute(db)?;
        return Ok(());
    }
    diesel::sql_query("SELECT pg_advisory_xact_lock_shared($1)")
        .bind::<BigInt, _>(ALL_RECORDS)
        .execute(db)?;
    // In one order for all. The last bytes of an id are random; a collision only makes two writers wait for each other.
    let mut keys: Vec<i64> = ids.iter().map(|id| id.as_u64_pair().1.cast_signed()).collect();
    keys.sort_unstable();
    diesel::sql_query("SELECT pg_advisory_xact_lock(key) FROM unnest($1) AS key")
        .bind::<Array<BigInt>, _>(keys)
        .execute(db)?;
    Ok(())
}

/// The lock of who decides that somebody is an active manager no longer. An arbitrary number, ours alone.
const MANAGERS: i64 = 0x7765_726b_6d67_7273;

/// Lets transactions that take somebody out of the managers do so one after the other, each in the sight of what the ones before it
/// left. To be called after the row is written: so all wait in the same order. SQLite has one writer.
pub(crate) fn lock_managers(db: &mut Db) -> Result<()> {
    let Db::Postgres(db) = db else { return Ok(()) };
    diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
        .bind::<BigInt, _>(MANAGERS)
        .execute(db)?;
    Ok(())
}

/// The channel on which writers wake followers.
const CHANNEL: &str = "werkstadt_changes";

/// Wakes the other processes when this transaction commits. SQLite serves one process.
pub(crate) fn announce(db: &mut Db) -> Result<()> {
    if let Db::Postgres(db) = db {
        // Once per transaction: PostgreSQL drops notifications that repeat an earlier one.
        db.batch_execute(&format!("NOTIFY {CHANNEL}"))?;
    }
    Ok(())
}

/// Starts to receive announcements on this connection.
pub(crate) fn listen(db: &mut Db) -> Result<()> {
    if let Db::Postgres(db) = db {
        db.batch_execute(&format!("LISTEN {CHANNEL}"))?;
    }
    Ok(())
}

/// True if announcements have arrived since the last call. Does not wait.
pub(crate) fn announced(db: &mut Db) -> Result<bool> {
    match db {
        Db::Sqlite(_) => Ok(false),
        Db::Postgres(db) => {
            let mut any = false;
            for notification in db.notifications_iter() {
                notification?;
                any = true;
            }
            Ok(any)
        }
    }
}

/// A place in PostgreSQL's change log: transaction, then sequence within the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) xid: i64,
    pub(crate) seq: i64,
}

/// A row of PostgreSQL's change log.
#[derive(Debug, QueryableByName)]
pub(crate) struct LoggedChange {
    #[diesel(sql_type = BigInt)]
    pub(crate) xid: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) seq: i64,
    #[diesel(sql_type = IdSql)]
    pub(crate) origin: SqlId,
    #[diesel(sql_type = Text)]
    pub(crate) noun: String,
    #[diesel(sql_type = IdSql)]
    pub(crate) record_id: SqlId,
    /// No transaction that could still write a row before this one is running.
    #[diesel(sql_type = Bool)]
    pub(crate) settled: bool,
}

#[derive(QueryableByName)]
struct Horizon {
    #[diesel(sql_type = BigInt)]
    oldest_running: i64,
    #[diesel(sql_type = BigInt)]
    next: i64,
}

/// Where a follower continues that has read everything this connection's snapshot shows. `None` on SQLite, which has
/// nothing to follow.
pub(crate) fn position(db: &mut Db) -> Result<Option<Position>> {
    let Db::Postgres(db) = db else { return Ok(None) };
    let horizon = horizon(db)?;
    Ok(Some(Position {
        xid: horizon.oldest_running,
        seq: 0,
    }))
}

/// False if the log cannot have got to this position: the database was restored from a dump, which starts the numbers
/// of transactions anew.
pub(crate) fn has_reached(db: &mut Db, position: Position) -> Result<bool> {
    let Db::Postgres(db) = db else { return Ok(true) };
    Ok(position.xid <= horizon(db)?.next)
}

fn horizon(db: &mut PgConnection) -> Result<Horizon> {
    let query = "SELECT pg_snapshot_xmin(s)::text::bigint AS oldest_running, pg_snapshot_xmax(s)::text::bigint AS next
                 FROM pg_current_snapshot() AS s";
    Ok(diesel::sql_query(query).get_result(db)?)
}

/// The changes after a position, in order, at most `limit`. A row that is not `settled` may yet be preceded by one of a
/// slower transaction, so a follower must not move its position beyond it.
pub(crate) fn changes_after(db: &mut Db, after: Position, limit: i64) -> Result<Vec<LoggedChange>> {
    let Db::Postgres(db) = db else { return Ok(Vec::new()) };
    let query = "SELECT xid::text::bigint AS xid, seq, origin, noun, record_id,
                        xid < pg_snapshot_xmin(pg_current_snapshot()) AS settled
                 FROM changes
                 WHERE (xid, seq) > ($1::text::xid8, $2)
                 ORDER BY xid, seq LIMIT $3";
    let rows = diesel::sql_query(query)
        .bind::<Text, _>(after.xid.to_string())
        .bind::<BigInt, _>(after.seq)
        .bind::<BigInt, _>(limit)
        .load(db)?;
    Ok(rows)
}

/// A row of the change log that an audience may read.
#[derive(Debug, QueryableByName)]
pub(crate) struct SeenChange {
    /// The transaction; 0 on SQLite, where `seq` alone is the order.
    #[diesel(sql_type = BigInt)]
    xid: i64,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = InstantSql)]
    pub(crate) at: SqlInstant,
    #[diesel(sql_type = Text)]
    pub(crate) noun: String,
    #[diesel(sql_type = IdSql)]
    pub(crate) record_id: SqlId,
}

impl SeenChange {
    pub(crate) const fn position(&self) -> Position {
        Position {
            xid: self.xid,
            seq: self.seq,
        }
    }
}

/// The changes after a position that these audiences see, in order, at most `limit`. Those are left out that an older
/// transaction might yet get ahead of.
pub(crate) fn seen_changes(db: &mut Db, audiences: i32, after: Position, limit: i64) -> Result<Vec<SeenChange>> {
    let rows = match db {
        Db::Postgres(db) => diesel::sql_query(
            "SELECT xid::text::bigint AS xid, seq, at, noun, record_id FROM changes
             WHERE audiences > 0 AND audiences & $1 <> 0 AND (xid, seq) > ($2::text::xid8, $3)
               AND xid < pg_snapshot_xmin(pg_current_snapshot())
             ORDER BY xid, seq LIMIT $4",
        )
        .bind::<Integer, _>(audiences)
        .bind::<Text, _>(after.xid.to_string())
        .bind::<BigInt, _>(after.seq)
        .bind::<BigInt, _>(limit)
        .load(db)?,
        Db::Sqlite(db) => diesel::sql_query(
            "SELECT 0 AS xid, seq, at, noun, record_id FROM changes
             WHERE audiences > 0 AND audiences & ? <> 0 AND seq > ? ORDER BY seq LIMIT ?",
        )
        .bind::<Integer, _>(audiences)
        .bind::<BigInt, _>(after.seq)
        .bind::<BigInt, _>(limit)
        .load(db)?,
    };
    Ok(rows)
}

/// How many changes these audiences see.
pub(crate) fn count_seen_changes(db: &mut Db, audiences: i32) -> Result<u64> {
    let counted: Counted = match db {
        Db::Postgres(db) => diesel::sql_query(
            "SELECT count(*) AS counted FROM changes
             WHERE audiences > 0 AND audiences & $1 <> 0 AND xid < pg_snapshot_xmin(pg_current_snapshot())",
        )
        .bind::<Integer, _>(audiences)
        .get_result(db)?,
        Db::Sqlite(db) => {
            diesel::sql_query("SELECT count(*) AS counted FROM changes WHERE audiences > 0 AND audiences & ? <> 0")
                .bind::<Integer, _>(audiences)
                .get_result(db)?
        }
    };
    Ok(counted.counted.cast_unsigned())
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    counted: i64,
}

/// The rows that a query gives. Asked of the engine itself: the common connection looks at each value once more, which shows when
/// a directory is loaded.
macro_rules! rows {
    ($query:expr, $db:expr) => {{
        let query = $query;
        match $db {
            $crate::db::Db::Postgres(db) => query.load(db)?,
            $crate::db::Db::Sqlite(db) => query.load(db)?,
        }
    }};
}
pub(crate) use rows;
