//! Where German postal codes are: a place without coordinates stands in the middle of its town.

use std::sync::LazyLock;

use super::Point;

/// The middle of the town that has a five-digit code, about a kilometre exact; nothing for codes that only a large customer has.
pub(super) fn middle(code: &str) -> Option<Point> {
    static ALL: LazyLock<Vec<(u32, Point)>> = LazyLock::new(read);
    let code: u32 = Some(code).filter(|code| code.len() == 5)?.parse().ok()?;
    let found = ALL.binary_search_by_key(&code, |(known, _)| *known).ok()?;
    ALL.get(found).map(|(_, point)| *point)
}

fn read() -> Vec<(u32, Point)> {
    let mut all = Vec::new();
    for line in include_str!("postcodes.tsv").lines() {
        let mut cells = line.split('\t');
        let mut degrees = || cells.next()?.parse().ok();
        let (Some(lat), Some(lon)) = (degrees(), degrees()) else {
            continue;
        };
        let codes = cells.next().unwrap_or_default().split(' ');
        all.extend(codes.filter_map(|code| Some((code.parse().ok()?, Point { lat, lon }))));
    }
    all.sort_unstable_by_key(|(code, _)| *code);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lie_where_their_towns_are() {
        // Markets and town halls.
        for (code, lat, lon) in [
            ("07743", 50.928, 11.588),
            ("99084", 50.978, 11.029),
            ("01067", 51.051, 13.738),
            ("10117", 52.519, 13.408),
            ("80331", 48.137, 11.575),
            ("20095", 53.550, 9.993),
            ("06108", 51.483, 11.970),
            ("15230", 52.343, 14.550),
            ("33790", 52.060, 8.361),
        ] {
            let km = middle(code).unwrap().distance_km(Point { lat, lon });
            assert!(km < 3.0, "{code} is {km} km away");
        }
        for unknown in ["00000", "7743", "007743", "", "abcde", "99999"] {
            assert_eq!(middle(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn every_line_is_read_and_lies_in_germany() {
        let all = read();
        assert!(all.len() > 8000, "{}", all.len());
        assert!(all.windows(2).all(|pair| pair[0].0 < pair[1].0), "each code once");
        for (code, point) in all {
            let inside = (47.2..55.1).contains(&point.lat) && (5.8..15.1).contains(&point.lon);
            assert!(inside && (1000..=99_998).contains(&code), "{code} {point:?}");
        }
    }
}
