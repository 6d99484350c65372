//! Areas: what the Amtliche Gemeindeschlüssel of a place can be.

use super::{has, scheme};
use crate::invalid::Rule;

/// Eisenach gave up being district-free on 1 July 2021.
const MOVED: (&str, &str) = ("16056000", "16063105");

/// The key of Thuringia, of which all districts are known.
const THURINGIA: &str = "16";

/// Reads an Amtlicher Gemeindeschlüssel: 8 digits. One that ends with three zeros is a district-free city, or a district of
/// Thuringia; one of Thuringia lies in a district that there is.
///
/// # Errors
/// [`Rule::Malformed`], or [`Rule::UnknownCode`] with the nearest code there is.
pub fn ags(text: &str) -> Result<String, Rule> {
    const FORM: Rule = Rule::Malformed("Amtlicher Gemeindeschlüssel");
    let is_form = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (land, district) = text.get(..2).zip(text.get(..5)).filter(|_| is_form).ok_or(FORM)?;
    let known = |code: &str| has("ags", code);
    if !known(land) {
        return Err(FORM);
    }
    if text == MOVED.0 {
        return Err(Rule::UnknownCode(MOVED.1.to_owned()));
    }
    let whole = format!("{district}000");
    let must_be_known = text == whole || land == THURINGIA;
    if must_be_known && !known(&whole) {
        return Err(Rule::UnknownCode(nearest(land, text)));
    }
    Ok(text.to_owned())
}

/// The key of a city or a district of the same Land that is least far away.
fn nearest(land: &str, wanted: &str) -> String {
    let number = |text: &str| text.parse::<u32>().unwrap_or_default();
    let terms = scheme("ags").map_or(&[][..], super::Scheme::terms).iter();
    let alike = terms.filter(|term| term.code.starts_with(land) && term.code.ends_with("000"));
    let nearest = alike.min_by_key(|term| number(term.code).abs_diff(number(wanted)));
    nearest.map_or_else(String::new, |term| term.code.to_owned())
}
