//! The kinds of differences as one closed table; the page of the operators comes from it.

use std::fmt;

mod table;

use table::{row, rows};

/// What is done about a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// A repair sets it right, so.
    Repaired(&'static str),
    /// A repair leaves it, and this is to be done.
    Left(&'static str),
}

/// A kind of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DifferenceKind {
    /// A row of an order, its lines, parcels or cancellations cannot be read.
    OrderUnreadable,
    /// An order has no lines.
    OrderWithoutLines,
    /// The lines are not numbered one after the other, or are not those that were placed.
    OrderLines,
    /// What the lines cost together is no amount.
    OrderTotal,
    /// An order is dated before the one before it, or is not dated when it was placed.
    OrderDate,
    /// An order has no events.
    OrderWithoutEvents,
    /// A version of an order has no event.
    OrderEventMissing,
    /// An order has events that come after its version.
    OrderEventBeyond,
    /// An event of an order cannot be read.
    OrderEventUnreadable,
    /// An event of an order cannot follow those before it.
    OrderEventImpossible,
    /// Numbers or times of the events of an order do not ascend with its versions.
    OrderEventOrder,
    /// An event says another marketplace than its order.
    OrderEventMarketplace,
    /// An event says another state of its order than the events until then add up to.
    OrderCheckpoint,
    /// The status is not what the events add up to.
    OrderStatus,
    /// The moment of the last change is not that of the newest event.
    OrderUpdated,
    /// A parcel is missing or not what the events add up to.
    OrderParcel,
    /// A parcel is in no event.
    OrderParcelBeyond,
    /// A cancellation is missing or not what the events add up to.
    OrderCancellation,
    /// A cancellation is in no event.
    OrderCancellationBeyond,
    /// A cancellation names another event than the one that says it.
    OrderCancellationEvent,
    /// The status is not what the parcels say, and the events do not tell.
    OrderStanding,
    /// More pieces of a line are in parcels or cancelled than were ordered, and the events do not tell.
    OrderOverbooked,
    /// The column that says how far the parcels are is not what they say.
    OrderFulfillment,
    /// The column that says what is left to pay is not what the cancellations leave.
    OrderCurrentTotal,
    /// A line holds more or fewer pieces of the stock than are neither out nor cancelled.
    OrderHeld,
    /// A movement is for a line that is not there, or of another product than its line.
    OrderMovement,
    /// An order names a marketplace that is not there.
    OrderMarketplace,
    /// There are events of an order that is not there.
    OrderEventAlone,
    /// There are lines of an order that is not there.
    LineAlone,
    /// There is a parcel of an order that is not there.
    ParcelAlone,
    /// What is said to be in a parcel belongs to no parcel, or to another order.
    ParcelPart,
    /// There is a cancellation of an order that is not there.
    CancellationAlone,
    /// What is said to be cancelled belongs to no cancellation, or to another order.
    CancellationPart,
    /// An event of anything but an order cannot be read.
    EventUnreadable,
    /// The idempotency key of an event, or its fingerprint, is none.
    EventKey,
    /// An idempotency key of a user stands for two events within 24 hours.
    KeyReused,
    /// A product, place, marketplace, listing, text, webhook or consumer cannot be read.
    ThingUnreadable,
    /// A thing is at another version than its events say.
    ThingVersion,
    /// A version of a thing has no event.
    ThingEventMissing,
    /// There are events of a thing that is not there.
    ThingAlone,
    /// A level was seen to another number of times than its events and transfers say.
    LevelVersion,
    /// A level is not what its movements add up to.
    LevelSum,
    /// There are movements of a product at a place, and no level.
    LevelMissing,
    /// The column that says by how much a level is short is not what it is.
    LevelShort,
    /// A movement says another level than the one before it leads to.
    MovementChain,
    /// A movement belongs to no event.
    MovementEvent,
    /// What is reserved, released or sent is for no line of an order, or something else is for one.
    MovementLine,
    /// A movement is of a product or a place that is not there.
    MovementPlace,
    /// A product or the default marketplace has another currency than the shop.
    ShopCurrency,
    /// A text, a listing or a country is of a marketplace that is not there.
    MarketReference,
    /// A consumer has come past the newest event.
    ConsumerCursor,
    /// A webhook has no consumer, or a consumer no webhook.
    ConsumerWebhook,
    /// A delivery is of an event that is not there, or of something else than its event.
    DeliveryEvent,
    /// Deliveries are of a consumer that is not there.
    DeliveryConsumer,
    /// A delivery waits for an earlier one of its subject, and there is none.
    DeliveryStuck,
    /// There is a try at a delivery that is not there.
    AttemptAlone,
    /// A message is about an event that is not there.
    InboxEvent,
    /// A sequence would give a number again (PostgreSQL).
    CounterBehind,
    /// What was counted of orders is not what their events count as.
    RollupSum,
}

impl DifferenceKind {
    /// Every kind, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        rows().map(|(kind, ..)| *kind)
    }

    /// The word for it, which programs may go by.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        row(self).1
    }

    /// What it means, in words.
    #[must_use]
    pub fn about(self) -> &'static str {
        row(self).2
    }

    /// What is done about it.
    #[must_use]
    pub fn remedy(self) -> Remedy {
        row(self).3
    }

    /// Whether a repair sets it right.
    #[must_use]
    pub fn is_repairable(self) -> bool {
        matches!(self.remedy(), Remedy::Repaired(_))
    }
}

impl fmt::Display for DifferenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lists_every_kind_at_its_own_row_and_every_word_once() {
        let mut words = std::collections::BTreeSet::new();
        for (index, (kind, word, about, _)) in rows().enumerate() {
            assert_eq!((*kind as usize, row(*kind).1), (index, *word));
            assert!(words.insert(*word), "{word}");
            assert!(!about.is_empty() && !about.ends_with('.'), "{about}");
        }
    }
}
