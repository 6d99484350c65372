//! Two records of one organisation: where they differ, and what comes of putting the second over the first.

use crate::named::Named;
use crate::organisation::{Contact, ExternalId, Identifiers, IndustryCode, Organisation, RegisterEntry};
use crate::place::{Location, Point};
use crate::text::{Text, key};

/// A field in which two records differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// JSON pointer to the field, for example `/website`.
    pub field: &'static str,
    /// What the directory has; nothing if the field would be filled.
    pub present: Option<String>,
    /// What was given.
    pub given: String,
}

/// A record put over another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// The record that would result: what is given replaces, what is not given stays. Kind and visibility always stay,
    /// because units and readers depend on them.
    pub merged: Organisation,
    /// Where the two differ, the kind included.
    pub differences: Vec<Difference>,
}

/// Puts `given` over `present`.
pub fn merge(present: &Organisation, given: &Organisation) -> Merge {
    let mut merging = Merging {
        differences: Vec::new(),
    };
    let mut merged = present.clone();
    let mut kind = present.kind;
    merging.value("/kind", &mut kind, given.kind, |kind| kind.code().to_owned());
    merging.value("/name", &mut merged.name, given.name.clone(), Clone::clone);
    merging.text("/short_name", &mut merged.short_name, &given.short_name);
    merging.text("/legal_form", &mut merged.legal_form, &given.legal_form);
    merging.identifiers(&mut merged.identifiers, &given.identifiers);
    merging.option("/founded_on", &mut merged.founded_on, &given.founded_on, |day| {
        day.to_string()
    });
    merging.option("/size", &mut merged.size, &given.size, |size| size.code().to_owned());
    merging.option("/headcount", &mut merged.headcount, &given.headcount, u32::to_string);
    merging.list("/industries", &mut merged.industries, &given.industries, industry);
    merging.texts(["/summary/de", "/summary/en"], &mut merged.summary, &given.summary);
    let description = ["/description/de", "/description/en"];
    merging.texts(description, &mut merged.description, &given.description);
    merging.text("/website", &mut merged.website, &given.website);
    merging.list("/links", &mut merged.links, &given.links, |link| link.url.clone());
    merging.places(&mut merged.locations, &given.locations);
    merging.list("/languages", &mut merged.languages, &given.languages, Clone::clone);
    merging.list("/contacts", &mut merged.contacts, &given.contacts, contact);
    merging.text("/notes", &mut merged.notes, &given.notes);
    Merge {
        merged,
        differences: merging.differences,
    }
}

struct Merging {
    differences: Vec<Difference>,
}

impl Merging {
    fn value<T: PartialEq>(&mut self, field: &'static str, present: &mut T, given: T, show: impl Fn(&T) -> String) {
        if *present != given {
            self.differences.push(Difference {
                field,
                present: Some(show(present)).filter(|text| !text.is_empty()),
                given: show(&given),
            });
            *present = given;
        }
    }

    fn option<T: PartialEq + Clone>(
        &mut self,
        field: &'static str,
        present: &mut Option<T>,
        given: &Option<T>,
        show: impl Fn(&T) -> String,
    ) {
        if given.is_some() {
            let shown = |value: &Option<T>| value.as_ref().map(&show).unwrap_or_default();
            self.value(field, present, given.clone(), shown);
        }
    }

    fn text(&mut self, field: &'static str, present: &mut Option<String>, given: &Option<String>) {
        self.option(field, present, given, Clone::clone);
    }

    fn list<T: PartialEq + Clone>(
        &mut self,
        field: &'static str,
        present: &mut Vec<T>,
        given: &[T],
        show: impl Fn(&T) -> String,
    ) {
        if !given.is_empty() {
            let shown = |list: &Vec<T>| list.iter().map(&show).collect::<Vec<_>>().join(", ");
            self.value(field, present, given.to_vec(), shown);
        }
    }

    fn texts(&mut self, fields: [&'static str; 2], present: &mut Text, given: &Text) {
        let [de, en] = fields;
        self.text(de, &mut present.de, &given.de);
        self.text(en, &mut present.en, &given.en);
    }

    fn identifiers(&mut self, present: &mut Identifiers, given: &Identifiers) {
        self.option("/register", &mut present.register, &given.register, |entry| {
            register(entry)
        });
        self.text("/vat_id", &mut present.vat_id, &given.vat_id);
        self.text("/w_idnr", &mut present.w_idnr, &given.w_idnr);
        self.text("/lei", &mut present.lei, &given.lei);
        self.text("/ror_id", &mut present.ror_id, &given.ror_id);
        self.text("/wikidata_id", &mut present.wikidata_id, &given.wikidata_id);
        // Ids of other systems are added to; that one file does not name them all is no reason to forget the others.
        let mut all = present.external.clone();
        all.extend(
            given
                .external
                .iter()
                .filter(|id| !present.external.contains(id))
                .cloned(),
        );
        self.list("/external_ids", &mut present.external, &all, external);
    }

    /// The seat is completed; a list of several places replaces. In another town it is another seat, of which only what is given is
    /// known.
    fn places(&mut self, present: &mut Vec<Location>, given: &[Location]) {
        let (Some(seat), [given]) = (present.first_mut(), given) else {
            return self.list("/locations", present, given, |place| place.city.clone());
        };
        if !seat.city.is_empty() && (key(&seat.city) != key(&given.city) || seat.country != given.country) {
            let moved = Location {
                label: given.label.clone().or_else(|| seat.label.clone()),
                ..given.clone()
            };
            return self.value("/locations/0", seat, moved, address);
        }
        self.text("/locations/0/label", &mut seat.label, &given.label);
        self.text("/locations/0/street", &mut seat.street, &given.street);
        self.text("/locations/0/postcode", &mut seat.postcode, &given.postcode);
        self.value("/locations/0/city", &mut seat.city, given.city.clone(), Clone::clone);
        self.value(
            "/locations/0/country",
            &mut seat.country,
            given.country.clone(),
            Clone::clone,
        );
        self.text("/locations/0/ags", &mut seat.ags, &given.ags);
        self.option("/locations/0/lat", &mut seat.point, &given.point, point);
    }
}

fn industry(code: &IndustryCode) -> String {
    format!("{} {}", code.scheme, code.code)
}

fn register(entry: &RegisterEntry) -> String {
    format!("{} {} {}", entry.court, entry.register, entry.number)
}

fn external(id: &ExternalId) -> String {
    format!("{} {}", id.scheme, id.value)
}

fn address(place: &Location) -> String {
    let parts = [
        place.street.as_deref(),
        place.postcode.as_deref(),
        Some(place.city.as_str()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn point(point: &Point) -> String {
    format!("{}, {}", point.lat, point.lon)
}

fn contact(contact: &Contact) -> String {
    let parts = [&contact.name, &contact.role, &contact.email, &contact.phone];
    parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;
    use crate::organisation::{FieldGroups, Kind};

    fn organisation(name: &str) -> Organisation {
        Organisation {
            id: Id::new(uuid::Uuid::nil()),
            kind: Kind::Company,
            name: name.to_owned(),
            short_name: None,
            legal_form: None,
            identifiers: Identifiers::default(),
            founded_on: None,
            size: None,
            headcount: None,
            industries: vec![],
            summary: Text::default(),
            description: Text::default(),
            website: None,
            links: vec![],
            locations: vec![],
            languages: vec![],
            contacts: vec![],
            notes: None,
            visibility: FieldGroups::default(),
        }
    }

    #[test]
    fn what_is_given_fills_and_replaces_and_the_rest_stays() {
        let mut present = organisation("Beispiel GmbH");
        present.notes = Some("bleibt".into());
        present.headcount = Some(7);
        let mut given = organisation("Beispiel GmbH");
        given.kind = Kind::Startup;
        given.website = Some("https://example.org".into());
        given.headcount = Some(9);
        let Merge { merged, differences } = merge(&present, &given);
        let fields: Vec<_> = differences
            .iter()
            .map(|one| (one.field, one.present.as_deref(), one.given.as_str()))
            .collect();
        assert_eq!(
            fields,
            [
                ("/kind", Some("company"), "startup"),
                ("/headcount", Some("7"), "9"),
                ("/website", None, "https://example.org")
            ]
        );
        assert_eq!((merged.kind, merged.notes.as_deref()), (Kind::Company, Some("bleibt")));
        assert_eq!(merge(&merged, &merged).differences, []);
    }

    #[test]
    fn a_seat_in_another_town_is_another_place() {
        let mut present = organisation("Linsen GmbH");
        present.locations = vec![Location {
            street: Some("Engelplatz 8".to_owned()),
            postcode: Some("07743".to_owned()),
            city: "Jena".to_owned(),
            country: "DE".to_owned(),
            ags: Some("16053000".to_owned()),
            ..Location::default()
        }];
        let mut given = organisation("Linsen GmbH");
        given.locations = vec![Location {
            city: "Erfurt".to_owned(),
            country: "DE".to_owned(),
            ..Location::default()
        }];
        let Merge { merged, differences } = merge(&present, &given);
        assert_eq!(merged.locations, given.locations);
        let change = &differences[0];
        assert_eq!((change.field, change.given.as_str()), ("/locations/0", "Erfurt"));
        assert_eq!(change.present.as_deref(), Some("Engelplatz 8, 07743, Jena"));
    }

    #[test]
    fn the_seat_keeps_its_coordinates() {
        let mut present = organisation("A");
        present.locations = vec![Location {
            city: "Jena".into(),
            country: "DE".into(),
            point: Point::new(50.9, 11.6).ok(),
            ..Location::default()
        }];
        let mut given = organisation("A");
        given.locations = vec![Location {
            city: "Jena".into(),
            country: "DE".into(),
            postcode: Some("07743".into()),
            ..Location::default()
        }];
        let Merge { merged, differences } = merge(&present, &given);
        assert_eq!(differences.len(), 1);
        assert!(merged.locations[0].point.is_some() && merged.locations[0].postcode.is_some());
    }
}
