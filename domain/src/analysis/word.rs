//! Tokenising: the words of a text with their places.

/// A word as it stands in a text, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Letters and digits in lower case, compatibility forms resolved, umlauts kept for the stemmer.
    pub text: String,
    /// Byte offset of its first character in the text.
    pub start: usize,
    /// Byte offset after its last character.
    pub end: usize,
}

/// Longer words are cut, so that one hostile word cannot swell the dictionary.
const LONGEST: usize = 48;

/// The words of a text: runs of letters and digits, with `+` and `#` directly behind them (`C++`, `C#`).
pub fn words(text: &str) -> impl Iterator<Item = Word> + '_ {
    let words = spans(text).map(|(start, end)| {
        let mut lower = String::new();
        lower_into(text.get(start..end).unwrap_or_default(), &mut lower);
        Word {
            text: lower,
            start,
            end,
        }
    });
    // A lone combining mark leaves nothing to find.
    words.filter(|word| !word.text.is_empty())
}

/// The same, for those who read many texts: each word without its place, none kept.
pub fn each_word(text: &str, mut each: impl FnMut(&str)) {
    let mut lower = String::with_capacity(LONGEST);
    for (start, end) in spans(text) {
        lower.clear();
        lower_into(text.get(start..end).unwrap_or_default(), &mut lower);
        if !lower.is_empty() {
            each(&lower);
        }
    }
}

/// Where words start and end.
fn spans(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, _) = loop {
            let (at, c) = rest.next()?;
            if in_word(c) {
                break (at, c);
            }
        };
        let mut end = text.len();
        let mut tail = false;
        while let Some((at, c)) = rest.peek().copied() {
            if !(matches!(c, '+' | '#') || in_word(c) && !tail) {
                end = at;
                break;
            }
            tail |= !in_word(c);
            rest.next();
        }
        Some((start, end))
    })
}

fn in_word(c: char) -> bool {
    // Most are ASCII; the tables are for the others.
    c.is_ascii_alphanumeric()
        || !c.is_ascii() && (c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c))
}

/// Puts a word in lower case behind an empty text.
fn lower_into(word: &str, lower: &mut String) {
    use unicode_normalization::UnicodeNormalization;
    if word.is_ascii() {
        lower.push_str(word);
        lower.make_ascii_lowercase();
    } else {
        let letters = |c: &char| c.is_alphanumeric() || matches!(c, '+' | '#');
        lower.extend(word.nfkc().flat_map(char::to_lowercase).filter(letters));
    }
    if lower.len() > LONGEST
        && let Some((cut, _)) = lower.char_indices().nth(LONGEST)
    {
        lower.truncate(cut);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_places() {
        let text = "C++ für 3D-Druck (Größe: ½ m)";
        let found: Vec<_> = words(text).collect();
        let texts: Vec<_> = found.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["c++", "für", "3d", "druck", "größe", "12", "m"]);
        assert_eq!(&text[found[4].start..found[4].end], "Größe");
        let mut without_places = Vec::new();
        each_word(text, |word| without_places.push(word.to_owned()));
        assert_eq!(without_places, texts);
        assert_eq!(words("+ # \u{301} –").count(), 0);
    }
}
