//! Organisations as rows of a table, in columns that an import knows by name.

use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::Organisation;
use werkstadt_domain::place::Location;
use werkstadt_domain::profile::Profile;
use werkstadt_domain::skill::SkillId;
use werkstadt_domain::text::Language;

use super::View;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text, made safe.
    Text(String),
    /// A number.
    Number(f64),
}

/// The names of the columns.
pub(super) const COLUMNS: [&str; 43] = [
    "id",
    "kind",
    "name",
    "short_name",
    "legal_form",
    "register_court",
    "register_type",
    "register_number",
    "vat_id",
    "w_idnr",
    "lei",
    "ror_id",
    "wikidata_id",
    "founded_on",
    "size",
    "headcount",
    "industries",
    "further_industries",
    "website",
    "street",
    "postcode",
    "city",
    "country",
    "ags",
    "lat",
    "lon",
    "languages",
    "skills",
    "contact_name",
    "contact_role",
    "contact_email",
    "contact_phone",
    "contact_2_name",
    "contact_2_role",
    "contact_2_email",
    "contact_2_phone",
    "summary_de",
    "summary_en",
    "description_de",
    "description_en",
    "notes",
    "is_member",
    "updated_at",
];

/// The cells of an organisation: of several places the first, of several contacts the first two.
pub(super) fn row(view: &View, profile: &Profile) -> Vec<Cell> {
    let stored = &profile.organisation;
    let organisation = &stored.record;
    let mut cells = vec![text(organisation.id)];
    cells.extend(core(organisation));
    cells.extend(place(organisation.locations.first()));
    cells.push(text(organisation.languages.join(" | ")));
    cells.push(text(skills(view, profile).join(" | ")));
    for place in 0..2 {
        let contact = organisation.contacts.get(place).cloned().unwrap_or_default();
        cells.extend([contact.name, contact.role, contact.email, contact.phone].map(some));
    }
    for texts in [&organisation.summary, &organisation.description] {
        cells.extend([&texts.de, &texts.en].map(|one| some(one.as_ref())));
    }
    cells.push(some(organisation.notes.as_ref()));
    cells.push(text(profile.is_member()));
    let changed = stored.changed_at.seen_by(view.audience).utc();
    cells.push(text(changed.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)));
    cells
}

fn core(organisation: &Organisation) -> [Cell; 18] {
    let numbers = &organisation.identifiers;
    let register = numbers.register.as_ref();
    // An import takes bare codes for those of WZ 2008.
    let (usual, further): (Vec<_>, Vec<_>) = organisation
        .industries
        .iter()
        .partition(|industry| industry.scheme == "wz2008");
    let usual: Vec<&str> = usual.into_iter().map(|one| one.code.as_str()).collect();
    let further: Vec<String> = further
        .into_iter()
        .map(|one| format!("{}:{}", one.scheme, one.code))
        .collect();
    [
        text(organisation.kind.code()),
        text(&organisation.name),
        some(organisation.short_name.as_ref()),
        some(organisation.legal_form.as_ref()),
        some(register.map(|entry| &entry.court)),
        some(register.map(|entry| &entry.register)),
        some(register.map(|entry| &entry.number)),
        some(numbers.vat_id.as_ref()),
        some(numbers.w_idnr.as_ref()),
        some(numbers.lei.as_ref()),
        some(numbers.ror_id.as_ref()),
        some(numbers.wikidata_id.as_ref()),
        some(organisation.founded_on),
        some(organisation.size.map(Named::code)),
        organisation
            .headcount
            .map_or(Cell::Empty, |count| Cell::Number(f64::from(count))),
        text(usual.join(" | ")),
        text(further.join(" | ")),
        some(organisation.website.as_ref()),
    ]
}

fn place(location: Option<&Location>) -> [Cell; 7] {
    let point = location.and_then(|location| location.point);
    let degrees = |value: Option<f64>| value.map_or(Cell::Empty, Cell::Number);
    [
        some(location.and_then(|location| location.street.as_ref())),
        some(location.and_then(|location| location.postcode.as_ref())),
        some(location.map(|location| &location.city)),
        some(location.map(|location| &location.country)),
        some(location.and_then(|location| location.ags.as_ref())),
        degrees(point.map(|point| point.lat)),
        degrees(point.map(|point| point.lon)),
    ]
}

/// The labels of what an organisation and its units can do on this day, each once; German where there is a German one.
pub(super) fn skills<'a>(view: &'a View, profile: &Profile) -> Vec<&'a str> {
    let labels = claimed(view, profile).into_iter().filter_map(|skill| {
        let skill = view.snapshot.skill(skill)?;
        skill.record.label.best(Language::De)
    });
    labels.collect()
}

/// The concepts claimed by an organisation and its units that hold on this day, each once, replaced ones as their successors.
pub(super) fn claimed(view: &View, profile: &Profile) -> Vec<SkillId> {
    let mut skills: Vec<SkillId> = Vec::new();
    let claims = profile.claims.iter().map(|claim| &claim.record);
    for claim in claims.filter(|claim| claim.expires_on.is_none_or(|last| last >= view.today)) {
        let current = view.snapshot.taxonomy().current(claim.skill);
        if !skills.contains(&current) {
            skills.push(current);
        }
    }
    skills
}

fn some(value: Option<impl ToString>) -> Cell {
    value.map_or(Cell::Empty, text)
}

/// A text in a cell, made harmless; none where it says nothing.
pub fn text(value: impl ToString) -> Cell {
    let value = value.to_string();
    if value.is_empty() {
        Cell::Empty
    } else {
        Cell::Text(safe(value))
    }
}

/// A text that no office program takes for a formula: an apostrophe before what would begin one.
pub fn safe(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_begin_a_formula_does_not() {
        for bad in ["=1+1", "+49 3641", "-x", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(safe(bad.to_owned()), format!("'{bad}"));
        }
        assert_eq!(safe("a=b".to_owned()), "a=b");
    }
}
