//! Formats of single values beyond those of JSON Schema, by the names that the document gives them. They are checked together with
//! the schema, so that whoever sends a body hears of every faulty value at once.

use jsonschema::ValidationOptions;
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::organisation::identifier::{
    lei, register_number, register_type, ror_id, vat_id, w_idnr, wikidata_id,
};
use werkstadt_domain::place::country;
use werkstadt_domain::text::{email, language_code, line, paragraphs, phone, web_address};
use werkstadt_domain::vocabulary::area::ags;

/// Which rule a text breaks.
type Check = fn(&str) -> Option<Rule>;

/// How long a text may be is for the schema to say.
const ANY: usize = usize::MAX;

const FORMATS: [(&str, Check); 15] = [
    ("ags", |text| ags(text).err()),
    ("country-code", |text| country(text).err()),
    ("email", |text| email(text).err()),
    ("language-code", |text| language_code(text).err()),
    ("lei", |text| lei(text).err()),
    ("paragraphs", |text| paragraphs(text, ANY).err()),
    ("phone", |text| phone(text).err()),
    ("register-number", |text| register_number(text).err()),
    ("register-type", |text| register_type(text).err()),
    ("ror-id", |text| ror_id(text).err()),
    ("single-line", |text| line(text, ANY).err()),
    ("vat-id", |text| vat_id(text).err()),
    ("w-idnr", |text| w_idnr(text).err()),
    ("web-address", |text| web_address(text).err()),
    ("wikidata-id", |text| wikidata_id(text).err()),
];

/// Makes a validator know the formats.
pub(super) fn known(options: ValidationOptions) -> ValidationOptions {
    FORMATS.into_iter().fold(options, |options, (name, check)| {
        options.with_format(name, move |text: &str| check(text).is_none())
    })
}

/// The rule of a format that a text breaks, `None` for formats of JSON Schema.
pub(super) fn broken(format: &str, text: &str) -> Option<Rule> {
    let (_, check) = FORMATS.iter().find(|(name, _)| *name == format)?;
    check(text)
}
