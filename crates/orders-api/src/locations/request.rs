//! Places as they are sent: a new one, or what is to change.

use orders_domain::{
    Country, Patch,
    catalogue::size::{CubicMillimetres, Grams, Millimetres},
    stock::location::{
        Latitude, LocationDetails, LocationName, Longitude, NewLocation, ParcelLimits, Point, Priority,
    },
};
use utoipa::ToSchema;

use crate::http::{
    error::ApiError,
    faults::Faults,
    json::Json,
    members::{Member, degrees, flag, integer, nullable, some_members, text},
};

/// A place to add.
#[derive(Debug, ToSchema)]
#[schema(as = CreateLocation, rename_all = "camelCase",
    example = json!({"code": "MAIN", "name": "Main hall", "country": "DE", "latitude": 52.52, "longitude": 13.405, "priority": 1}))]
#[expect(dead_code, reason = "the schema of what `new` reads")]
pub struct CreateLocationBody {
    /// Its name in paths, which never changes.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
    code: String,
    /// Its name for people.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// ISO 3166-1 alpha-2.
    #[schema(pattern = "^[A-Z]{2}$")]
    country: String,
    /// Degrees, north positive, with up to six decimals; with the longitude or not at all.
    #[schema(required = false, minimum = -90, maximum = 90)]
    latitude: Option<f64>,
    /// Degrees, east positive, with up to six decimals.
    #[schema(required = false, minimum = -180, maximum = 180)]
    longitude: Option<f64>,
    /// How far in front it stands when stock is reserved: the smallest number comes first. 0 unless it is said.
    #[schema(required = false, nullable = false, minimum = 0, maximum = 1_000_000)]
    priority: Option<i64>,
    /// The most that a parcel that leaves it weighs; null is no limit.
    #[schema(required = false, minimum = 1)]
    parcel_max_grams: Option<i64>,
    /// The largest volume of a parcel; null is no limit.
    #[schema(required = false, minimum = 1)]
    parcel_max_mm3: Option<i64>,
    /// The longest side of a parcel; null is no limit.
    #[schema(required = false, minimum = 1)]
    parcel_max_side_mm: Option<i64>,
    /// Whether orders are served from there; `true` unless it is said.
    #[schema(required = false, nullable = false)]
    active: Option<bool>,
}

/// What is to change of a place.
#[derive(Debug, ToSchema)]
#[schema(as = ChangeLocation, rename_all = "camelCase", example = json!({"priority": 2, "active": false}))]
#[expect(dead_code, reason = "the schema of what `patch` reads")]
pub struct ChangeLocationBody {
    /// Its name for people.
    #[schema(required = false, nullable = false, min_length = 1, max_length = 200)]
    name: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(required = false, nullable = false, pattern = "^[A-Z]{2}$")]
    country: Option<String>,
    /// Degrees, north positive; both coordinates are sent together, or null together.
    #[schema(required = false, minimum = -90, maximum = 90)]
    latitude: Option<f64>,
    /// Degrees, east positive.
    #[schema(required = false, minimum = -180, maximum = 180)]
    longitude: Option<f64>,
    /// How far in front it stands when stock is reserved.
    #[schema(required = false, nullable = false, minimum = 0, maximum = 1_000_000)]
    priority: Option<i64>,
    /// The most that a parcel that leaves it weighs; null is no limit.
    #[schema(required = false, minimum = 1)]
    parcel_max_grams: Option<i64>,
    /// The largest volume of a parcel; null is no limit.
    #[schema(required = false, minimum = 1)]
    parcel_max_mm3: Option<i64>,
    /// The longest side of a parcel; null is no limit.
    #[schema(required = false, minimum = 1)]
    parcel_max_side_mm: Option<i64>,
    /// Whether orders are served from there.
    #[schema(required = false, nullable = false)]
    active: Option<bool>,
}

/// What is sent of a place's details; what is not sent stays.
#[derive(Debug, Clone)]
pub struct LocationChange {
    name: Option<LocationName>,
    country: Option<Country>,
    point: Patch<Point>,
    priority: Option<Priority>,
    weight: Patch<Grams>,
    volume: Patch<CubicMillimetres>,
    side: Patch<Millimetres>,
    active: Option<bool>,
}

impl LocationChange {
    /// The details with what is sent.
    pub fn of(self, details: LocationDetails) -> LocationDetails {
        LocationDetails {
            name: self.name.unwrap_or(details.name),
            country: self.country.unwrap_or(details.country),
            point: self.point.or(details.point),
            priority: self.priority.unwrap_or(details.priority),
            parcel: ParcelLimits {
                weight: self.weight.or(details.parcel.weight),
                volume: self.volume.or(details.parcel.volume),
                side: self.side.or(details.parcel.side),
            },
            active: self.active.unwrap_or(details.active),
        }
    }
}

/// The members that both have beside name and country.
const OTHERS: [&str; 7] =
    ["latitude", "longitude", "priority", "parcelMaxGrams", "parcelMaxMm3", "parcelMaxSideMm", "active"];

type At = &'static str;

fn others(
    (name, country): (Member<'_, At>, Member<'_, At>),
    [latitude, longitude, priority, weight, volume, side, active]: [Member<'_, At>; 7],
    faults: &mut Faults,
) -> LocationChange {
    LocationChange {
        name: text(name, LocationName::parse, faults),
        country: text(country, str::parse, faults),
        point: point(latitude, longitude, faults),
        priority: integer(priority, faults),
        weight: nullable(weight, |weight| integer(weight, faults)),
        volume: nullable(volume, |volume| integer(volume, faults)),
        side: nullable(side, |side| integer(side, faults)),
        active: flag(active, faults),
    }
}

/// Where the place is: both coordinates or neither.
fn point(latitude: Member<'_, At>, longitude: Member<'_, At>, faults: &mut Faults) -> Patch<Point> {
    let before = faults.count();
    let latitude: Patch<Latitude> = nullable(latitude, |latitude| degrees(latitude, 90, faults));
    let longitude: Patch<Longitude> = nullable(longitude, |longitude| degrees(longitude, 180, faults));
    match (latitude, longitude) {
        (Patch::Set(latitude), Patch::Set(longitude)) => Patch::Set(Point { latitude, longitude }),
        (Patch::Clear, Patch::Clear) => Patch::Clear,
        (Patch::Keep, Patch::Keep) => Patch::Keep,
        // One that cannot be read is a fault already.
        _ if faults.count() > before => Patch::Keep,
        (Patch::Set(_), _) => {
            faults.invalid("/longitude", "latitude is there, and longitude is not");
            Patch::Keep
        }
        (_, Patch::Set(_)) => {
            faults.invalid("/latitude", "longitude is there, and latitude is not");
            Patch::Keep
        }
        (Patch::Clear, Patch::Keep) | (Patch::Keep, Patch::Clear) => {
            faults.invalid("/latitude", "latitude and longitude are null together or not at all");
            Patch::Keep
        }
    }
}

/// The place to add.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn new((body, mut faults): (Json<'_>, Faults)) -> Result<NewLocation, ApiError> {
    let sent = some_members(body, "", ["code", "name", "country"], OTHERS, &mut faults);
    let parts = sent.map(|([code, name, country], rest)| {
        (text(code, str::parse, &mut faults), others((name, country), rest, &mut faults))
    });
    faults.into_result()?;
    let Some((Some(code), patch)) = parts else { return Err(ApiError::Internal(None)) };
    let LocationChange {
        name: Some(name),
        country: Some(country),
        point,
        priority,
        weight,
        volume,
        side,
        active,
    } = patch
    else {
        return Err(ApiError::Internal(None));
    };
    let parcel = ParcelLimits { weight: weight.or(None), volume: volume.or(None), side: side.or(None) };
    let (point, priority) = (point.or(None), priority.unwrap_or(Priority::MIN));
    let details = LocationDetails { name, country, point, priority, parcel, active: active.unwrap_or(true) };
    Ok(NewLocation { code, details })
}

/// What is to change.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn patch((body, mut faults): (Json<'_>, Faults)) -> Result<LocationChange, ApiError> {
    let [latitude, longitude, priority, weight, volume, side, active] = OTHERS;
    let names = ["name", "country", latitude, longitude, priority, weight, volume, side, active];
    let sent = some_members(body, "", [], names, &mut faults);
    let patch =
        sent.map(|([], [name, country, latitude, longitude, priority, weight, volume, side, active])| {
            let rest = [latitude, longitude, priority, weight, volume, side, active];
            others((name, country), rest, &mut faults)
        });
    faults.into_result()?;
    patch.ok_or(ApiError::Internal(None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(body: &str) -> (Json<'_>, Faults) {
        Json::parse(body.as_bytes()).unwrap()
    }

    #[test]
    fn a_place_may_be_anywhere_and_without_limits() {
        let place =
            new(sent(r#"{"code": "A", "name": "a", "country": "DE", "latitude": null, "longitude": null}"#));
        let details = place.unwrap().details;
        assert_eq!((details.point, details.parcel), (None, ParcelLimits::default()));
        assert_eq!((details.priority.get(), details.active), (0, true));
    }

    #[test]
    fn coordinates_come_together() {
        for (bad, expected) in [
            (r#"{"latitude": 1}"#, vec!["/longitude"]),
            (r#"{"longitude": 1.5}"#, vec!["/latitude"]),
            (r#"{"latitude": null}"#, vec!["/latitude"]),
            (r#"{"latitude": 90.000001, "longitude": 1.0000001}"#, vec!["/latitude", "/longitude"]),
            (r#"{"latitude": 91}"#, vec!["/latitude"]),
        ] {
            let Err(ApiError::Invalid { faults, .. }) = patch(sent(bad)) else { panic!("{bad}") };
            assert_eq!(
                faults.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(),
                expected,
                "{bad}"
            );
        }
        let moved = patch(sent(r#"{"latitude": -33.5, "longitude": 151}"#)).unwrap().point.or(None).unwrap();
        assert_eq!((moved.latitude.get(), moved.longitude.get()), (-33_500_000, 151_000_000));
    }

    #[test]
    fn every_fault_of_a_place_is_named() {
        let body =
            r#"{"code": "a b", "country": "XX", "priority": -1, "parcelMaxGrams": 0, "active": 1, "x": 1}"#;
        let error = new(sent(body)).unwrap_err();
        let ApiError::Malformed { faults, .. } = error else { panic!("{error:?}") };
        let mut pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        pointers.sort_unstable();
        assert_eq!(pointers, ["/active", "/code", "/country", "/name", "/parcelMaxGrams", "/priority", "/x"]);
    }
}
