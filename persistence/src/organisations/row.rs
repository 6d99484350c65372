//! The rows of an organisation.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::{ExternalId, Identifiers, Organisation, OrganisationId, RegisterEntry};
use werkstadt_domain::text::key;

use crate::error::{Error, Result};
use crate::guard;
use crate::history::Kept;
use crate::schema::{organisation_external_ids, organisations};
use crate::shapes::{
    ContactShape, Fault, GroupsShape, IndustryShape, LinkShape, LocationShape, TextShape, items, named, shapes, tight,
};
use crate::sqltypes::{Json, SqlId, SqlInstant};

#[derive(Queryable, Insertable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = organisations, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct OrganisationRow {
    pub(super) id: SqlId,
    kind: String,
    name: String,
    name_key: String,
    short_name: Option<String>,
    legal_form: Option<String>,
    register_court: Option<String>,
    register_type: Option<String>,
    register_number: Option<String>,
    vat_id: Option<String>,
    w_idnr: Option<String>,
    lei: Option<String>,
    ror_id: Option<String>,
    wikidata_id: Option<String>,
    founded_on: Option<NaiveDate>,
    size: Option<String>,
    headcount: Option<i64>,
    industries: Json<Vec<IndustryShape>>,
    summary: Json<TextShape>,
    description: Json<TextShape>,
    website: Option<String>,
    links: Json<Vec<LinkShape>>,
    locations: Json<Vec<LocationShape>>,
    languages: Json<Vec<String>>,
    contacts: Json<Vec<ContactShape>>,
    notes: Option<String>,
    visibility: Json<GroupsShape>,
    version: i64,
    created_at: SqlInstant,
    changed_public: SqlInstant,
    changed_members: SqlInstant,
    changed_managers: SqlInstant,
}

impl From<&Stored<Organisation>> for OrganisationRow {
    fn from(stored: &Stored<Organisation>) -> Self {
        let organisation = stored.record.clone();
        let numbers = organisation.identifiers;
        let register = numbers.register;
        let [changed_public, changed_members, changed_managers] = guard::instants(&stored.changed_at);
        Self {
            id: organisation.id.into(),
            kind: organisation.kind.code().to_owned(),
            name_key: key(&organisation.name),
            name: organisation.name,
            short_name: organisation.short_name,
            legal_form: organisation.legal_form,
            register_court: register.as_ref().map(|entry| entry.court.clone()),
            register_type: register.as_ref().map(|entry| entry.register.clone()),
            register_number: register.map(|entry| entry.number),
            vat_id: numbers.vat_id,
            w_idnr: numbers.w_idnr,
            lei: numbers.lei,
            ror_id: numbers.ror_id,
            wikidata_id: numbers.wikidata_id,
            founded_on: organisation.founded_on,
            size: organisation.size.map(|size| size.code().to_owned()),
            headcount: organisation.headcount.map(i64::from),
            industries: Json(shapes(&organisation.industries)),
            summary: Json(TextShape::from(&organisation.summary)),
            description: Json(TextShape::from(&organisation.description)),
            website: organisation.website,
            links: Json(shapes(&organisation.links)),
            locations: Json(shapes(&organisation.locations)),
            languages: Json(organisation.languages),
            contacts: Json(shapes(&organisation.contacts)),
            notes: organisation.notes,
            visibility: Json(GroupsShape::from(organisation.visibility)),
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            changed_public,
            changed_members,
            changed_managers,
        }
    }
}

impl OrganisationRow {
    pub(super) fn into_stored(self, external: Vec<ExternalId>) -> Result<Stored<Organisation>> {
        let id = self.id.0;
        self.read(external)
            .map_err(|fault| Error::inconsistent("organisations", id, fault))
    }

    fn read(self, external: Vec<ExternalId>) -> Result<Stored<Organisation>, Fault> {
        let register = match (self.register_court, self.register_type, self.register_number) {
            (Some(court), Some(register), Some(number)) => Some(Box::new(RegisterEntry {
                court,
                register,
                number,
            })),
            _ => None,
        };
        let record = Organisation {
            id: self.id.into(),
            kind: named(&self.kind)?,
            name: self.name,
            short_name: self.short_name,
            legal_form: self.legal_form,
            identifiers: Identifiers {
                register,
                vat_id: self.vat_id,
                w_idnr: self.w_idnr,
                lei: self.lei,
                ror_id: self.ror_id,
                wikidata_id: self.wikidata_id,
                external,
            },
            founded_on: self.founded_on,
            size: self.size.as_deref().map(named).transpose()?,
            headcount: self
                .headcount
                .map(u32::try_from)
                .transpose()
                .map_err(|fault| fault.to_string())?,
            industries: items(self.industries.0),
            summary: self.summary.0.into(),
            description: self.description.0.into(),
            website: self.website,
            links: items(self.links.0),
            locations: items(self.locations.0),
            languages: tight(self.languages.0),
            contacts: items(self.contacts.0),
            notes: self.notes,
            visibility: self.visibility.0.try_into()?,
        };
        let changed = [self.changed_public, self.changed_members, self.changed_managers];
        Ok(guard::stored(record, self.version, self.created_at, changed))
    }
}

#[derive(Queryable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = organisation_external_ids)]
pub(crate) struct ExternalIdRow {
    organisation_id: SqlId,
    position: i32,
    scheme: String,
    value: String,
}

impl ExternalIdRow {
    pub(super) fn all(organisation: &Organisation) -> impl Iterator<Item = Self> {
        let owner = organisation.id.into();
        (0..)
            .zip(&organisation.identifiers.external)
            .map(move |(position, id)| Self {
                organisation_id: owner,
                position,
                scheme: id.scheme.clone(),
                value: id.value.clone(),
            })
    }

    /// Where it stands among all.
    pub(super) const fn place(&self) -> (SqlId, i32) {
        (self.organisation_id, self.position)
    }

    pub(crate) fn into_parts(self) -> (OrganisationId, ExternalId) {
        let id = ExternalId {
            scheme: self.scheme,
            value: self.value,
        };
        (self.organisation_id.into(), id)
    }
}

/// All rows of an organisation, as its history keeps them.
#[derive(Serialize, Deserialize)]
pub(crate) struct OrganisationRows {
    organisation: OrganisationRow,
    external_ids: Vec<ExternalIdRow>,
}

impl Kept for Organisation {
    type Rows = OrganisationRows;

    fn rows(stored: &Stored<Self>, _: OrganisationId) -> OrganisationRows {
        OrganisationRows {
            organisation: OrganisationRow::from(stored),
            external_ids: ExternalIdRow::all(&stored.record).collect(),
        }
    }

    fn revive(rows: OrganisationRows) -> Result<Stored<Self>> {
        let external = rows.external_ids.into_iter().map(|row| row.into_parts().1);
        rows.organisation.into_stored(external.collect())
    }
}
