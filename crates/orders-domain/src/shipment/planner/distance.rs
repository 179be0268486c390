//! How far it is.

use super::{Candidate, Destination, centres::centre};
use crate::{code::Country, stock::location::Point};

/// The mean radius of the earth in metres (IUGG).
const RADIUS: f64 = 6_371_008.8;

/// Metres from a place to where an order goes, 0 where that is not known: along a great circle, by the haversine
/// formula (Sinnott, 1984). Of what is only in a country, its middle counts.
pub fn metres(from: &Candidate, to: Option<&Destination>) -> u64 {
    let Some(to) = to else { return 0 };
    let places = point(from.point, from.country).zip(point(to.point, to.country));
    places.map_or(0, |(from, to)| haversine(from, to))
}

/// Latitude and longitude in millionths of a degree.
fn point(point: Option<Point>, country: Country) -> Option<(i64, i64)> {
    point.map_or_else(|| centre(country.code()), |point| Some((point.latitude.get(), point.longitude.get())))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "degrees and metres are small, and not negative"
)]
fn haversine((latitude, longitude): (i64, i64), (to_latitude, to_longitude): (i64, i64)) -> u64 {
    let radians = |millionths: i64| (millionths as f64 / 1_000_000.0).to_radians();
    let half = |one: i64, other: i64| (radians(other - one) / 2.0).sin().powi(2);
    let (from, to) = (radians(latitude), radians(to_latitude));
    let chord = half(latitude, to_latitude) + from.cos() * to.cos() * half(longitude, to_longitude);
    (2.0 * RADIUS * chord.clamp(0.0, 1.0).sqrt().asin()).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(from: (i64, i64), to: (i64, i64)) -> u64 {
        haversine(from, to)
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        let berlin = (52_520_000, 13_405_000);
        assert_eq!(between(berlin, berlin), 0);
        // Berlin to Paris: 878 km; London to Sydney: 16,994 km; half around the equator: 20,015 km.
        assert_eq!(between(berlin, (48_856_600, 2_352_200)) / 1000, 877);
        assert_eq!(between((51_507_400, -127_800), (-33_868_800, 151_209_300)) / 1000, 16_993);
        assert_eq!(between((0, 0), (0, 180_000_000)) / 1000, 20_015);
        assert_eq!(between((0, 179_900_000), (0, -179_900_000)) / 1000, 22);
    }

    #[test]
    fn every_country_has_a_middle_on_the_globe() {
        for first in b'A'..=b'Z' {
            for second in b'A'..=b'Z' {
                let code = String::from_utf8(vec![first, second]).unwrap();
                let Ok(country) = code.parse::<Country>() else {
                    assert_eq!(centre(&code), None, "{code}");
                    continue;
                };
                let (latitude, longitude) = centre(country.code()).unwrap_or_else(|| panic!("{code}"));
                assert!(latitude.abs() <= 90_000_000 && longitude.abs() <= 180_000_000, "{code}");
            }
        }
        assert_eq!(centre("DE"), Some((51_000_000, 9_000_000)));
    }
}
