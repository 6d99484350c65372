//! Tables of what imports found and did.

diesel::table! {
    use diesel::sql_types::BigInt;
    use crate::sqltypes::{IdSql, JsonSql};

    import_duplicates (job_id, position) {
        job_id -> IdSql,
        position -> BigInt,
        finding -> JsonSql,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::sqltypes::{IdSql, JsonSql};

    import_records (job_id, position) {
        job_id -> IdSql,
        position -> BigInt,
        noun -> Text,
        record_id -> IdSql,
        changes -> BigInt,
        before -> Nullable<JsonSql>,
    }
}
