//! Making one organisation of two: all that is the second one's becomes the first one's.

use werkstadt_domain::audience::Stored;
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::profile::Profile;
use werkstadt_domain::reference::Reference;
use werkstadt_domain::skill::{Claim, SkillId};

use crate::changes::{Noun, Operation};
use crate::error::Result;
use crate::memberships::MembershipRows;
use crate::references::PartnerRow;
use crate::reviews::ReviewRow;
use crate::work::UnitOfWork;
use crate::{claims, logos, opportunities, organisations, persons, references, solutions, units, users};

/// Users of one organisation: more are a defect.
const MOST_USERS: i64 = 100_000;

/// What moved from one organisation to the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Absorbed {
    /// Units.
    pub units: usize,
    /// Claims, those that joined one of the same skill included.
    pub claims: usize,
    /// References.
    pub references: usize,
    /// Opportunities.
    pub opportunities: usize,
    /// Solutions.
    pub solutions: usize,
    /// Persons who worked there.
    pub persons: usize,
    /// Users who acted for it.
    pub users: usize,
    /// Whether its membership goes on as the other one's.
    pub membership: bool,
    /// Whether its logo became the other one's.
    pub logo: bool,
}

/// Makes `merged`, under the id of `keep`, of two organisations; the second one goes, and all that was its own moves. Where both
/// claim a skill, one claim is left, [`joined`](Claim::joined). Where both have a membership or a logo, the
/// first one's stays. `current` gives the concept that stands for another one.
///
/// # Errors
/// As every guarded write; [`Error::Conflict`](crate::Error::Conflict) when a number is a third one's.
pub fn absorb(
    unit: &mut UnitOfWork<'_>,
    keep: &Profile,
    merged: Organisation,
    gone: &Profile,
    current: impl Fn(SkillId) -> SkillId,
) -> Result<Absorbed> {
    let (to, from) = (keep.id(), gone.id());
    let offered = opportunities::of_organisation(unit.db(), from)?;
    let made = solutions::of_organisation(unit.db(), from)?;
    let ids: Vec<_> = offered.iter().map(|one| one.record.id).collect();
    let reviews: Vec<ReviewRow> = ReviewRow::of(unit.db(), &ids)?
        .into_iter()
        .map(|(_, row)| row)
        .collect();
    let membership = MembershipRows::of(unit.db(), &[from])?.pop();
    let membership = membership.filter(|_| keep.membership.is_none());
    let partners = PartnerRow::naming(unit.db(), &[from])?;
    let logo = match (&keep.logo, &gone.logo) {
        (None, Some(_)) => Some(logos::find(unit.db(), from)?),
        _ => None,
    };
    let workers = persons::at_organisations(unit.db(), &[from])?;
    let workers = persons::load(unit.db(), &workers)?;
    let acting = users::list(unit.db(), Some(from), None, MOST_USERS)?;
    let absorbed = Absorbed {
        units: gone.units.len(),
        claims: gone.claims.len(),
        references: gone.references.len(),
        opportunities: offered.len(),
        solutions: made.len(),
        persons: workers.len(),
        users: acting.len(),
        membership: membership.is_some(),
        logo: logo.is_some(),
    };
    for user in acting {
        let mut after = user.record.clone();
        after.organisation = Some(to);
        users::update(unit, &user, after)?;
    }
    // First, so that its numbers are free.
    organisations::remove(unit, from, gone.organisation.version)?;
    organisations::update(unit, &keep.organisation, merged)?;
    for was in gone.units.iter() {
        let mut record = was.record.clone();
        record.organisation = to;
        units::put_back(unit, was, record)?;
    }
    let mut claimed: Vec<Stored<Claim>> = keep.claims.to_vec();
    for was in gone.claims.iter() {
        let same = |claim: &&mut Stored<Claim>| {
            claim.record.unit == was.record.unit && current(claim.record.skill) == current(was.record.skill)
        };
        match claimed.iter_mut().find(same) {
            Some(claim) => *claim = claims::update(unit, to, claim, claim.record.joined(&was.record))?,
            None => claimed.push(claims::put_back(unit, to, was, was.record.clone())?),
        }
    }
    for was in gone.references.iter() {
        references::put_back(unit, to, was, without_partners(&was.record, [to, from]))?;
    }
    for was in offered {
        let mut record = was.record.clone();
        record.organisation = to;
        opportunities::put_back(unit, &was, record)?;
    }
    ReviewRow::put_back(unit, &reviews)?;
    for was in made {
        let mut record = was.record.clone();
        record.organisation = to;
        solutions::put_back(unit, &was, record)?;
    }
    if let Some((_, rows)) = membership {
        rows.moved(to).put_back(unit)?;
    }
    if let Some(logo) = logo {
        logos::put(unit, to, logo)?;
    }
    for (_, partner) in partners {
        // Nobody is a partner of itself.
        if let Some(owner) = partner
            .moved(to)
            .put_back(unit.db())?
            .filter(|owner| owner.0 != to.uuid())
        {
            unit.record(Noun::Organisation, owner.0, Operation::Updated);
        }
    }
    for was in workers {
        let Some(present) = persons::load(unit.db(), &[was.record.id])?.pop() else {
            continue;
        };
        let mut after = was.record.clone();
        for affiliation in &mut after.affiliations {
            if affiliation.organisation == from {
                affiliation.organisation = to;
            }
        }
        after.affiliations.dedup_by(|one, other| {
            (one.organisation, one.unit, &one.role) == (other.organisation, other.unit, &other.role)
        });
        persons::update(unit, &present, after)?;
    }
    Ok(absorbed)
}

/// The reference without these organisations as partners: they are its owner.
fn without_partners(reference: &Reference, owners: [OrganisationId; 2]) -> Reference {
    let mut reference = reference.clone();
    reference
        .partners
        .retain(|partner| partner.organisation.is_none_or(|id| !owners.contains(&id)));
    reference
}
