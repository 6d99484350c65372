//! Making one organisation of two that are entered twice.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::import::{Merge, merge};
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::profile::Profile;
use werkstadt_persistence::organisations::{self, Absorbed};
use werkstadt_persistence::profiles;

use crate::answer;
use crate::auth::Caller;
use crate::extract::{Json, Query};
use crate::imports::wire::ChangeBody;
use crate::memberships;
use crate::problem::Problem;
use crate::skills::split::DryRun;
use crate::skills::upkeep::retried;
use crate::state::{self, State};
use crate::wire::{Choose, known};

/// Which organisation stays, and which becomes a part of it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"keep_id": "01936d3e-7f10-7000-8000-0000000000aa", "merge_id": "01936d3e-7f10-7000-8000-0000000000bb"}))]
pub struct OrganisationMerge {
    /// The one that stays, with its id, kind and visibility.
    #[schema(format = Uuid)]
    pub keep_id: String,
    /// The one that goes.
    #[schema(format = Uuid)]
    pub merge_id: String,
    /// Whose facts count where the two differ: those of the one that is `kept`, or of the one that is `merged`. `kept` if left out.
    pub prefer: Option<PreferName>,
}

/// Whose facts count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prefer {
    /// Those of the organisation that stays; the other one's fill what it lacks.
    #[default]
    Kept,
    /// Those of the organisation that goes.
    Merged,
}

/// Name of whose facts count.
pub type PreferName = Choose<Prefer>;

impl Named for Prefer {
    const NAME: &'static str = "PreferredFacts";
    const ALL: &'static [Self] = &[Self::Kept, Self::Merged];

    fn code(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Merged => "merged",
        }
    }
}

/// What came of two organisations.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MergedOrganisations, example = json!({"organisation_id": "01936d3e-7f10-7000-8000-0000000000aa",
    "changes": [{"pointer": "/website", "given": "https://example.org"}],
    "moved": {"units": 0, "skills": 3, "references": 1, "opportunities": 0, "solutions": 0, "people": 2, "users": 1,
        "membership": true, "logo": false}}))]
pub struct MergedOrganisationsBody {
    /// The one that stays.
    #[schema(format = Uuid)]
    pub organisation_id: String,
    /// Where it has become another.
    pub changes: Vec<ChangeBody>,
    /// What was the other one's and is its own now; left out of a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<MovedPartsBody>,
}

/// How much moved from one organisation to another.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MovedParts, example = json!({"units": 0, "skills": 3, "references": 1, "opportunities": 0, "solutions": 0, "people": 2,
    "users": 1, "membership": true, "logo": false}))]
pub struct MovedPartsBody {
    /// Units.
    pub units: u64,
    /// Skills; one that both claim has become one claim.
    pub skills: u64,
    /// References.
    pub references: u64,
    /// Opportunities.
    pub opportunities: u64,
    /// Solutions.
    pub solutions: u64,
    /// People who worked there.
    pub people: u64,
    /// Users who acted for it.
    pub users: u64,
    /// Whether its membership goes on.
    pub membership: bool,
    /// Whether its logo is shown.
    pub logo: bool,
}

impl From<Absorbed> for MovedPartsBody {
    fn from(absorbed: Absorbed) -> Self {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Self {
            units: count(absorbed.units),
            skills: count(absorbed.claims),
            references: count(absorbed.references),
            opportunities: count(absorbed.opportunities),
            solutions: count(absorbed.solutions),
            people: count(absorbed.persons),
            users: count(absorbed.users),
            membership: absorbed.membership,
            logo: absorbed.logo,
        }
    }
}

/// Make one organisation of two
///
/// For one that is entered twice. All that is the second one's becomes the first one's, under the ids it has: units, skills,
/// references, opportunities with their reviews, solutions, people, users, and what others say of it; membership and logo, unless
/// the first one has its own; then that of the second must not cover others (`covers`). What the first one shows to whom, it does with what it takes over, too. Then the second one goes. The
/// history of both tells what was.
#[utoipa::path(tag = "upkeep", params(DryRun), request_body = OrganisationMerge,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "What has changed, or would change.", body = MergedOrganisationsBody)))]
#[post("/duplicates/merge")]
pub async fn merge_organisations(
    state: web::Data<State>,
    caller: Caller,
    query: Query<DryRun>,
    body: Json<OrganisationMerge>,
) -> Result<HttpResponse, Problem> {
    let (keep, gone) = body.0.read(&state)?;
    let prefer = body.0.prefer.map(|prefer| prefer.0).unwrap_or_default();
    let preview = query.0.dry_run == Some(true);
    let shared = state.clone();
    let merged = state::write(&state, caller.actor(), move |unit| {
        let (keep, gone) = (profiles::find(unit.db(), keep)?, profiles::find(unit.db(), gone)?);
        may_hold(&keep, &gone)?;
        // Its membership goes, too, if the first one has its own.
        match (keep.membership.is_some(), preview) {
            (false, _) => {}
            (true, true) => drop(memberships::may_go(unit.db(), gone.id())?),
            (true, false) => memberships::lets_go(unit, gone.id())?,
        }
        let merged = of_two(&keep.organisation.record, &gone.organisation.record, prefer);
        let moved = if preview {
            None
        } else {
            let snapshot = shared.directory().snapshot();
            let current = |skill| snapshot.taxonomy().current(skill);
            let moved = organisations::absorb(unit, &keep, merged.merged, &gone, current);
            Some(moved.map_err(retried)?.into())
        };
        Ok(MergedOrganisationsBody {
            organisation_id: keep.id().to_string(),
            changes: merged.differences.iter().map(ChangeBody::from).collect(),
            moved,
        })
    });
    answer::changed(&merged.await?)
}

impl OrganisationMerge {
    fn read(&self, state: &State) -> Result<(OrganisationId, OrganisationId), Problem> {
        let snapshot = state.directory().snapshot();
        let mut faults = Faults::new();
        let exists = |id| snapshot.organisation(Audience::Manager, id).is_some();
        let keep: Option<OrganisationId> = known(&mut faults, "/keep_id", Some(&self.keep_id), exists);
        let gone = known(&mut faults, "/merge_id", Some(&self.merge_id), |id| {
            exists(id) && Some(id) != keep
        });
        Ok(faults.finish(keep.zip(gone))?)
    }
}

/// Units need an institution.
fn may_hold(keep: &Profile, gone: &Profile) -> Result<(), Problem> {
    let mut faults = Faults::new();
    if !gone.units.is_empty() && !keep.organisation.record.kind.is_institution() {
        faults.note("/keep_id", Rule::Conflicts("units"));
    }
    Ok(faults.finish(Some(()))?)
}

/// The record that two become, and where it differs from the first one.
fn of_two(keep: &Organisation, gone: &Organisation, prefer: Prefer) -> Merge {
    let mut merged = match prefer {
        Prefer::Merged => merge(keep, gone).merged,
        Prefer::Kept => Organisation {
            id: keep.id,
            kind: keep.kind,
            visibility: keep.visibility,
            ..merge(gone, keep).merged
        },
    };
    // An objection of either is one of both.
    merged.visibility.matching = keep.visibility.matching && gone.visibility.matching;
    let differences = merge(keep, &merged).differences;
    Merge { merged, differences }
}
