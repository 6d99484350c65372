//! Tables of consents: their texts, the ledger, and guardians.

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use crate::sqltypes::{IdSql, InstantSql};

    consent_texts (id) {
        id -> IdSql,
        purpose -> Text,
        version -> BigInt,
        de -> Text,
        en -> Text,
        valid_from -> InstantSql,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::{Bool, Integer, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql};

    guardianships (id) {
        id -> IdSql,
        email -> Text,
        name -> Text,
        language -> Text,
        birth_year -> Integer,
        guardian_name -> Text,
        guardian_email -> Text,
        created_at -> InstantSql,
        expires_at -> InstantSql,
        consented_at -> Nullable<InstantSql>,
        withdrawn_at -> Nullable<InstantSql>,
        user_id -> Nullable<IdSql>,
        login -> Text,
        invited -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql};

    consents (id) {
        id -> IdSql,
        user_id -> Nullable<IdSql>,
        person_id -> Nullable<IdSql>,
        guardianship_id -> Nullable<IdSql>,
        purpose -> Text,
        text_version -> Nullable<BigInt>,
        language -> Nullable<Text>,
        sha256 -> Nullable<Text>,
        source -> Text,
        evidence -> Nullable<Text>,
        given_by -> Text,
        guardian -> Nullable<Text>,
        given_at -> InstantSql,
        expires_at -> Nullable<InstantSql>,
        withdrawn_at -> Nullable<InstantSql>,
        settled_at -> Nullable<InstantSql>,
        actor_kind -> Text,
        actor_id -> Nullable<IdSql>,
        created_at -> InstantSql,
    }
}
