//! Memberships with all that belongs to them, as they are kept while their organisation is gone, or moved to another one.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use werkstadt_domain::organisation::OrganisationId;

use super::coverings::{self, CoveringRow};
use super::kinds::KindRow;
use super::representatives::RepresentativeRow;
use super::row::{MembershipRow, StepRow};
use super::{exists, record};
use crate::changes::Operation;
use crate::db::Db;
use crate::dialect;
use crate::dues::DueRow;
use crate::error::Result;
use crate::guard::{self, Owners};
use crate::schema::{
    membership_applications, membership_coverings, membership_dues, membership_representatives, membership_steps,
    memberships,
};
use crate::sqltypes::SqlId;
use crate::work::UnitOfWork;

/// The rows of a membership and of what belongs to it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MembershipRows {
    membership: MembershipRow,
    steps: Vec<StepRow>,
    #[serde(default)]
    kinds: Vec<KindRow>,
    #[serde(default)]
    dues: Vec<DueRow>,
    /// That it is covered, and those that it covers.
    #[serde(default)]
    coverings: Vec<CoveringRow>,
    /// The applications that led to it.
    #[serde(default)]
    applications: Vec<SqlId>,
    /// They may be removed from the directory while the organisation is gone, so they are moved, but not kept.
    #[serde(skip)]
    representatives: Vec<RepresentativeRow>,
}

impl MembershipRows {
    /// The memberships of these organisations.
    pub(crate) fn of(db: &mut Db, owners: &[OrganisationId]) -> Result<Vec<(OrganisationId, Self)>> {
        let rows: Vec<MembershipRow> = guard::rows_of!(memberships, Owners::These(owners), db);
        let mut all = Vec::with_capacity(rows.len());
        for membership in rows {
            let id = membership.id;
            let steps = membership_steps::table
                .filter(membership_steps::membership_id.eq(id))
                .order(membership_steps::version)
                .load(db)?;
            let dues = membership_dues::table
                .filter(membership_dues::membership_id.eq(id))
                .order(membership_dues::id)
                .load(db)?;
            let applications = membership_applications::table
                .filter(membership_applications::membership_id.eq(id))
                .select(membership_applications::id)
                .load(db)?;
            let representatives = membership_representatives::table
                .filter(membership_representatives::membership_id.eq(id))
                .load(db)?;
            let rows = Self {
                steps,
                kinds: KindRow::of(db, id)?,
                dues,
                coverings: CoveringRow::about(db, id)?,
                applications,
                representatives,
                membership,
            };
            all.push((rows.membership.organisation_id.into(), rows));
        }
        Ok(all)
    }

    /// The same as another organisation's.
    pub(crate) fn moved(mut self, to: OrganisationId) -> Self {
        self.membership.organisation_id = to.into();
        self
    }

    /// Puts the membership back as it was, unless it is there as another organisation's.
    pub(crate) fn put_back(self, unit: &mut UnitOfWork<'_>) -> Result<()> {
        let id = self.membership.id;
        if exists(unit.db(), id.into())? {
            return Ok(());
        }
        let stored = self.membership.into_stored()?;
        let row = MembershipRow::from(&stored);
        dialect::insert_all::<memberships::table, MembershipRow>(unit.db(), memberships::table, &[row])?;
        dialect::insert_all::<membership_steps::table, StepRow>(unit.db(), membership_steps::table, &self.steps)?;
        KindRow::put_back(unit.db(), &self.kinds)?;
        dialect::insert_all::<membership_dues::table, DueRow>(unit.db(), membership_dues::table, &self.dues)?;
        dialect::insert_all::<membership_representatives::table, RepresentativeRow>(
            unit.db(),
            membership_representatives::table,
            &self.representatives,
        )?;
        diesel::update(membership_applications::table.filter(membership_applications::id.eq_any(self.applications)))
            .set(membership_applications::membership_id.eq(Some(id)))
            .execute(unit.db())?;
        for row in self.coverings {
            row.put_back(unit.db())?;
        }
        record(unit, &stored.record, Operation::Created);
        coverings::record_covered(unit, &[id])
    }
}

/// Notes that these organisations are about to go, for those whose memberships are covered by one of theirs.
pub(crate) fn record_uncovered(unit: &mut UnitOfWork<'_>, organisations: &[SqlId]) -> Result<()> {
    let going: Vec<SqlId> = memberships::table
        .inner_join(membership_coverings::table.on(membership_coverings::membership_id.eq(memberships::id)))
        .filter(memberships::organisation_id.eq_any(organisations))
        .select(memberships::id)
        .load(unit.db())?;
    coverings::record_covered(unit, &going)
}
