//! Numbers that identify an organisation elsewhere, each checked by its own rule.

use crate::invalid::Rule;
use crate::text::line;

/// The numbers of an organisation in public registers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identifiers {
    /// Entry in a German register; unique only as a whole.
    pub register: Option<Box<RegisterEntry>>,
    /// Umsatzsteuer-Identifikationsnummer or another EU VAT id, for example `DE123456789`.
    pub vat_id: Option<String>,
    /// Wirtschafts-Identifikationsnummer, for example `DE123456788-00001`.
    pub w_idnr: Option<String>,
    /// Legal Entity Identifier (ISO 17442).
    pub lei: Option<String>,
    /// Research Organization Registry id, the nine characters after `https://ror.org/`.
    pub ror_id: Option<String>,
    /// Wikidata item, for example `Q154561`.
    pub wikidata_id: Option<String>,
    /// Ids in other systems.
    pub external: Vec<ExternalId>,
}

/// An entry in a German public register.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RegisterEntry {
    /// The court that keeps the register, for example `Jena`.
    pub court: String,
    /// HRA, HRB, VR, GnR or PR.
    pub register: String,
    /// The number, digits and an optional letter.
    pub number: String,
}

/// An id in another system.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExternalId {
    /// The system, lower-case letters, digits and `_`, up to 32.
    pub scheme: String,
    /// The id there, up to 100 characters.
    pub value: String,
}

/// Types of German registers.
pub const REGISTERS: [&str; 5] = ["HRA", "HRB", "VR", "GnR", "PR"];

impl RegisterEntry {
    /// Reads an entry.
    ///
    /// # Errors
    /// The rule broken and the member that breaks it.
    pub fn parse(court: &str, register: &str, number: &str) -> Result<Self, (&'static str, Rule)> {
        let court = line(court, 100).map_err(|rule| ("/court", rule))?;
        let register = register_type(register).map_err(|rule| ("/register", rule))?;
        let number = register_number(number).map_err(|rule| ("/number", rule))?;
        Ok(Self {
            court,
            register,
            number,
        })
    }
}

/// Reads the type of a German register.
///
/// # Errors
/// [`Rule::Malformed`].
pub fn register_type(text: &str) -> Result<String, Rule> {
    if REGISTERS.contains(&text) {
        Ok(text.to_owned())
    } else {
        Err(Rule::Malformed("HRA, HRB, VR, GnR, PR"))
    }
}

/// Reads a number in a German register: up to nine digits, and up to three capital letters behind them.
///
/// # Errors
/// [`Rule::Malformed`].
pub fn register_number(text: &str) -> Result<String, Rule> {
    let number = text.trim();
    let digits = number.chars().take_while(char::is_ascii_digit).count();
    let tail = number.get(digits..).unwrap_or_default().trim_start();
    let tail_ok = tail.len() <= 3 && tail.bytes().all(|byte| byte.is_ascii_uppercase());
    if digits == 0 || digits > 9 || !tail_ok {
        return Err(Rule::Malformed("register number"));
    }
    Ok(number.to_owned())
}

impl ExternalId {
    /// Reads an id.
    ///
    /// # Errors
    /// The rule broken and the member that breaks it.
    pub fn parse(scheme: &str, value: &str) -> Result<Self, (&'static str, Rule)> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if scheme.is_empty() || scheme.len() > 32 || !scheme.chars().all(plain) {
            return Err(("/scheme", Rule::Malformed("lower-case name")));
        }
        let value = line(value, 100).map_err(|rule| ("/value", rule))?;
        Ok(Self {
            scheme: scheme.to_owned(),
            value,
        })
    }
}

/// Reads a VAT id: two capital letters and 2 to 13 letters or digits; a German one has nine digits.
///
/// # Errors
/// [`Rule::Malformed`]. The German check digit is not public in every case, so it is not judged.
pub fn vat_id(text: &str) -> Result<String, Rule> {
    let clean: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (country, rest) = clean.split_at_checked(2).ok_or(Rule::Malformed("VAT id"))?;
    let ok = country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (2..=13).contains(&rest.len())
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && (country != "DE" || (rest.len() == 9 && rest.bytes().all(|byte| byte.is_ascii_digit())));
    if ok { Ok(clean) } else { Err(Rule::Malformed("VAT id")) }
}

/// Reads a Wirtschafts-Identifikationsnummer: `DE`, nine digits of which the last is a check digit (ISO/IEC 7064,
/// MOD 11,10), a hyphen and five digits that count the businesses, from 1.
///
/// # Errors
/// [`Rule::Malformed`] or [`Rule::CheckDigit`].
pub fn w_idnr(text: &str) -> Result<String, Rule> {
    const FORM: Rule = Rule::Malformed("W-IdNr");
    let clean = text.trim();
    let (number, suffix) = clean
        .strip_prefix("DE")
        .and_then(|rest| rest.split_once('-'))
        .ok_or(FORM)?;
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(number, 9) || !digits(suffix, 5) || suffix == "00000" {
        return Err(FORM);
    }
    if mod_11_10(number.bytes().map(|byte| u32::from(byte - b'0'))) {
        Ok(clean.to_owned())
    } else {
        Err(Rule::CheckDigit)
    }
}

/// ISO/IEC 7064 MOD 11,10 over all digits, the last one the check digit.
fn mod_11_10(digits: impl Iterator<Item = u32>) -> bool {
    let digits: Vec<u32> = digits.collect();
    let Some((check, body)) = digits.split_last() else {
        return false;
    };
    let product = body.iter().fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == *check
}

/// Reads a Legal Entity Identifier: 20 characters whose letters read as 10–35 leave 1 modulo 97 (ISO 17442, ISO/IEC 7064).
///
/// # Errors
/// [`Rule::Malformed`] or [`Rule::CheckDigit`].
pub fn lei(text: &str) -> Result<String, Rule> {
    let clean = text.trim();
    let plain = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    if clean.len() != 20 || !clean.bytes().all(plain) {
        return Err(Rule::Malformed("LEI"));
    }
    let remainder = clean.chars().filter_map(|c| c.to_digit(36)).fold(0_u32, |rest, value| {
        if value < 10 {
            (rest * 10 + value) % 97
        } else {
            (rest * 100 + value) % 97
        }
    });
    if remainder == 1 {
        Ok(clean.to_owned())
    } else {
        Err(Rule::CheckDigit)
    }
}

/// Reads a ROR id, bare or as `https://ror.org/…`: `0`, six Crockford base-32 characters, two check digits (ISO 7064, MOD 97-10).
///
/// # Errors
/// [`Rule::Malformed`], [`Rule::CheckDigit`].
pub fn ror_id(text: &str) -> Result<String, Rule> {
    let clean = text.trim().to_lowercase();
    let bare = clean.strip_prefix("https://ror.org/").unwrap_or(&clean);
    const FORM: Rule = Rule::Malformed("ROR id");
    const DIGITS: &str = "0123456789abcdefghjkmnpqrstvwxyz";
    let (number, check) = bare.split_at_checked(7).ok_or(FORM)?;
    if !number.starts_with('0') || check.len() != 2 || !check.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FORM);
    }
    let mut value = 0_u64;
    for character in number.chars() {
        value = value * 32 + DIGITS.find(character).ok_or(FORM)? as u64;
    }
    if check.parse() == Ok(98 - value * 100 % 97) {
        Ok(bare.to_owned())
    } else {
        Err(Rule::CheckDigit)
    }
}

/// Reads a Wikidata item id: `Q` and a number without leading zero.
///
/// # Errors
/// [`Rule::Malformed`].
pub fn wikidata_id(text: &str) -> Result<String, Rule> {
    let clean = text.trim();
    let digits = clean.strip_prefix('Q').unwrap_or_default();
    let ok = (1..=10).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    if ok {
        Ok(clean.to_owned())
    } else {
        Err(Rule::Malformed("Wikidata item"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_a_check_digit_are_checked() {
        // 136695976 is the example that the Bundeszentralamt für Steuern publishes for this procedure.
        assert!(mod_11_10([1, 3, 6, 6, 9, 5, 9, 7, 6].into_iter()));
        assert_eq!(w_idnr("DE136695976-00001").as_deref(), Ok("DE136695976-00001"));
        assert_eq!(w_idnr("DE136695977-00001"), Err(Rule::CheckDigit));
        assert_eq!(w_idnr("DE136695976-00000"), Err(Rule::Malformed("W-IdNr")));
        assert_eq!(lei("529900T8BM49AURSDO55").as_deref(), Ok("529900T8BM49AURSDO55"));
        assert_eq!(lei("529900T8BM49AURSDO54"), Err(Rule::CheckDigit));
    }

    #[test]
    fn forms_are_told_apart() {
        assert!(vat_id("DE 123 456 789").is_ok());
        assert!(vat_id("DE12345678").is_err());
        assert_eq!(ror_id("https://ror.org/05qpz1x62").as_deref(), Ok("05qpz1x62"));
        assert_eq!(ror_id("05qpz1x63"), Err(Rule::CheckDigit));
        for bad in ["15qpz1x62", "05qpz1x6", "05qpzix62", "05qpz1xa2", "", "ä5qpz1x62"] {
            assert_eq!(ror_id(bad), Err(Rule::Malformed("ROR id")), "{bad}");
        }
        assert!(wikidata_id("Q154561").is_ok());
        assert!(wikidata_id("Q0").is_err());
        assert!(RegisterEntry::parse("Jena", "HRB", "500123").is_ok());
        assert_eq!(
            RegisterEntry::parse("Jena", "HRX", "1").map_err(|fault| fault.0),
            Err("/register")
        );
    }
}
