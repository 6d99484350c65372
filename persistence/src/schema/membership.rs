//! Tables of the life of memberships: types, applications, dues, representatives, coverings.

use super::directory::memberships;

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    membership_types (id) {
        id -> IdSql,
        code -> Text,
        name -> JsonSql,
        description -> JsonSql,
        fee_cents -> BigInt,
        fees -> JsonSql,
        period -> Text,
        due_days -> Integer,
        grace_days -> Integer,
        kinds -> JsonSql,
        fields -> JsonSql,
        documents -> JsonSql,
        is_open -> Bool,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        first_due -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    membership_applications (id) {
        id -> IdSql,
        type_id -> IdSql,
        status -> Text,
        content -> JsonSql,
        actor_kind -> Text,
        actor_id -> Nullable<IdSql>,
        decided_by -> Nullable<IdSql>,
        decided_at -> Nullable<InstantSql>,
        reason -> Nullable<Text>,
        membership_id -> Nullable<IdSql>,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Text};
    use crate::sqltypes::IdSql;

    application_documents (id) {
        id -> IdSql,
        application_id -> IdSql,
        code -> Text,
        file_name -> Text,
        media_type -> Text,
        bytes -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql};

    membership_dues (id) {
        id -> IdSql,
        membership_id -> IdSql,
        first_on -> Date,
        last_on -> Date,
        amount_cents -> BigInt,
        due_on -> Date,
        status -> Text,
        paid_on -> Nullable<Date>,
        note -> Nullable<Text>,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        reminders -> Integer,
        reminded_on -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::sqltypes::IdSql;

    membership_representatives (membership_id, role) {
        membership_id -> IdSql,
        role -> Text,
        name -> Text,
        email -> Text,
        phone -> Nullable<Text>,
        person_id -> Nullable<IdSql>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable};
    use crate::sqltypes::IdSql;

    membership_coverings (membership_id) {
        membership_id -> IdSql,
        level -> Integer,
        covered_by -> Nullable<IdSql>,
        covering_level -> Nullable<Integer>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql};

    membership_type_changes (membership_id, version) {
        membership_id -> IdSql,
        version -> BigInt,
        from_type -> Text,
        to_type -> Text,
        at -> InstantSql,
        actor_kind -> Text,
        actor_id -> Nullable<IdSql>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(memberships, membership_coverings);
