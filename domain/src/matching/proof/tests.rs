//! Properties of score and proof.

use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::audience::{ChangedAt, Stored, Visibility};
use crate::matching::wish::Frequencies;
use crate::matching::{reciprocity, rules};
use crate::opportunity::{Cooperation, SkillNeed, Sought};
use crate::organisation::{FieldGroups, Identifiers, Kind, Organisation};
use crate::place::{Circle, Point};
use crate::reference::Partner;
use crate::skill::{Level, Skill, SkillKind, SkillStatus};

fn skill_id(n: u128) -> SkillId {
    SkillId::new(Uuid::from_u128(n))
}

fn stored<T>(record: T) -> Stored<T> {
    let at = DateTime::UNIX_EPOCH;
    Stored {
        record,
        version: 1,
        created_at: at.into(),
        changed_at: ChangedAt::all(at.into()),
    }
}

/// Skills 1…12 in a binary tree: n lies below n/2.
fn taxonomy() -> Taxonomy {
    let skills: Vec<Skill> = (1..=12_u128)
        .map(|n| Skill {
            id: skill_id(n),
            uri: format!("urn:skill:{n}"),
            kind: SkillKind::Skill,
            status: SkillStatus::Accepted,
            label: Text::default(),
            alt_de: vec![],
            alt_en: vec![],
            broader: if n > 1 { vec![skill_id(n / 2)] } else { vec![] },
            related: vec![],
            replaced_by: None,
        })
        .collect();
    Taxonomy::new(&skills)
}

fn profile(claims: &[(u128, u8)]) -> Profile {
    let claim = |(n, (skill, level)): (u128, &(u128, u8))| {
        stored(Claim {
            id: ClaimId::new(Uuid::from_u128(100 + n)),
            skill: skill_id(*skill),
            unit: None,
            level: Level::new(*level).unwrap(),
            evidence: Box::default(),
            confirmed_at: Some(DateTime::UNIX_EPOCH),
            expires_on: None,
            visibility: Visibility::Public,
        })
    };
    Profile {
        organisation: stored(Organisation {
            id: OrganisationId::new(Uuid::from_u128(7)),
            kind: Kind::Company,
            name: "A".to_owned(),
            short_name: None,
            legal_form: None,
            identifiers: Identifiers::default(),
            founded_on: None,
            size: None,
            headcount: None,
            industries: vec![],
            summary: Text::default(),
            description: Text::default(),
            website: None,
            links: vec![],
            locations: vec![],
            languages: vec![],
            contacts: vec![],
            notes: None,
            visibility: FieldGroups::default(),
        }),
        units: [].into(),
        claims: (0..).zip(claims).map(claim).collect(),
        references: [].into(),
        membership: None,
        logo: None,
    }
}

fn needs(wished: &[(u128, u8)]) -> Vec<SkillNeed> {
    let need = |(skill, level): &(u128, u8)| SkillNeed {
        skill: skill_id(*skill),
        min_level: Level::new(*level).unwrap(),
    };
    wished.iter().map(need).collect()
}

/// A network of this candidate and `others` that claim nothing.
struct Network<'a>(&'a Profile, &'a Taxonomy, u64);

impl Frequencies for Network<'_> {
    fn candidates(&self) -> u64 {
        1 + self.2
    }
    fn with_any(&self, skills: &[SkillId]) -> u64 {
        u64::from(
            self.0
                .claims
                .iter()
                .any(|claim| skills.contains(&self.1.current(claim.record.skill))),
        )
    }
}

fn coverage(profile: &Profile, taxonomy: &Taxonomy, wished: &[SkillNeed], others: u64) -> Option<f64> {
    let wishes = Wish::list(wished, taxonomy, &Network(profile, taxonomy, others));
    let claims = || profile.claims.iter().map(|claim| &claim.record);
    let covered: Vec<f64> = wishes
        .iter()
        .map(|wish| wish.best(claims(), taxonomy).map_or(0.0, |(_, covered)| covered))
        .collect();
    rules::coverage(&wishes, &covered, profile.claims.len())
}

fn skill_levels(max: usize) -> impl Strategy<Value = Vec<(u128, u8)>> {
    proptest::collection::vec((1_u128..=12, 1_u8..=5), 1..=max)
}

fn evidence() -> impl Strategy<Value = (Vec<Option<f64>>, f64)> {
    let one = proptest::option::of(0.0..=1.0_f64);
    (proptest::collection::vec(one, Rule::COUNT), 0.0..50.0_f64)
}

fn measures((evidence, known): &(Vec<Option<f64>>, f64)) -> Measures {
    let mut measures = Measures::default();
    measures.known = *known;
    for (rule, evidence) in Rule::ALL.into_iter().zip(evidence) {
        measures.note(rule, *evidence);
    }
    measures
}

/// A request that asks for everything, so that every rule with evidence is in the proof.
fn everything() -> Requirement {
    let circle = Circle {
        centre: Point { lat: 50.9, lon: 11.6 },
        radius_km: 50.0,
    };
    Requirement {
        texts: vec![(None, "Laser".to_owned())],
        required: needs(&[(3, 2)]),
        preferred: needs(&[(4, 1)]),
        sought: Sought {
            near: Some(circle),
            ..Sought::default()
        },
        cooperations: vec![Cooperation::Research],
        partners: vec![Partner {
            organisation: None,
            external: None,
            name: None,
        }],
        ..Requirement::default()
    }
}

fn prove_all(measures: &Measures, side: Side, scale: f64) -> Proof {
    let (taxonomy, requirement, profile) = (taxonomy(), everything(), profile(&[(3, 2)]));
    let network = Network(&profile, &taxonomy, 5);
    let (required, preferred) = Wish::of(&requirement, &taxonomy, &network);
    let findings = Findings {
        profile: &profile,
        requirement: &requirement,
        required: &required,
        preferred: &preferred,
        taxonomy: &taxonomy,
        today: chrono::NaiveDate::MIN,
        label: &|_| Text::default(),
        words: &[],
        references: &[],
        similar: &[],
        companions: 0,
        shared: &[],
        opportunities: &[],
        distance_km: Some(3.0),
    };
    prove(&RuleSet::standard(), measures, &findings, side, scale)
}

fn sum(proof: &Proof) -> f64 {
    proof.contributions.iter().map(|part| part.contribution).sum()
}

proptest! {
    #[test]
    fn contributions_add_up_to_the_score(found in evidence()) {
        let measures = measures(&found);
        let proof = prove_all(&measures, Side::Seeker, 1.0);
        let scored = score(&RuleSet::standard(), &measures);
        prop_assert!((sum(&proof) - scored.score).abs() < 1e-9);
        prop_assert!((0.0..=1.0).contains(&scored.score));
    }

    #[test]
    fn contributions_of_both_sides_add_up_to_the_reciprocal_score(there in evidence(), back in evidence()) {
        let rules = RuleSet::standard();
        let (there, back) = (measures(&there), measures(&back));
        let (p, q) = (score(&rules, &there).score, score(&rules, &back).score);
        let (a, b) = reciprocity::scales(p, q);
        let total = sum(&prove_all(&there, Side::Seeker, a)) + sum(&prove_all(&back, Side::Candidate, b));
        prop_assert!((total - reciprocity::combine(p, q)).abs() < 1e-9);
    }

    #[test]
    fn more_evidence_of_one_rule_never_lowers_the_score(found in evidence(), rule in 0..Rule::COUNT, more in 0.0..=1.0_f64) {
        let rules = RuleSet::standard();
        let before = measures(&found);
        let rule = Rule::ALL[rule];
        let Some(evidence) = before.get(rule) else { return Ok(()) };
        let mut after = before;
        after.note(rule, Some(evidence + (1.0 - evidence) * more));
        prop_assert!(score(&rules, &after).score >= score(&rules, &before).score);
    }

    #[test]
    fn a_better_level_or_one_more_skill_never_lowers_the_coverage(
        claims in skill_levels(5), wished in skill_levels(4), at in 0_usize..5, extra in (1_u128..=12, 1_u8..=5), others in 0_u64..30,
    ) {
        let taxonomy = taxonomy();
        let wished = needs(&wished);
        let before = coverage(&profile(&claims), &taxonomy, &wished, others);
        let mut raised = claims.clone();
        let place = at % raised.len();
        raised[place].1 = (raised[place].1 + 1).min(5);
        let mut longer = claims.clone();
        longer.push(extra);
        for better in [raised, longer] {
            let after = coverage(&profile(&better), &taxonomy, &wished, others);
            prop_assert!(after >= before.map(|b| b - 1e-12), "{:?} {:?}", before, after);
        }
    }

    #[test]
    fn a_more_exact_skill_never_lowers_the_coverage(wish in 1_u128..=12, level in 1_u8..=5, others in 0_u64..30) {
        let taxonomy = taxonomy();
        let wished = needs(&[(wish, 3)]);
        let exact = coverage(&profile(&[(wish, level)]), &taxonomy, &wished, others);
        for relative in 1..=12 {
            prop_assert!(exact >= coverage(&profile(&[(relative, level)]), &taxonomy, &wished, others));
        }
    }
}
