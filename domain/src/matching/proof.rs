//! The proof of a score: what each rule contributed, and what was missing. The contributions add up to the score.

use uuid::Uuid;

use super::{Measures, Reason, Requirement, Rule, RuleSet, Wish, score};
use crate::opportunity::OpportunityId;
use crate::organisation::OrganisationId;
use crate::profile::Profile;
use crate::reference::ReferenceId;
use crate::skill::{Claim, ClaimId, SkillId, Taxonomy};
use crate::text::Text;

/// Why a candidate has its score.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proof {
    /// In the order of the rules, the seeker's side first. They add up to the score.
    pub contributions: Vec<Contribution>,
    /// What was asked for and not found or not known.
    pub missing: Vec<Missing>,
}

/// What one rule contributed.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// Whose wishes the rule compared.
    pub side: Side,
    /// The rule.
    pub rule: Rule,
    /// Its weight in the rule set.
    pub weight: f64,
    /// What it found, 0–1.
    pub evidence: f64,
    /// Its part of the score.
    pub contribution: f64,
    /// The facts that it used, all visible to the audience.
    pub facts: Vec<Fact>,
    /// Why.
    pub reason: Reason,
}

/// Whose wishes a contribution is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the seeker asks for, found in the candidate.
    Seeker,
    /// What the candidate asks for, found in the seeker.
    Candidate,
}

impl Side {
    /// The name in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Seeker => "seeker",
            Self::Candidate => "candidate",
        }
    }
}

/// A fact that a rule used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// The profile itself.
    Organisation(OrganisationId),
    /// A skill claim.
    Claim(ClaimId),
    /// A reference.
    Reference(ReferenceId),
    /// An opportunity.
    Opportunity(OpportunityId),
}

impl Fact {
    /// What it is, in JSON.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Organisation(_) => "organisation",
            Self::Claim(_) => "claim",
            Self::Reference(_) => "reference",
            Self::Opportunity(_) => "opportunity",
        }
    }

    /// Its id.
    pub const fn id(self) -> Uuid {
        match self {
            Self::Organisation(id) => id.uuid(),
            Self::Claim(id) => id.uuid(),
            Self::Reference(id) => id.uuid(),
            Self::Opportunity(id) => id.uuid(),
        }
    }
}

/// Something asked for that was not found, or of which nothing is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Missing {
    /// The rule that looked for it.
    pub rule: Rule,
    /// What is missing.
    pub reason: Reason,
}

/// What was found about one candidate, for its proof. Everything in it is visible to the audience.
#[derive(Clone, Copy)]
pub struct Findings<'a> {
    /// The candidate.
    pub profile: &'a Profile,
    /// The request.
    pub requirement: &'a Requirement,
    /// The required skills.
    pub required: &'a [Wish],
    /// The preferred skills.
    pub preferred: &'a [Wish],
    /// The taxonomy.
    pub taxonomy: &'a Taxonomy,
    /// The day; what has expired before it counts no more.
    pub today: chrono::NaiveDate,
    /// The labels of a skill.
    pub label: &'a dyn Fn(SkillId) -> Text,
    /// Words of the request that weigh most in the profile.
    pub words: &'a [String],
    /// The best references, best first, with their titles.
    pub references: &'a [(ReferenceId, String)],
    /// Similar pieces of work in which it took part, most similar first, with their titles.
    pub similar: &'a [(ReferenceId, String)],
    /// With how many of the partners on board it has worked.
    pub companions: usize,
    /// In which pieces of work.
    pub shared: &'a [ReferenceId],
    /// Its open opportunities that fit.
    pub opportunities: &'a [OpportunityId],
    /// To the nearest of its places.
    pub distance_km: Option<f64>,
}

/// At most this many facts are listed for one contribution.
const FACTS: usize = 5;

/// Proves the score of a candidate. `scale` is 1, or the share of this direction in a reciprocal score
/// ([`super::reciprocity::scales`]).
pub fn prove(rules: &RuleSet, measures: &Measures, findings: &Findings<'_>, side: Side, scale: f64) -> Proof {
    let scored = score(rules, measures);
    let mut proof = Proof::default();
    for rule in Rule::ALL.into_iter().filter(|rule| rule.asked_by(findings.requirement)) {
        let Some(evidence) = measures.get(rule) else {
            let reason = Reason::unknown(rule);
            proof.missing.push(Missing { rule, reason });
            continue;
        };
        let weight = rules.weight(rule);
        let part = if scored.weights > 0.0 {
            weight * evidence / scored.weights
        } else {
            0.0
        };
        let (facts, reason) = if evidence > 0.0 {
            explain(rule, findings)
        } else {
            (Vec::new(), Reason::nothing(rule))
        };
        proof.contributions.push(Contribution {
            side,
            rule,
            weight,
            evidence,
            contribution: scale * scored.confidence * part,
            facts,
            reason,
        });
        proof.missing.extend(missing_skills(rule, findings));
    }
    proof
}

/// The facts that speak for a rule, and the sentence about them.
fn explain(rule: Rule, findings: &Findings<'_>) -> (Vec<Fact>, Reason) {
    match rule {
        Rule::RequiredSkills | Rule::PreferredSkills => {
            let covering = covering(findings, wishes(rule, findings));
            let labels: Vec<Text> = covering.iter().map(|(wish, _)| (findings.label)(wish.skill)).collect();
            let facts = covering.iter().map(|(_, claim)| Fact::Claim(claim.id)).collect();
            (facts, Reason::skills(rule, &labels, wishes(rule, findings).len()))
        }
        Rule::ProfileText => {
            let fact = Fact::Organisation(findings.profile.id());
            (vec![fact], Reason::profile_text(findings.words))
        }
        Rule::BestReferences => {
            let (facts, titles) = works(findings.references);
            (facts, Reason::references(&titles))
        }
        Rule::SimilarWork => {
            let (facts, titles) = works(findings.similar);
            (facts, Reason::similar_work(&titles, findings.similar.len()))
        }
        Rule::TrackRecord => {
            let facts = findings
                .shared
                .iter()
                .take(FACTS)
                .map(|id| Fact::Reference(*id))
                .collect();
            let partners = findings.requirement.partners.len();
            (
                facts,
                Reason::track_record(findings.companions, partners, findings.shared.len()),
            )
        }
        Rule::Cooperation => {
            let facts = findings
                .opportunities
                .iter()
                .take(FACTS)
                .map(|id| Fact::Opportunity(*id))
                .collect();
            (facts, Reason::cooperation(findings.opportunities.len()))
        }
        Rule::Proximity => {
            let fact = Fact::Organisation(findings.profile.id());
            (vec![fact], Reason::proximity(findings.distance_km.unwrap_or_default()))
        }
        Rule::Freshness => confirmed(findings),
    }
}

/// The claims that cover a wish and were confirmed at some time.
fn confirmed(findings: &Findings<'_>) -> (Vec<Fact>, Reason) {
    let both = findings.required.iter().chain(findings.preferred);
    let claims: Vec<Fact> = covering(findings, both)
        .into_iter()
        .filter(|(_, claim)| claim.confirmed_at.is_some())
        .map(|(_, claim)| Fact::Claim(claim.id))
        .collect();
    let reason = Reason::freshness(claims.len());
    (claims, reason)
}

fn wishes<'a>(rule: Rule, findings: &Findings<'a>) -> &'a [Wish] {
    match rule {
        Rule::RequiredSkills => findings.required,
        Rule::PreferredSkills => findings.preferred,
        _ => &[],
    }
}

/// The wishes that a claim covers, each with its best claim.
fn covering<'a>(findings: &Findings<'a>, wishes: impl IntoIterator<Item = &'a Wish>) -> Vec<(&'a Wish, &'a Claim)> {
    let claims = findings.profile.claims.iter().map(|claim| &claim.record);
    let claims = || claims.clone().filter(|claim| claim.holds_on(findings.today));
    let best = |wish: &'a Wish| Some((wish, wish.best(claims(), findings.taxonomy)?.0));
    wishes.into_iter().filter_map(best).collect()
}

fn works(works: &[(ReferenceId, String)]) -> (Vec<Fact>, Vec<String>) {
    let listed = works.iter().take(FACTS);
    listed.map(|(id, title)| (Fact::Reference(*id), title.clone())).unzip()
}

fn missing_skills(rule: Rule, findings: &Findings<'_>) -> Vec<Missing> {
    let wishes = wishes(rule, findings);
    let covered = covering(findings, wishes);
    let absent = |wish: &&Wish| !covered.iter().any(|(other, _)| other.skill == wish.skill);
    let missing = |wish: &Wish| Missing {
        rule,
        reason: Reason::missing_skill(&(findings.label)(wish.skill)),
    };
    wishes.iter().filter(absent).map(missing).collect()
}

impl Rule {
    /// True if the request asks for something that this rule compares.
    pub fn asked_by(self, requirement: &Requirement) -> bool {
        match self {
            Self::RequiredSkills => !requirement.required.is_empty(),
            Self::PreferredSkills => !requirement.preferred.is_empty(),
            Self::Freshness => !requirement.required.is_empty() || !requirement.preferred.is_empty(),
            Self::ProfileText | Self::BestReferences | Self::SimilarWork => !requirement.texts.is_empty(),
            Self::TrackRecord => !requirement.partners.is_empty(),
            Self::Cooperation => !requirement.cooperations.is_empty(),
            Self::Proximity => requirement.sought.near.is_some(),
        }
    }
}

#[cfg(test)]
mod tests;
