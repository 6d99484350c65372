//! Places: addresses, coordinates and distances on the Earth.

use crate::invalid::Rule;
use crate::vocabulary;

mod postcodes;

/// WGS 84 coordinates in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Latitude, −90 to 90.
    pub lat: f64,
    /// Longitude, −180 to 180.
    pub lon: f64,
}

/// Mean Earth radius in kilometres (IUGG).
const EARTH_RADIUS_KM: f64 = 6371.0088;

impl Point {
    /// A point on the Earth.
    ///
    /// # Errors
    /// [`Rule::OutOfRange`] when a coordinate is not a finite number in its range.
    pub fn new(lat: f64, lon: f64) -> Result<Self, Rule> {
        if !(-90.0..=90.0).contains(&lat) {
            return Err(Rule::OutOfRange(-90, 90));
        }
        if !(-180.0..=180.0).contains(&lon) {
            return Err(Rule::OutOfRange(-180, 180));
        }
        Ok(Self { lat, lon })
    }

    /// Great-circle distance in kilometres (haversine formula; error against the ellipsoid below 0.6 %).
    pub fn distance_km(self, other: Self) -> f64 {
        let (lat1, lat2) = (self.lat.to_radians(), other.lat.to_radians());
        let half_lat = (lat2 - lat1) / 2.0;
        let half_lon = (other.lon - self.lon).to_radians() / 2.0;
        let h = half_lat.sin().powi(2) + lat1.cos() * lat2.cos() * half_lon.sin().powi(2);
        2.0 * EARTH_RADIUS_KM * h.sqrt().min(1.0).asin()
    }
}

/// A circle on the Earth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    /// The middle.
    pub centre: Point,
    /// Radius in kilometres, above 0.
    pub radius_km: f64,
}

/// A place of business.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Location {
    /// What it is, for example `Werk 2`.
    pub label: Option<String>,
    /// Street and number.
    pub street: Option<String>,
    /// Postal code as text, leading zeros kept.
    pub postcode: Option<String>,
    /// Town.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Amtlicher Gemeindeschlüssel: 8 digits as text.
    pub ags: Option<String>,
    /// Coordinates.
    pub point: Option<Point>,
}

impl Location {
    /// Where it is: its coordinates, else, in Germany, the middle of the town that its postal code belongs to.
    pub fn position(&self) -> Option<Point> {
        let code = self.postcode.as_deref().filter(|_| self.country == "DE");
        self.point.or_else(|| postcodes::middle(code?))
    }
}

/// Reads a postal code: in Germany five digits, elsewhere up to 12 letters, digits, spaces and hyphens.
///
/// # Errors
/// [`Rule::Malformed`].
pub fn postcode(text: &str, country: &str) -> Result<String, Rule> {
    let clean = text.trim();
    let ok = if country == "DE" {
        clean.len() == 5 && clean.bytes().all(|byte| byte.is_ascii_digit())
    } else {
        (1..=12).contains(&clean.len())
            && clean
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b' ' || byte == b'-')
    };
    if ok {
        Ok(clean.to_owned())
    } else {
        Err(Rule::Malformed("postal code"))
    }
}

/// What the European Union writes for Greece and for the United Kingdom.
const AS_IN_THE_UNION: [&str; 2] = ["EL", "UK"];

/// Reads an ISO 3166-1 alpha-2 country code, or one that the European Union uses in its place.
///
/// # Errors
/// [`Rule::Malformed`], or [`Rule::UnknownCode`].
pub fn country(text: &str) -> Result<String, Rule> {
    let is_form = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if !is_form {
        return Err(Rule::Malformed("ISO 3166-1 alpha-2 code"));
    }
    if !AS_IN_THE_UNION.contains(&text) && !vocabulary::has("countries", text) {
        return Err(Rule::UnknownCode(String::new()));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_those_that_there_are() {
        for known in ["DE", "AT", "GR", "EL", "GB", "UK", "XK", "ZW", "AD"] {
            assert_eq!(country(known).as_deref(), Ok(known));
        }
        assert_eq!(country("XX"), Err(Rule::UnknownCode(String::new())));
        for malformed in ["", "de", "D", "DEU", "D "] {
            assert!(matches!(country(malformed), Err(Rule::Malformed(_))), "{malformed}");
        }
    }

    #[test]
    fn jena_to_erfurt_is_about_forty_kilometres() {
        let (jena, erfurt) = (
            Point {
                lat: 50.927,
                lon: 11.586,
            },
            Point {
                lat: 50.978,
                lon: 11.029,
            },
        );
        let km = jena.distance_km(erfurt);
        assert!((39.0..40.0).contains(&km), "{km}");
        assert!((km - erfurt.distance_km(jena)).abs() < 1e-9);
        assert!(jena.distance_km(jena) < 1e-9);
    }

    #[test]
    fn keys_of_places_keep_their_leading_zero() {
        assert_eq!(postcode("07743", "DE").as_deref(), Ok("07743"));
        assert!(postcode("7743", "DE").is_err());
        assert!(Point::new(91.0, 0.0).is_err());
        assert!(Point::new(f64::NAN, 0.0).is_err());
    }
}
