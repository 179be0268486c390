//! A place as JSON.

use orders_domain::{
    catalogue::size::{CubicMillimetres, Grams, Millimetres},
    stock::Location,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A place where goods are kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Location)]
pub struct LocationBody<'a> {
    /// Its name in paths.
    #[schema(example = "MAIN")]
    code: &'a str,
    /// Its name for people.
    #[schema(example = "Main hall")]
    name: &'a str,
    /// ISO 3166-1 alpha-2.
    #[schema(example = "DE")]
    country: &'a str,
    /// Degrees, north positive, with up to six decimals.
    #[schema(required = true, minimum = -90, maximum = 90, example = 52.52)]
    latitude: Option<f64>,
    /// Degrees, east positive, with up to six decimals.
    #[schema(required = true, minimum = -180, maximum = 180, example = 13.405)]
    longitude: Option<f64>,
    /// How far in front it stands when stock is reserved: the smallest number comes first.
    #[schema(minimum = 0, example = 1)]
    priority: i64,
    /// The most that a parcel that leaves it weighs; null is no limit.
    #[schema(required = true, minimum = 1)]
    parcel_max_grams: Option<i64>,
    /// The largest volume of a parcel; null is no limit.
    #[schema(required = true, minimum = 1)]
    parcel_max_mm3: Option<i64>,
    /// The longest side of a parcel; null is no limit.
    #[schema(required = true, minimum = 1)]
    parcel_max_side_mm: Option<i64>,
    /// Whether orders are served from there.
    active: bool,
}

/// Degrees of millionths: the number nearest to them, which is written as they are.
fn degrees(millionths: i64) -> f64 {
    // Below 2³¹.
    f64::from(i32::try_from(millionths).unwrap_or_default()) / 1e6
}

impl<'a> From<&'a Location> for LocationBody<'a> {
    fn from(location: &'a Location) -> Self {
        let details = &location.details;
        Self {
            code: location.code.as_str(),
            name: details.name.as_str(),
            country: details.country.code(),
            latitude: details.point.map(|point| degrees(point.latitude.get())),
            longitude: details.point.map(|point| degrees(point.longitude.get())),
            priority: details.priority.get(),
            parcel_max_grams: details.parcel.weight.map(Grams::get),
            parcel_max_mm3: details.parcel.volume.map(CubicMillimetres::get),
            parcel_max_side_mm: details.parcel.side.map(Millimetres::get),
            active: details.active,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_written_as_they_were_sent() {
        for (millionths, text) in
            [(52_520_000, "52.52"), (-1, "-1e-6"), (179_999_999, "179.999999"), (13_405_000, "13.405")]
        {
            assert_eq!(serde_json::to_string(&degrees(millionths)).unwrap(), text);
        }
    }
}
