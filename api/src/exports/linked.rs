//! Organisations in the words of schema.org: one JSON-LD document whose context stands in it, so that it can be read offline.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::{Direction, Opportunity};
use werkstadt_domain::organisation::{Identifiers, Kind, Organisation, OrganisationId};
use werkstadt_domain::place::Location;
use werkstadt_domain::profile::Profile;
use werkstadt_domain::text::Text;
use werkstadt_persistence::directory::SeenOpportunity;

use super::table::claimed;
use super::{View, Writer};
use crate::problem::Problem;

const CONTEXT: &str = r#"{"@context":{"@vocab":"https://schema.org/","url":{"@type":"@id"},"sameAs":{"@type":"@id"},"foundingDate":{"@type":"Date"}},"@graph":["#;

/// The scheme of Legal Entity Identifiers among those of ISO 6523.
const LEI: &str = "0199";

/// Writes JSON-LD.
pub(super) struct Linked {
    view: View,
    /// What is open and whose organisation may be known, by organisation.
    open: HashMap<OrganisationId, Vec<SeenOpportunity>>,
    is_first: bool,
}

impl Linked {
    /// For a view.
    pub(super) fn new(view: View) -> Self {
        let mut open: HashMap<OrganisationId, Vec<SeenOpportunity>> = HashMap::new();
        for seen in view.snapshot.all_opportunities(view.audience) {
            let opportunity = seen.record.get();
            // Not even where a manager knows whose an anonymous one is: files travel.
            if opportunity.is_open(view.today) && !opportunity.anonymous {
                open.entry(opportunity.organisation).or_default().push(seen.clone());
            }
        }
        Self {
            view,
            open,
            is_first: true,
        }
    }

    fn node(&self, profile: &Profile) -> Value {
        let organisation = &profile.organisation.record;
        let mut node = Map::new();
        let mut put = |name: &str, value: Value| {
            let says_nothing = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            if !says_nothing {
                node.insert(name.to_owned(), value);
            }
        };
        put("@id", json!(format!("urn:uuid:{}", organisation.id)));
        put("@type", json!(class(organisation.kind)));
        put(
            "name",
            json!(organisation.short_name.as_ref().unwrap_or(&organisation.name)),
        );
        put("legalName", json!(organisation.name));
        put("description", texts(&organisation.summary));
        put("url", json!(organisation.website));
        numbers(&organisation.identifiers, &mut put);
        put("foundingDate", json!(organisation.founded_on));
        let staff = |count: u32| json!({"@type": "QuantitativeValue", "value": count});
        put("numberOfEmployees", organisation.headcount.map_or(Value::Null, staff));
        let places = organisation.locations.iter();
        put("address", places.clone().map(address).collect());
        put("location", places.filter_map(place).collect());
        put("knowsLanguage", json!(organisation.languages));
        put("contactPoint", contacts(organisation));
        put("knowsAbout", self.skills(profile));
        let open = self.open.get(&organisation.id).map_or(&[][..], Vec::as_slice);
        let open = || open.iter().map(|seen| seen.record.get());
        put("makesOffer", of_direction(open(), Direction::Offer));
        put("seeks", of_direction(open(), Direction::Request));
        Value::Object(node)
    }

    fn skills(&self, profile: &Profile) -> Value {
        let known = claimed(&self.view, profile).into_iter();
        let skills = known.filter_map(|skill| self.view.snapshot.skill(skill));
        let term = |uri: &str, label: &Text| json!({"@type": "DefinedTerm", "@id": uri, "name": texts(label)});
        skills
            .map(|skill| term(&skill.record.uri, &skill.record.label))
            .collect()
    }
}

impl Writer for Linked {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), Problem> {
        out.extend_from_slice(CONTEXT.as_bytes());
        Ok(())
    }

    fn organisation(&mut self, out: &mut Vec<u8>, profile: &Profile) -> Result<(), Problem> {
        if !std::mem::replace(&mut self.is_first, false) {
            out.push(b',');
        }
        out.push(b'\n');
        serde_json::to_writer(out, &self.node(profile)).map_err(Problem::internal)
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), Problem> {
        out.extend_from_slice(b"\n]}\n");
        Ok(())
    }
}

const fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::University => "CollegeOrUniversity",
        Kind::ResearchInstitute => "ResearchOrganization",
        Kind::PublicAdministration => "GovernmentOrganization",
        Kind::School => "School",
        Kind::Company | Kind::Startup | Kind::Association | Kind::CivicInitiative => "Organization",
    }
}

fn numbers(numbers: &Identifiers, put: &mut impl FnMut(&str, Value)) {
    put("vatID", json!(numbers.vat_id));
    put("leiCode", json!(numbers.lei));
    put(
        "iso6523Code",
        json!(numbers.lei.as_ref().map(|lei| format!("{LEI}:{lei}"))),
    );
    let property = |name: &str, value: &str| json!({"@type": "PropertyValue", "propertyID": name, "value": value});
    let register = numbers.register.as_ref().map(|entry| {
        let value = format!("{} {} {}", entry.court, entry.register, entry.number);
        property("register", &value)
    });
    let tax = numbers.w_idnr.as_ref().map(|number| property("w_idnr", number));
    let external = numbers.external.iter().map(|one| property(&one.scheme, &one.value));
    put("identifier", register.into_iter().chain(tax).chain(external).collect());
    let ror = numbers.ror_id.as_ref().map(|id| format!("https://ror.org/{id}"));
    let wikidata = numbers.wikidata_id.as_ref();
    let wikidata = wikidata.map(|id| format!("http://www.wikidata.org/entity/{id}"));
    put("sameAs", ror.into_iter().chain(wikidata).collect());
}

fn address(location: &Location) -> Value {
    let mut address =
        json!({"@type": "PostalAddress", "addressLocality": location.city, "addressCountry": location.country});
    for (name, value) in [("streetAddress", &location.street), ("postalCode", &location.postcode)] {
        if let Some(value) = value {
            address[name] = json!(value);
        }
    }
    address
}

fn place(location: &Location) -> Option<Value> {
    let point = location.point?;
    let name = location.label.as_ref().unwrap_or(&location.city);
    let geo = json!({"@type": "GeoCoordinates", "latitude": point.lat, "longitude": point.lon});
    Some(json!({"@type": "Place", "name": name, "geo": geo}))
}

fn contacts(organisation: &Organisation) -> Value {
    let contact = |contact: &werkstadt_domain::organisation::Contact| {
        let mut point = json!({"@type": "ContactPoint"});
        for (name, value) in [
            ("name", &contact.name),
            ("contactType", &contact.role),
            ("email", &contact.email),
            ("telephone", &contact.phone),
        ] {
            if let Some(value) = value {
                point[name] = json!(value);
            }
        }
        point
    };
    organisation.contacts.iter().map(contact).collect()
}

fn of_direction<'a>(open: impl Iterator<Item = &'a Opportunity>, direction: Direction) -> Value {
    let class = match direction {
        Direction::Offer => "Offer",
        Direction::Request => "Demand",
    };
    let node = |one: &Opportunity| {
        let mut node = json!({"@type": class, "@id": format!("urn:uuid:{}", one.id), "name": texts(&one.title),
            "category": one.cooperation.code()});
        if !one.summary.is_empty() {
            node["description"] = texts(&one.summary);
        }
        if let Some(last) = one.expires_on {
            node["validThrough"] = json!(last);
        }
        node
    };
    open.filter(|one| one.direction == direction).map(node).collect()
}

/// A text in its languages (JSON-LD 1.1, 4.2.4).
fn texts(text: &Text) -> Value {
    let value = |(language, text): (werkstadt_domain::text::Language, &str)| json!({"@language": language.code(), "@value": text});
    text.each().map(value).collect()
}
