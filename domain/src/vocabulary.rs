//! Vocabularies: the codes that records carry, with their meaning in German and English. They are part of the program.

use std::sync::LazyLock;

use crate::analysis;
use crate::text::key;

pub mod area;
pub mod industry;
mod read;

/// A list of codes.
#[derive(Debug)]
pub struct Scheme {
    /// Its name in addresses.
    pub name: &'static str,
    /// What it lists, in German.
    pub de: &'static str,
    /// What it lists, in English.
    pub en: &'static str,
    /// Who keeps it.
    pub source: &'static str,
    terms: Vec<Term>,
}

/// A code with its meaning.
#[derive(Debug, PartialEq, Eq)]
pub struct Term {
    /// The code.
    pub code: &'static str,
    /// The code above it in the same list.
    pub parent: Option<&'static str>,
    /// In German.
    pub de: &'static str,
    /// In English.
    pub en: &'static str,
    /// How it is abbreviated in German.
    pub abbreviation: Option<&'static str>,
}

/// A code of another list that means the same, or some of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// The other list.
    pub scheme: &'static str,
    /// The code there.
    pub code: &'static str,
    /// How much of it is meant.
    pub extent: Extent,
}

/// How two codes of two lists relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Each has no other counterpart.
    Whole,
    /// Some of the one is some of the other.
    Part,
}

/// All lists, in order of name.
pub fn schemes() -> &'static [Scheme] {
    static ALL: LazyLock<Vec<Scheme>> = LazyLock::new(read::all);
    &ALL
}

/// The list of this name.
pub fn scheme(name: &str) -> Option<&'static Scheme> {
    schemes().iter().find(|scheme| scheme.name == name)
}

/// True if a list of this name has the code.
pub(crate) fn has(list: &str, code: &str) -> bool {
    scheme(list).is_some_and(|list| list.find(code).is_some())
}

impl Scheme {
    /// All codes, in order.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The term of a code.
    pub fn find(&self, code: &str) -> Option<&Term> {
        self.terms.iter().find(|term| term.code == code)
    }

    /// The terms directly below a code.
    pub fn below<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Term> {
        self.terms.iter().filter(move |term| term.parent == Some(code))
    }

    /// The terms that fit what was typed: codes that begin with it first, then labels in which every word begins a word. Umlauts
    /// may be written in any way.
    pub fn typed(&self, text: &str) -> Vec<&Term> {
        let code = text.trim().to_lowercase();
        let typed = wording(text);
        let words: Vec<String> = typed.split(' ').map(str::to_owned).collect();
        let mut found: Vec<(u8, &Term)> = Vec::new();
        for term in &self.terms {
            let own = term.code.to_lowercase();
            let short = term.abbreviation.map(wording);
            let rank = if own == code || short.is_some_and(|short| short == typed) {
                0
            } else if !code.is_empty() && own.starts_with(&code) {
                1
            } else if term.says(&words) {
                2
            } else {
                continue;
            };
            found.push((rank, term));
        }
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, term)| term).collect()
    }
}

impl Term {
    /// Whether every one of these words begins a word of its label in one language, or of its abbreviation.
    fn says(&self, words: &[String]) -> bool {
        let texts = [Some(self.de), Some(self.en), self.abbreviation];
        texts.into_iter().flatten().map(wording).any(|text| {
            let begins = |word: &String| text.split(' ').any(|own| own.starts_with(word.as_str()));
            !words.iter().all(String::is_empty) && words.iter().all(begins)
        })
    }
}

/// The words of a text as they are compared.
fn wording(text: &str) -> String {
    analysis::collapse(&key(text))
}

#[cfg(test)]
mod tests;
