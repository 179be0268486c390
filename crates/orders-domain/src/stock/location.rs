//! The places where goods are kept.

use crate::{
    catalogue::size::{CubicMillimetres, Grams, Millimetres},
    code::{Country, LocationCode},
    event::facts::Facts,
    id::LocationId,
    invalid::InvalidInput,
    number::whole_number,
    text::short_text,
    version::Version,
};

short_text! {
    /// A place's name for people: 1 to 200 characters.
    LocationName, "name", 200
}
whole_number! {
    /// How far in front a place stands when stock is reserved: the smallest number comes first.
    Priority, "priority", 0 to 1_000_000
}
whole_number! {
    /// Degrees of latitude times a million, north positive.
    Latitude, "latitude", -90_000_000 to 90_000_000
}
whole_number! {
    /// Degrees of longitude times a million, east positive.
    Longitude, "longitude", -180_000_000 to 180_000_000
}

/// Where a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Point {
    /// North or south.
    pub latitude: Latitude,
    /// East or west.
    pub longitude: Longitude,
}

/// What a parcel that leaves a place can be at most; `None` is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ParcelLimits {
    /// Its weight.
    pub weight: Option<Grams>,
    /// Its volume.
    pub volume: Option<CubicMillimetres>,
    /// Its longest side.
    pub side: Option<Millimetres>,
}

/// What is said of a place, and can be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationDetails {
    /// Its name for people.
    pub name: LocationName,
    /// In which country it is.
    pub country: Country,
    /// Where it is, if that is known.
    pub point: Option<Point>,
    /// How far in front it stands.
    pub priority: Priority,
    /// What its parcels can be.
    pub parcel: ParcelLimits,
    /// Whether orders are served from there.
    pub active: bool,
}

/// A place where goods are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Its number inside the program: the older place has the smaller one.
    pub id: LocationId,
    /// Its name in paths.
    pub code: LocationCode,
    /// What is said of it.
    pub details: LocationDetails,
    /// How often it was changed.
    pub version: Version,
}

/// A place that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLocation {
    /// Its name in paths.
    pub code: LocationCode,
    /// What is said of it.
    pub details: LocationDetails,
}

/// A changed place with what is said of the change. Only a change of a [`Location`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedLocation {
    location: Location,
    seen: Version,
    said: Facts,
}

impl ChangedLocation {
    /// The place as it has become.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The version that was changed.
    #[must_use]
    pub fn seen(&self) -> Version {
        self.seen
    }

    /// What its event says: the members that changed, from what to what.
    #[must_use]
    pub fn said(&self) -> &Facts {
        &self.said
    }
}

impl Location {
    /// The most places that a shop has.
    pub const MOST: usize = 1000;

    /// The same place with other details; `None` if they are the same.
    #[must_use]
    pub fn changed(&self, details: LocationDetails) -> Option<ChangedLocation> {
        let (before, after) = (self.details.facts(), details.facts());
        let said = Facts::new().with("from", before.unlike(&after)).with("to", after.unlike(&before));
        let location = Self { id: self.id, code: self.code.clone(), details, version: self.version.next() };
        (location.details != self.details).then_some(ChangedLocation { location, seen: self.version, said })
    }

    /// Orders are not served from it.
    #[must_use]
    pub fn inactive(&self) -> InvalidInput {
        InvalidInput::new("location", format!("{} is not active, and nothing leaves from there", self.code))
    }

    /// There is no place of this code.
    #[must_use]
    pub fn unknown(code: &LocationCode) -> InvalidInput {
        InvalidInput::new("location", format!("{code} does not exist"))
    }
}

impl LocationDetails {
    /// Its members as events show them.
    #[must_use]
    pub fn facts(&self) -> Facts {
        Facts::new()
            .with("name", self.name.as_str())
            .with("country", self.country.code())
            .with("latitudeE6", self.point.map(|point| point.latitude.get()))
            .with("longitudeE6", self.point.map(|point| point.longitude.get()))
            .with("priority", self.priority.get())
            .with("parcelMaxGrams", self.parcel.weight.map(Grams::get))
            .with("parcelMaxMm3", self.parcel.volume.map(CubicMillimetres::get))
            .with("parcelMaxSideMm", self.parcel.side.map(Millimetres::get))
            .with("active", self.active)
    }

    /// The details that these facts were made of.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when they are none.
    pub fn of_facts(facts: &Facts) -> Result<Self, InvalidInput> {
        Ok(Self {
            name: LocationName::parse(facts.text("name")?)?,
            country: facts.text("country")?.parse()?,
            point: Self::point(facts.may_number("latitudeE6")?, facts.may_number("longitudeE6")?)?,
            priority: facts.number("priority")?.try_into()?,
            parcel: ParcelLimits {
                weight: facts.may_number("parcelMaxGrams")?.map(Grams::try_from).transpose()?,
                volume: facts.may_number("parcelMaxMm3")?.map(CubicMillimetres::try_from).transpose()?,
                side: facts.may_number("parcelMaxSideMm")?.map(Millimetres::try_from).transpose()?,
            },
            active: facts.flag("active")?,
        })
    }

    /// Where a place is, in millionths of a degree.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] where only one of both is said, or one is out of range.
    pub fn point(latitude: Option<i64>, longitude: Option<i64>) -> Result<Option<Point>, InvalidInput> {
        match (latitude, longitude) {
            (None, None) => Ok(None),
            (Some(latitude), Some(longitude)) => {
                Ok(Some(Point { latitude: latitude.try_into()?, longitude: longitude.try_into()? }))
            }
            (Some(_), None) => Err(InvalidInput::new("longitude", "is missing, and latitude is not")),
            (None, Some(_)) => Err(InvalidInput::new("latitude", "is missing, and longitude is not")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details() -> LocationDetails {
        LocationDetails {
            name: LocationName::parse("Main hall").unwrap(),
            country: "DE".parse().unwrap(),
            point: LocationDetails::point(Some(52_520_000), Some(13_405_000)).unwrap(),
            priority: 0.try_into().unwrap(),
            parcel: ParcelLimits { weight: Some(31_500.try_into().unwrap()), ..ParcelLimits::default() },
            active: true,
        }
    }

    #[test]
    fn details_are_told_and_read_again() {
        let nowhere =
            LocationDetails { point: None, parcel: ParcelLimits::default(), active: false, ..details() };
        for details in [details(), nowhere] {
            assert_eq!(LocationDetails::of_facts(&details.facts()), Ok(details));
        }
        assert!(LocationDetails::of_facts(&Facts::new()).is_err());
    }

    #[test]
    fn a_place_is_somewhere_or_nowhere_but_not_by_halves() {
        assert!(LocationDetails::point(Some(1), None).is_err());
        assert!(LocationDetails::point(None, Some(1)).is_err());
        assert!(LocationDetails::point(Some(90_000_001), Some(1)).is_err());
    }

    #[test]
    fn a_change_says_what_it_changed() {
        let place = Location {
            id: 1.try_into().unwrap(),
            code: "MAIN".parse().unwrap(),
            details: details(),
            version: Version::FIRST,
        };
        assert_eq!(place.changed(details()), None);
        let changed = place.changed(LocationDetails { active: false, ..details() }).unwrap();
        assert_eq!(changed.said().facts("to").unwrap(), &Facts::new().with("active", false));
        assert_eq!(changed.location().version.get(), 2);
    }
}
