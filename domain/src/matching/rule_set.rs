//! Rule sets: the weights, versioned. Every result names the version that scored it.

use super::Rule;

/// The weights of the rules.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSet {
    /// Names exactly these weights.
    pub version: String,
    /// Weight of each rule, in the order of [`Rule::ALL`]; 0 switches a rule off. Not negative.
    pub weights: [f64; Rule::COUNT],
    /// With this many facts known, half of the score is believed: confidence = facts / (facts + doubt).
    pub doubt: f64,
}

impl RuleSet {
    /// The rule set that ships.
    ///
    /// The weights of text, references, similar work and track record were chosen on a collection of real calls and of those who
    /// answered them. Text evidence of a long call rarely passes 0.3 (its bound is every word, saturated), hence its large
    /// weights. Calls in that collection name no skills, so the weights of coverage are a decision: who asks for skills by name
    /// means them more than the words around them.
    pub fn standard() -> Self {
        let weight = |rule: Rule| match rule {
            Rule::RequiredSkills => 20.0,
            Rule::PreferredSkills => 5.0,
            Rule::ProfileText => 10.0,
            Rule::BestReferences => 4.0,
            Rule::SimilarWork => 10.0,
            Rule::TrackRecord => 5.0,
            Rule::Cooperation => 1.0,
            Rule::Proximity | Rule::Freshness => 0.5,
        };
        Self {
            version: "standard-1".to_owned(),
            weights: Rule::ALL.map(weight),
            doubt: 0.5,
        }
    }

    /// The weight of a rule.
    pub fn weight(&self, rule: Rule) -> f64 {
        self.weights.get(rule.index()).copied().unwrap_or_default()
    }
}

impl Default for RuleSet {
    fn default() -> Self {
        Self::standard()
    }
}
