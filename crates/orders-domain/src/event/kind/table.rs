//! The table: what each type is called, what it says, who causes it and what its data hold.

use super::EventType::{
    self, Cancelled, ContactChanged, Delivered, ListingChanged, ListingCreated, LocationChanged,
    LocationCreated, MarketplaceChanged, MarketplaceCreated, Migrated, PartiallyCancelled, Placed, Planned,
    Processing, ProductChanged, ProductCreated, ShipmentChanged, ShipmentCreated, Shipped, StockCounted,
    StockMoved, StockReceived, StockRemoved, StockReturned, StockShort, TextChanged, TextCreated, Tracked,
    WebhookChanged, WebhookCreated, WebhookDisabled, WebhookReplayed, WebhookRetried, WebhookSecretRotated,
};

/// A member of an event's `data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub about: &'static str,
}

/// A line of the table.
#[derive(Debug)]
pub(super) struct Row {
    /// `subject.past-tense`.
    pub(super) word: &'static str,
    pub(super) about: &'static str,
    /// The kinds of [`super::Actor`] that may cause it.
    pub(super) caused_by: &'static [&'static str],
    pub(super) data: &'static [Member],
}

const FROM: Member = Member { name: "from", about: "the status before" };
const TO: Member = Member { name: "to", about: "the status since" };
const PROVIDER: Member = Member { name: "shippingProvider", about: "who carries the parcel" };
const NUMBER: Member = Member { name: "trackingNumber", about: "the carrier's number for the parcel" };
const LINES: Member = Member { name: "lines", about: "the products and how many pieces of each" };

const SHIPMENT: Member = Member { name: "number", about: "which shipment of the order" };
const SHIPMENTS: Member =
    Member { name: "shipments", about: "the shipments: number, place and the pieces of each line" };
const UNPLACED: Member = Member { name: "unplaced", about: "what cannot be sent from anywhere now" };
const WHERE: Member = Member { name: "location", about: "from which place it leaves" };
const SHIPMENT_STATUS: Member = Member { name: "status", about: "the shipment's status" };
const SHIPMENT_FROM: Member = Member { name: "from", about: "the shipment's status before" };
const SHIPMENT_TO: Member = Member { name: "to", about: "the shipment's status since" };
const PIECES: Member = Member { name: "lines", about: "how many pieces of which lines" };
const CANCELLATION: Member = Member { name: "number", about: "which cancellation of the order" };
const REASON: Member = Member { name: "reason", about: "why they are cancelled" };
const STATUS_FROM: Member = Member { name: "statusFrom", about: "the order's status before, where it moved" };
const STATUS_TO: Member = Member { name: "statusTo", about: "the order's status since, where it moved" };
const FULFILLMENT: Member =
    Member { name: "fulfillment", about: "how far the shipments of the order are since" };

const FROM_MEMBERS: Member = Member { name: "from", about: "what was changed, as it was before" };
const TO_MEMBERS: Member = Member { name: "to", about: "the same as it is since" };
const CREATED: Member = Member { name: "to", about: "what it is" };
const FROM_PIECES: Member = Member { name: "from", about: "the pieces on hand before" };
const TO_PIECES: Member = Member { name: "to", about: "the pieces on hand since" };
const QUANTITY: Member = Member { name: "quantity", about: "how many pieces" };
const TARGET: Member = Member { name: "target", about: "the code of the place to which they went" };
const BACKORDER: Member =
    Member { name: "backorderLimit", about: "how many pieces may be reserved beyond those on hand" };
const SHORT: Member = Member { name: "short", about: "how many pieces are reserved that cannot be there" };
const ORDERS: Member =
    Member { name: "orders", about: "up to 100 orders that hold pieces of it, the newest first" };

const SKIPPED: Member = Member { name: "skipped", about: "that what was not sent until then is not sent" };
const DISABLED_FOR: Member = Member { name: "reason", about: "`deleted`, `gone` or `failing`" };
const RETRIED: Member = Member { name: "event", about: "which event" };
const REPLAY_AFTER: Member = Member { name: "after", about: "after which event; nothing is from the first" };
const REPLAY_UNTIL: Member = Member { name: "until", about: "the last event; nothing is all that were sent" };

const ANYBODY: &[&str] = &["user", "worker", "cli"];
const STAFF: &[&str] = &["user", "cli"];

const fn staff(word: &'static str, about: &'static str, data: &'static [Member]) -> Row {
    Row { word, about, caused_by: STAFF, data }
}

pub(super) const TYPES: [(EventType, Row); 34] = [
    (Placed, Row { word: "order.placed", about: "An order was placed.", caused_by: ANYBODY, data: &[LINES] }),
    (
        Tracked,
        Row {
            word: "order.tracked",
            about: "The carrier and number of an order's only shipment were set or replaced.",
            caused_by: ANYBODY,
            data: &[SHIPMENT, PROVIDER, NUMBER],
        },
    ),
    (
        Processing,
        Row {
            word: "order.processing",
            about: "An order is being picked and packed.",
            caused_by: ANYBODY,
            data: &[FROM, TO, FULFILLMENT],
        },
    ),
    (
        Shipped,
        Row {
            word: "order.shipped",
            about: "An order is on its way.",
            caused_by: ANYBODY,
            data: &[FROM, TO, FULFILLMENT],
        },
    ),
    (
        Delivered,
        Row {
            word: "order.delivered",
            about: "An order is with the customer.",
            caused_by: ANYBODY,
            data: &[FROM, TO, FULFILLMENT],
        },
    ),
    (
        Cancelled,
        Row {
            word: "order.cancelled",
            about: "An order was called off; with the last piece that was cancelled, if `number` is there.",
            caused_by: ANYBODY,
            data: &[FROM, TO, FULFILLMENT],
        },
    ),
    (
        Migrated,
        Row {
            word: "order.migrated",
            about: "An order that was changed before there were events: its status and shipment when they began.",
            caused_by: &["system"],
            data: &[TO, PROVIDER, NUMBER],
        },
    ),
    (
        Planned,
        Row {
            word: "order.planned",
            about: "What was open of an order was split into shipments.",
            caused_by: ANYBODY,
            data: &[SHIPMENTS, UNPLACED, FULFILLMENT],
        },
    ),
    (
        ShipmentCreated,
        staff(
            "order.shipment_created",
            "An order has another shipment.",
            &[
                SHIPMENT,
                SHIPMENT_STATUS,
                WHERE,
                PIECES,
                PROVIDER,
                NUMBER,
                STATUS_FROM,
                STATUS_TO,
                FULFILLMENT,
            ],
        ),
    ),
    (
        ShipmentChanged,
        staff(
            "order.shipment_changed",
            "A shipment of an order moved, or has another carrier or number.",
            &[SHIPMENT, SHIPMENT_FROM, SHIPMENT_TO, PROVIDER, NUMBER, STATUS_FROM, STATUS_TO, FULFILLMENT],
        ),
    ),
    (
        PartiallyCancelled,
        staff(
            "order.partially_cancelled",
            "Some pieces of an order are not wanted any more.",
            &[CANCELLATION, REASON, PIECES, STATUS_FROM, STATUS_TO, FULFILLMENT],
        ),
    ),
    (
        ContactChanged,
        staff(
            "order.contact_changed",
            "How the customer of an order is reached was changed; to what is not told.",
            &[FULFILLMENT],
        ),
    ),
    (ProductCreated, staff("product.created", "A product came into the catalogue.", &[CREATED])),
    (ProductChanged, staff("product.changed", "A product was changed.", &[FROM_MEMBERS, TO_MEMBERS])),
    (
        StockCounted,
        staff(
            "stock.counted",
            "What there is of a product at a place was counted.",
            &[FROM_PIECES, TO_PIECES, BACKORDER],
        ),
    ),
    (
        StockShort,
        staff(
            "stock.short",
            "What there is of a product at a place was counted, and more of it is reserved than there can be.",
            &[FROM_PIECES, TO_PIECES, BACKORDER, SHORT, ORDERS],
        ),
    ),
    (
        StockReceived,
        staff("stock.received", "Pieces of a product came to a place.", &[QUANTITY, FROM_PIECES, TO_PIECES]),
    ),
    (
        StockRemoved,
        staff(
            "stock.removed",
            "Pieces of a product at a place are gone, not being sold.",
            &[QUANTITY, FROM_PIECES, TO_PIECES],
        ),
    ),
    (
        StockReturned,
        staff(
            "stock.returned",
            "Pieces of a product came back to a place.",
            &[QUANTITY, FROM_PIECES, TO_PIECES],
        ),
    ),
    (
        StockMoved,
        staff(
            "stock.moved",
            "Pieces of a product went from a place to another.",
            &[TARGET, QUANTITY, FROM_PIECES, TO_PIECES],
        ),
    ),
    (LocationCreated, staff("location.created", "There is another place where goods are kept.", &[CREATED])),
    (LocationChanged, staff("location.changed", "A place was changed.", &[FROM_MEMBERS, TO_MEMBERS])),
    (WebhookCreated, staff("webhook.created", "Events are sent to another address.", &[CREATED])),
    (
        WebhookChanged,
        staff(
            "webhook.changed",
            "Where events are sent, which, or whether was changed.",
            &[FROM_MEMBERS, TO_MEMBERS, SKIPPED],
        ),
    ),
    (
        WebhookDisabled,
        Row {
            word: "webhook.disabled",
            about: "Nothing is sent to an address any more.",
            caused_by: ANYBODY,
            data: &[DISABLED_FOR],
        },
    ),
    (
        WebhookSecretRotated,
        staff("webhook.secret_rotated", "What is sent to an address is signed with another secret.", &[]),
    ),
    (WebhookRetried, staff("webhook.retried", "An event is sent to an address once more.", &[RETRIED])),
    (
        WebhookReplayed,
        staff("webhook.replayed", "Events are sent to an address once more.", &[REPLAY_AFTER, REPLAY_UNTIL]),
    ),
    (MarketplaceCreated, staff("marketplace.created", "There is another marketplace.", &[CREATED])),
    (
        MarketplaceChanged,
        staff("marketplace.changed", "A marketplace was changed.", &[FROM_MEMBERS, TO_MEMBERS]),
    ),
    (ListingCreated, staff("listing.created", "A product is sold in another marketplace.", &[CREATED])),
    (
        ListingChanged,
        staff(
            "listing.changed",
            "A product is sold otherwise in a marketplace.",
            &[FROM_MEMBERS, TO_MEMBERS],
        ),
    ),
    (TextCreated, staff("text.created", "A product has a name in another language.", &[CREATED])),
    (
        TextChanged,
        staff("text.changed", "A product has another name in a language.", &[FROM_MEMBERS, TO_MEMBERS]),
    ),
];
