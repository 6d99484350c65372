//! Organisations on a map: a feature collection (RFC 7946). Those without coordinates are not on it.

use serde_json::json;
use werkstadt_domain::named::Named;
use werkstadt_domain::place::Point;
use werkstadt_domain::profile::Profile;

use super::table::skills;
use super::{View, Writer};
use crate::problem::Problem;
use crate::wire::TextBody;

/// Writes `GeoJSON`.
pub(super) struct Map {
    view: View,
    has_features: bool,
}

impl Map {
    /// For a view.
    pub(super) const fn new(view: View) -> Self {
        Self {
            view,
            has_features: false,
        }
    }
}

impl Writer for Map {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), Problem> {
        out.extend_from_slice(br#"{"type":"FeatureCollection","features":["#);
        Ok(())
    }

    fn organisation(&mut self, out: &mut Vec<u8>, profile: &Profile) -> Result<(), Problem> {
        let organisation = &profile.organisation.record;
        let places = organisation.locations.iter();
        let points: Vec<Point> = places.filter_map(|location| location.point).collect();
        // Longitude first (RFC 7946, 3.1.1).
        let position = |point: &Point| json!([point.lon, point.lat]);
        let geometry = match points.as_slice() {
            [] => return Ok(()),
            [point] => json!({"type": "Point", "coordinates": position(point)}),
            several => json!({"type": "MultiPoint", "coordinates": several.iter().map(position).collect::<Vec<_>>()}),
        };
        let mut properties = json!({"name": organisation.name, "kind": organisation.kind.code(),
            "helix": organisation.kind.helix().code()});
        let city = organisation.locations.first().map(|location| &location.city);
        for (name, value) in [
            ("short_name", json!(organisation.short_name)),
            ("city", json!(city)),
            ("website", json!(organisation.website)),
            ("summary", json!(TextBody::some(&organisation.summary))),
        ] {
            if !value.is_null() {
                properties[name] = value;
            }
        }
        properties["skills"] = json!(skills(&self.view, profile));
        let id = organisation.id.to_string();
        let feature = json!({"type": "Feature", "id": id, "geometry": geometry, "properties": properties});
        if std::mem::replace(&mut self.has_features, true) {
            out.push(b',');
        }
        out.push(b'\n');
        serde_json::to_writer(out, &feature).map_err(Problem::internal)
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), Problem> {
        out.extend_from_slice(b"\n]}\n");
        Ok(())
    }
}
