//! Tables of accounts, jobs and settings.

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql};

    users (id) {
        id -> IdSql,
        login -> Text,
        email -> Text,
        name -> Text,
        role -> Text,
        organisation_id -> Nullable<IdSql>,
        active -> Bool,
        password_hash -> Nullable<Text>,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        language -> Text,
        person_id -> Nullable<IdSql>,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::sqltypes::{IdSql, InstantSql};

    former_logins (user_id, login) {
        user_id -> IdSql,
        login -> Text,
        until_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    api_keys (id) {
        id -> IdSql,
        user_id -> IdSql,
        name -> Text,
        scopes -> JsonSql,
        secret_hash -> Binary,
        expires_at -> Nullable<InstantSql>,
        created_at -> InstantSql,
        requests_per_minute -> Nullable<BigInt>,
        used_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql};

    sessions (id) {
        id -> IdSql,
        user_id -> IdSql,
        created_at -> InstantSql,
        expires_at -> InstantSql,
        revoked_at -> Nullable<InstantSql>,
        version -> BigInt,
        second_factor -> Bool,
        used_at -> Nullable<InstantSql>,
        client -> Nullable<Text>,
        address -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable};
    use crate::sqltypes::{IdSql, InstantSql};

    refresh_tokens (hash) {
        hash -> Binary,
        session_id -> IdSql,
        parent_hash -> Nullable<Binary>,
        issued_at -> InstantSql,
        used_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    jobs (id) {
        id -> IdSql,
        kind -> Text,
        status -> Text,
        created_by -> Nullable<IdSql>,
        total -> Nullable<BigInt>,
        done -> BigInt,
        failed -> BigInt,
        result -> JsonSql,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        finished_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::sqltypes::IdSql;

    job_errors (job_id, position) {
        job_id -> IdSql,
        position -> BigInt,
        input_row -> BigInt,
        pointer -> Text,
        code -> Text,
        detail -> Text,
        severity -> Text,
        input_column -> Nullable<Text>,
        input_value -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Text};
    use crate::sqltypes::InstantSql;

    settings (name) {
        name -> Text,
        value -> Binary,
        changed_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::BigInt;
    use crate::sqltypes::{InstantSql, JsonSql};

    network_settings (number) {
        number -> BigInt,
        content -> JsonSql,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
    }
}

diesel::allow_tables_to_appear_in_same_query!(users, api_keys, sessions, refresh_tokens);
