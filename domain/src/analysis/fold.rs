//! Folding: what makes spellings of one word equal.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case in compatibility form without accents: `ß` → `ss`, `ä` → `a`, `ﬁ` → `fi`, `Ａ` → `a`.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push_str("ss"),
            'ø' => out.push('o'),
            'æ' => out.push('a'),
            'œ' => out.push('o'),
            'ł' => out.push('l'),
            'đ' => out.push('d'),
            // Lower-casing can bring marks of its own (`İ` → `i̇`).
            c if is_combining_mark(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// Brings the spellings `ae`, `oe`, `ue` of folded text to the letter that an umlaut folds to, so that `mueller` = `muller`.
///
/// Not after a vowel (`neue`, `steuer`) and not after `q` (`quelle`), where they are no umlauts. Other words that contain
/// these letters by chance (`poet`, `aktuell`) change too, everywhere alike, so they still meet themselves.
pub fn collapse(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    let mut before = None;
    let mut chars = folded.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        let umlaut = matches!(c, 'a' | 'o' | 'u') && chars.peek() == Some(&'e');
        let blocked = before.is_some_and(|b| matches!(b, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'q'));
        before = Some(c);
        if umlaut && !blocked {
            chars.next();
            // An `e` that was dropped still blocks nothing: the letter before the next one is the vowel itself.
            while chars.peek() == Some(&'e') {
                chars.next();
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_one_way() {
        for (from, to) in [
            ("Größe", "grosse"),
            ("ÅNGSTRÖM", "angstrom"),
            ("ﬁnal", "final"),
            ("ẞ", "ss"),
        ] {
            assert_eq!(fold(from), to);
        }
    }

    #[test]
    fn only_umlauts_collapse() {
        for (from, to) in [
            ("mueller", "muller"),
            ("strasse", "strasse"),
            ("steuer", "steuer"),
            ("neue", "neue"),
            ("quelle", "quelle"),
            ("oekologie", "okologie"),
        ] {
            assert_eq!(collapse(from), to);
        }
    }
}
