//! The columns of a document: values for filters and facets.

use std::cmp::Reverse;

use werkstadt_domain::named::Named;
use werkstadt_domain::profile::Profile;
use werkstadt_domain::text::key;
use werkstadt_domain::vocabulary::industry;

use super::{Column, Maker, Value, external_key};

impl Maker<'_> {
    /// What the profile is filtered and counted by, but for its skills.
    pub(super) fn columns(&mut self, profile: &Profile) -> Vec<(Column, u32, Value)> {
        let organisation = &profile.organisation.record;
        let mut columns = Vec::new();
        let mut tag = |column, name: &str| columns.push((column, self.memory.tag(name), Value::default()));
        tag(Column::Kind, organisation.kind.code());
        tag(Column::Helix, organisation.kind.helix().code());
        if let Some(size) = organisation.size {
            tag(Column::Size, size.code());
        }
        for language in &organisation.languages {
            tag(Column::Language, language);
        }
        let mut cities: Vec<String> = Vec::new();
        for location in &organisation.locations {
            let city = key(&location.city);
            if !city.is_empty() && !cities.contains(&city) {
                tag(Column::City, &city);
                tag(Column::CityName, &format!("{city}\0{}", location.city));
                cities.push(city);
            }
        }
        tag(Column::Member, if profile.is_member() { "true" } else { "false" });
        for industry in &organisation.industries {
            let (edition, code) = (&industry.scheme, industry.code.as_str());
            for code in industry::above(edition, code).chain([code]) {
                tag(Column::Sector, &format!("{edition}:{code}"));
            }
        }
        columns
    }

    pub(super) fn names(&self, profile: &Profile) -> Vec<u32> {
        let external = &profile.organisation.record.identifiers.external;
        let mut names: Vec<u32> = external
            .iter()
            .map(|id| self.dictionaries.actors.intern(&external_key(id)))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// One entry for each value, in order. Of several claims of a skill the best counts, with the latest confirmation of that level.
pub(super) fn in_order(mut columns: Vec<(Column, u32, Value)>) -> Vec<(Column, u32, Value)> {
    let best = |value: &Value| Reverse((value.level, value.confirmed));
    columns.sort_unstable_by_key(|(column, name, value)| (*column as u8, *name, best(value)));
    columns.dedup_by_key(|(column, name, _)| (*column as u8, *name));
    columns
}
