//! German compounds: the ways in which a long word may be two words, for those who know which words there are.

use super::stem::stem;
use crate::text::Language;

/// Shorter parts are endings and syllables more often than words.
const SHORTEST: usize = 4;

/// Letters that join two words: `Forschung·s·projekt`, `Maschine·n·bau`, `Kind·es·wohl`.
const JOINTS: [&str; 5] = ["", "s", "es", "n", "en"];

/// The stems of both parts for every place at which a lower-case word may be joined. Most of them are no words; the
/// caller looks them up.
pub fn compounds(word: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    if word.chars().count() < 2 * SHORTEST || !word.chars().all(char::is_alphabetic) {
        return found;
    }
    for (place, _) in word.char_indices().skip(SHORTEST) {
        let (left, right) = word.split_at(place);
        if right.chars().count() < SHORTEST {
            break;
        }
        let lefts = JOINTS.iter().filter_map(|joint| left.strip_suffix(joint));
        for left in lefts.filter(|left| left.chars().count() >= SHORTEST) {
            let pair = (stem(left, Language::De), stem(right, Language::De));
            if !found.contains(&pair) {
                found.push(pair);
            }
        }
    }
    found
}

/// The stem of the compound of two lower-case words, without and with an `s` between them.
pub fn joined(left: &str, right: &str) -> [String; 2] {
    ["", "s"].map(|joint| stem(&format!("{left}{joint}{right}"), Language::De))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_among_the_splits() {
        let pair = |a: &str, b: &str| (stem(a, Language::De), stem(b, Language::De));
        assert!(compounds("lasertechnik").contains(&pair("laser", "technik")));
        assert!(compounds("forschungsprojekte").contains(&pair("forschung", "projekt")));
        // `bau` is too short to be told from an ending.
        assert!(!compounds("maschinenbau").contains(&pair("maschine", "bau")));
        assert!(compounds("größenmessung").contains(&pair("größe", "messung")));
        assert!(compounds("laser").is_empty());
        assert!(joined("laser", "technik").contains(&stem("lasertechnik", Language::De)));
    }
}
