//! Free text as a question: words in any order, phrases in quotes, and what must not occur.

use crate::analysis::Phrase;

/// What free text asks for. Words are as written; nothing is folded yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Words that must occur, in any order.
    pub words: Vec<String>,
    /// Words that must follow each other.
    pub phrases: Vec<Phrase>,
    /// What must not occur: single words in any form, several as a phrase.
    pub without: Vec<Phrase>,
    /// Whether the last word may go on.
    pub ending: Ending,
}

/// Whether the last word of a question is finished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// It is a whole word.
    #[default]
    Whole,
    /// It may be the beginning of a longer one.
    Open,
}

impl Question {
    /// Reads free text. Quotes of any sort (`"…"`, `„…“`, `“…”`, `«…»`) enclose a phrase, `-` directly before a word or a phrase
    /// excludes it. The last word is open if the text ends with it.
    pub fn parse(text: &str) -> Self {
        let mut question = Self::default();
        let mut rest = text;
        loop {
            rest = rest.trim_start();
            let Some(first) = rest.chars().next() else { break };
            let (excluded, body) = match rest.strip_prefix('-') {
                Some(body) if body.starts_with(|c: char| c.is_alphanumeric() || is_quote(c)) => (true, body),
                _ => (false, rest),
            };
            if let Some((inside, behind)) = quoted(body) {
                question.phrase(inside, excluded.into());
                rest = behind;
                continue;
            }
            // A quote that is never closed is an ordinary sign.
            let step = if excluded { body } else { rest };
            let from = if is_quote(first) { first.len_utf8() } else { 0 };
            let end = step
                .char_indices()
                .skip(1)
                .find(|(at, c)| *at >= from && (c.is_whitespace() || is_opening(step, *at, *c)))
                .map_or(step.len(), |(at, _)| at);
            let (word, behind) = step.split_at(end);
            if excluded {
                question.phrase(word, Wish::Excluded);
            } else {
                question.words.push(word.to_owned());
                question.ending = if behind.is_empty() { Ending::Open } else { Ending::Whole };
            }
            rest = behind;
        }
        // Something behind the last word finishes it.
        if text.ends_with(char::is_whitespace) || !text.ends_with(|c: char| c.is_alphanumeric()) {
            question.ending = Ending::Whole;
        }
        question
    }

    fn phrase(&mut self, text: &str, wish: Wish) {
        let Some(phrase) = Phrase::new(text) else { return };
        match wish {
            Wish::Wanted => self.phrases.push(phrase),
            Wish::Excluded => self.without.push(phrase),
        }
        self.ending = Ending::Whole;
    }

    /// The words and the words of the phrases, for looking them up: one text.
    pub fn text(&self) -> String {
        let phrases = self.phrases.iter().flat_map(Phrase::words);
        let words = self.words.iter().map(String::as_str).chain(phrases);
        words.collect::<Vec<_>>().join(" ")
    }
}

/// As it may be typed.
impl std::fmt::Display for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quoted = |phrase: &Phrase| format!("\"{}\"", phrase.words().collect::<Vec<_>>().join(" "));
        let phrases = self.phrases.iter().map(quoted);
        let without = self.without.iter().map(|phrase| format!("-{}", quoted(phrase)));
        let all: Vec<String> = self.words.iter().cloned().chain(phrases).chain(without).collect();
        f.write_str(&all.join(" "))
    }
}

enum Wish {
    Wanted,
    Excluded,
}

impl From<bool> for Wish {
    fn from(excluded: bool) -> Self {
        if excluded { Self::Excluded } else { Self::Wanted }
    }
}

fn is_quote(c: char) -> bool {
    closing(c).is_some()
}

/// What closes a quote that opens with `c`.
const fn closing(c: char) -> Option<&'static [char]> {
    match c {
        '"' => Some(&['"']),
        '„' | '“' | '”' => Some(&['“', '”', '"']),
        '«' => Some(&['»']),
        '»' => Some(&['«']),
        _ => None,
    }
}

/// The inside of a quotation at the beginning of a text, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let open = text.chars().next()?;
    let ends = closing(open)?;
    let inside = text.get(open.len_utf8()..)?;
    let end = inside.find(ends)?;
    let close = inside.get(end..)?.chars().next()?;
    Some((inside.get(..end)?, inside.get(end + close.len_utf8()..)?))
}

/// True if a quotation starts inside of a run of signs: `laser"machine learning"`.
fn is_opening(text: &str, at: usize, c: char) -> bool {
    is_quote(c) && text.get(at..).is_some_and(|rest| quoted(rest).is_some())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(text: &str) -> (Vec<String>, Vec<String>, Vec<String>, Ending) {
        let question = Question::parse(text);
        let joined = |phrases: &[Phrase]| {
            phrases
                .iter()
                .map(|phrase| phrase.words().collect::<Vec<_>>().join(" "))
                .collect()
        };
        (
            question.words.clone(),
            joined(&question.phrases),
            joined(&question.without),
            question.ending,
        )
    }

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn words_phrases_and_exclusions() {
        for (text, words, phrases, without, ending) in [
            ("Laser Optik", vec!["Laser", "Optik"], vec![], vec![], Ending::Open),
            ("Laser Optik ", vec!["Laser", "Optik"], vec![], vec![], Ending::Whole),
            (
                "\"Machine Learning\" Jena",
                vec!["Jena"],
                vec!["machine learning"],
                vec![],
                Ending::Open,
            ),
            ("„Grüne Stadt“", vec![], vec!["grüne stadt"], vec![], Ending::Whole),
            ("Laser -Medizin", vec!["Laser"], vec![], vec!["medizin"], Ending::Whole),
            (
                "Laser -\"zwei Worte\" a",
                vec!["Laser", "a"],
                vec![],
                vec!["zwei worte"],
                Ending::Open,
            ),
            ("3D-Druck", vec!["3D-Druck"], vec![], vec![], Ending::Open),
            ("- Laser", vec!["-", "Laser"], vec![], vec![], Ending::Open),
            (
                "nie \"geschlossen",
                vec!["nie", "\"geschlossen"],
                vec![],
                vec![],
                Ending::Open,
            ),
            ("\"\" \"-\"", vec![], vec![], vec![], Ending::Whole),
            ("", vec![], vec![], vec![], Ending::Whole),
        ] {
            let expected = (owned(&words), owned(&phrases), owned(&without), ending);
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[\\PC\"„“ -]{0,40}") {
            let question = Question::parse(&text);
            prop_assert!(question.words.iter().all(|word| !word.contains(char::is_whitespace)));
        }
    }
}
