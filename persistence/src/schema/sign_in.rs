//! Tables of second factors, invitations, letters, idempotency keys and signing keys.

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Nullable};
    use crate::sqltypes::{IdSql, InstantSql};

    second_factors (user_id) {
        user_id -> IdSql,
        seed -> Binary,
        confirmed_at -> Nullable<InstantSql>,
        last_step -> BigInt,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable};
    use crate::sqltypes::{IdSql, InstantSql};

    recovery_codes (user_id, hash) {
        user_id -> IdSql,
        hash -> Binary,
        used_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql};

    invitations (id) {
        id -> IdSql,
        login -> Text,
        email -> Text,
        name -> Text,
        role -> Text,
        language -> Text,
        organisation_id -> Nullable<IdSql>,
        invited_by -> Nullable<IdSql>,
        created_at -> InstantSql,
        expires_at -> InstantSql,
        accepted_at -> Nullable<InstantSql>,
        person_id -> Nullable<IdSql>,
        guardianship_id -> Nullable<IdSql>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    action_tokens (id) {
        id -> IdSql,
        purpose -> Text,
        user_id -> IdSql,
        details -> JsonSql,
        created_at -> InstantSql,
        expires_at -> InstantSql,
        used_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    letters (id) {
        id -> IdSql,
        kind -> Text,
        recipient -> Text,
        language -> Text,
        details -> JsonSql,
        status -> Text,
        attempts -> BigInt,
        due_at -> InstantSql,
        created_at -> InstantSql,
        ended_at -> Nullable<InstantSql>,
        fault -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Nullable, Text};
    use crate::sqltypes::{InstantSql, JsonSql};

    idempotency_keys (owner, key) {
        owner -> Text,
        key -> Text,
        fingerprint -> Binary,
        created_at -> InstantSql,
        status -> Nullable<BigInt>,
        headers -> Nullable<JsonSql>,
        body -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary};
    use crate::sqltypes::InstantSql;

    signing_keys (number) {
        number -> BigInt,
        seed -> Binary,
        created_at -> InstantSql,
        active_at -> InstantSql,
    }
}
