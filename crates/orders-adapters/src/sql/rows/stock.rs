//! Places, levels and movements.

#![expect(clippy::ref_option_ref, reason = "Diesel's derive for rows that are written makes them")]

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::{
    EventId, InvalidInput, MovementId, OrderId, OrderProductId, Version,
    catalogue::size::{CubicMillimetres, Grams, Millimetres},
    stock::{
        Level, Location, Movement,
        location::{LocationDetails, LocationName, ParcelLimits},
        movement::{Move, Reason},
        shelves::{Place, Spot},
    },
};

use super::{millis, moment};
use crate::sql::schema::{locations, stock_levels, stock_movements};

/// What is read of a place.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = locations)]
pub struct LocationRow {
    pub id: i64,
    pub code: String,
    pub name: String,
    pub country: String,
    pub latitude_e6: Option<i64>,
    pub longitude_e6: Option<i64>,
    pub priority: i64,
    pub parcel_max_g: Option<i64>,
    pub parcel_max_mm3: Option<i64>,
    pub parcel_max_side_mm: Option<i64>,
    pub active: bool,
    pub version: i64,
}

impl TryFrom<LocationRow> for Location {
    type Error = InvalidInput;

    fn try_from(row: LocationRow) -> Result<Self, InvalidInput> {
        let details = LocationDetails {
            name: LocationName::parse(&row.name)?,
            country: row.country.parse()?,
            point: LocationDetails::point(row.latitude_e6, row.longitude_e6)?,
            priority: row.priority.try_into()?,
            parcel: ParcelLimits {
                weight: row.parcel_max_g.map(Grams::try_from).transpose()?,
                volume: row.parcel_max_mm3.map(CubicMillimetres::try_from).transpose()?,
                side: row.parcel_max_side_mm.map(Millimetres::try_from).transpose()?,
            },
            active: row.active,
        };
        let (code, version) = (row.code.parse()?, row.version.try_into()?);
        Ok(Self { id: row.id.try_into()?, code, details, version })
    }
}

/// What is written of a place. `None` is written as NULL.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = locations, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct PlaceRow<'a> {
    pub code: &'a str,
    pub name: &'a str,
    pub country: &'a str,
    pub latitude_e6: Option<i64>,
    pub longitude_e6: Option<i64>,
    pub priority: i64,
    pub parcel_max_g: Option<i64>,
    pub parcel_max_mm3: Option<i64>,
    pub parcel_max_side_mm: Option<i64>,
    pub active: bool,
    pub version: i64,
}

impl<'a> PlaceRow<'a> {
    /// The row of a place.
    pub fn of(location: &'a Location) -> Self {
        let details = &location.details;
        Self {
            code: location.code.as_str(),
            name: details.name.as_str(),
            country: details.country.code(),
            latitude_e6: details.point.map(|point| point.latitude.get()),
            longitude_e6: details.point.map(|point| point.longitude.get()),
            priority: details.priority.get(),
            parcel_max_g: details.parcel.weight.map(Grams::get),
            parcel_max_mm3: details.parcel.volume.map(CubicMillimetres::get),
            parcel_max_side_mm: details.parcel.side.map(Millimetres::get),
            active: details.active,
            version: location.version.get(),
        }
    }
}

/// What is read of a level: on hand, reserved, the limit, the version.
pub type LevelRow = (i64, i64, i64, i64);

/// The level of a row.
pub fn level((on_hand, reserved, backorder_limit, version): LevelRow) -> Result<Level, InvalidInput> {
    let version = Some(Version::try_from(version)?);
    Ok(Level { on_hand, reserved, backorder_limit, version })
}

/// What stock reads of a place: id, code, priority, whether it is active.
pub type PlaceColumns = (i64, String, i64, bool);

/// The place of a row.
pub fn place((id, code, priority, active): PlaceColumns) -> Result<Place, InvalidInput> {
    Ok(Place { id: id.try_into()?, code: code.parse()?, priority: priority.try_into()?, active })
}

/// What there is at a place, by its rows.
pub fn spot(at: PlaceColumns, held: LevelRow) -> Result<Spot, InvalidInput> {
    Ok(Spot { place: place(at)?, level: level(held)? })
}

/// What is written of a level.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = stock_levels, treat_none_as_default_value = false, primary_key(product_id, location_id))]
pub struct NewLevelRow {
    pub product_id: i64,
    pub location_id: i64,
    pub on_hand: i64,
    pub reserved: i64,
    pub backorder_limit: i64,
    pub short: i64,
    pub version: i64,
}

/// What is written of a movement. `None` is written as NULL, so that the statement is always the same.
#[derive(Debug, Insertable)]
#[diesel(table_name = stock_movements, treat_none_as_default_value = false)]
pub struct NewMovementRow<'a> {
    pub id: i64,
    pub product_id: i64,
    pub location_id: i64,
    pub kind: &'a str,
    pub quantity: i64,
    pub on_hand_after: i64,
    pub reserved_after: i64,
    pub line: Option<i64>,
    pub shipment: Option<i64>,
    pub reason: Option<&'a str>,
    pub at: i64,
}

impl<'a> NewMovementRow<'a> {
    /// The rows of what moved with an event: for an order, if there is one.
    pub fn of(
        event: EventId,
        moves: &'a [Move],
        order: Option<OrderId>,
        reason: Option<&'a Reason>,
        at: DateTime<Utc>,
    ) -> impl Iterator<Item = Self> {
        moves.iter().enumerate().map(move |(position, moved)| Self {
            id: MovementId::of_event(event, position).get(),
            product_id: moved.product.get(),
            location_id: moved.location.get(),
            kind: moved.kind.as_str(),
            quantity: moved.quantity,
            on_hand_after: moved.on_hand_after,
            reserved_after: moved.reserved_after,
            line: order
                .zip(moved.line)
                .map(|(order, line)| OrderProductId::of_line(order, line.into()).get()),
            shipment: moved.shipment,
            reason: reason.map(Reason::as_str),
            at: millis(at),
        })
    }
}

/// What is read of a movement, with the code of its place.
#[derive(Debug, Queryable)]
pub struct MovementRow {
    id: i64,
    code: String,
    kind: String,
    quantity: i64,
    on_hand_after: i64,
    reserved_after: i64,
    line: Option<i64>,
    shipment: Option<i64>,
    reason: Option<String>,
    at: i64,
}

impl TryFrom<MovementRow> for Movement {
    type Error = InvalidInput;

    fn try_from(row: MovementRow) -> Result<Self, InvalidInput> {
        let id = MovementId::try_from(row.id)?;
        let lost = || InvalidInput::new("movement", format!("{id} has no event"));
        let line = row.line.map(OrderProductId::try_from).transpose()?;
        Ok(Self {
            id,
            location: row.code.parse()?,
            kind: row.kind.parse()?,
            quantity: row.quantity,
            on_hand_after: row.on_hand_after,
            reserved_after: row.reserved_after,
            order: line.map(OrderProductId::order),
            line,
            shipment: row.shipment,
            reason: row.reason.as_deref().map(Reason::parse).transpose()?,
            event: id.event().ok_or_else(lost)?,
            at: moment(row.at)?,
        })
    }
}
