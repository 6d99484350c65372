//! German compounds: the ways in which a long word may be two words, for those who know which words there are.

use super::stem::stem;
use crate::text::Language;

/// Shorter parts are endings and syllables more often than words.
const SHORTEST: usize = 4;

/// Letters that join two words: `Forschung·s·projekt`, `Maschine·n·bau`, `Kind·es·wohl`.
const JOINTS: [&str; 5] = ["", "s", "es", "n", "en"];

/// Both parts for every place at which a lower-case word may be joined, with and without the letters that join them. Most parts
/// are no words; the caller looks them up.
pub fn splits(word: &str) -> impl Iterator<Item = (&str, &str)> {
    let letters = word.chars().count();
    let long = letters >= 2 * SHORTEST && word.chars().all(char::is_alphabetic);
    let last = if long { letters - SHORTEST } else { 0 };
    let places = word.char_indices().enumerate().skip(SHORTEST);
    places
        .take_while(move |(letter, _)| *letter <= last)
        .flat_map(move |(_, (place, _))| {
            let (left, right) = word.split_at(place);
            let lefts = JOINTS.iter().filter_map(move |joint| left.strip_suffix(joint));
            lefts
                .filter(|left| left.chars().count() >= SHORTEST)
                .map(move |left| (left, right))
        })
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
        let has = |word: &str, pair| splits(word).any(|split| split == pair);
        assert!(has("lasertechnik", ("laser", "technik")));
        assert!(has("forschungsprojekte", ("forschung", "projekte")));
        // `bau` is too short to be told from an ending.
        assert!(!has("maschinenbau", ("maschine", "bau")));
        assert!(has("größenmessung", ("größe", "messung")));
        assert_eq!(splits("laser").count(), 0);
        assert_eq!(splits("wz2008wz2008").count(), 0);
        assert!(joined("laser", "technik").contains(&stem("lasertechnik", Language::De)));
    }
}
