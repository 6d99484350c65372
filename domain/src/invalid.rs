//! What is wrong with an input: every fault, with its place, in both languages.

use crate::text::Language;

/// A refused input. Holds at least one fault; all faults of the input, not only the first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} invalid field(s), the first at {}", .0.len(), .0.first().map_or("", |fault| fault.pointer.as_str()))]
pub struct Invalid(pub Vec<Fault>);

/// One fault of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer (RFC 6901) to the faulty value, `""` for the whole input.
    pub pointer: String,
    /// What rule it breaks.
    pub rule: Rule,
}

/// The rules that an input can break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A value must be there.
    Required,
    /// More than this many characters or items.
    TooLong(usize),
    /// A number outside the closed range.
    OutOfRange(i64, i64),
    /// Not in the form named (a noun phrase in English, a format's proper name).
    Malformed(&'static str),
    /// Control characters, NUL or text that changes reading direction.
    ForbiddenCharacter,
    /// The check digit does not match.
    CheckDigit,
    /// The same value twice in one list.
    Duplicate,
    /// It names something that does not exist (or that the caller may not see).
    UnknownReference,
    /// The first of two values must not be after the second.
    Reversed,
    /// It would make a tree or a hierarchy contain itself.
    Cycle,
    /// Not a code of its list; the nearest one that is, or nothing.
    UnknownCode(String),
    /// This field cannot be combined with the other one named.
    Conflicts(&'static str),
    /// A password that others would guess.
    Guessable,
    /// Not the one that is known, for example a password.
    Incorrect,
    /// One of these must be among them.
    Missing(String),
    /// Somebody who was erased, and does not come back by a copy.
    Erased,
    /// It has not happened yet.
    InTheFuture,
}

impl Rule {
    /// A stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLong(_) => "too_long",
            Self::OutOfRange(..) => "out_of_range",
            Self::Malformed(_) => "malformed",
            Self::ForbiddenCharacter => "forbidden_character",
            Self::CheckDigit => "check_digit",
            Self::Duplicate => "duplicate",
            Self::UnknownReference => "unknown_reference",
            Self::Reversed => "reversed",
            Self::Cycle => "cycle",
            Self::UnknownCode(_) => "unknown_code",
            Self::Conflicts(_) => "conflicts",
            Self::Guessable => "guessable",
            Self::Incorrect => "incorrect",
            Self::Missing(_) => "missing",
            Self::Erased => "erased",
            Self::InTheFuture => "in_the_future",
        }
    }

    /// A sentence for people.
    pub fn detail(&self, language: Language) -> String {
        match language {
            Language::De => self.german(),
            Language::En => self.english(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Required => "A value is required.".into(),
            Self::TooLong(max) => format!("At most {max} are allowed."),
            Self::OutOfRange(low, high) => format!("Must be between {low} and {high}."),
            Self::Malformed(form) => format!("Not in the form of: {form}."),
            Self::ForbiddenCharacter => "Contains a character that is not allowed here.".into(),
            Self::CheckDigit => "The check digit does not match.".into(),
            Self::Incorrect => "It is not right.".into(),
            Self::Duplicate => "The same value occurs twice.".into(),
            Self::UnknownReference => "Names something that does not exist.".into(),
            Self::Reversed => "The end lies before the beginning.".into(),
            Self::Cycle => "Would contain itself.".into(),
            Self::UnknownCode(near) if near.is_empty() => "There is no such code.".into(),
            Self::UnknownCode(near) => format!("There is no such code. Did you mean {near}?"),
            Self::Conflicts(other) => format!("Cannot be combined with {other}."),
            Self::Guessable => {
                "Too easy to guess. Several words that have nothing to do with each other, or with you, are better."
                    .into()
            }
            Self::Missing(what) => format!("{what} is missing."),
            Self::Erased => "Somebody who was erased.".into(),
            Self::InTheFuture => "Must not lie in the future.".into(),
        }
    }

    fn german(&self) -> String {
        match self {
            Self::Required => "Ein Wert ist erforderlich.".into(),
            Self::TooLong(max) => format!("Höchstens {max} sind erlaubt."),
            Self::OutOfRange(low, high) => format!("Muss zwischen {low} und {high} liegen."),
            Self::Malformed(form) => format!("Hat nicht die Form: {form}."),
            Self::ForbiddenCharacter => "Enthält ein hier nicht erlaubtes Zeichen.".into(),
            Self::CheckDigit => "Die Prüfziffer stimmt nicht.".into(),
            Self::Incorrect => "Das stimmt nicht.".into(),
            Self::Duplicate => "Derselbe Wert kommt zweimal vor.".into(),
            Self::UnknownReference => "Nennt etwas, das es nicht gibt.".into(),
            Self::Reversed => "Das Ende liegt vor dem Anfang.".into(),
            Self::Cycle => "Würde sich selbst enthalten.".into(),
            Self::UnknownCode(near) if near.is_empty() => "Einen solchen Schlüssel gibt es nicht.".into(),
            Self::UnknownCode(near) => format!("Einen solchen Schlüssel gibt es nicht. Ist {near} gemeint?"),
            Self::Conflicts(other) => format!("Lässt sich nicht mit {other} verbinden."),
            Self::Guessable => {
                "Zu leicht zu erraten. Besser sind mehrere Wörter, die nichts miteinander und nichts mit Ihnen zu tun haben.".into()
            }
            Self::Missing(what) => format!("{what} fehlt."),
            Self::Erased => "Jemand, der gelöscht wurde.".into(),
            Self::InTheFuture => "Darf nicht in der Zukunft liegen.".into(),
        }
    }
}

/// Collects faults while an input is read, so that the caller hears of all of them at once.
#[derive(Debug, Default)]
pub struct Faults {
    found: Vec<Fault>,
}

impl Faults {
    /// No faults yet.
    pub const fn new() -> Self {
        Self { found: Vec::new() }
    }

    /// Notes a fault at a JSON pointer.
    pub fn note(&mut self, pointer: impl Into<String>, rule: Rule) {
        self.found.push(Fault {
            pointer: pointer.into(),
            rule,
        });
    }

    /// Takes the value, or notes the rule it breaks.
    pub fn take<T>(&mut self, pointer: impl Into<String>, parsed: Result<T, Rule>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(rule) => {
                self.note(pointer, rule);
                None
            }
        }
    }

    /// Takes the faults of a part, placed below `pointer`.
    pub fn nest<T>(&mut self, pointer: &str, part: Result<T, Invalid>) -> Option<T> {
        match part {
            Ok(value) => Some(value),
            Err(Invalid(faults)) => {
                let below = |fault: Fault| Fault {
                    pointer: format!("{pointer}{}", fault.pointer),
                    rule: fault.rule,
                };
                self.found.extend(faults.into_iter().map(below));
                None
            }
        }
    }

    /// True while nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`Invalid`] with every fault noted, or with [`Rule::Required`] for the whole if the value is missing without one.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Invalid> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => {
                if self.found.is_empty() {
                    self.note("", Rule::Required);
                }
                Err(Invalid(self.found))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_kept_with_its_place() {
        let mut inner = Faults::new();
        inner.note("/city", Rule::Required);
        let mut outer = Faults::new();
        outer.note("/name", Rule::TooLong(200));
        assert_eq!(outer.nest("/locations/0", inner.finish(Some(()))), None);
        let Err(Invalid(faults)) = outer.finish(Some(())) else {
            panic!("accepted")
        };
        let places: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(places, ["/name", "/locations/0/city"]);
    }
}
