//! A stored order with all that is stored of it: what moves from one database to another.

use orders_domain::{Idempotency, Order, OrderShipment};
use sha2::{Digest, Sha256};

/// An order and the request that made it, if that came with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOrder {
    /// The order.
    pub order: Order,
    /// The key that made it.
    pub made_by: Option<Idempotency>,
}

impl From<Order> for StoredOrder {
    fn from(order: Order) -> Self {
        Self { order, made_by: None }
    }
}

impl StoredOrder {
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
        let shipment = order.shipment();
        let key = self.made_by.as_ref().map(|made_by| made_by.key.as_str());
        let texts = [
            Some(order.status().as_str()),
            Some(order.currency().code()),
            shipment.map(OrderShipment::provider),
            shipment.map(OrderShipment::tracking_number),
            key,
        ];
        for text in texts {
            // The length tells where one ends, and absent from empty.
            let length = text.map_or(u64::MAX, |text| text.len() as u64);
            hash.update(length.to_le_bytes());
            hash.update(text.unwrap_or_default());
        }
        if let Some(made_by) = &self.made_by {
            hash.update(made_by.fingerprint.0);
        }
        hash.finalize().into()
    }
}
