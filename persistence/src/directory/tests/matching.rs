//! Matching: scores against a scan, proofs that add up, hidden facts, the other direction.

use proptest::prelude::*;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::matching::wish::Frequencies;
use werkstadt_domain::matching::{
    Constraint, Explanation, Match, Measures, Mode, Requirement, Rule, RuleSet, Seeker, Wish, constraint, rules, score,
};
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::{Cooperation, SkillNeed, Sought};
use werkstadt_domain::organisation::{Helix, OrganisationId};
use werkstadt_domain::profile::Profile;
use werkstadt_domain::reference::Partner;
use werkstadt_domain::skill::{Level, SkillId, Taxonomy};
use werkstadt_domain::text::{Language, key};

use super::oracle;
use super::world::{SKILLS, WORDS, World, external, organisation_id, skill_id, today, world};
use crate::directory::{MatchQuery, Snapshot};

fn needs() -> impl Strategy<Value = Vec<SkillNeed>> {
    let need = (1..=SKILLS, 1_u8..=5).prop_map(|(skill, level)| SkillNeed {
        skill: skill_id(skill),
        min_level: Level::new(level).unwrap(),
    });
    proptest::collection::vec(need, 0..3)
}

pub(super) fn requirement() -> impl Strategy<Value = Requirement> {
    let words = proptest::collection::vec(proptest::sample::select(&WORDS[..]), 1..4);
    let text = (
        proptest::option::of(proptest::sample::select(Language::ALL)),
        words.prop_map(|words| words.join(" ")),
    );
    let texts = proptest::collection::vec(text, 0..3);
    let helix = (
        proptest::bool::weighted(0.2),
        proptest::sample::subsequence(Helix::ALL, 2),
    );
    let partner = (0_u128..16, any::<bool>()).prop_map(|(n, known)| Partner {
        organisation: known.then(|| organisation_id(n)),
        external: (!known).then(|| external(n)),
        name: None,
    });
    let partners = proptest::collection::vec(partner, 0..3);
    let cooperations = proptest::sample::subsequence(&Cooperation::ALL[..3], 0..=1);
    (texts, needs(), needs(), helix, partners, cooperations).prop_map(
        |(texts, required, preferred, helix, partners, cooperations)| Requirement {
            texts,
            required,
            preferred,
            sought: Sought {
                helix: if helix.0 { helix.1 } else { vec![] },
                ..Sought::default()
            },
            cooperations,
            member: None,
            partners,
            excluded: vec![],
        },
    )
}

pub(super) fn all<'a>(seeker: &'a Seeker, rules: &'a RuleSet, mode: Mode) -> MatchQuery<'a> {
    MatchQuery {
        seeker,
        rules,
        mode,
        offset: 0,
        limit: 1_000,
        today: today(),
    }
}

/// How common skills are, by scanning.
struct Scan<'a>(&'a [Profile]);

impl Frequencies for Scan<'_> {
    fn candidates(&self) -> u64 {
        self.0.len() as u64
    }
    fn with_any(&self, skills: &[SkillId]) -> u64 {
        let any = |profile: &&Profile| profile.claims.iter().any(|claim| skills.contains(&claim.record.skill));
        self.0.iter().filter(any).count() as u64
    }
}

fn coverage(profile: &Profile, needs: &[SkillNeed], taxonomy: &Taxonomy, seen: &[Profile]) -> Option<f64> {
    let wishes = Wish::list(needs, taxonomy, &Scan(seen));
    let claims = || profile.claims.iter().map(|claim| &claim.record);
    let covered: Vec<f64> = wishes
        .iter()
        .map(|wish| wish.best(claims(), taxonomy).map_or(0.0, |(_, covered)| covered))
        .collect();
    rules::coverage(&wishes, &covered, profile.claims.len())
}

/// The evidence of the rules on skills and on texts, by scanning.
fn measured(seen: &[Profile], requirement: &Requirement) -> Vec<Measures> {
    let texts: Vec<_> = requirement
        .texts
        .iter()
        .map(|(language, text)| (*language, text.as_str()))
        .collect();
    let bags: Vec<_> = seen.iter().map(oracle::bag).collect();
    let (scores, bound, _) = oracle::bm25(&texts, &bags);
    let reference_bags: Vec<_> = seen.iter().flat_map(oracle::reference_bags).collect();
    let (reference_scores, reference_bound, _) = oracle::bm25(&texts, &reference_bags);
    let mut reference_scores = reference_scores.into_iter();
    let taxonomy = oracle::taxonomy();
    let measure = |(profile, bm25): (&Profile, &f64)| {
        let mut measures = Measures::default();
        measures.note(
            Rule::RequiredSkills,
            coverage(profile, &requirement.required, &taxonomy, seen),
        );
        measures.note(
            Rule::PreferredSkills,
            coverage(profile, &requirement.preferred, &taxonomy, seen),
        );
        measures.note(Rule::ProfileText, rules::relevance(*bm25, bound));
        let own = reference_scores.by_ref().take(profile.references.len());
        let mut own: Vec<f64> = own.filter_map(|bm25| rules::relevance(bm25, reference_bound)).collect();
        own.sort_by(|a, b| b.total_cmp(a));
        measures.note(Rule::BestReferences, rules::best_references(&own));
        measures
    };
    seen.iter().zip(&scores).map(measure).collect()
}

/// The parts of an entry in the seeker's direction.
fn evidence(entry: &Match, rule: Rule) -> Option<f64> {
    let parts = entry.proof.contributions.iter();
    parts.clone().find(|part| part.rule == rule).map(|part| part.evidence)
}

fn of(seen: &[Profile], id: OrganisationId) -> &Profile {
    seen.iter()
        .find(|profile| profile.id() == id)
        .expect("only visible ones are returned")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn evidence_equals_a_scan(world in world(16), requirement in requirement()) {
        let (audience, rule_set) = (Audience::Member, RuleSet::standard());
        let seen = oracle::seen(&world, audience);
        let measured = measured(&seen, &requirement);
        let seeker = Seeker::ad_hoc(requirement);
        let answer = world.directory().snapshot().matches(audience, &all(&seeker, &rule_set, Mode::OneSided));
        for entry in &answer.items {
            let place = seen.iter().position(|profile| profile.id() == entry.organisation).unwrap();
            for rule in [Rule::RequiredSkills, Rule::PreferredSkills, Rule::ProfileText, Rule::BestReferences] {
                let (found, wanted) = (evidence(entry, rule), measured[place].get(rule));
                let near = match (found, wanted) {
                    (Some(found), Some(wanted)) => (found - wanted).abs() < 1e-9,
                    (found, wanted) => found == wanted,
                };
                prop_assert!(near, "{rule:?}: {found:?} instead of {wanted:?}");
            }
        }
        // Whoever shows something and may be returned is returned.
        let on_board = |profile: &Profile| seeker.requirement.partners.iter().any(|partner| {
            let named = partner.external.as_ref().is_some_and(|id| profile.organisation.record.identifiers.external.contains(id));
            partner.organisation == Some(profile.id()) || named
        });
        for (profile, measures) in seen.iter().zip(&measured) {
            let member = if oracle::is_member(profile) { constraint::Membership::Member } else { constraint::Membership::Other };
            let met = Constraint::ALL.iter().all(|c| c.met(&seeker.requirement, &profile.organisation.record, member));
            let known = !profile.claims.is_empty() || !profile.references.is_empty() || !profile.organisation.record.summary.is_empty();
            let returned = answer.items.iter().any(|entry| entry.organisation == profile.id());
            prop_assert!(!returned || (met && !on_board(profile)));
            prop_assert!(returned || !met || !known || on_board(profile) || !measures.speaks_for());
        }
    }

    #[test]
    fn proofs_add_up_and_lists_are_in_order(world in world(16), requirement in requirement(), seeker in 0_u128..16) {
        let rule_set = RuleSet::standard();
        let snapshot = world.directory().snapshot();
        let seeker = Seeker { organisation: Some(organisation_id(seeker)), ..Seeker::ad_hoc(requirement) };
        for mode in [Mode::OneSided, Mode::Reciprocal] {
            let answer = snapshot.matches(Audience::Manager, &all(&seeker, &rule_set, mode));
            for entry in &answer.items {
                let sum: f64 = entry.proof.contributions.iter().map(|part| part.contribution).sum();
                prop_assert!((sum - entry.score).abs() < 1e-9);
                prop_assert!((0.0..=1.0).contains(&entry.score));
                prop_assert!(entry.proof.contributions.iter().all(|part| (0.0..=1.0).contains(&part.evidence)));
                prop_assert_ne!(Some(entry.organisation), seeker.organisation);
            }
            prop_assert!(answer.items.is_sorted_by(|a, b| a.score > b.score - 1e-12));
            if mode == Mode::OneSided {
                for entry in &answer.items {
                    prop_assert!((rescored(entry, &rule_set) - entry.score).abs() < 1e-9);
                }
            }
            let again = snapshot.matches(Audience::Manager, &all(&seeker, &rule_set, mode));
            prop_assert_eq!(format!("{answer:?}"), format!("{again:?}"));
        }
    }

    #[test]
    fn the_order_of_loading_does_not_matter(world in world(12), requirement in requirement()) {
        let rule_set = RuleSet::standard();
        let mut turned = world.clone();
        turned.profiles.reverse();
        turned.opportunities.reverse();
        let seeker = Seeker::ad_hoc(requirement);
        let ask = |world: &World| {
            let directory = crate::directory::Directory::new();
            for profile in &world.profiles {
                directory.apply(crate::directory::Delta { profiles: vec![profile.clone()], ..Default::default() });
            }
            directory.apply(crate::directory::Delta { profiles: vec![], ..world.delta() });
            format!("{:?}", directory.snapshot().matches(Audience::Member, &all(&seeker, &rule_set, Mode::Reciprocal)))
        };
        prop_assert_eq!(ask(&world), ask(&turned));
    }

    #[test]
    fn changes_one_by_one_match_like_building_anew(first in world(12), second in world(8), requirement in requirement()) {
        let (directory, rule_set) = (first.directory(), RuleSet::standard());
        for profile in &second.profiles {
            directory.apply(crate::directory::Delta { profiles: vec![profile.clone()], ..Default::default() });
        }
        let mut anew = first.clone();
        anew.profiles.retain(|profile| second.profiles.iter().all(|other| other.id() != profile.id()));
        anew.profiles.extend(second.profiles.iter().cloned());
        let seeker = Seeker { organisation: Some(organisation_id(1)), ..Seeker::ad_hoc(requirement) };
        for audience in Audience::ALL {
            let ask = |directory: &crate::directory::Directory| {
                format!("{:?}", directory.snapshot().matches(audience, &all(&seeker, &rule_set, Mode::Reciprocal)))
            };
            prop_assert_eq!(ask(&directory), ask(&anew.directory()));
        }
    }

    #[test]
    fn hidden_claims_and_references_change_no_match(world in world(12), requirement in requirement(), seeker in 0_u128..12) {
        let (audience, rule_set) = (Audience::Anonymous, RuleSet::standard());
        let mut twin = world.clone();
        for profile in &mut twin.profiles {
            profile.claims = profile.claims.iter().filter(|claim| audience.sees(claim.record.visibility)).cloned().collect();
            profile.references = profile.references.iter().filter(|reference| audience.sees(reference.record.visibility)).cloned().collect();
            if !audience.sees(profile.organisation.record.visibility.register) {
                profile.organisation.record.identifiers.external.clear();
            }
        }
        twin.opportunities.retain(|o| audience.sees(o.record.effective_visibility()));
        let seeker = Seeker { organisation: Some(organisation_id(seeker)), ..Seeker::ad_hoc(requirement) };
        let ask = |world: &World| format!(
            "{:?}", world.directory().snapshot().matches(audience, &all(&seeker, &rule_set, Mode::Reciprocal))
        );
        prop_assert_eq!(ask(&world), ask(&twin));
    }

    #[test]
    fn every_candidate_is_explained_as_it_is_ranked(world in world(10), requirement in requirement(), limit in 1_usize..4) {
        let (audience, rule_set) = (Audience::Member, RuleSet::standard());
        let snapshot = world.directory().snapshot();
        let seeker = Seeker::ad_hoc(requirement);
        let query = MatchQuery { limit, ..all(&seeker, &rule_set, Mode::Reciprocal) };
        let whole = snapshot.matches(audience, &MatchQuery { limit: 1_000, ..query });
        for profile in oracle::seen(&world, audience) {
            let explanation = snapshot.explain(audience, &query, profile.id()).expect("it is visible");
            let place = whole.items.iter().position(|entry| entry.organisation == profile.id());
            match (explanation, place) {
                (Explanation::Removed { broken }, place) => prop_assert!(!broken.is_empty() && place.is_none()),
                (Explanation::Ranked { rank, entry, lifts, .. }, Some(place)) => {
                    prop_assert_eq!(rank, place as u64 + 1);
                    prop_assert_eq!(&*entry, &whole.items[place]);
                    prop_assert!(place >= limit || lifts.is_empty());
                }
                (Explanation::Ranked { entry, .. }, None) => prop_assert!(entry.score <= 0.0),
            }
        }
        prop_assert!(snapshot.explain(audience, &query, organisation_id(99)).is_none());
    }

    #[test]
    fn cutting_the_page_early_is_exact(world in world(16), requirement in requirement(), k in 1_usize..5, seeker in 0_u128..16) {
        let rule_set = RuleSet::standard();
        let snapshot: std::sync::Arc<Snapshot> = world.directory().snapshot();
        let seeker = Seeker { organisation: Some(organisation_id(seeker)), ..Seeker::ad_hoc(requirement) };
        let query = all(&seeker, &rule_set, Mode::Reciprocal);
        let whole = snapshot.matches(Audience::Manager, &query);
        let cut = snapshot.matches(Audience::Manager, &MatchQuery { limit: k, ..query });
        prop_assert_eq!(&whole.items[..k.min(whole.items.len())], &cut.items[..]);
    }
}

/// The score from the evidence in the proof, by the formula.
fn rescored(entry: &Match, rules: &RuleSet) -> f64 {
    let mut measures = Measures::default();
    for part in &entry.proof.contributions {
        measures.note(part.rule, Some(part.evidence));
    }
    measures.known = 1.0;
    let plain = score(rules, &measures);
    if plain.confidence > 0.0 {
        plain.score / plain.confidence * entry.confidence
    } else {
        0.0
    }
}

#[test]
fn ties_are_broken_by_name() {
    let runner = &mut proptest::test_runner::TestRunner::deterministic();
    let mut world = proptest::strategy::ValueTree::current(&world(8).new_tree(runner).unwrap());
    for profile in &mut world.profiles {
        profile.organisation.record.visibility = Default::default();
        profile.claims = [].into();
        profile.references = [].into();
    }
    world.opportunities.clear();
    let (rule_set, seeker) = (RuleSet::standard(), Seeker::ad_hoc(Requirement::default()));
    let answer = world
        .directory()
        .snapshot()
        .matches(Audience::Anonymous, &all(&seeker, &rule_set, Mode::OneSided));
    let seen = oracle::seen(&world, Audience::Anonymous);
    let names: Vec<String> = answer
        .items
        .iter()
        .map(|entry| key(&of(&seen, entry.organisation).organisation.record.name))
        .collect();
    assert_eq!(names.len(), world.profiles.len());
    assert!(names.is_sorted());
}

#[test]
fn an_empty_answer_names_the_conflict() {
    let runner = &mut proptest::test_runner::TestRunner::deterministic();
    let mut world = proptest::strategy::ValueTree::current(&world(6).new_tree(runner).unwrap());
    for profile in &mut world.profiles {
        profile.organisation.record.visibility = Default::default();
        profile.organisation.record.kind = werkstadt_domain::organisation::Kind::Company;
    }
    let requirement = Requirement {
        sought: Sought {
            helix: vec![Helix::Science],
            ..Sought::default()
        },
        ..Requirement::default()
    };
    let (rule_set, seeker) = (RuleSet::standard(), Seeker::ad_hoc(requirement));
    let answer = world
        .directory()
        .snapshot()
        .matches(Audience::Anonymous, &all(&seeker, &rule_set, Mode::OneSided));
    let none = answer.no_result.expect("nobody passes");
    assert_eq!(none.conflict, [Constraint::Helix]);
    assert_eq!(none.relaxations[0].candidates, world.profiles.len() as u64);
}
