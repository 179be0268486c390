//! What is sent, and to where, as those who send it are given it.

use chrono::{DateTime, Utc};

use super::{secret::Sealed, webhook::WebhookUrl};
use crate::{
    event::TraceContext,
    id::EventId,
    order::{Order, contact::Email},
    shipment::ShipmentNumber,
};

/// Who is sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Where.
    pub url: WebhookUrl,
    /// What signs, the newest first.
    pub secrets: Vec<Sealed>,
}

/// A message to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id, the same on each try.
    pub id: String,
    /// When it is sent, which is signed with it.
    pub at: DateTime<Utc>,
    /// The bytes, as they are sent.
    pub body: Vec<u8>,
    /// The trace of which what it tells is a part.
    pub trace: Option<TraceContext>,
}

/// Which mail it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Template {
    /// A parcel is on its way, and more will come.
    Shipped,
    /// The last of it is on its way.
    Fulfilled,
}

impl Template {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Shipped, Self::Fulfilled];

    /// The word for it, by which its files are called.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shipped => "shipped",
            Self::Fulfilled => "fulfilled",
        }
    }
}

/// What a customer is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The event of which it tells.
    pub event: EventId,
    /// The trace of which that is a part.
    pub trace: Option<TraceContext>,
    /// How it is told.
    pub template: Template,
    /// To whom.
    pub to: Email,
    /// The order, as it was then.
    pub order: Order,
    /// The parcels of the order that are on their way since.
    pub parcels: Vec<ShipmentNumber>,
    /// What the product of each of its lines was called when it was ordered, or, if that was not kept, is called now.
    pub names: Vec<Option<String>>,
}

/// A message to a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueMessage {
    /// The event's id, by which the same message is known.
    pub event: EventId,
    /// What happened to the same thing stays in order, where the queue keeps any: `orders/7`.
    pub group: String,
    /// The event as JSON.
    pub body: String,
}

/// A message from a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What the queue wants to have to forget it.
    pub receipt: String,
    /// The event that it is about, as far as that can be told.
    pub event: Option<EventId>,
}
