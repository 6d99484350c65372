//! The score: the weighted mean of the evidence, believed as far as something is known.

use super::{Rule, RuleSet};

/// The evidence of one candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measures {
    evidence: [Option<f64>; Rule::COUNT],
    /// How many facts are known about the candidate: claims, references, texts.
    pub known: f64,
}

/// The score of one candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scored {
    /// 0–1.
    pub score: f64,
    /// 0–1, part of the score.
    pub confidence: f64,
    /// Sum of the weights of the rules that had evidence.
    pub weights: f64,
}

impl Measures {
    /// What a rule found, 0–1; `None` where nothing was asked or nothing is known.
    pub fn get(&self, rule: Rule) -> Option<f64> {
        self.evidence.get(rule.index()).copied().flatten()
    }

    /// Notes what a rule found.
    pub fn note(&mut self, rule: Rule, evidence: Option<f64>) {
        if let Some(place) = self.evidence.get_mut(rule.index()) {
            *place = evidence;
        }
    }

    /// True if any rule found something in favour.
    pub fn speaks_for(&self) -> bool {
        self.evidence.iter().flatten().any(|evidence| *evidence > 0.0)
    }
}

/// Scores a candidate: S = confidence · Σ w·e / Σ w over the rules with evidence, 0 if there is none.
pub fn score(rules: &RuleSet, measures: &Measures) -> Scored {
    let (mut sum, mut weights) = (0.0, 0.0);
    for rule in Rule::ALL {
        if let Some(evidence) = measures.get(rule) {
            sum += rules.weight(rule) * evidence;
            weights += rules.weight(rule);
        }
    }
    let confidence = if measures.known > 0.0 {
        measures.known / (measures.known + rules.doubt)
    } else {
        0.0
    };
    let mean = if weights > 0.0 { sum / weights } else { 0.0 };
    Scored {
        score: confidence * mean,
        confidence,
        weights,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_not_zero_but_little_is_believed() {
        let rules = RuleSet::standard();
        let mut measures = Measures {
            known: 1.0,
            ..Measures::default()
        };
        measures.note(Rule::RequiredSkills, Some(1.0));
        let one_tag = score(&rules, &measures);
        assert!(one_tag.score < 0.7, "{one_tag:?}");
        measures.known = 20.0;
        let many_facts = score(&rules, &measures);
        assert!(many_facts.score > 0.95);
        // Found to be far away is another thing than not known where.
        measures.note(Rule::Proximity, Some(0.0));
        assert!(score(&rules, &measures).score < many_facts.score);
    }
}
