//! The tables, as both engines have them. A test compares this with the migrations of either.

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql};

    /// What was changed, by whom, when. On PostgreSQL it also has `xid`, the writing transaction.
    changes (seq) {
        /// Grows; on PostgreSQL not in order of commit.
        seq -> BigInt,
        /// The process that wrote.
        origin -> IdSql,
        /// When.
        at -> InstantSql,
        /// `system`, `user` or `api_key`.
        actor_kind -> Text,
        /// Which one.
        actor_id -> Nullable<IdSql>,
        /// What was changed.
        noun -> Text,
        /// Which one.
        record_id -> IdSql,
        /// `created`, `updated` or `removed`.
        operation -> Text,
    }
}
