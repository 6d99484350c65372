//! Texts: one language or two, clean from the moment they are parsed.

use unicode_normalization::UnicodeNormalization;

use crate::invalid::Rule;
use crate::named::Named;
use crate::vocabulary;

/// The languages that the product speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// German.
    De,
    /// English.
    En,
}

impl Named for Language {
    const NAME: &'static str = "Language";
    /// German first.
    const ALL: &'static [Self] = &[Self::De, Self::En];

    /// ISO 639-1.
    fn code(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
        }
    }
}

/// A text in German, English or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text {
    /// The German text.
    pub de: Option<String>,
    /// The English text.
    pub en: Option<String>,
}

impl Text {
    /// True when it says nothing in any language.
    pub const fn is_empty(&self) -> bool {
        self.de.is_none() && self.en.is_none()
    }

    /// The text in the language asked for, else in the other one.
    pub fn best(&self, language: Language) -> Option<&str> {
        let (first, second) = match language {
            Language::De => (&self.de, &self.en),
            Language::En => (&self.en, &self.de),
        };
        first.as_deref().or(second.as_deref())
    }

    /// Both texts with their language, German first.
    pub fn each(&self) -> impl Iterator<Item = (Language, &str)> {
        let de = self.de.as_deref().map(|text| (Language::De, text));
        let en = self.en.as_deref().map(|text| (Language::En, text));
        de.into_iter().chain(en)
    }
}

/// Reads a text of one line: trimmed, NFC, inner white space single, 1 to `max` characters.
///
/// # Errors
/// The rule it breaks.
pub fn line(text: &str, max: usize) -> Result<String, Rule> {
    let clean: String = text.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect();
    bounded(clean, max)
}

/// Reads a text of several lines: trimmed, NFC, line ends as `\n`, 1 to `max` characters.
///
/// # Errors
/// The rule it breaks.
pub fn paragraphs(text: &str, max: usize) -> Result<String, Rule> {
    let clean: String = text.replace("\r\n", "\n").replace('\r', "\n").trim().nfc().collect();
    bounded(clean, max)
}

fn bounded(clean: String, max: usize) -> Result<String, Rule> {
    if clean.is_empty() {
        return Err(Rule::Required);
    }
    if clean.chars().count() > max {
        return Err(Rule::TooLong(max));
    }
    if clean.chars().any(forbidden) {
        return Err(Rule::ForbiddenCharacter);
    }
    Ok(clean)
}

/// Controls (but line feed and tab), and the bidirectional overrides that make a name read as another (UTR 36).
fn forbidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Reads an absolute `http` or `https` address of at most 500 characters.
///
/// # Errors
/// [`Rule::Malformed`] or [`Rule::TooLong`].
pub fn web_address(text: &str) -> Result<String, Rule> {
    const FORM: Rule = Rule::Malformed("https address");
    let clean = line(text, 500)?;
    let rest = clean
        .strip_prefix("https://")
        .or_else(|| clean.strip_prefix("http://"))
        .ok_or(FORM)?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = !host.is_empty() && !host.contains('@') && !clean.contains([' ', '"', '<', '>', '\\']);
    if plain { Ok(clean) } else { Err(FORM) }
}

/// Reads an e-mail address: one `@`, a dotted domain, at most 254 characters; the domain in lower case.
///
/// # Errors
/// [`Rule::Malformed`] or [`Rule::TooLong`]. Whether it receives mail, only a mail can tell.
pub fn email(text: &str) -> Result<String, Rule> {
    const FORM: Rule = Rule::Malformed("e-mail address");
    let clean = line(text, 254)?;
    let (local, domain) = clean.rsplit_once('@').ok_or(FORM)?;
    let local_ok = !local.is_empty() && local.len() <= 64 && !local.contains(['@', ' ', '"', '<', '>', ',', ';']);
    let label_ok = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    if local_ok && domain.contains('.') && domain.split('.').all(label_ok) {
        Ok(format!("{local}@{}", domain.to_lowercase()))
    } else {
        Err(FORM)
    }
}

/// Reads a telephone number as people write it: digits with `+`, spaces and the usual marks, at most 40 characters.
///
/// # Errors
/// [`Rule::Malformed`] or [`Rule::TooLong`].
pub fn phone(text: &str) -> Result<String, Rule> {
    let clean = line(text, 40)?;
    let digits = clean.bytes().filter(u8::is_ascii_digit).count();
    let plain = clean.chars().all(|c| c.is_ascii_digit() || "+ ()/.-–".contains(c));
    if plain && digits >= 3 {
        Ok(clean)
    } else {
        Err(Rule::Malformed("telephone number"))
    }
}

/// Reads an ISO 639-1 code of two lower-case letters.
///
/// # Errors
/// [`Rule::Malformed`], or [`Rule::UnknownCode`].
pub fn language_code(text: &str) -> Result<String, Rule> {
    let is_form = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase());
    if !is_form {
        return Err(Rule::Malformed("ISO 639-1 code"));
    }
    if !vocabulary::has("languages", text) {
        return Err(Rule::UnknownCode(String::new()));
    }
    Ok(text.to_owned())
}

/// The key under which names are compared and sorted: lower case, ä → a, ß → ss, other accents dropped, runs of
/// anything but letters and digits one space. Not for display.
pub fn key(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if text.is_ascii() {
        // Most names: no table of Unicode needs to be asked.
        for c in text.chars() {
            match c {
                c if c.is_ascii_alphanumeric() => out.push(c.to_ascii_lowercase()),
                _ if out.ends_with(' ') || out.is_empty() => {}
                _ => out.push(' '),
            }
        }
        out.truncate(out.trim_end().len());
        return out;
    }
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push_str("ss"),
            c if c.is_alphanumeric() => out.push(c),
            c if unicode_normalization::char::is_combining_mark(c) => {}
            _ if out.ends_with(' ') || out.is_empty() => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_clean_or_refused() {
        assert_eq!(
            line("  Jena\t Digital\u{a0}e. V. ", 50).as_deref(),
            Ok("Jena Digital e. V.")
        );
        assert_eq!(line("Mu\u{308}ller", 50).as_deref(), Ok("Müller"));
        assert_eq!(line(" ", 50), Err(Rule::Required));
        assert_eq!(line("abc", 2), Err(Rule::TooLong(2)));
        assert_eq!(line("a\0b", 50), Err(Rule::ForbiddenCharacter));
        assert_eq!(line("a\u{202e}b", 50), Err(Rule::ForbiddenCharacter));
    }

    #[test]
    fn addresses_need_a_scheme_and_a_host() {
        assert!(web_address("https://www.jena-digital.de/a?b=c").is_ok());
        for bad in [
            "javascript:alert(1)",
            "https://",
            "www.jena.de",
            "https://user@host/",
            "https://a b",
        ] {
            assert!(web_address(bad).is_err(), "{bad}");
        }
        assert_eq!(email("Info@Jena-Digital.DE").as_deref(), Ok("Info@jena-digital.de"));
        for bad in ["a@b", "@b.de", "a b@c.de", "a@b..de", "a@@b.de"] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn languages_are_those_that_there_are() {
        for known in ["aa", "de", "en", "uk", "zu"] {
            assert_eq!(language_code(known).as_deref(), Ok(known));
        }
        assert_eq!(language_code("xx"), Err(Rule::UnknownCode(String::new())));
        assert!(matches!(language_code("DE"), Err(Rule::Malformed(_))));
    }

    #[test]
    fn keys_fold_umlauts_and_accents() {
        assert_eq!(key("Müller & Söhne GmbH"), "muller sohne gmbh");
        assert_eq!(key("Straße"), "strasse");
        assert_eq!(key("Ångström, AG."), "angstrom ag");
    }

    proptest! {
        #[test]
        fn short_cuts_of_keys_lead_to_the_same_place(text in "[ -~\\t\\n]{0,30}") {
            let (long_way, short_cut) = (key(&format!("ß {text}")), format!("ss {}", key(&text)));
            prop_assert_eq!(long_way, short_cut.trim_end());
        }
    }
}
