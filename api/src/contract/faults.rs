//! From a schema validator's errors to faults with a place, a code and a sentence.

use std::collections::HashSet;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;
use werkstadt_domain::invalid::Rule;

use super::formats;
use crate::problem::{Breach, Place};

/// Every fault of a body that errors of a validator stand for; none if all of them are left to the domain, which checks the formats of
/// single values again, and finds what is wrong between values beside them.
pub(super) fn all<'e>(
    body: &Value,
    errors: impl Iterator<Item = ValidationError<'e>>,
    fields: &[String],
) -> Vec<(Place, Breach)> {
    let mut found = forbidden_characters(body);
    let mut forms = Vec::new();
    for error in errors {
        match form(&error) {
            Some(fault) => forms.push(fault),
            None => read(&error, fields, &mut found),
        }
    }
    let places = |faults: &[(Place, Breach)]| faults.iter().map(|(place, _)| place.clone()).collect();
    // A rule says more to people than a pattern does.
    let with_rule: HashSet<Place> = places(&forms);
    found.retain(|(place, breach)| !matches!(breach, Breach::Form(_)) || !with_rule.contains(place));
    if found.is_empty() {
        return found;
    }
    // What is too short or too long need not be told that it has not the right form, too.
    let told: HashSet<Place> = places(&found);
    found.extend(forms.into_iter().filter(|(place, _)| !told.contains(place)));
    found
}

/// The fault of a value that has not the form that its own rule asks for.
fn form(error: &ValidationError<'_>) -> Option<(Place, Breach)> {
    let Kind::Format { format } = error.kind() else {
        return None;
    };
    let rule = formats::broken(format, error.instance().as_str()?)?;
    Some((Place::Body(error.instance_path().to_string()), Breach::Rule(rule)))
}

/// Adds the faults that one error stands for.
fn read(error: &ValidationError<'_>, fields: &[String], found: &mut Vec<(Place, Breach)>) {
    let pointer = error.instance_path().to_string();
    let below = |name: &str| Place::Body(format!("{pointer}/{}", escape(name)));
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                let known = fields.iter().map(String::as_str);
                found.push((below(name), Breach::UnknownField(nearest(name, known))));
            }
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            found.push((below(name), Breach::Rule(Rule::Required)));
        }
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => match meant(error, context) {
            Some(branch) => branch.iter().for_each(|error| read(error, fields, found)),
            None => found.push((Place::Body(pointer), breach(error.kind()))),
        },
        kind => found.push((Place::Body(pointer), breach(kind))),
    }
}

/// What is wrong with a value by the one branch of several that has its type, as where it may also be null.
fn meant<'c, 'e>(
    error: &ValidationError<'_>,
    context: &'c [Vec<ValidationError<'e>>],
) -> Option<&'c [ValidationError<'e>]> {
    let is_of_another_type = |branch: &&Vec<ValidationError<'_>>| {
        let at_all = |one: &ValidationError<'_>| {
            matches!(one.kind(), Kind::Type { .. }) && one.instance_path() == error.instance_path()
        };
        branch.iter().any(at_all)
    };
    let mut branches = context.iter().filter(|branch| !is_of_another_type(branch));
    let one = branches.next()?;
    branches.next().is_none().then_some(one.as_slice())
}

/// What one error means for a single value.
pub(super) fn breach(kind: &Kind) -> Breach {
    match kind {
        Kind::Type {
            kind: TypeKind::Single(expected),
        } => Breach::Type(expected.to_string()),
        Kind::Type {
            kind: TypeKind::Multiple(expected),
        } => Breach::Type(
            expected
                .iter()
                .map(|one| one.to_string())
                .collect::<Vec<_>>()
                .join(", "),
        ),
        Kind::Enum { options } => Breach::NotOneOf(words(options)),
        Kind::Constant { expected_value } => Breach::NotOneOf(vec![word(expected_value)]),
        Kind::MaxLength { limit } | Kind::MaxItems { limit } => {
            Breach::Rule(Rule::TooLong(usize::try_from(*limit).unwrap_or(usize::MAX)))
        }
        Kind::MinLength { limit } | Kind::MinItems { limit } | Kind::MinProperties { limit } => {
            Breach::TooShort(*limit)
        }
        Kind::Minimum { limit } | Kind::ExclusiveMinimum { limit } => Breach::TooSmall(word(limit)),
        Kind::Maximum { limit } | Kind::ExclusiveMaximum { limit } => Breach::TooLarge(word(limit)),
        Kind::Format { format } => Breach::Form(format.clone()),
        Kind::Pattern { pattern } => Breach::Form(pattern.clone()),
        Kind::UniqueItems => Breach::Rule(Rule::Duplicate),
        other => Breach::Form(other.keyword().to_owned()),
    }
}

/// NUL cannot be stored by PostgreSQL and has no place in any text.
fn forbidden_characters(body: &Value) -> Vec<(Place, Breach)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), body)];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::String(text) if text.contains('\0') => {
                found.push((Place::Body(pointer), Breach::Rule(Rule::ForbiddenCharacter)));
            }
            Value::Array(items) => {
                open.extend(
                    items
                        .iter()
                        .enumerate()
                        .map(|(index, item)| (format!("{pointer}/{index}"), item)),
                );
            }
            Value::Object(object) => {
                open.extend(
                    object
                        .iter()
                        .map(|(name, item)| (format!("{pointer}/{}", escape(name)), item)),
                );
            }
            _ => {}
        }
    }
    found
}

/// The known name that was probably meant: the closest one, if it is close.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    // Names are compared as typed: a name of 10,000 characters must not cost 10,000 × the length of each known one.
    if name.chars().count() > 40 {
        return None;
    }
    let scored = known.map(|other| (strsim::normalized_damerau_levenshtein(name, other), other));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= 0.5).then(|| best.1.to_owned())
}

fn words(options: &Value) -> Vec<String> {
    options.as_array().into_iter().flatten().map(word).collect()
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// One segment of a JSON pointer (RFC 6901).
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
