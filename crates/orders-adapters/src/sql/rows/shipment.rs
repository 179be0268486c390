//! Parcels and cancellations, as they are written.

#![expect(clippy::ref_option_ref, reason = "Diesel's derive for rows that are written makes them")]

use diesel::prelude::*;
use orders_domain::{
    Order, OrderId, OrderProductId, Shipment, ShipmentId, Tracking,
    shipment::cancellation::{Cancellation, Note},
};

use super::{millis, progress::reasons_text};
use crate::sql::schema::{
    order_cancellations, order_cancelled_products, order_shipment_products, order_shipments,
};

/// What is written of a parcel. `None` is written as NULL, so that the statement is always the same.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = order_shipments, treat_none_as_default_value = false, treat_none_as_null = true,
    primary_key(id, order_id, number))]
pub struct ShipmentRow<'a> {
    pub id: i64,
    pub order_id: i64,
    pub number: i64,
    pub location_id: Option<i64>,
    pub status: &'static str,
    pub shipping_provider: Option<&'a str>,
    pub tracking_number: Option<&'a str>,
    pub weight_g: Option<i64>,
    pub reasons: Option<String>,
    pub created_at: i64,
    pub shipped_at: Option<i64>,
    pub delivered_at: Option<i64>,
}

impl<'a> ShipmentRow<'a> {
    /// The row of an order's parcel.
    pub fn of(order: OrderId, shipment: &'a Shipment) -> Self {
        Self {
            id: ShipmentId::of(order, shipment.number).get(),
            order_id: order.get(),
            number: shipment.number.get(),
            location_id: shipment.from.as_ref().map(|from| from.id.get()),
            status: shipment.status.as_str(),
            shipping_provider: shipment.tracking.as_ref().map(Tracking::provider),
            tracking_number: shipment.tracking.as_ref().map(Tracking::number),
            weight_g: shipment.weight,
            reasons: reasons_text(&shipment.reasons),
            created_at: millis(shipment.created_at),
            shipped_at: shipment.shipped_at.map(millis),
            delivered_at: shipment.delivered_at.map(millis),
        }
    }

    /// The rows of all parcels of an order.
    pub fn all_of(order: &'a Order) -> impl Iterator<Item = Self> {
        order.shipments().iter().map(|shipment| Self::of(order.id(), shipment))
    }
}

/// So many pieces of a line in a parcel.
#[derive(Debug, Insertable)]
#[diesel(table_name = order_shipment_products, treat_none_as_default_value = false)]
pub struct PartRow {
    pub shipment_id: i64,
    pub line: i64,
    pub quantity: i64,
}

impl PartRow {
    /// The rows of what is in an order's parcel.
    pub fn of(order: OrderId, shipment: &Shipment) -> impl Iterator<Item = Self> {
        let shipment_id = ShipmentId::of(order, shipment.number).get();
        shipment.parts.iter().map(move |part| Self {
            shipment_id,
            line: OrderProductId::of_line(order, part.line.into()).get(),
            quantity: part.quantity.get().into(),
        })
    }

    /// The rows of what is in all parcels of an order.
    pub fn all_of(order: &Order) -> impl Iterator<Item = Self> {
        order.shipments().iter().flat_map(|shipment| Self::of(order.id(), shipment))
    }
}

/// What is written of a cancellation.
#[derive(Debug, Insertable)]
#[diesel(table_name = order_cancellations, treat_none_as_default_value = false)]
pub struct CancellationRow<'a> {
    pub order_id: i64,
    pub number: i64,
    pub reason: &'static str,
    pub note: Option<&'a str>,
    pub event: i64,
}

/// So many pieces of a line that are not wanted.
#[derive(Debug, Insertable)]
#[diesel(table_name = order_cancelled_products, treat_none_as_default_value = false)]
pub struct CancelledRow {
    pub order_id: i64,
    pub number: i64,
    pub line: i64,
    pub quantity: i64,
}

impl<'a> CancellationRow<'a> {
    /// The row of an order's cancellation of this number, which this event says.
    pub fn of(order: OrderId, number: usize, cancellation: &'a Cancellation, event: i64) -> Self {
        Self {
            order_id: order.get(),
            number: i64::try_from(number).unwrap_or(i64::MAX),
            reason: cancellation.reason.as_str(),
            note: cancellation.note.as_ref().map(Note::as_str),
            event,
        }
    }
}

impl CancelledRow {
    /// The rows of what is not wanted.
    pub fn of(order: OrderId, number: usize, cancellation: &Cancellation) -> impl Iterator<Item = Self> {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        cancellation.parts.iter().map(move |part| Self {
            order_id: order.get(),
            number,
            line: OrderProductId::of_line(order, part.line.into()).get(),
            quantity: part.quantity.get().into(),
        })
    }
}
