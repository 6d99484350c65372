//! Tables of saved searches and of the upkeep of the directory.

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use crate::sqltypes::{IdSql, InstantSql};

    saved_searches (id) {
        id -> IdSql,
        user_id -> IdSql,
        name -> Text,
        target -> Text,
        query -> Text,
        audience -> Text,
        place -> BigInt,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql};

    confirmations (organisation_id) {
        organisation_id -> IdSql,
        confirmed_at -> InstantSql,
        actor_kind -> Text,
        actor_id -> Nullable<IdSql>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    moderation_cases (id) {
        id -> IdSql,
        kind -> Text,
        noun -> Text,
        record_id -> IdSql,
        content -> JsonSql,
        status -> Text,
        actor_kind -> Text,
        actor_id -> Nullable<IdSql>,
        decided_by -> Nullable<IdSql>,
        decided_at -> Nullable<InstantSql>,
        note -> Nullable<Text>,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
    }
}

diesel::table! {
    use crate::sqltypes::{IdSql, InstantSql};

    distinct_organisations (first_id, second_id) {
        first_id -> IdSql,
        second_id -> IdSql,
        decided_at -> InstantSql,
    }
}
