//! A stored order with all that is stored of it: what moves from one database to another.

use chrono::{DateTime, Utc};
use orders_domain::{
    Happening, Idempotency, Locale, Order, OrderEvent, OrderId, RequestId, UserId, market::listing::Model,
    order::contact::Email, ports::PortError, shipment::cancellation::Note,
};
use sha2::{Digest, Sha256};

use super::rows::{
    contact::ship_to,
    event::data,
    new_order::{chosen_by, marketplace},
    progress::ProgressData,
};
use crate::hex::Hex;

/// An event and the key of the request that made it, if that came with one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The event.
    pub event: OrderEvent,
    /// The key.
    pub made_by: Option<Idempotency>,
}

/// An order and everything that happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOrder {
    /// The order.
    pub order: Order,
    /// Its events, in the order of its versions.
    pub events: Vec<StoredEvent>,
}

/// What the next order and event come after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newest {
    /// The newest order's id, or 0.
    pub order: i64,
    /// Its date: later orders have none before it.
    pub date: DateTime<Utc>,
    /// The newest event's id, or 0.
    pub event: i64,
}

/// A database whose orders move in bulk, beside the port that serves them: for seeding and copying.
pub trait BulkOrders {
    /// What the next order and event come after.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`], [`PortError::Corrupt`].
    fn newest(&mut self) -> Result<Newest, PortError>;

    /// Adds orders with the next ids, and their events with the next ids, all or none.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`], also when an id is taken.
    fn add(&mut self, orders: &[StoredOrder]) -> Result<(), PortError>;

    /// Some of the next orders after an id, ascending; none after the last.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`], [`PortError::Corrupt`].
    fn stored_after(&mut self, after: Option<OrderId>) -> Result<Vec<StoredOrder>, PortError>;

    /// How many orders there are.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    fn count(&mut self) -> Result<i64, PortError>;

    /// The newest event's id, or 0.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    fn last_event(&mut self) -> Result<i64, PortError>;
}

impl StoredOrder {
    /// The events that say its cancellations, by their numbers.
    pub(super) fn cancelling(&self) -> Vec<i64> {
        let says_one =
            |stored: &&StoredEvent| matches!(stored.event.what, Happening::PartiallyCancelled { .. });
        self.events.iter().filter(says_one).map(|stored| stored.event.id.get()).collect()
    }

    /// Where it was placed and how its lines were shown there, as their columns say it: whose each is, its name and
    /// what is in it. `None` when all are empty.
    fn said_of_markets(&self) -> Option<String> {
        let (sold_in, mut said) = (self.order.sold_in(), Vec::new());
        let mut add = |of: i64, column: &'static str, text: Option<&str>| {
            said.extend(text.map(|text| (of, column, text.to_owned())));
        };
        let id = self.order.id().get();
        add(id, "marketplace", marketplace(sold_in));
        add(id, "chosen_by", chosen_by(sold_in));
        add(id, "locale", sold_in.locale.as_ref().map(Locale::as_str));
        for (id, line) in self.order.lines() {
            let Some(shown) = line.shown() else { continue };
            add(id.get(), "name", Some(shown.name.as_str()));
            add(id.get(), "model", shown.model.as_ref().map(Model::as_str));
            add(id.get(), "name_from", Some(&shown.name_from.to_string()));
        }
        for StoredEvent { event, .. } in &self.events {
            let code = &event.marketplace;
            add(event.id.get(), "event", (!code.is_default()).then_some(code.as_str()));
        }
        // Numbers and texts can be written.
        (!said.is_empty()).then(|| serde_json::to_string(&said).unwrap_or_default())
    }

    /// SHA-256 of everything that is stored: two stores that agree on it hold the same order.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let order = &self.order;
        let mut hash = Sha256::new();
        let mut number = |number: i64| hash.update(number.to_le_bytes());
        number(order.id().get());
        number(order.user().get());
        number(order.ordered_at().timestamp_millis());
        number(order.updated_at().timestamp_millis());
        number(order.version().get());
        for (_, line) in order.lines() {
            number(line.product().get());
            number(line.price().minor_units());
            number(line.quantity().get().into());
        }
        if let Some(imported) = order.imported() {
            number(imported.placed_at.timestamp_millis());
        }
        let progress = serde_json::to_string(&ProgressData::of(order.progress())).unwrap_or_default();
        let ship_to = ship_to(order.contact());
        let mut texts = vec![
            Some(order.status().as_str()),
            Some(order.currency().code()),
            Some(progress.as_str()),
            order.contact().email.as_ref().map(Email::as_str),
            ship_to.as_deref(),
        ];
        texts.extend(order.cancellations().iter().map(|made| made.note.as_ref().map(Note::as_str)));
        // Other orders have the digest that they had before there were such.
        texts.extend(order.imported().map(|imported| Some(imported.external_id.as_str())));
        let said = |stored: &StoredEvent| {
            data(&stored.event.what, stored.event.checkpoint.as_deref()).unwrap_or_default()
        };
        let data: Vec<_> = self.events.iter().map(said).collect();
        for (StoredEvent { event, made_by }, data) in self.events.iter().zip(&data) {
            number(event.id.get());
            number(event.version.get());
            number(event.at.timestamp_millis());
            number(event.origin.actor.user().map_or(0, UserId::get));
            texts.extend([
                Some(event.what.event_type().as_str()),
                Some(event.origin.actor.kind()),
                event.origin.request.as_ref().map(RequestId::as_str),
                Some(data.as_str()),
                made_by.as_ref().map(|made_by| made_by.key.as_str()),
            ]);
        }
        let of_markets = self.said_of_markets();
        texts.extend(of_markets.as_deref().map(Some));
        for text in texts {
            // The length tells where one ends, and absent from empty.
            let length = text.map_or(u64::MAX, |text| text.len() as u64);
            hash.update(length.to_le_bytes());
            hash.update(text.unwrap_or_default());
        }
        for StoredEvent { event, made_by } in &self.events {
            if let Some(made_by) = made_by {
                hash.update(made_by.fingerprint.0);
            }
            if let Some(trace) = &event.origin.trace {
                hash.update(event.id.get().to_le_bytes());
                hash.update(trace.as_bytes());
            }
        }
        hash.finalize().into()
    }
}

/// The digests of many orders, folded into one.
#[derive(Debug, Default)]
pub struct Digests(Sha256);

impl Digests {
    /// Adds the next one.
    pub fn add(&mut self, digest: &[u8; 32]) {
        self.0.update(digest);
    }

    /// SHA-256 of all, in hexadecimal digits.
    #[must_use]
    pub fn finish(self) -> String {
        Hex(&self.0.finalize()).to_string()
    }
}
