//! Seekers that the directory itself knows: an organisation, an opportunity.

use chrono::NaiveDate;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::matching::requirement::passages;
use werkstadt_domain::matching::{Requirement, Seeker};
use werkstadt_domain::opportunity::{Direction, Opportunity, OpportunityId, SkillNeed};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::profile::Profile;
use werkstadt_domain::skill::Level;

use crate::directory::snapshot::Snapshot;

impl Snapshot {
    /// The seeker that an opportunity is, `None` if the audience does not see it. An anonymous one seeks on nobody's behalf
    /// for those who may not know whose it is.
    pub fn seeker_of_opportunity(&self, audience: Audience, id: OpportunityId) -> Option<Seeker> {
        let opportunity = self.opportunity(audience, id)?;
        let mut seeker = Seeker::opportunity(opportunity.record.get());
        seeker.organisation = seeker.organisation.filter(|organisation| !organisation.uuid().is_nil());
        Some(seeker)
    }

    /// The seeker that an organisation is, `None` if the audience does not see it: what its open requests ask for together,
    /// or without any, partners at work in its own field.
    pub fn seeker_of_organisation(&self, audience: Audience, id: OrganisationId, today: NaiveDate) -> Option<Seeker> {
        let profile = self.organisation(audience, id)?.get();
        let open = self.opportunities.open(audience, today);
        let requests: Vec<&Opportunity> = open
            .get(&id)
            .into_iter()
            .flatten()
            .copied()
            .filter(|o| o.direction == Direction::Request)
            .collect();
        let requirement = if requests.is_empty() {
            same_field(profile, today)
        } else {
            all_of(&requests)
        };
        Some(Seeker {
            requirement,
            organisation: Some(id),
            opportunity: None,
            direction: Direction::Request,
        })
    }
}

/// Several requests as one: their texts, skills and sorts. Their constraints differ, so none is hard.
fn all_of(requests: &[&Opportunity]) -> Requirement {
    let mut all = Requirement::default();
    for request in requests {
        let one = Seeker::opportunity(request).requirement;
        all.texts.extend(one.texts);
        all.required.extend(one.required);
        all.preferred.extend(one.preferred);
        all.cooperations.extend(one.cooperations);
    }
    all.cooperations.sort_unstable();
    all.cooperations.dedup();
    all
}

fn same_field(profile: &Profile, today: NaiveDate) -> Requirement {
    let organisation = &profile.organisation.record;
    let references = profile
        .references
        .iter()
        .flat_map(|reference| passages(&reference.record.title));
    let texts = passages(&organisation.summary)
        .chain(passages(&organisation.description))
        .chain(references);
    let need = |claim: &werkstadt_domain::audience::Stored<werkstadt_domain::skill::Claim>| SkillNeed {
        skill: claim.record.skill,
        min_level: Level::MIN,
    };
    let held = profile.claims.iter().filter(|claim| claim.record.holds_on(today));
    Requirement {
        texts: texts.collect(),
        preferred: held.map(need).collect(),
        ..Requirement::default()
    }
}
