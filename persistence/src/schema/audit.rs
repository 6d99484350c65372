//! Tables of the audit log and of erasures.

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql};

    audit_entries (seq) {
        seq -> BigInt,
        at -> InstantSql,
        kind -> Text,
        actor_kind -> Text,
        actor_id -> Nullable<IdSql>,
        operation -> Nullable<Text>,
        upto -> Nullable<BigInt>,
        anchor -> Nullable<Binary>,
        records_digest -> Binary,
        details_digest -> Binary,
        mac -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use crate::sqltypes::IdSql;

    audit_records (seq, position) {
        seq -> BigInt,
        position -> BigInt,
        noun -> Text,
        record_id -> IdSql,
        operation -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};

    audit_details (seq) {
        seq -> BigInt,
        content -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary};

    audit_head (id) {
        id -> BigInt,
        seq -> BigInt,
        mac -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    erasures (id) {
        id -> IdSql,
        user_id -> Nullable<IdSql>,
        person_id -> Nullable<IdSql>,
        words -> JsonSql,
        result -> JsonSql,
        actor_kind -> Text,
        actor_id -> Nullable<IdSql>,
        created_at -> InstantSql,
        finished_at -> Nullable<InstantSql>,
        mentions -> JsonSql,
    }
}

diesel::allow_tables_to_appear_in_same_query!(audit_entries, audit_records, audit_details);
