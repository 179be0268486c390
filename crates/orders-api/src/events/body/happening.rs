//! What happened to an order, as an event's `data` has it.

use orders_domain::{
    Became, Fulfillment, Happening, OrderId, ShipmentNumber, Subject, Tracking, shipment::Proposal,
};

use crate::{
    http::writing::{any_text, number, plain_text},
    shipments::body::{array, parts_json},
};

/// Writes what happened to an order, each member behind a comma.
pub fn happening(out: &mut Vec<u8>, subject: &Subject, what: &Happening) {
    let Subject::Order(order) = *subject else { return };
    match what {
        Happening::Placed { lines } => {
            out.extend_from_slice(b",\"lines\":");
            array(out, lines, |out, (product, quantity)| {
                number(out, "{\"productId\":", product.get());
                number(out, ",\"quantity\":", quantity.get().into());
                out.push(b'}');
            });
        }
        Happening::Tracked { number: shipment, tracking, .. } => {
            if let Some(shipment) = shipment {
                number(out, ",\"number\":", shipment.get());
            }
            carried(out, Some(tracking));
        }
        Happening::Moved(became) => {
            plain_text(out, ",\"from\":\"", became.from.as_str());
            plain_text(out, ",\"to\":\"", became.to.as_str());
            fulfilled(out, became.fulfillment);
        }
        Happening::Migrated { status, tracking } => {
            plain_text(out, ",\"to\":\"", status.as_str());
            carried(out, tracking.as_ref());
        }
        Happening::Planned { first, proposal, fulfillment } => {
            planned(out, order, *first, proposal);
            fulfilled(out, *fulfillment);
        }
        Happening::ShipmentCreated { number: shipment, shipment: made, became } => {
            number(out, ",\"number\":", shipment.get());
            plain_text(out, ",\"status\":\"", made.status.as_str());
            if let Some(from) = &made.from {
                plain_text(out, ",\"location\":\"", from.code.as_str());
            }
            out.extend_from_slice(b",\"lines\":");
            parts_json(out, order, &made.parts);
            carried(out, made.tracking.as_ref());
            led_to(out, *became);
        }
        Happening::ShipmentChanged { number: shipment, from, to, tracking, became } => {
            number(out, ",\"number\":", shipment.get());
            plain_text(out, ",\"from\":\"", from.as_str());
            plain_text(out, ",\"to\":\"", to.as_str());
            carried(out, tracking.as_ref());
            led_to(out, *became);
        }
        Happening::PartiallyCancelled { number: nth, reason, parts, became } => {
            number(out, ",\"number\":", i64::try_from(*nth).unwrap_or(i64::MAX));
            plain_text(out, ",\"reason\":\"", reason.as_str());
            out.extend_from_slice(b",\"lines\":");
            parts_json(out, order, parts);
            if became.to == orders_domain::OrderStatus::Cancelled {
                // The order is called off: it is said as always.
                plain_text(out, ",\"from\":\"", became.from.as_str());
                plain_text(out, ",\"to\":\"", became.to.as_str());
            }
            led_to(out, *became);
        }
        Happening::ContactChanged { fulfillment } => fulfilled(out, *fulfillment),
    }
}

fn planned(out: &mut Vec<u8>, order: OrderId, first: ShipmentNumber, proposal: &Proposal) {
    let numbered: Vec<_> = (first.get()..).zip(&proposal.parcels).collect();
    out.extend_from_slice(b",\"shipments\":");
    array(out, &numbered, |out, (shipment, parcel)| {
        number(out, "{\"number\":", *shipment);
        out.extend_from_slice(b",\"location\":");
        match &parcel.from {
            Some(from) => plain_text(out, "\"", from.code.as_str()),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b",\"lines\":");
        parts_json(out, order, &parcel.parts);
        out.push(b'}');
    });
    out.extend_from_slice(b",\"unplaced\":");
    parts_json(out, order, &proposal.unplaced);
}

fn carried(out: &mut Vec<u8>, tracking: Option<&Tracking>) {
    if let Some(tracking) = tracking {
        any_text(out, ",\"shippingProvider\":", tracking.provider());
        any_text(out, ",\"trackingNumber\":", tracking.number());
    }
}

fn fulfilled(out: &mut Vec<u8>, fulfillment: Fulfillment) {
    plain_text(out, ",\"fulfillment\":\"", fulfillment.as_str());
}

fn led_to(out: &mut Vec<u8>, became: Became) {
    if became.from != became.to {
        plain_text(out, ",\"statusFrom\":\"", became.from.as_str());
        plain_text(out, ",\"statusTo\":\"", became.to.as_str());
    }
    fulfilled(out, became.fulfillment);
}
