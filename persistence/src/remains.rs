//! What goes with a record that is removed and has no history of its own. It is kept until the record comes back.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use werkstadt_domain::opportunity::OpportunityId;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::PersonId;

use crate::changes::{Noun, Operation};
use crate::confirmations::ConfirmationRow;
use crate::db::Db;
use crate::dialect;
use crate::duplicates::DistinctRow;
use crate::error::Result;
use crate::guard::IDS_PER_QUERY;
use crate::memberships::MembershipRows;
use crate::references::PartnerRow;
use crate::reviews::ReviewRow;
use crate::schema::{affiliations, remains};
use crate::sqltypes::{Json, SqlId, SqlInstant};
use crate::work::UnitOfWork;

/// What remains of a record: of an organisation its membership and the places where others name it, of an opportunity its
/// reviews.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Remains {
    membership: Option<MembershipRows>,
    confirmation: Option<ConfirmationRow>,
    distinct: Vec<DistinctRow>,
    partners: Vec<PartnerRow>,
    /// Who works or worked there. Their ids alone: what they were is in their own history, which goes with them.
    persons: Vec<Uuid>,
    reviews: Vec<ReviewRow>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = remains)]
struct RemainsRow {
    record_id: SqlId,
    removed_at: SqlInstant,
    content: Json<Remains>,
}

impl Remains {
    /// What remains of these organisations.
    pub(crate) fn of_organisations(db: &mut Db, ids: &[OrganisationId]) -> Result<HashMap<Uuid, Self>> {
        let mut all: HashMap<Uuid, Self> = HashMap::new();
        for (id, row) in MembershipRows::of(db, ids)? {
            all.entry(id.uuid()).or_default().membership = Some(row);
        }
        for (id, row) in ConfirmationRow::of(db, ids)? {
            all.entry(id.uuid()).or_default().confirmation = Some(row);
        }
        for (id, row) in DistinctRow::of(db, ids)? {
            all.entry(id.uuid()).or_default().distinct.push(row);
        }
        for (id, row) in PartnerRow::naming(db, ids)? {
            all.entry(id.uuid()).or_default().partners.push(row);
        }
        for chunk in ids.chunks(IDS_PER_QUERY) {
            let keys: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
            let rows: Vec<(SqlId, SqlId)> = affiliations::table
                .filter(affiliations::organisation_id.eq_any(keys))
                .select((affiliations::organisation_id, affiliations::person_id))
                .distinct()
                .load(db)?;
            for (id, person) in rows {
                all.entry(id.0).or_default().persons.push(person.0);
            }
        }
        Ok(all)
    }

    /// What remains of these opportunities.
    pub(crate) fn of_opportunities(db: &mut Db, ids: &[OpportunityId]) -> Result<HashMap<Uuid, Self>> {
        let mut all: HashMap<Uuid, Self> = HashMap::new();
        for (id, row) in ReviewRow::of(db, ids)? {
            all.entry(id.uuid()).or_default().reviews.push(row);
        }
        Ok(all)
    }
}

/// Keeps what remains of records that are removed now.
pub(crate) fn keep(db: &mut Db, of: HashMap<Uuid, Remains>, removed_at: SqlInstant) -> Result<()> {
    let ids: Vec<SqlId> = of.keys().copied().map(SqlId).collect();
    // Of one that came back in another way than from here.
    for chunk in ids.chunks(IDS_PER_QUERY) {
        diesel::delete(remains::table.filter(remains::record_id.eq_any(chunk))).execute(db)?;
    }
    let row = |(id, content): (Uuid, Remains)| RemainsRow {
        record_id: SqlId(id),
        removed_at,
        content: Json(content),
    };
    let rows: Vec<RemainsRow> = of.into_iter().map(row).collect();
    dialect::insert_all::<remains::table, RemainsRow>(db, remains::table, &rows)
}

/// Puts back what remains of a record that has just come back, as far as it still fits, and tells who worked there.
pub(crate) fn put_back(unit: &mut UnitOfWork<'_>, id: Uuid) -> Result<Vec<PersonId>> {
    let kept = remains::table.find(SqlId(id));
    let row: Option<RemainsRow> = kept.first(unit.db()).optional()?;
    let Some(RemainsRow { content: Json(of), .. }) = row else {
        return Ok(Vec::new());
    };
    diesel::delete(kept).execute(unit.db())?;
    if let Some(membership) = of.membership {
        membership.put_back(unit)?;
    }
    if let Some(confirmation) = of.confirmation {
        confirmation.put_back(unit)?;
    }
    for pair in of.distinct {
        pair.put_back(unit)?;
    }
    for partner in of.partners {
        if let Some(owner) = partner.put_back(unit.db())? {
            unit.record(Noun::Organisation, owner.0, Operation::Updated);
        }
    }
    ReviewRow::put_back(unit, &of.reviews)?;
    Ok(of.persons.into_iter().map(PersonId::new).collect())
}
