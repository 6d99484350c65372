//! Our own SQL types: one schema over both engines, the native type on PostgreSQL and the compact one on SQLite.

use std::io::Write;

use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{HasSqlType, SqlType, Text, Timestamptz, Uuid as UuidSql};
use diesel::sqlite::Sqlite;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;
use werkstadt_domain::id::Id;
use werkstadt_domain::named::Named;
use werkstadt_domain::timestamp::Timestamp;

use crate::db::MultiBackend;

/// An identifier: `uuid` on PostgreSQL, a blob of 16 bytes on SQLite.
#[derive(Clone, Copy, Debug, SqlType, QueryId)]
#[diesel(postgres_type(name = "uuid", schema = "pg_catalog"))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct IdSql;

/// A list or a structure: `jsonb` on PostgreSQL, text on SQLite.
#[derive(Clone, Copy, Debug, SqlType, QueryId)]
#[diesel(postgres_type(name = "jsonb", schema = "pg_catalog"))]
#[diesel(sqlite_type(name = "Text"))]
pub struct JsonSql;

/// A point in time: `timestamptz` on PostgreSQL, microseconds since 1970 on SQLite.
#[derive(Clone, Copy, Debug, SqlType, QueryId)]
#[diesel(postgres_type(name = "timestamptz", schema = "pg_catalog"))]
#[diesel(sqlite_type(name = "Long"))]
pub struct InstantSql;

impl HasSqlType<IdSql> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<IdSql>(lookup)
    }
}

impl HasSqlType<JsonSql> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<JsonSql>(lookup)
    }
}

impl HasSqlType<InstantSql> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<InstantSql>(lookup)
    }
}

/// A stored identifier.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, AsExpression, FromSqlRow,
)]
#[serde(transparent)]
#[diesel(sql_type = IdSql)]
pub struct SqlId(pub Uuid);

impl<N> From<Id<N>> for SqlId {
    fn from(id: Id<N>) -> Self {
        Self(id.uuid())
    }
}

impl<N> From<SqlId> for Id<N> {
    fn from(id: SqlId) -> Self {
        Self::new(id.0)
    }
}

impl ToSql<IdSql, Pg> for SqlId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <Uuid as ToSql<UuidSql, Pg>>::to_sql(&self.0, out)
    }
}

impl FromSql<IdSql, Pg> for SqlId {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <Uuid as FromSql<UuidSql, Pg>>::from_sql(value).map(Self)
    }
}

impl ToSql<IdSql, Sqlite> for SqlId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}

impl FromSql<IdSql, Sqlite> for SqlId {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.read_blob())?))
    }
}

impl ToSql<IdSql, MultiBackend> for SqlId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((IdSql, self));
        Ok(IsNull::No)
    }
}

impl FromSql<IdSql, MultiBackend> for SqlId {
    fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, IdSql>()
    }
}

/// A stored structure. Its shape belongs to this crate: a change of it is a migration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[serde(transparent)]
#[diesel(sql_type = JsonSql)]
pub struct Json<T>(pub T)
where
    T: std::fmt::Debug + Send + Sync + 'static;

impl<T> ToSql<JsonSql, Pg> for Json<T>
where
    T: std::fmt::Debug + Serialize + Send + Sync + 'static,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        // The binary form of jsonb is its version, 1, and the text.
        out.write_all(&[1])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}

impl<T> FromSql<JsonSql, Pg> for Json<T>
where
    T: std::fmt::Debug + DeserializeOwned + Send + Sync + 'static,
{
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((1, text)) => Ok(Self(serde_json::from_slice(text)?)),
            _ => Err("unknown version of jsonb".into()),
        }
    }
}

impl<T> ToSql<JsonSql, Sqlite> for Json<T>
where
    T: std::fmt::Debug + Serialize + Send + Sync + 'static,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}

impl<T> FromSql<JsonSql, Sqlite> for Json<T>
where
    T: std::fmt::Debug + DeserializeOwned + Send + Sync + 'static,
{
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_str(value.read_text())?))
    }
}

impl<T> ToSql<JsonSql, MultiBackend> for Json<T>
where
    T: std::fmt::Debug + Serialize + Send + Sync + 'static,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((JsonSql, self));
        Ok(IsNull::No)
    }
}

impl<T> FromSql<JsonSql, MultiBackend> for Json<T>
where
    T: std::fmt::Debug + DeserializeOwned + Send + Sync + 'static,
{
    fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, JsonSql>()
    }
}

/// A stored point in time, to the microsecond. As JSON, in what is kept of former versions, the text of RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = InstantSql)]
pub struct SqlInstant(Timestamp);

impl SqlInstant {
    /// What is stored.
    pub const fn timestamp(self) -> Timestamp {
        self.0
    }

    /// The same as a date and a time of day.
    pub fn utc(self) -> DateTime<Utc> {
        self.0.utc()
    }
}

impl From<Timestamp> for SqlInstant {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl From<DateTime<Utc>> for SqlInstant {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.into())
    }
}

impl Serialize for SqlInstant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.utc().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SqlInstant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        DateTime::deserialize(deserializer).map(Self::from)
    }
}

impl ToSql<InstantSql, Pg> for SqlInstant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <DateTime<Utc> as ToSql<Timestamptz, Pg>>::to_sql(&self.utc(), &mut out.reborrow())
    }
}

impl FromSql<InstantSql, Pg> for SqlInstant {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <DateTime<Utc> as FromSql<Timestamptz, Pg>>::from_sql(value).map(Self::from)
    }
}

impl ToSql<InstantSql, Sqlite> for SqlInstant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.micros());
        Ok(IsNull::No)
    }
}

impl FromSql<InstantSql, Sqlite> for SqlInstant {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<diesel::sql_types::BigInt, Sqlite>>::from_sql(value)?;
        let instant = Timestamp::from_micros(micros).ok_or("a time outside the calendar")?;
        Ok(Self(instant))
    }
}

impl ToSql<InstantSql, MultiBackend> for SqlInstant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((InstantSql, self));
        Ok(IsNull::No)
    }
}

impl FromSql<InstantSql, MultiBackend> for SqlInstant {
    fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, InstantSql>()
    }
}

/// A value of an enumeration, kept by its code. Read without a copy of the text: there are as many as facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Code<N>(pub N)
where
    N: Named + std::fmt::Debug + Send + Sync;

impl<N: Named + std::fmt::Debug + Send + Sync> Code<N> {
    fn of(code: &str) -> Result<Self, String> {
        let named = N::from_code(code).ok_or_else(|| format!("unknown name `{code}`"));
        named.map(Self)
    }
}

impl<N: Named + std::fmt::Debug + Send + Sync> Serialize for Code<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.code().serialize(serializer)
    }
}

impl<'de, N: Named + std::fmt::Debug + Send + Sync> Deserialize<'de> for Code<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl<N: Named + std::fmt::Debug + Send + Sync> ToSql<Text, Pg> for Code<N> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <str as ToSql<Text, Pg>>::to_sql(self.0.code(), out)
    }
}

impl<N: Named + std::fmt::Debug + Send + Sync> FromSql<Text, Pg> for Code<N> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self::of(std::str::from_utf8(value.as_bytes())?)?)
    }
}

impl<N: Named + std::fmt::Debug + Send + Sync> ToSql<Text, Sqlite> for Code<N> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.code());
        Ok(IsNull::No)
    }
}

impl<N: Named + std::fmt::Debug + Send + Sync> FromSql<Text, Sqlite> for Code<N> {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self::of(value.read_text())?)
    }
}

impl<N: Named + std::fmt::Debug + Send + Sync> ToSql<Text, MultiBackend> for Code<N> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((Text, self));
        Ok(IsNull::No)
    }
}

impl<N: Named + std::fmt::Debug + Send + Sync> FromSql<Text, MultiBackend> for Code<N> {
    fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, Text>()
    }
}
