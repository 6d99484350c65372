//! The tables of what is shown, and of how it was judged.

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    solutions (id) {
        id -> IdSql,
        organisation_id -> IdSql,
        unit_id -> Nullable<IdSql>,
        title -> JsonSql,
        summary -> JsonSql,
        description -> JsonSql,
        skills -> JsonSql,
        maturity -> Text,
        links -> JsonSql,
        display_place -> Nullable<Text>,
        display_since -> Nullable<Date>,
        display_until -> Nullable<Date>,
        confirmed_at -> InstantSql,
        lapsed -> Bool,
        visibility -> Text,
        version -> BigInt,
        created_at -> InstantSql,
        changed_public -> InstantSql,
        changed_members -> InstantSql,
        changed_managers -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Text};
    use crate::sqltypes::IdSql;

    logos (organisation_id) {
        organisation_id -> IdSql,
        digest -> Text,
        large -> Binary,
        small -> Binary,
    }
}

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
