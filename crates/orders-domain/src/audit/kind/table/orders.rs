//! Of orders, with what belongs to them.

use super::super::{
    DifferenceKind as Of,
    Remedy::{Left, Repaired},
};

use super::Row;

pub(super) const ORDERS: [Row; 28] = [
    (
        Of::OrderUnreadable,
        "order.unreadable",
        "a row of an order, its lines, parcels or cancellations cannot be read",
        Left("restore the order from a backup"),
    ),
    (
        Of::OrderWithoutLines,
        "order.without_lines",
        "an order has no lines",
        Left("restore the order from a backup"),
    ),
    (
        Of::OrderLines,
        "order.lines",
        "the lines are not numbered one after the other, or are not those that were placed",
        Left("restore the order from a backup"),
    ),
    (
        Of::OrderTotal,
        "order.total",
        "what the lines cost together is no amount",
        Left("restore the order from a backup"),
    ),
    (
        Of::OrderDate,
        "order.date",
        "an order is dated before the one before it, or is not dated when it was placed",
        Left("periods of lists may miss the order; restore it from a backup"),
    ),
    (
        Of::OrderWithoutEvents,
        "order.without_events",
        "an order has no events",
        Left("restore its events from a backup"),
    ),
    (
        Of::OrderEventMissing,
        "order.event_missing",
        "a version of an order has no event",
        Left("restore its events from a backup"),
    ),
    (
        Of::OrderEventBeyond,
        "order.event_beyond",
        "an order has events that come after its version",
        Repaired("the order becomes what its events add up to"),
    ),
    (
        Of::OrderEventUnreadable,
        "order.event_unreadable",
        "an event of an order cannot be read",
        Left("restore the event from a backup"),
    ),
    (
        Of::OrderEventImpossible,
        "order.event_impossible",
        "an event of an order cannot follow those before it",
        Left("restore its events from a backup"),
    ),
    (
        Of::OrderEventOrder,
        "order.event_order",
        "numbers or times of the events of an order do not ascend with its versions",
        Left("restore its events from a backup"),
    ),
    (
        Of::OrderEventMarketplace,
        "order.event_marketplace",
        "an event says another marketplace than its order",
        Left("restore the order and its events from a backup"),
    ),
    (
        Of::OrderCheckpoint,
        "order.checkpoint",
        "an event says another state of its order than the events until then add up to",
        Left("restore the event from a backup"),
    ),
    (
        Of::OrderStatus,
        "order.status",
        "the status is not what the events add up to",
        Repaired("the order becomes what its events add up to"),
    ),
    (
        Of::OrderUpdated,
        "order.updated_at",
        "the moment of the last change is not that of the newest event",
        Repaired("the order becomes what its events add up to"),
    ),
    (
        Of::OrderParcel,
        "order.parcel",
        "a parcel is missing or not what the events add up to",
        Repaired("the parcel becomes what the events add up to"),
    ),
    (
        Of::OrderParcelBeyond,
        "order.parcel_beyond",
        "a parcel is in no event",
        Left("its number may have been told to a carrier; delete the row by hand, or restore the events"),
    ),
    (
        Of::OrderCancellation,
        "order.cancellation",
        "a cancellation is missing or not what the events add up to",
        Repaired("the cancellation becomes what the events add up to; what was said of it stays"),
    ),
    (
        Of::OrderCancellationBeyond,
        "order.cancellation_beyond",
        "a cancellation is in no event",
        Left("delete the row by hand, or restore the events"),
    ),
    (
        Of::OrderCancellationEvent,
        "order.cancellation_event",
        "a cancellation names another event than the one that says it",
        Repaired("it names the event that says it"),
    ),
    (
        Of::OrderStanding,
        "order.standing",
        "the status is not what the parcels say, and the events do not tell",
        Left("restore the order and its events from a backup"),
    ),
    (
        Of::OrderOverbooked,
        "order.overbooked",
        "more pieces of a line are in parcels or cancelled than were ordered, and the events do not tell",
        Left("restore the order and its events from a backup"),
    ),
    (
        Of::OrderFulfillment,
        "order.fulfillment",
        "the column that says how far the parcels are is not what they say",
        Repaired("the column is set"),
    ),
    (
        Of::OrderCurrentTotal,
        "order.current_total",
        "the column that says what is left to pay is not what the cancellations leave",
        Repaired("the column is set"),
    ),
    (
        Of::OrderHeld,
        "order.held",
        "a line holds more or fewer pieces of the stock than are neither out nor cancelled",
        Repaired(
            "a count by `cli` moves the difference; pieces that are not there cannot be held, and are left, as is all of a product whose movements are broken",
        ),
    ),
    (
        Of::OrderMovement,
        "order.movement",
        "a movement is for a line that is not there, or of another product than its line",
        Left("restore the movement or the line from a backup"),
    ),
    (
        Of::OrderMarketplace,
        "order.marketplace",
        "an order names a marketplace that is not there",
        Left("restore the marketplace from a backup"),
    ),
    (
        Of::OrderEventAlone,
        "order.event_alone",
        "there are events of an order that is not there",
        Left("restore the order from a backup"),
    ),
];
