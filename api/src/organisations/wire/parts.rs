//! The parts of an organisation as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::organisation::identifier::{lei, ror_id, vat_id, w_idnr, wikidata_id};
use werkstadt_domain::organisation::{Contact, ExternalId, Identifiers, IndustryCode, Link, RegisterEntry};
use werkstadt_domain::place::{Location, Point, country, postcode};
use werkstadt_domain::text::{email, line, web_address};
use werkstadt_domain::vocabulary::{area::ags, industry};

use super::OrganisationCreate;
use crate::wire::{list, optional};

/// An entry in a German public register; unique as a whole.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RegisterEntry, example = json!({"court": "Jena", "register": "HRB", "number": "500123"}))]
pub struct RegisterBody {
    /// The court that keeps the register.
    #[schema(format = "single-line", min_length = 1, max_length = 100)]
    pub court: String,
    /// HRA, HRB, VR, `GnR` or PR.
    #[schema(format = "register-type", min_length = 2, max_length = 3)]
    pub register: String,
    /// The number.
    #[schema(format = "register-number", min_length = 1, max_length = 14)]
    pub number: String,
}

/// An id in another system.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExternalId, example = json!({"scheme": "pic", "value": "999989359"}))]
pub struct ExternalIdBody {
    /// The system.
    #[schema(min_length = 1, max_length = 32, pattern = "^[a-z0-9_]+$")]
    pub scheme: String,
    /// The id there.
    #[schema(format = "single-line", min_length = 1, max_length = 100)]
    pub value: String,
}

/// A code of an industry classification.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IndustryCode, example = json!({"scheme": "wz2008", "code": "62.01"}))]
pub struct IndustryBody {
    /// `wz2008`, `wz2025` or `nace2`.
    #[schema(pattern = "^(wz2008|wz2025|nace2)$")]
    pub scheme: String,
    /// The code.
    #[schema(min_length = 1, max_length = 12)]
    pub code: String,
}

/// A link with its meaning.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Link, example = json!({"rel": "careers", "url": "https://example.org/jobs"}))]
pub struct LinkBody {
    /// What is found there.
    #[schema(format = "single-line", min_length = 1, max_length = 60)]
    pub rel: String,
    /// Web address.
    #[schema(format = "web-address", min_length = 1, max_length = 500)]
    pub url: String,
}

/// A place of business.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Location, example = json!({"street": "Engelplatz 8", "postcode": "07743", "city": "Jena", "country": "DE",
    "ags": "16053000", "lat": 50.927, "lon": 11.586}))]
pub struct LocationBody {
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "single-line", min_length = 1, max_length = 100)]
    pub label: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub street: Option<String>,
    /// Postal code as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 12)]
    pub postcode: Option<String>,
    /// Town.
    #[schema(format = "single-line", min_length = 1, max_length = 100)]
    pub city: String,
    /// ISO 3166-1 alpha-2.
    #[schema(format = "country-code", pattern = "^[A-Z]{2}$")]
    pub country: String,
    /// Amtlicher Gemeindeschlüssel.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "ags", pattern = "^[0-9]{8}$")]
    pub ags: Option<String>,
    /// Latitude in degrees (WGS 84).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = -90, maximum = 90)]
    pub lat: Option<f64>,
    /// Longitude in degrees (WGS 84).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = -180, maximum = 180)]
    pub lon: Option<f64>,
}

/// A contact point.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Contact, example = json!({"role": "Innovation partnerships", "email": "innovation@example.org"}))]
pub struct ContactBody {
    /// A person or an office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// What for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub role: Option<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "email", min_length = 3, max_length = 254)]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "single-line", min_length = 3, max_length = 40)]
    pub phone: Option<String>,
}

/// Reads all numbers of an organisation.
pub(super) fn identifiers(faults: &mut Faults, body: &OrganisationCreate) -> Identifiers {
    let register = body.register.as_ref().and_then(|entry| {
        let parsed = RegisterEntry::parse(&entry.court, &entry.register, &entry.number);
        parsed
            .map_err(|(member, rule)| faults.note(format!("/register{member}"), rule))
            .ok()
    });
    Identifiers {
        register: register.map(Box::new),
        vat_id: optional(faults, "/vat_id", body.vat_id.as_ref(), vat_id),
        w_idnr: optional(faults, "/w_idnr", body.w_idnr.as_ref(), w_idnr),
        lei: optional(faults, "/lei", body.lei.as_ref(), lei),
        ror_id: optional(faults, "/ror_id", body.ror_id.as_ref(), ror_id),
        wikidata_id: optional(faults, "/wikidata_id", body.wikidata_id.as_ref(), wikidata_id),
        external: list(faults, "/external_ids", &body.external_ids, 20, external_id),
    }
}

/// Reads an id of another system.
pub fn external_id(faults: &mut Faults, place: &str, body: &ExternalIdBody) -> Option<ExternalId> {
    let parsed = ExternalId::parse(&body.scheme, &body.value);
    parsed
        .map_err(|(member, rule)| faults.note(format!("{place}{member}"), rule))
        .ok()
}

pub(super) fn industry(faults: &mut Faults, place: &str, body: &IndustryBody) -> Option<IndustryCode> {
    let is_known = industry::SCHEMES.contains(&body.scheme.as_str());
    let place = format!("{place}/{}", if is_known { "code" } else { "scheme" });
    faults.take(place, industry::check(&body.scheme, &body.code))?;
    Some(IndustryCode {
        scheme: body.scheme.clone(),
        code: body.code.clone(),
    })
}

/// Reads a link.
pub fn link(faults: &mut Faults, place: &str, body: &LinkBody) -> Option<Link> {
    let rel = faults.take(format!("{place}/rel"), line(&body.rel, 60));
    let url = faults.take(format!("{place}/url"), web_address(&body.url));
    Some(Link { rel: rel?, url: url? })
}

pub(super) fn location(faults: &mut Faults, place: &str, body: &LocationBody) -> Option<Location> {
    let at = |member: &str| format!("{place}/{member}");
    let city = faults.take(at("city"), line(&body.city, 100));
    let land = faults.take(at("country"), country(&body.country));
    let point = match (body.lat, body.lon) {
        (Some(lat), Some(lon)) => faults.take(place, Point::new(lat, lon)),
        (None, None) => None,
        (Some(_), None) => faults.take(at("lon"), Err(Rule::Required)),
        (None, Some(_)) => faults.take(at("lat"), Err(Rule::Required)),
    };
    // Everything is read before anything is given up, so that every fault is noted.
    let read = Location {
        label: optional(faults, at("label"), body.label.as_ref(), |text| line(text, 100)),
        street: optional(faults, at("street"), body.street.as_ref(), |text| line(text, 200)),
        postcode: optional(faults, at("postcode"), body.postcode.as_ref(), |text| {
            postcode(text, &body.country)
        }),
        city: String::new(),
        country: String::new(),
        ags: optional(faults, at("ags"), body.ags.as_ref(), ags),
        point,
    };
    Some(Location {
        city: city?,
        country: land?,
        ..read
    })
}

pub(super) fn contact(faults: &mut Faults, place: &str, body: &ContactBody) -> Option<Contact> {
    let at = |member: &str| format!("{place}/{member}");
    let contact = Contact {
        name: optional(faults, at("name"), body.name.as_ref(), |text| line(text, 200)),
        role: optional(faults, at("role"), body.role.as_ref(), |text| line(text, 200)),
        email: optional(faults, at("email"), body.email.as_ref(), email),
        phone: optional(faults, at("phone"), body.phone.as_ref(), |text| line(text, 40)),
    };
    if contact == Contact::default() {
        faults.note(place, Rule::Required);
    }
    Some(contact)
}

impl From<&RegisterEntry> for RegisterBody {
    fn from(entry: &RegisterEntry) -> Self {
        Self {
            court: entry.court.clone(),
            register: entry.register.clone(),
            number: entry.number.clone(),
        }
    }
}

impl From<&ExternalId> for ExternalIdBody {
    fn from(id: &ExternalId) -> Self {
        Self {
            scheme: id.scheme.clone(),
            value: id.value.clone(),
        }
    }
}

impl From<&IndustryCode> for IndustryBody {
    fn from(industry: &IndustryCode) -> Self {
        Self {
            scheme: industry.scheme.clone(),
            code: industry.code.clone(),
        }
    }
}

impl From<&Link> for LinkBody {
    fn from(link: &Link) -> Self {
        Self {
            rel: link.rel.clone(),
            url: link.url.clone(),
        }
    }
}

impl From<&Location> for LocationBody {
    fn from(location: &Location) -> Self {
        Self {
            label: location.label.clone(),
            street: location.street.clone(),
            postcode: location.postcode.clone(),
            city: location.city.clone(),
            country: location.country.clone(),
            ags: location.ags.clone(),
            lat: location.point.map(|point| point.lat),
            lon: location.point.map(|point| point.lon),
        }
    }
}

impl From<&Contact> for ContactBody {
    fn from(contact: &Contact) -> Self {
        Self {
            name: contact.name.clone(),
            role: contact.role.clone(),
            email: contact.email.clone(),
            phone: contact.phone.clone(),
        }
    }
}
