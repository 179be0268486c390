//! Whether a line is an order that is there already.

use std::fmt::Display;

use super::{ImportedOrder, moment};
use crate::{
    invalid::InvalidInput,
    order::{Order, status::OrderStatus},
};

impl ImportedOrder {
    /// In what it is another one than the order that has its name. What has happened to the order since it was imported
    /// does not count, and neither does what is known of the customer, which may have been forgotten.
    pub(super) fn differences(&self, stored: &Order) -> Vec<InvalidInput> {
        let mut found = Vec::new();
        let mut differs = |what: &'static str, said: &dyn Display, is: &dyn Display| {
            let reason = format!("{said} is not {is}, as order {} of this externalId has it", stored.id);
            found.push(InvalidInput::new(what, reason));
        };
        if self.user != stored.user {
            differs("userId", &self.user, &stored.user);
        }
        let placed = stored.imported.as_ref().map(|imported| imported.placed_at);
        if let Some(placed) = placed.filter(|placed| *placed != self.from.placed_at) {
            differs("placedAt", &moment(self.from.placed_at), &moment(placed));
        }
        if !comes_to(self.status, stored.status()) {
            differs("status", &self.status, &stored.status());
        }
        if self.currency != stored.currency {
            differs("currency", &self.currency, &stored.currency);
        }
        if self.marketplace != stored.sold_in.marketplace {
            differs("marketplace", &self.marketplace, &stored.sold_in.marketplace);
        }
        let is_as_imported = stored.version.get().unsigned_abs() == self.events();
        let tracking =
            |order: &Order| order.tracking().map_or("none".to_owned(), |one| one.number().to_owned());
        if is_as_imported && self.tracking.as_ref() != stored.tracking() {
            let said = self.tracking.as_ref().map_or("none", |one| one.number());
            differs("tracking", &said, &tracking(stored));
        }
        if self.lines.len() != stored.lines.len() {
            differs("products", &self.lines.len(), &stored.lines.len());
        }
        for (said, is) in self.lines.iter().zip(&stored.lines) {
            if said.product() != is.product() {
                differs("product", &said.product(), &is.product());
            }
            if said.price() != is.price() {
                differs("price", &said.price().minor_units(), &is.price().minor_units());
            }
            if said.quantity() != is.quantity() {
                differs("quantity", &said.quantity().get(), &is.quantity().get());
            }
        }
        found
    }
}

/// Whether what was in one status can have come to another one since.
fn comes_to(from: OrderStatus, to: OrderStatus) -> bool {
    from == to || from.allowed().iter().any(|next| comes_to(*next, to))
}
