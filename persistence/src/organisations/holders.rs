//! Whose a number is.

use diesel::prelude::*;
use werkstadt_domain::organisation::{Number, OrganisationId};

use crate::db::Db;
use crate::error::Result;
use crate::schema::{organisation_external_ids, organisations};
use crate::sqltypes::SqlId;

/// The organisation that has this number.
///
/// # Errors
/// As every read.
pub fn holder(db: &mut Db, number: &Number) -> Result<Option<OrganisationId>> {
    macro_rules! by {
        ($column:ident, $value:expr) => {
            organisations::table
                .filter(organisations::$column.eq($value))
                .select(organisations::id)
                .first(db)
                .optional()?
        };
    }
    let found: Option<SqlId> = match number {
        Number::VatId(text) => by!(vat_id, text),
        Number::WIdnr(text) => by!(w_idnr, text),
        Number::Lei(text) => by!(lei, text),
        Number::RorId(text) => by!(ror_id, text),
        Number::WikidataId(text) => by!(wikidata_id, text),
        Number::Register(entry) => organisations::table
            .filter(organisations::register_court.eq(&entry.court))
            .filter(organisations::register_type.eq(&entry.register))
            .filter(organisations::register_number.eq(&entry.number))
            .select(organisations::id)
            .first(db)
            .optional()?,
        Number::External(id) => organisation_external_ids::table
            .filter(organisation_external_ids::scheme.eq(&id.scheme))
            .filter(organisation_external_ids::value.eq(&id.value))
            .select(organisation_external_ids::organisation_id)
            .first(db)
            .optional()?,
    };
    Ok(found.map(OrganisationId::from))
}
