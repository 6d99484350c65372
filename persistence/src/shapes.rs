//! The shapes of JSON columns. They belong to this crate alone: a change of one is a migration.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use werkstadt_domain::audience::Visibility;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::{Contact, ExternalId, FieldGroups, IndustryCode, Link};
use werkstadt_domain::place::{Location, Point};
use werkstadt_domain::skill::Evidence;
use werkstadt_domain::text::Text;

/// A stored code that names nothing, or a number out of range.
pub(crate) type Fault = String;

/// Reads the name of an enumeration's value.
pub(crate) fn named<T: Named>(code: &str) -> Result<T, Fault> {
    T::from_code(code).ok_or_else(|| format!("unknown name `{code}`"))
}

/// Reads names of an enumeration's values.
pub(crate) fn all_named<T: Named>(codes: &[String]) -> Result<Vec<T>, Fault> {
    codes.iter().map(|code| named(code)).collect()
}

/// The names of an enumeration's values.
pub(crate) fn codes<T: Named>(values: &[T]) -> Vec<String> {
    values.iter().map(|value| value.code().to_owned()).collect()
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TextShape {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    de: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    en: Option<String>,
}

impl From<&Text> for TextShape {
    fn from(text: &Text) -> Self {
        Self {
            de: text.de.clone(),
            en: text.en.clone(),
        }
    }
}

impl From<TextShape> for Text {
    fn from(shape: TextShape) -> Self {
        Self {
            de: shape.de,
            en: shape.en,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LocationShape {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    street: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    postcode: Option<String>,
    pub(crate) city: String,
    country: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ags: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    point: Option<PointShape>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PointShape {
    lat: f64,
    lon: f64,
}

impl From<Point> for PointShape {
    fn from(point: Point) -> Self {
        Self {
            lat: point.lat,
            lon: point.lon,
        }
    }
}

impl From<PointShape> for Point {
    fn from(shape: PointShape) -> Self {
        Self {
            lat: shape.lat,
            lon: shape.lon,
        }
    }
}

impl From<&Location> for LocationShape {
    fn from(location: &Location) -> Self {
        let location = location.clone();
        Self {
            label: location.label,
            street: location.street,
            postcode: location.postcode,
            city: location.city,
            country: location.country,
            ags: location.ags,
            point: location.point.map(PointShape::from),
        }
    }
}

impl From<LocationShape> for Location {
    fn from(shape: LocationShape) -> Self {
        Self {
            label: shape.label,
            street: shape.street,
            postcode: shape.postcode,
            city: shape.city,
            country: shape.country,
            ags: shape.ags,
            point: shape.point.map(Point::from),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LinkShape {
    rel: String,
    url: String,
}

impl From<&Link> for LinkShape {
    fn from(link: &Link) -> Self {
        Self {
            rel: link.rel.clone(),
            url: link.url.clone(),
        }
    }
}

impl From<LinkShape> for Link {
    fn from(shape: LinkShape) -> Self {
        Self {
            rel: shape.rel,
            url: shape.url,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct IndustryShape {
    scheme: String,
    code: String,
}

impl From<&IndustryCode> for IndustryShape {
    fn from(industry: &IndustryCode) -> Self {
        Self {
            scheme: industry.scheme.clone(),
            code: industry.code.clone(),
        }
    }
}

impl From<IndustryShape> for IndustryCode {
    fn from(shape: IndustryShape) -> Self {
        Self {
            scheme: shape.scheme,
            code: shape.code,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ContactShape {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

impl From<&Contact> for ContactShape {
    fn from(contact: &Contact) -> Self {
        let contact = contact.clone();
        Self {
            name: contact.name,
            role: contact.role,
            email: contact.email,
            phone: contact.phone,
        }
    }
}

impl From<ContactShape> for Contact {
    fn from(shape: ContactShape) -> Self {
        Self {
            name: shape.name,
            role: shape.role,
            email: shape.email,
            phone: shape.phone,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct EvidenceShape {
    kind: String,
    title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl From<&Evidence> for EvidenceShape {
    fn from(evidence: &Evidence) -> Self {
        Self {
            kind: evidence.kind.clone(),
            title: evidence.title.clone(),
            url: evidence.url.clone(),
        }
    }
}

impl From<EvidenceShape> for Evidence {
    fn from(shape: EvidenceShape) -> Self {
        Self {
            kind: shape.kind,
            title: shape.title,
            url: shape.url,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct GroupsShape {
    core: String,
    profile: String,
    contacts: String,
    register: String,
    notes: String,
    #[serde(default = "yes")]
    matching: bool,
}

const fn yes() -> bool {
    true
}

impl From<FieldGroups> for GroupsShape {
    fn from(groups: FieldGroups) -> Self {
        let code = |visibility: Visibility| visibility.code().to_owned();
        Self {
            core: code(groups.core),
            profile: code(groups.profile),
            contacts: code(groups.contacts),
            register: code(groups.register),
            notes: code(groups.notes),
            matching: groups.matching,
        }
    }
}

impl TryFrom<GroupsShape> for FieldGroups {
    type Error = Fault;

    fn try_from(shape: GroupsShape) -> Result<Self, Fault> {
        Ok(Self {
            core: named(&shape.core)?,
            profile: named(&shape.profile)?,
            contacts: named(&shape.contacts)?,
            register: named(&shape.register)?,
            notes: named(&shape.notes)?,
            matching: shape.matching,
        })
    }
}

/// A skill and a level, needed or had.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LevelShape {
    pub(crate) skill: Uuid,
    pub(crate) level: u8,
}

/// An external id from two columns, if both are set.
pub(crate) fn external_id(scheme: Option<String>, value: Option<String>) -> Option<ExternalId> {
    Some(ExternalId {
        scheme: scheme?,
        value: value?,
    })
}

/// The shapes of a list.
pub(crate) fn shapes<'items, T, S: From<&'items T>>(items: &'items [T]) -> Vec<S> {
    items.iter().map(S::from).collect()
}

/// The list of these shapes.
pub(crate) fn items<S, T: From<S>>(shapes: Vec<S>) -> Vec<T> {
    tight(shapes.into_iter().map(T::from).collect())
}

/// A list without room for more: readers of JSON leave some, and profiles are kept by the hundred thousand.
pub(crate) fn tight<T>(mut list: Vec<T>) -> Vec<T> {
    list.shrink_to_fit();
    list
}
