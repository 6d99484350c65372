//! Industries: which codes there are down to divisions, what lies in what, and how two editions correspond.

use super::{Crossing, Extent, Scheme, Term, scheme};
use crate::invalid::Rule;

/// The editions that records may carry. NACE Rev. 2 and WZ 2008 agree down to classes (Regulation (EC) No 1893/2006).
pub const SCHEMES: [&str; 3] = ["wz2008", "wz2025", "nace2"];

const OLD: &str = "wz2008";
const NEW: &str = "wz2025";

/// Checks a code: a section, or digits whose first two are a division; what is below a division is judged by its form.
///
/// # Errors
/// [`Rule::Malformed`], or [`Rule::UnknownCode`] with the nearest code there is.
pub fn check(edition: &str, code: &str) -> Result<(), Rule> {
    const FORM: Rule = Rule::Malformed("industry code");
    let list = list(edition).ok_or(Rule::Malformed("wz2008, wz2025, nace2"))?;
    let is_section = code.len() == 1 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    if !is_section && (code.len() > 8 || !code.starts_with(|c: char| c.is_ascii_digit()) || !code.chars().all(digits)) {
        return Err(FORM);
    }
    let top = if is_section { code } else { division(code).ok_or(FORM)? };
    if list.find(top).is_some() {
        return Ok(());
    }
    Err(Rule::UnknownCode(nearest(list, top).unwrap_or_default().to_owned()))
}

/// Checks a sector to be filtered by: a section, a code or its beginning, any of them with its edition before a colon.
///
/// # Errors
/// [`Rule::Malformed`], or [`Rule::UnknownCode`] where no edition has what it begins with.
pub fn check_sector(sector: &str) -> Result<(), Rule> {
    let (editions, code) = match sector.split_once(':') {
        Some((edition, code)) => (SCHEMES.iter().filter(|one| **one == edition).copied().collect(), code),
        None => (SCHEMES.to_vec(), sector),
    };
    let plain = |c: char| c.is_ascii_digit() || c == '.';
    let is_section = code.len() == 1 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_code = code.starts_with(|c: char| c.is_ascii_digit()) && code.len() <= 8 && code.chars().all(plain);
    if editions.is_empty() || !(is_section || is_code) {
        return Err(Rule::Malformed(
            "section or code, perhaps behind wz2008:, wz2025: or nace2:",
        ));
    }
    let top = code.get(..2).unwrap_or(code);
    let begins =
        |edition: &&str| list(edition).is_some_and(|list| list.terms().iter().any(|term| term.code.starts_with(top)));
    if editions.iter().any(begins) {
        Ok(())
    } else {
        Err(Rule::UnknownCode(String::new()))
    }
}

/// Whether a code lies in a sector: a code or its beginning, a section, or either with its edition before a colon.
pub fn lies_in(edition: &str, code: &str, sector: &str) -> bool {
    let sector = match sector.split_once(':') {
        Some((wanted, _)) if wanted != edition => return false,
        Some((_, sector)) => sector,
        None => sector,
    };
    code.starts_with(sector) || section(edition, code).is_some_and(|section| section == sector)
}

/// The section of a code with digits.
pub fn section(edition: &str, code: &str) -> Option<&'static str> {
    list(edition)?.find(division(code)?)?.parent
}

/// The division and the section that a code lies in, as far as it is not one itself.
pub fn above<'a>(edition: &str, code: &'a str) -> impl Iterator<Item = &'a str> + use<'a> {
    let division = division(code).filter(|division| *division != code);
    division.into_iter().chain(section(edition, code))
}

/// True for the code of a section or of a division.
pub const fn is_top(code: &str) -> bool {
    code.len() <= 2
}

/// The codes of the other edition that mean the same as a section or a division, or some of it.
pub fn crossings(edition: &str, code: &str) -> Vec<Crossing> {
    let other = match edition {
        OLD => NEW,
        NEW => OLD,
        _ => return Vec::new(),
    };
    let pairs = pairs().filter(|(old, new)| code == if edition == OLD { *old } else { *new });
    let crossing = |(old, new)| Crossing {
        scheme: other,
        code: if edition == OLD { new } else { old },
        extent: extent(old, new),
    };
    pairs.map(crossing).collect()
}

/// The first two digits of a code.
fn division(code: &str) -> Option<&str> {
    code.get(..2)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn list(edition: &str) -> Option<&'static Scheme> {
    match edition {
        "nace2" => scheme(OLD),
        OLD | NEW => scheme(edition),
        _ => None,
    }
}

/// The code of the same length that is least far away.
fn nearest<'a>(list: &'a Scheme, wanted: &str) -> Option<&'a str> {
    let distance = |term: &&Term| {
        let pairs = term.code.bytes().zip(wanted.bytes());
        pairs.fold(0_u32, |sum, (a, b)| sum * 10 + u32::from(a.abs_diff(b)))
    };
    let alike = list.terms().iter().filter(|term| term.code.len() == wanted.len());
    alike.min_by_key(distance).map(|term| term.code)
}

/// Which section or division of WZ 2008 shares activities with which of WZ 2025.
fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("crosswalk.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| {
        let (old, new) = line.split_once('\t').unwrap_or_default();
        new.split(' ').map(move |new| (old, new))
    })
}

fn extent(old: &str, new: &str) -> Extent {
    let alone = pairs().filter(|(one, other)| *one == old || *other == new).count() == 1;
    if alone { Extent::Whole } else { Extent::Part }
}
