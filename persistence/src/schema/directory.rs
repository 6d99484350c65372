//! Tables of the directory and its change log.

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
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
        /// Which audiences could see a difference: 1 anonymous, 2 members, 4 managers, added up.
        audiences -> Integer,
    }
}

diesel::table! {
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    /// What went with records that were removed.
    remains (record_id) {
        /// The record that was removed.
        record_id -> IdSql,
        /// When.
        removed_at -> InstantSql,
        /// What went with it.
        content -> JsonSql,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    /// What records were before they were changed or removed.
    versions (seq) {
        /// Grows with each version of one record.
        seq -> BigInt,
        /// What the record is.
        noun -> Text,
        /// Which one.
        record_id -> IdSql,
        /// Whose it is.
        organisation_id -> Nullable<IdSql>,
        /// Which version it was.
        version -> BigInt,
        /// What it was.
        content -> JsonSql,
        /// When it ended.
        ended_at -> InstantSql,
        /// `system`, `user` or `api_key`.
        actor_kind -> Text,
        /// Which one.
        actor_id -> Nullable<IdSql>,
        /// `updated` or `removed`.
        operation -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    skills (id) {
        id -> IdSql,
        uri -> Text,
        kind -> Text,
        status -> Text,
        label -> JsonSql,
        alt_de -> JsonSql,
        alt_en -> JsonSql,
        related -> JsonSql,
        replaced_by -> Nullable<IdSql>,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::Integer;
    use crate::sqltypes::IdSql;

    skill_broader (skill_id, position) {
        skill_id -> IdSql,
        position -> Integer,
        broader_id -> IdSql,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Date, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    organisations (id) {
        id -> IdSql,
        kind -> Text,
        name -> Text,
        name_key -> Text,
        short_name -> Nullable<Text>,
        legal_form -> Nullable<Text>,
        register_court -> Nullable<Text>,
        register_type -> Nullable<Text>,
        register_number -> Nullable<Text>,
        vat_id -> Nullable<Text>,
        w_idnr -> Nullable<Text>,
        lei -> Nullable<Text>,
        ror_id -> Nullable<Text>,
        wikidata_id -> Nullable<Text>,
        founded_on -> Nullable<Date>,
        size -> Nullable<Text>,
        headcount -> Nullable<BigInt>,
        industries -> JsonSql,
        summary -> JsonSql,
        description -> JsonSql,
        website -> Nullable<Text>,
        links -> JsonSql,
        locations -> JsonSql,
        languages -> JsonSql,
        contacts -> JsonSql,
        notes -> Nullable<Text>,
        visibility -> JsonSql,
        version -> BigInt,
        created_at -> InstantSql,
        changed_public -> InstantSql,
        changed_members -> InstantSql,
        changed_managers -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::sqltypes::IdSql;

    organisation_external_ids (organisation_id, position) {
        organisation_id -> IdSql,
        position -> Integer,
        scheme -> Text,
        value -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    units (id) {
        id -> IdSql,
        organisation_id -> IdSql,
        parent_id -> Nullable<IdSql>,
        name -> JsonSql,
        kind -> Text,
        summary -> JsonSql,
        website -> Nullable<Text>,
        visibility -> Text,
        version -> BigInt,
        created_at -> InstantSql,
        changed_public -> InstantSql,
        changed_members -> InstantSql,
        changed_managers -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    skill_claims (id) {
        id -> IdSql,
        organisation_id -> IdSql,
        unit_id -> Nullable<IdSql>,
        holder_id -> IdSql,
        skill_id -> IdSql,
        level -> Integer,
        evidence -> JsonSql,
        confirmed_at -> Nullable<InstantSql>,
        expires_on -> Nullable<Date>,
        visibility -> Text,
        version -> BigInt,
        created_at -> InstantSql,
        changed_public -> InstantSql,
        changed_members -> InstantSql,
        changed_managers -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Date, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    organisation_references (id) {
        id -> IdSql,
        organisation_id -> IdSql,
        unit_id -> Nullable<IdSql>,
        kind -> Text,
        title -> JsonSql,
        body -> JsonSql,
        keywords -> JsonSql,
        skills -> JsonSql,
        from_on -> Nullable<Date>,
        to_on -> Nullable<Date>,
        source -> Nullable<Text>,
        link -> Nullable<Text>,
        project_scheme -> Nullable<Text>,
        project_value -> Nullable<Text>,
        visibility -> Text,
        version -> BigInt,
        created_at -> InstantSql,
        changed_public -> InstantSql,
        changed_members -> InstantSql,
        changed_managers -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::sqltypes::IdSql;

    reference_partners (reference_id, position) {
        reference_id -> IdSql,
        position -> Integer,
        organisation_id -> Nullable<IdSql>,
        external_scheme -> Nullable<Text>,
        external_value -> Nullable<Text>,
        name -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Date, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql};

    memberships (id) {
        id -> IdSql,
        organisation_id -> IdSql,
        kind -> Text,
        status -> Text,
        since_on -> Nullable<Date>,
        until_on -> Nullable<Date>,
        version -> BigInt,
        created_at -> InstantSql,
        changed_public -> InstantSql,
        changed_members -> InstantSql,
        changed_managers -> InstantSql,
        resigns_on -> Nullable<Date>,
        resign_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Date, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql};

    membership_steps (membership_id, version) {
        membership_id -> IdSql,
        version -> BigInt,
        from_status -> Nullable<Text>,
        to_status -> Text,
        at -> InstantSql,
        reason -> Nullable<Text>,
        actor_kind -> Nullable<Text>,
        actor_id -> Nullable<IdSql>,
        effective_on -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    opportunities (id) {
        id -> IdSql,
        organisation_id -> IdSql,
        unit_id -> Nullable<IdSql>,
        direction -> Text,
        cooperation -> Text,
        title -> JsonSql,
        summary -> JsonSql,
        description -> JsonSql,
        required -> JsonSql,
        preferred -> JsonSql,
        sought -> JsonSql,
        stage -> Nullable<Text>,
        ipr -> Nullable<Text>,
        budget -> JsonSql,
        starts_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        expires_on -> Nullable<Date>,
        anonymous -> Bool,
        status -> Text,
        visibility -> Text,
        version -> BigInt,
        created_at -> InstantSql,
        changed_public -> InstantSql,
        changed_members -> InstantSql,
        changed_managers -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use crate::sqltypes::{IdSql, InstantSql, JsonSql};

    persons (id) {
        id -> IdSql,
        given_name -> Text,
        family_name -> Text,
        titles -> Nullable<Text>,
        email -> Nullable<Text>,
        languages -> JsonSql,
        skills -> JsonSql,
        visibility -> Text,
        invented -> Bool,
        version -> BigInt,
        created_at -> InstantSql,
        changed_public -> InstantSql,
        changed_members -> InstantSql,
        changed_managers -> InstantSql,
        phone -> Nullable<Text>,
        roles_sought -> JsonSql,
        birth_year -> Nullable<Integer>,
        consent -> JsonSql,
        contact_visibility -> Text,
        restriction -> JsonSql,
        matching -> Bool,
        objected_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::{Date, Integer, Nullable, Text};
    use crate::sqltypes::IdSql;

    affiliations (person_id, position) {
        person_id -> IdSql,
        position -> Integer,
        organisation_id -> IdSql,
        unit_id -> Nullable<IdSql>,
        role -> Nullable<Text>,
        from_on -> Nullable<Date>,
        to_on -> Nullable<Date>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    organisations,
    organisation_external_ids,
    organisation_references,
    reference_partners,
);
