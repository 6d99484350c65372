//! The tables of reviews.

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    opportunity_reviews (opportunity_id, version) {
        opportunity_id -> IdSql,
        version -> BigInt,
        at -> InstantSql,
        actor_kind -> Text,
        actor_id -> Nullable<IdSql>,
        clarity -> Integer,
        advantage -> Integer,
        expectations -> Integer,
        language -> Integer,
        decision -> Text,
        remark -> JsonSql,
    }
}
