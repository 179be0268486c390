//! Of what belongs to no order, and of everything else.

use super::super::{
    DifferenceKind as Of,
    Remedy::{Left, Repaired},
};

use super::Row;

pub(super) const OTHERS: [Row; 31] = [
    (
        Of::LineAlone,
        "line.alone",
        "there are lines of an order that is not there",
        Left("restore the order from a backup"),
    ),
    (
        Of::ParcelAlone,
        "parcel.alone",
        "there is a parcel of an order that is not there",
        Left("restore the order from a backup"),
    ),
    (
        Of::ParcelPart,
        "parcel.part",
        "what is said to be in a parcel belongs to no parcel, or to another order",
        Left("restore the parcel from a backup, or delete the row by hand"),
    ),
    (
        Of::CancellationAlone,
        "cancellation.alone",
        "there is a cancellation of an order that is not there",
        Left("restore the order from a backup"),
    ),
    (
        Of::CancellationPart,
        "cancellation.part",
        "what is said to be cancelled belongs to no cancellation, or to another order",
        Left("restore the cancellation from a backup, or delete the row by hand"),
    ),
    (
        Of::EventUnreadable,
        "event.unreadable",
        "an event of anything but an order cannot be read",
        Left("restore the event from a backup"),
    ),
    (
        Of::EventKey,
        "event.key",
        "the idempotency key of an event, or its fingerprint, is none",
        Left("a request with the key is not known any more; restore the event from a backup"),
    ),
    (
        Of::KeyReused,
        "key.reused",
        "an idempotency key of a user stands for two events within 24 hours",
        Left("one of both was done twice; look at both"),
    ),
    (
        Of::ThingUnreadable,
        "thing.unreadable",
        "a product, place, marketplace, listing, text, webhook or consumer cannot be read",
        Left("change it over the API, or restore it from a backup"),
    ),
    (
        Of::ThingVersion,
        "thing.version",
        "a thing is at another version than its events say",
        Left("restore the thing or its events from a backup"),
    ),
    (
        Of::ThingEventMissing,
        "thing.event_missing",
        "a version of a thing has no event",
        Left("restore its events from a backup"),
    ),
    (
        Of::ThingAlone,
        "thing.alone",
        "there are events of a thing that is not there",
        Left("restore the thing from a backup"),
    ),
    (
        Of::LevelVersion,
        "level.version",
        "a level was seen to another number of times than its events and transfers say",
        Left("restore the level or its events from a backup"),
    ),
    (
        Of::LevelSum,
        "level.sum",
        "a level is not what its movements add up to",
        Repaired("the level becomes what they add up to, where that can be"),
    ),
    (
        Of::LevelMissing,
        "level.missing",
        "there are movements of a product at a place, and no level",
        Repaired("the level is made of them, where that can be"),
    ),
    (
        Of::LevelShort,
        "level.short",
        "the column that says by how much a level is short is not what it is",
        Repaired("the column is set"),
    ),
    (
        Of::MovementChain,
        "movement.chain",
        "a movement says another level than the one before it leads to",
        Left("the movements are history; count the product anew"),
    ),
    (
        Of::MovementEvent,
        "movement.event",
        "a movement belongs to no event",
        Left("restore the event from a backup"),
    ),
    (
        Of::MovementLine,
        "movement.line",
        "what is reserved, released or sent is for no line of an order, or something else is for one",
        Left("restore the movement from a backup"),
    ),
    (
        Of::MovementPlace,
        "movement.place",
        "a movement is of a product or a place that is not there",
        Left("restore the product or the place from a backup"),
    ),
    (
        Of::ShopCurrency,
        "shop.currency",
        "a product or the default marketplace has another currency than the shop",
        Left("change it over the API"),
    ),
    (
        Of::MarketReference,
        "market.reference",
        "a text, a listing or a country is of a marketplace that is not there",
        Left("restore the marketplace from a backup"),
    ),
    (
        Of::ConsumerCursor,
        "consumer.cursor",
        "a consumer has come past the newest event",
        Repaired("it goes on after the newest event"),
    ),
    (
        Of::ConsumerWebhook,
        "consumer.webhook",
        "a webhook has no consumer, or a consumer no webhook",
        Left("add the webhook anew over the API"),
    ),
    (
        Of::DeliveryEvent,
        "delivery.event",
        "a delivery is of an event that is not there, or of something else than its event",
        Left("delete the row by hand"),
    ),
    (
        Of::DeliveryConsumer,
        "delivery.consumer",
        "deliveries are of a consumer that is not there",
        Left("delete the row by hand"),
    ),
    (
        Of::DeliveryStuck,
        "delivery.stuck",
        "a delivery waits for an earlier one of its subject, and there is none",
        Repaired("it is sent next"),
    ),
    (
        Of::AttemptAlone,
        "attempt.alone",
        "there is a try at a delivery that is not there",
        Left("delete the row by hand"),
    ),
    (
        Of::InboxEvent,
        "inbox.event",
        "a message is about an event that is not there",
        Left("delete the row by hand"),
    ),
    (
        Of::CounterBehind,
        "counter.behind",
        "a sequence would give a number again (PostgreSQL)",
        Repaired("the sequence goes on after the newest number"),
    ),
    (
        Of::RollupSum,
        "rollup.sum",
        "what was counted of orders is not what their events count as",
        Repaired("it is forgotten, and counted anew by whoever works next"),
    ),
];
