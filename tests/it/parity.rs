//! Both engines have the same migrations, and these make the same tables.

use std::collections::BTreeSet;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection};
use werkstadt_tests::database::TestDatabase;

fn migrations(engine: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../persistence/migrations")
        .join(engine);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|folder| {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        ["up.sql", "down.sql"].map(|file| {
            assert!(folder.join(file).is_file(), "{name} lacks {file}");
            format!("{name}/{file}")
        })
    });
    files.collect()
}

#[test]
fn both_engines_have_the_same_migrations() {
    let (postgres, sqlite) = (migrations("postgres"), migrations("sqlite"));
    assert_eq!(postgres, sqlite);
    assert!(postgres.len() >= 10);
}

/// A column: table, name, whether it may be null.
#[derive(QueryableByName, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Column {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    null: String,
}

const POSTGRES: &str = "
    SELECT table_name::text AS \"table\", column_name::text AS name, lower(is_nullable::text) AS \"null\"
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' AND (table_name, column_name) <> ('changes', 'xid')";
const SQLITE: &str = "
    SELECT m.name AS \"table\", c.name AS name, CASE c.\"notnull\" WHEN 0 THEN 'yes' ELSE 'no' END AS \"null\"
    FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'";

#[test]
fn both_engines_have_the_same_tables_and_columns() {
    let database = TestDatabase::sqlite();
    drop(database.store(1));
    let TestDatabase::Sqlite(folder) = &database else {
        unreachable!()
    };
    let mut sqlite = SqliteConnection::establish(&folder.path().join("werkstadt.db").to_string_lossy()).unwrap();
    let sqlite: Vec<Column> = diesel::sql_query(SQLITE).load(&mut sqlite).unwrap();
    let sqlite: BTreeSet<Column> = sqlite.into_iter().collect();
    assert!(sqlite.len() > 150);
    let Some(database) = TestDatabase::postgres() else {
        return;
    };
    let mut postgres = PgConnection::establish(&database.url()).unwrap();
    let postgres: Vec<Column> = diesel::sql_query(POSTGRES).load(&mut postgres).unwrap();
    assert_eq!(postgres.into_iter().collect::<BTreeSet<_>>(), sqlite);
}

#[test]
fn every_migration_can_be_taken_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../persistence/migrations");
    let script = |engine: &str, name: &str| std::fs::read_to_string(folder.join(engine).join(name)).unwrap();
    let (up, down): (Vec<_>, Vec<_>) = migrations("sqlite")
        .into_iter()
        .partition(|name| name.ends_with("up.sql"));
    let mut sqlite = SqliteConnection::establish(":memory:").unwrap();
    let mut run = |name: &String| sqlite.batch_execute(&script("sqlite", name)).unwrap();
    up.iter().for_each(&mut run);
    down.iter().rev().for_each(&mut run);
    up.iter().for_each(&mut run);
    let Some(database) = TestDatabase::postgres() else {
        return;
    };
    let mut postgres = PgConnection::establish(&database.url()).unwrap();
    let mut run = |name: &String| postgres.batch_execute(&script("postgres", name)).unwrap();
    down.iter().rev().for_each(&mut run);
    up.iter().for_each(&mut run);
}
