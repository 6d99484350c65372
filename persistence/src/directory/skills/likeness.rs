//! Which labels are like a text: an inverted index of the grams of all labels, each label a document of its own.
//!
//! Scored as BM25 (Robertson and Zaragoza, 2009) over weighted grams. The best label of a concept counts, not their sum: a
//! concept with many labels is not a better answer for it.

use rustc_hash::FxHashMap;
use werkstadt_domain::skill::Grams;

/// BM25's saturation and length normalisation, and the power of the rarity; measured, see the README. Labels are short, so
/// repetition says little and length less than in texts.
const K1: f32 = 0.5;
const B: f32 = 0.4;
const RARITY_POWER: f32 = 1.3;

/// What initials that match are worth, in grams of the same rarity: about as much as a word.
const INITIALS: f32 = 12.0;

/// The share of the best score possible from which a label is like the text: so much, and more the shorter the text is,
/// because few grams meet by chance more easily; and the share of the best score reached.
const ENOUGH: f32 = 0.08;
const DOUBT: f32 = 2.3;
const NEAR_BEST: f32 = 0.3;

/// All labels, by what they are compared by. Built as a whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Likeness {
    /// The concept of each label.
    places: Vec<u32>,
    grams: FxHashMap<u64, List>,
    /// The labels of all lists, one list after the other, and the impact of the gram in each, in units of `unit`.
    labels: Vec<u32>,
    impacts: Vec<u16>,
    unit: f32,
    /// The rarity of a gram that no label has.
    unseen: f32,
    /// Labels with a short word, and with words of such initials.
    short: FxHashMap<u64, Vec<u32>>,
    initials: FxHashMap<u64, Vec<u32>>,
}

/// Where the labels of a gram are.
#[derive(Clone, Copy, Debug, Default)]
struct List {
    start: usize,
    end: usize,
    rarity: f32,
}

/// How alike each concept is to a text.
pub(super) struct Scores {
    /// Of the best label, by place.
    best: Vec<f32>,
    /// From which score on a concept is found.
    cut: f32,
}

impl Scores {
    /// The score of a concept, 0 if nothing is alike.
    pub(super) fn of(&self, place: u32) -> f32 {
        self.best.get(place as usize).copied().unwrap_or_default()
    }

    /// The concepts alike enough.
    pub(super) fn found(&self) -> impl Iterator<Item = u32> {
        let all = (0_u32..).zip(&self.best);
        all.filter(|(_, score)| **score >= self.cut && self.cut > 0.0)
            .map(|(place, _)| place)
    }
}

impl Likeness {
    /// Builds the index of labels, each with the place of its concept.
    pub(super) fn new<'a>(labels: impl Iterator<Item = (&'a str, u32)>) -> Self {
        let mut draft = Draft::default();
        let mut out = Self::default();
        for (label, (text, place)) in (0_u32..).zip(labels) {
            let grams = Grams::of(text);
            out.places.push(place);
            draft.add(label, &grams);
            for short in grams.short {
                out.short.entry(short).or_default().push(label);
            }
            for (initials, _) in grams.initials {
                out.initials.entry(initials).or_default().push(label);
            }
        }
        draft.finish(&mut out);
        out
    }

    /// How alike the concepts are to a text.
    pub(super) fn scores(&self, text: &str) -> Scores {
        let grams = Grams::of(text);
        let mut by_label = vec![0.0_f32; self.places.len()];
        let mut perfect = 0.0;
        for (gram, weight) in &grams.weights {
            let list = self.grams.get(gram).copied();
            perfect += weight * list.map_or(self.unseen, |list| list.rarity) * saturated(*weight, 1.0);
            if let Some(list) = list {
                self.add(list, *weight, &mut by_label);
            }
        }
        self.add_initials(&grams, &mut by_label);
        let enough = perfect * (ENOUGH + DOUBT / grams.length().max(1.0));
        self.of_concepts(&by_label, enough)
    }

    fn add(&self, list: List, weight: f32, by_label: &mut [f32]) {
        let labels = self.labels.get(list.start..list.end).unwrap_or_default();
        let impacts = self.impacts.get(list.start..list.end).unwrap_or_default();
        let weight = weight * self.unit;
        for (label, impact) in labels.iter().zip(impacts) {
            if let Some(score) = by_label.get_mut(*label as usize) {
                *score += weight * f32::from(*impact);
            }
        }
    }

    /// `GDPR` asks for labels of these initials, and words of these initials ask for `GDPR`.
    fn add_initials(&self, grams: &Grams, by_label: &mut [f32]) {
        let long = grams
            .short
            .iter()
            .filter_map(|short| Some((self.initials.get(short)?, 1.0)));
        let short = grams
            .initials
            .iter()
            .filter_map(|(initials, words)| Some((self.short.get(initials)?, f32::from(*words) / 3.0)));
        for (labels, weight) in long.chain(short) {
            let worth = INITIALS * weight * plain_rarity(labels.len(), self.places.len());
            for label in labels {
                if let Some(score) = by_label.get_mut(*label as usize) {
                    *score += worth;
                }
            }
        }
    }

    fn of_concepts(&self, by_label: &[f32], enough: f32) -> Scores {
        let concepts = self.places.iter().max().map_or(0, |last| *last as usize + 1);
        let mut best = vec![0.0_f32; concepts];
        for (place, score) in self.places.iter().zip(by_label) {
            if let Some(best) = best.get_mut(*place as usize) {
                *best = score.max(*best);
            }
        }
        let top = best.iter().copied().fold(0.0, f32::max);
        Scores {
            best,
            cut: enough.max(top * NEAR_BEST),
        }
    }
}

/// The index while it is made.
#[derive(Default)]
struct Draft {
    numbers: FxHashMap<u64, u32>,
    /// How many labels have each gram.
    counts: Vec<u32>,
    /// Gram, label, weight.
    entries: Vec<(u32, u32, f32)>,
    lengths: Vec<f32>,
}

impl Draft {
    fn add(&mut self, label: u32, grams: &Grams) {
        self.lengths.push(grams.length());
        for (gram, weight) in &grams.weights {
            let next = u32::try_from(self.counts.len()).unwrap_or(u32::MAX);
            let number = *self.numbers.entry(*gram).or_insert(next);
            if number == next {
                self.counts.push(0);
            }
            if let Some(count) = self.counts.get_mut(number as usize) {
                *count += 1;
            }
            self.entries.push((number, label, *weight));
        }
    }

    fn finish(self, out: &mut Likeness) {
        let labels = self.lengths.len();
        let mut lists = Vec::with_capacity(self.counts.len());
        let mut start = 0;
        for count in &self.counts {
            let end = start + *count as usize;
            lists.push(List {
                start,
                end,
                rarity: rarity(*count as usize, labels),
            });
            start = end;
        }
        out.unseen = rarity(0, labels);
        // No impact is larger: a gram that no other label has, repeated without end.
        out.unit = rarity(1, labels) * (K1 + 1.0) / f32::from(u16::MAX);
        out.labels = vec![0; start];
        out.impacts = vec![0; start];
        let average = self.lengths.iter().sum::<f32>() / labels.max(1) as f32;
        let mut next: Vec<usize> = lists.iter().map(|list| list.start).collect();
        for (number, label, weight) in &self.entries {
            let (Some(list), Some(at)) = (lists.get(*number as usize), next.get_mut(*number as usize)) else {
                continue;
            };
            let length = self.lengths.get(*label as usize).copied().unwrap_or_default() / average;
            let impact = list.rarity * saturated(*weight, length) / out.unit;
            if let (Some(place), Some(kept)) = (out.labels.get_mut(*at), out.impacts.get_mut(*at)) {
                (*place, *kept) = (*label, impact.round() as u16);
            }
            *at += 1;
        }
        out.grams = self
            .numbers
            .into_iter()
            .filter_map(|(gram, number)| Some((gram, *lists.get(number as usize)?)))
            .collect();
    }
}

/// How much a gram says that `count` of `labels` have.
fn rarity(count: usize, labels: usize) -> f32 {
    plain_rarity(count, labels).powf(RARITY_POWER)
}

fn plain_rarity(count: usize, labels: usize) -> f32 {
    ((1.0 + labels as f32) / (1.0 + count as f32)).ln() + 1.0
}

/// What is left of a weight in a label of a length, 1 being the average.
fn saturated(weight: f32, length: f32) -> f32 {
    weight * (K1 + 1.0) / (weight + K1 * (1.0 - B + B * length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [&str; 8] = [
        "laser technology",
        "Lasertechnik",
        "cryptography",
        "energy systems",
        "manage a database",
        "LDAP",
        "digital photography",
        "read blueprints",
    ];

    fn found(text: &str) -> Vec<&'static str> {
        let index = Likeness::new(LABELS.into_iter().zip(0..));
        let scores = index.scores(text);
        let mut found: Vec<u32> = scores.found().collect();
        found.sort_by(|a, b| scores.of(*b).total_cmp(&scores.of(*a)));
        found.into_iter().map(|place| LABELS[place as usize]).collect()
    }

    #[test]
    fn typos_cognates_compounds_and_initials_are_found() {
        assert_eq!(found("Lasertechink")[0], "Lasertechnik");
        assert_eq!(found("Kryptografie")[0], "cryptography");
        assert_eq!(found("Energiesystem")[0], "energy systems");
        assert_eq!(found("Datenbank")[0], "manage a database");
        assert_eq!(found("Lightweight Directory Access Protocol")[0], "LDAP");
    }

    #[test]
    fn nonsense_finds_nothing() {
        for nonsense in ["", "+", "qqqq", "xyzzy", "wjfkq vbnm", "🙂", "0815"] {
            assert!(found(nonsense).is_empty(), "{nonsense}: {:?}", found(nonsense));
        }
    }

    #[test]
    fn the_best_label_counts_and_an_empty_index_answers() {
        let index = Likeness::new([("optics", 0), ("Optik", 0), ("Optik", 1)].into_iter());
        let scores = index.scores("Optik");
        assert!((scores.of(0) - scores.of(1)).abs() < f32::EPSILON);
        assert_eq!(Likeness::default().scores("Optik").found().count(), 0);
    }
}
