//! Matches with their proofs, as JSON.

use serde::Serialize;
use utoipa::ToSchema;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::matching::no_result::Relaxation;
use werkstadt_domain::matching::{Constraint, Contribution, Fact, Lift, Match, Missing, NoResult, Reason};
use werkstadt_persistence::directory::Snapshot;

use crate::organisations::wire::OrganisationBody;
use crate::wire::TextBody;

/// A ranked list of partners.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [], "rule_set": "standard-1", "mode": "reciprocal", "candidates": 60}))]
pub struct MatchPage {
    /// The partners, best first.
    pub items: Vec<MatchBody>,
    /// Version of the rule set that scored.
    pub rule_set: String,
    /// Whose wishes counted.
    #[schema(examples("reciprocal", "one_sided"))]
    pub mode: String,
    /// How many organisations the hard constraints let through.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub candidates: u64,
    /// Where to go on, left out on the last page. Send it as `cursor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Why nobody is left, when nobody is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_result: Option<NoResultBody>,
}

/// A partner with the proof of its score.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Match, example = json!({"organisation": {"id": "01936d3e-7f10-7000-8000-0000000000aa", "kind": "company", "helix": "business",
    "name": "Beispiel Optik GmbH", "locations": [], "languages": ["de"], "member": true,
    "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"},
    "score": 0.41, "confidence": 0.9, "contributions": [], "missing": []}))]
pub struct MatchBody {
    /// The partner.
    pub organisation: OrganisationBody,
    /// 0 to 1; exactly the sum of the contributions.
    pub score: f64,
    /// 0 to 1: how much is known about the partner. Already part of the score.
    pub confidence: f64,
    /// What each rule contributed.
    pub contributions: Vec<ContributionBody>,
    /// What was asked for and not found, or not known.
    pub missing: Vec<MissingBody>,
}

/// What one rule contributed to a score.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contribution, example = json!({"side": "seeker", "rule": "required_skills", "weight": 4.0, "evidence": 0.8, "contribution": 0.21,
    "facts": [], "reason": {"code": "covers_required", "params": [], "text": {"de": "Deckt …", "en": "Covers …"}}}))]
pub struct ContributionBody {
    /// `seeker`: what the asking side wishes, found in the partner; `candidate`: the reverse.
    #[schema(examples("seeker", "candidate"))]
    pub side: String,
    /// The rule.
    #[schema(examples("required_skills", "profile_text", "track_record"))]
    pub rule: String,
    /// Its weight in the rule set.
    pub weight: f64,
    /// What it found, 0 to 1.
    pub evidence: f64,
    /// Its part of the score.
    pub contribution: f64,
    /// The facts that it used.
    pub facts: Vec<FactBody>,
    /// Why.
    pub reason: ReasonBody,
}

/// A fact that a rule used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fact, example = json!({"kind": "claim", "id": "01936d3e-7f10-7000-8000-0000000000aa"}))]
pub struct FactBody {
    /// What it is.
    #[schema(examples("organisation", "claim", "reference", "opportunity"))]
    pub kind: String,
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
}

/// A reason, for programs and for people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reason, example = json!({"code": "covers_required", "params": [{"name": "covered", "value": "2"}], "text": {"de": "Deckt 2 von 3.", "en": "Covers 2 of 3."}}))]
pub struct ReasonBody {
    /// Stable code.
    pub code: String,
    /// What the sentence names.
    pub params: Vec<ParameterBody>,
    /// The sentence.
    pub text: TextBody,
}

/// A named value of a reason.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReasonParameter, example = json!({"name": "covered", "value": "2"}))]
pub struct ParameterBody {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Something asked for that was not found, or of which nothing is known.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Missing, example = json!({"rule": "required_skills", "reason": {"code": "lacks", "params": [], "text": {"de": "Fehlt …", "en": "Lacks …"}}}))]
pub struct MissingBody {
    /// The rule that looked for it.
    #[schema(examples("required_skills"))]
    pub rule: String,
    /// What is missing.
    pub reason: ReasonBody,
}

/// Why no organisation is left, and what would bring some.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NoResult, example = json!({"conflict": ["kind", "distance"], "relaxations": [{"without": ["distance"], "candidates": 4}]}))]
pub struct NoResultBody {
    /// The smallest set of constraints that nobody meets together.
    pub conflict: Vec<String>,
    /// The smallest sets to give up, the one that brings most first.
    pub relaxations: Vec<RelaxationBody>,
}

/// Constraints to give up.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Relaxation, example = json!({"without": ["distance"], "candidates": 4}))]
pub struct RelaxationBody {
    /// Which.
    pub without: Vec<String>,
    /// How many organisations that brings.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub candidates: u64,
}

/// Why a named organisation is where it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Explanation, example = json!({"outcome": "removed", "broken": ["distance"], "rule_set": "standard-1"}))]
pub struct ExplanationBody {
    /// `removed` by hard constraints, or `ranked`.
    #[schema(examples("removed", "ranked"))]
    pub outcome: String,
    /// Version of the rule set.
    pub rule_set: String,
    /// The constraints that it breaks, when removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub broken: Vec<String>,
    /// Its place, 1 for the best.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    pub rank: Option<u64>,
    /// Its entry with the proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<MatchBody>,
    /// The score of the last one in the list asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<f64>,
    /// The changes, each alone, that would have brought it into the list; the smallest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub lifts: Vec<LiftBody>,
}

/// A change of what one rule found that would have brought the organisation into the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Lift, example = json!({"rule": "required_skills", "evidence": 0.4, "needed": 0.7}))]
pub struct LiftBody {
    /// The rule.
    #[schema(examples("required_skills"))]
    pub rule: String,
    /// What it found.
    pub evidence: f64,
    /// What it would have to find.
    pub needed: f64,
}

impl MatchBody {
    /// An entry as the audience sees it; `None` if the organisation went since it was ranked.
    pub fn new(entry: &Match, snapshot: &Snapshot, audience: Audience) -> Option<Self> {
        let profile = snapshot.organisation(audience, entry.organisation)?;
        Some(Self {
            organisation: OrganisationBody::of(profile.get(), audience),
            score: entry.score,
            confidence: entry.confidence,
            contributions: entry.proof.contributions.iter().map(ContributionBody::from).collect(),
            missing: entry.proof.missing.iter().map(MissingBody::from).collect(),
        })
    }
}

impl From<&Contribution> for ContributionBody {
    fn from(one: &Contribution) -> Self {
        let fact = |fact: &Fact| FactBody {
            kind: fact.kind().to_owned(),
            id: fact.id().to_string(),
        };
        Self {
            side: one.side.code().to_owned(),
            rule: one.rule.code().to_owned(),
            weight: one.weight,
            evidence: one.evidence,
            contribution: one.contribution,
            facts: one.facts.iter().map(fact).collect(),
            reason: ReasonBody::from(&one.reason),
        }
    }
}

impl From<&Reason> for ReasonBody {
    fn from(reason: &Reason) -> Self {
        let params = reason.params.iter();
        let params = params.map(|(name, value)| ParameterBody {
            name: (*name).to_owned(),
            value: value.clone(),
        });
        Self {
            code: reason.code.to_owned(),
            params: params.collect(),
            text: TextBody::from(&reason.text),
        }
    }
}

impl From<&Missing> for MissingBody {
    fn from(missing: &Missing) -> Self {
        Self {
            rule: missing.rule.code().to_owned(),
            reason: ReasonBody::from(&missing.reason),
        }
    }
}

impl From<&NoResult> for NoResultBody {
    fn from(none: &NoResult) -> Self {
        let relaxation = |one: &Relaxation| RelaxationBody {
            without: names(&one.without),
            candidates: one.candidates,
        };
        Self {
            conflict: names(&none.conflict),
            relaxations: none.relaxations.iter().map(relaxation).collect(),
        }
    }
}

impl From<&Lift> for LiftBody {
    fn from(lift: &Lift) -> Self {
        Self {
            rule: lift.rule.code().to_owned(),
            evidence: lift.evidence,
            needed: lift.needed,
        }
    }
}

/// The names of constraints.
pub fn names(constraints: &[Constraint]) -> Vec<String> {
    constraints
        .iter()
        .map(|constraint| constraint.code().to_owned())
        .collect()
}
