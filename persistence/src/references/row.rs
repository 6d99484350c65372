//! The rows of a reference.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::institution::UnitId;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::{ExternalId, OrganisationId};
use werkstadt_domain::reference::{Partner, Reference};
use werkstadt_domain::skill::SkillId;

use crate::db::Db;
use crate::error::{Error, Result};
use crate::guard::{self, Owners};
use crate::history::Kept;
use crate::schema::{organisation_references, reference_partners};
use crate::shapes::{Fault, TextShape, external_id, named, tight};
use crate::sqltypes::{Json, SqlId, SqlInstant};

#[derive(Queryable, Insertable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = organisation_references, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct ReferenceRow {
    pub(super) id: SqlId,
    organisation_id: SqlId,
    unit_id: Option<SqlId>,
    kind: String,
    title: Json<TextShape>,
    body: Json<TextShape>,
    keywords: Json<Vec<String>>,
    skills: Json<Vec<Uuid>>,
    from_on: Option<NaiveDate>,
    to_on: Option<NaiveDate>,
    source: Option<String>,
    link: Option<String>,
    project_scheme: Option<String>,
    project_value: Option<String>,
    visibility: String,
    version: i64,
    created_at: SqlInstant,
    changed_public: SqlInstant,
    changed_members: SqlInstant,
    changed_managers: SqlInstant,
}

impl ReferenceRow {
    pub(super) fn new(organisation: OrganisationId, stored: &Stored<Reference>) -> Self {
        let reference = stored.record.clone();
        let (project_scheme, project_value) = reference.project.map(|id| (id.scheme, id.value)).unzip();
        let [changed_public, changed_members, changed_managers] = guard::instants(&stored.changed_at);
        Self {
            id: reference.id.into(),
            organisation_id: organisation.into(),
            unit_id: reference.unit.map(SqlId::from),
            kind: reference.kind.code().to_owned(),
            title: Json(TextShape::from(&reference.title)),
            body: Json(TextShape::from(&reference.text)),
            keywords: Json(reference.keywords),
            skills: Json(reference.skills.into_iter().map(SkillId::uuid).collect()),
            from_on: reference.from,
            to_on: reference.to,
            source: reference.source,
            link: reference.link,
            project_scheme,
            project_value,
            visibility: reference.visibility.code().to_owned(),
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            changed_public,
            changed_members,
            changed_managers,
        }
    }

    pub(super) fn into_parts(self, partners: Vec<Partner>) -> Result<(OrganisationId, Stored<Reference>)> {
        let (id, organisation) = (self.id.0, self.organisation_id.into());
        let stored = self.read(partners);
        let stored = stored.map_err(|fault| Error::inconsistent("organisation_references", id, fault))?;
        Ok((organisation, stored))
    }

    fn read(self, partners: Vec<Partner>) -> Result<Stored<Reference>, Fault> {
        let record = Reference {
            id: self.id.into(),
            unit: self.unit_id.map(UnitId::from),
            kind: named(&self.kind)?,
            title: self.title.0.into(),
            text: self.body.0.into(),
            keywords: tight(self.keywords.0),
            skills: self.skills.0.into_iter().map(SkillId::new).collect(),
            from: self.from_on,
            to: self.to_on,
            partners,
            source: self.source,
            link: self.link,
            project: external_id(self.project_scheme, self.project_value),
            visibility: named(&self.visibility)?,
        };
        let changed = [self.changed_public, self.changed_members, self.changed_managers];
        Ok(guard::stored(record, self.version, self.created_at, changed))
    }
}

#[derive(Debug, Queryable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = reference_partners, treat_none_as_default_value = false)]
pub(crate) struct PartnerRow {
    pub(super) reference_id: SqlId,
    position: i32,
    organisation_id: Option<SqlId>,
    external_scheme: Option<String>,
    external_value: Option<String>,
    name: Option<String>,
}

impl PartnerRow {
    pub(super) fn all(
        reference: &Reference,
        known: &HashMap<ExternalId, OrganisationId>,
    ) -> impl Iterator<Item = Self> {
        let reference_id = reference.id.into();
        (0..).zip(&reference.partners).map(move |(position, partner)| {
            let found = partner.external.as_ref().and_then(|id| known.get(id)).copied();
            let (external_scheme, external_value) = partner.external.clone().map(|id| (id.scheme, id.value)).unzip();
            Self {
                reference_id,
                position,
                organisation_id: partner.organisation.or(found).map(SqlId::from),
                external_scheme,
                external_value,
                name: partner.name.clone(),
            }
        })
    }

    pub(super) fn into_partner(self) -> Partner {
        Partner {
            organisation: self.organisation_id.map(OrganisationId::from),
            external: external_id(self.external_scheme, self.external_value),
            name: self.name,
        }
    }
}

/// Where references name an organisation that goes.
impl PartnerRow {
    /// Those that name one of these organisations.
    pub(crate) fn naming(db: &mut Db, organisations: &[OrganisationId]) -> Result<Vec<(OrganisationId, Self)>> {
        let rows: Vec<Self> = guard::rows_of!(reference_partners, Owners::These(organisations), db);
        let named = rows
            .into_iter()
            .filter_map(|row| Some((row.organisation_id?.into(), row)));
        Ok(named.collect())
    }

    /// The same with another organisation.
    pub(crate) fn moved(mut self, to: OrganisationId) -> Self {
        self.organisation_id = Some(to.into());
        self
    }

    /// Names the organisation again, where the partner is still one that nobody knows, and tells whose reference it is.
    pub(crate) fn put_back(self, db: &mut Db) -> Result<Option<SqlId>> {
        let place = reference_partners::table.find((self.reference_id, self.position));
        let now: Option<Self> = place.first(db).optional()?;
        let names = |row: &Self| {
            (
                row.external_scheme.clone(),
                row.external_value.clone(),
                row.name.clone(),
            )
        };
        if now.is_none_or(|now| now.organisation_id.is_some() || names(&now) != names(&self)) {
            return Ok(None);
        }
        diesel::update(reference_partners::table.find((self.reference_id, self.position)))
            .set(reference_partners::organisation_id.eq(self.organisation_id))
            .execute(db)?;
        let owner = organisation_references::table
            .find(self.reference_id)
            .select(organisation_references::organisation_id);
        Ok(owner.first(db).optional()?)
    }
}

/// All rows of a reference, as its history keeps them.
#[derive(Serialize, Deserialize)]
pub(crate) struct ReferenceRows {
    reference: ReferenceRow,
    partners: Vec<PartnerRow>,
}

impl Kept for Reference {
    type Rows = ReferenceRows;

    fn rows(stored: &Stored<Self>, owner: OrganisationId) -> ReferenceRows {
        ReferenceRows {
            reference: ReferenceRow::new(owner, stored),
            partners: PartnerRow::all(&stored.record, &HashMap::new()).collect(),
        }
    }

    fn revive(rows: ReferenceRows) -> Result<Stored<Self>> {
        let partners = rows.partners.into_iter().map(PartnerRow::into_partner);
        Ok(rows.reference.into_parts(partners.collect())?.1)
    }
}
