//! Phrases: words that follow each other in one text, whatever their case, accents and spelling of umlauts.

use super::fold::{collapse, fold};
use super::word::words;

/// Words that must follow each other. At least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    words: Vec<String>,
    folded: Vec<String>,
}

impl Phrase {
    /// The phrase of a text, `None` if it has no words.
    pub fn new(text: &str) -> Option<Self> {
        let words: Vec<String> = words(text).map(|word| word.text).collect();
        let folded = words.iter().map(|word| folded(word)).collect();
        (!words.is_empty()).then_some(Self { words, folded })
    }

    /// Its words, in lower case.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// How many words it has.
    pub fn len(&self) -> usize {
        self.folded.len()
    }

    /// False: a phrase has words.
    pub fn is_empty(&self) -> bool {
        self.folded.is_empty()
    }

    /// True if the words follow each other somewhere in the text. Stop words count; endings are not stemmed.
    pub fn occurs_in(&self, text: &str) -> bool {
        // How many words of the phrase each place, that is still possible, has matched so far.
        let mut open: Vec<usize> = Vec::new();
        for word in words(text) {
            let word = folded(&word.text);
            let fits = |at: usize| self.folded.get(at).is_some_and(|wanted| *wanted == word);
            open.retain_mut(|matched| {
                let goes_on = fits(*matched);
                *matched += 1;
                goes_on
            });
            if fits(0) {
                open.push(1);
            }
            if open.contains(&self.folded.len()) {
                return true;
            }
        }
        false
    }
}

/// The form in which spellings of one word are equal.
pub fn folded(lower: &str) -> String {
    if super::is_number(lower) {
        return lower.to_owned();
    }
    collapse(&fold(lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_must_follow_each_other() {
        let phrase = Phrase::new("Grüne  Stadt").unwrap();
        assert!(phrase.occurs_in("Die GRUENE Stadt."));
        assert!(phrase.occurs_in("grüne, grüne Stadt"));
        assert!(!phrase.occurs_in("grüne und Stadt"));
        assert!(!phrase.occurs_in("Stadt grüne"));
        assert!(!phrase.occurs_in("grüner Stadt"), "not stemmed");
        assert!(Phrase::new("a b a c").unwrap().occurs_in("a b a b a c"));
        assert_eq!(Phrase::new(" - "), None);
    }
}
