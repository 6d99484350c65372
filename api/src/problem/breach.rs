//! Faults of a request that the contract or the domain finds, with their words in both languages.

use werkstadt_domain::invalid::Rule;
use werkstadt_domain::text::Language;

/// Where a fault is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the body: a JSON pointer.
    Body(String),
    /// A parameter of the query, the path or the headers: its name.
    Parameter(String),
}

/// What is wrong there.
#[derive(Clone, Debug, PartialEq)]
pub enum Breach {
    /// A rule of the domain.
    Rule(Rule),
    /// No field of this name; perhaps the other one was meant.
    UnknownField(Option<String>),
    /// No parameter of this name; perhaps the other one was meant.
    UnknownParameter(Option<String>),
    /// Given more than once.
    Repeated,
    /// Of another JSON type.
    Type(String),
    /// Not among these.
    NotOneOf(Vec<String>),
    /// Below the smallest value.
    TooSmall(String),
    /// Above the largest value.
    TooLarge(String),
    /// Shorter than this many characters or items.
    TooShort(u64),
    /// Not of the documented form.
    Form(String),
    /// Not valid UTF-8 text.
    NotText,
    /// JSON that cannot be read; line, column and why.
    Unreadable(String),
    /// Made by another server, another query or another time.
    ForgedCursor,
    /// Not said, or not understood; taken as this.
    Assumed(String),
    /// Another record has it already, the one at this address.
    Taken(Option<String>),
    /// Left out, and why; the rest stands.
    LeftOut(String),
}

impl Breach {
    /// A stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.code(),
            Self::UnknownField(_) => "unknown_field",
            Self::UnknownParameter(_) => "unknown_parameter",
            Self::Repeated => "repeated",
            Self::Type(_) => "wrong_type",
            Self::NotOneOf(_) => "not_one_of",
            Self::TooSmall(_) => "too_small",
            Self::TooLarge(_) => "too_large",
            Self::TooShort(_) => "too_short",
            Self::Form(_) => "malformed",
            Self::NotText => "not_text",
            Self::Unreadable(_) => "unreadable",
            Self::ForgedCursor => "invalid_cursor",
            Self::Assumed(_) => "assumed",
            Self::Taken(_) => "taken",
            Self::LeftOut(_) => "left_out",
        }
    }

    /// A sentence for people.
    pub fn detail(&self, language: Language) -> String {
        match (self, language) {
            (Self::Rule(rule), _) => rule.detail(language),
            (_, Language::De) => self.german(),
            (_, Language::En) => self.english(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Rule(rule) => rule.detail(Language::En),
            Self::UnknownField(Some(other)) => format!("There is no such field. Did you mean {other}?"),
            Self::UnknownField(None) => "There is no such field.".into(),
            Self::UnknownParameter(Some(other)) => format!("There is no such parameter. Did you mean {other}?"),
            Self::UnknownParameter(None) => "There is no such parameter.".into(),
            Self::Repeated => "Given more than once.".into(),
            Self::Type(expected) => format!("Must be: {expected}."),
            Self::NotOneOf(allowed) => format!("Must be one of: {}.", allowed.join(", ")),
            Self::TooSmall(limit) => format!("Must not be below {limit}."),
            Self::TooLarge(limit) => format!("Must not be above {limit}."),
            Self::TooShort(limit) => format!("At least {limit} are needed."),
            Self::Form(form) => format!("Not in the form of: {form}."),
            Self::NotText => "Not valid UTF-8 text.".into(),
            Self::Unreadable(why) => format!("Cannot be read: {why}."),
            Self::ForgedCursor => "This cursor was not made for this query.".into(),
            Self::Assumed(value) => format!("Not given or not known; taken as {value}."),
            Self::Taken(Some(address)) => format!("Belongs to {address} already."),
            Self::Taken(None) => "Belongs to another record already.".into(),
            Self::LeftOut(why) => format!("Left out: {why}."),
        }
    }

    fn german(&self) -> String {
        match self {
            Self::Rule(rule) => rule.detail(Language::De),
            Self::UnknownField(Some(other)) => format!("Ein solches Feld gibt es nicht. Ist {other} gemeint?"),
            Self::UnknownField(None) => "Ein solches Feld gibt es nicht.".into(),
            Self::UnknownParameter(Some(other)) => {
                format!("Einen solchen Parameter gibt es nicht. Ist {other} gemeint?")
            }
            Self::UnknownParameter(None) => "Einen solchen Parameter gibt es nicht.".into(),
            Self::Repeated => "Mehr als einmal angegeben.".into(),
            Self::Type(expected) => format!("Muss sein: {expected}."),
            Self::NotOneOf(allowed) => format!("Muss eines sein von: {}.", allowed.join(", ")),
            Self::TooSmall(limit) => format!("Darf nicht unter {limit} liegen."),
            Self::TooLarge(limit) => format!("Darf nicht über {limit} liegen."),
            Self::TooShort(limit) => format!("Mindestens {limit} sind nötig."),
            Self::Form(form) => format!("Hat nicht die Form: {form}."),
            Self::NotText => "Kein gültiger UTF-8-Text.".into(),
            Self::Unreadable(why) => format!("Lässt sich nicht lesen: {why}."),
            Self::ForgedCursor => "Diese Marke gehört nicht zu dieser Anfrage.".into(),
            Self::Assumed(value) => format!("Nicht angegeben oder nicht bekannt; als {value} übernommen."),
            Self::Taken(Some(address)) => format!("Gehört schon zu {address}."),
            Self::Taken(None) => "Gehört schon zu einem anderen Eintrag.".into(),
            Self::LeftOut(why) => format!("Weggelassen: {why}."),
        }
    }
}
