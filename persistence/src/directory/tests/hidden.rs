//! Worlds that differ only in what an audience may not see answer it alike; and planted leaks, which that comparison notices.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use werkstadt_domain::audience::{Audience, Project, Stored, Visibility};
use werkstadt_domain::matching::{Mode, Requirement, RuleSet, Seeker};
use werkstadt_domain::organisation::FieldGroups;
use werkstadt_domain::page::Limit;
use werkstadt_domain::profile::Profile;
use werkstadt_domain::reference::Reference;
use werkstadt_domain::search::{OrganisationFilter, OrganisationSort};
use werkstadt_domain::skill::Claim;

use super::matching::{all, requirement};
use super::search::{everything, filter, ids, sort, typed};
use super::world::{World, organisation_id, profile, today, vat_id, world};
use crate::directory::leak::Leak;
use crate::directory::{OrganisationQuery, Snapshot, Suggestion};

/// Two worlds and what they are asked.
#[derive(Clone, Debug)]
struct Pair {
    world: World,
    twin: World,
    filter: OrganisationFilter,
    sort: OrganisationSort,
    requirement: Requirement,
}

fn pair() -> impl Strategy<Value = Pair> {
    let others = proptest::collection::vec(profile(0, 16), 16);
    let question = (
        filter(),
        sort(),
        proptest::option::weighted(0.7, prop_oneof![4 => typed(), 1 => (0..16_u128).prop_map(vat_id)]),
        requirement(),
    );
    (world(16), others, question).prop_map(|(world, others, (filter, sort, q, requirement))| Pair {
        twin: twin(&world, others),
        world,
        filter: OrganisationFilter {
            q: q.or(filter.q.clone()),
            ..filter
        },
        sort,
        requirement,
    })
}

/// The same world with every part that members may not see taken from other profiles.
fn twin(world: &World, others: Vec<Profile>) -> World {
    let hidden = |visibility| !Audience::Member.sees(visibility);
    let mut twin = world.clone();
    for (days, (profile, other)) in (1..5).cycle().zip(twin.profiles.iter_mut().zip(others)) {
        let shown = profile.claims.iter().filter(|claim| !hidden(claim.record.visibility));
        let others = other.claims.iter().filter(|claim| hidden(claim.record.visibility));
        profile.claims = shown.chain(others).cloned().collect();
        let shown = profile.references.iter().filter(|one| !hidden(one.record.visibility));
        let others = other.references.iter().filter(|one| hidden(one.record.visibility));
        profile.references = shown.chain(others).cloned().collect();
        let (organisation, other) = (&mut profile.organisation, other.organisation.record);
        organisation.record.notes = other.notes;
        let later = organisation.changed_at.last().utc() + chrono::Duration::days(days);
        organisation.changed_at = organisation.changed_at.for_managers(later.into());
        if hidden(organisation.record.visibility.profile) {
            organisation.record.summary = other.summary;
            organisation.record.industries = other.industries;
        }
        if hidden(organisation.record.visibility.register) {
            organisation.record.identifiers.vat_id = other.identifiers.vat_id;
        }
        if hidden(organisation.record.visibility.core) {
            organisation.record.name = other.name;
        }
    }
    twin
}

/// Everything that an audience can read.
fn answers(snapshot: &Snapshot, audience: Audience, pair: &Pair) -> String {
    let query = everything(&pair.filter, pair.sort);
    let page = snapshot.organisations(audience, &query, today());
    let hits = page.items.iter();
    let hits: Vec<_> = hits
        .map(|hit| (hit.score, hit.words.clone(), hit.distance_km, hit.highlights.clone()))
        .collect();
    let first = OrganisationQuery {
        limit: Limit::clamped(3),
        ..query.clone()
    };
    let first = snapshot.organisations(audience, &first, today());
    let known: Vec<Option<String>> = (0..20)
        .map(|number| {
            let seen = snapshot.organisation(audience, organisation_id(number))?;
            Some(seen.get().organisation.record.name.clone())
        })
        .collect();
    let typed = pair.filter.q.as_deref().unwrap_or("L");
    let completions: Vec<String> = snapshot.suggest(audience, typed, 9).iter().map(name).collect();
    let seeker = Seeker::ad_hoc(pair.requirement.clone());
    let rules = RuleSet::standard();
    let matches = snapshot.matches(audience, &all(&seeker, &rules, Mode::OneSided));
    let parts = [
        format!(
            "{:?} {hits:?} {:?} {:?} {:?}",
            ids(&page),
            page.after,
            page.facets,
            page.total
        ),
        format!("{:?} {:?}", ids(&first), first.after),
        format!("{:?}", snapshot.suggestions(audience, &query, today())),
        format!("{completions:?}"),
        format!("{known:?} {matches:?}"),
    ];
    parts.join("\n")
}

pub(super) fn name(suggestion: &Suggestion) -> String {
    match suggestion {
        Suggestion::Organisation(profile) => profile.get().organisation.record.name.clone(),
        Suggestion::Skill(skill) => skill.record.uri.clone(),
    }
}

/// What an audience sees of a profile, the times of changes left out.
fn records(profile: &Profile, audience: Audience) -> Option<String> {
    let seen = profile.project(audience)?.into_inner();
    let claims: Vec<_> = seen.claims.iter().map(|claim| &claim.record).collect();
    let references: Vec<_> = seen.references.iter().map(|reference| &reference.record).collect();
    Some(format!("{:?} {claims:?} {references:?}", seen.organisation.record))
}

/// Whether an audience can tell the worlds apart.
fn differ(pair: &Pair) -> bool {
    let (world, twin) = (pair.world.directory().snapshot(), pair.twin.directory().snapshot());
    [Audience::Anonymous, Audience::Member].into_iter().any(|audience| {
        let view = |world: &World| {
            world
                .profiles
                .iter()
                .map(|profile| records(profile, audience))
                .collect::<Vec<_>>()
        };
        assert_eq!(view(&pair.world), view(&pair.twin), "the worlds differ in what is seen");
        answers(&world, audience, pair) != answers(&twin, audience, pair)
    })
}

/// With nothing that hides a part of it.
fn opened(mut profile: Profile) -> Profile {
    let organisation = &mut profile.organisation.record;
    (organisation.visibility, organisation.notes) = (FieldGroups::default(), None);
    profile.membership = None;
    let open = |claim: &Stored<Claim>| claim.record.visibility == Visibility::Public;
    profile.claims = profile.claims.iter().filter(|claim| open(claim)).cloned().collect();
    let open = |one: &Stored<Reference>| one.record.visibility == Visibility::Public;
    profile.references = profile.references.iter().filter(|one| open(one)).cloned().collect();
    profile
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn who_may_see_all_is_shown_all(world in world(8)) {
        for profile in world.profiles {
            prop_assert_eq!(profile.project(Audience::Manager), Some(profile.clone().whole()));
            let everyone_sees_all = profile.project(Audience::Anonymous) == Some(profile.clone().whole());
            prop_assert!(everyone_sees_all || !profile.is_open());
            prop_assert!(opened(profile).is_open());
        }
    }

    #[test]
    fn what_is_hidden_changes_nothing(pair in pair()) {
        prop_assert!(!differ(&pair));
    }
}

#[test]
fn each_planted_leak_is_noticed() {
    let mut runner = TestRunner::deterministic();
    let pairs: Vec<Pair> = (0..192)
        .map(|_| pair().new_tree(&mut runner).unwrap().current())
        .collect();
    for leak in Leak::ALL {
        let noticed = leak.planted(|| pairs.iter().any(differ));
        assert!(noticed, "{leak:?} is not noticed");
    }
    assert!(
        !pairs.iter().take(32).any(differ),
        "without a leak there is nothing to notice"
    );
}
