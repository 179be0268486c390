//! An order as it is asked for: at the prices of the day, without a number.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};

use super::{Order, contact::Contact, line::OrderProduct, progress::Progress, sold_in::SoldIn};
use crate::{
    catalogue::product::Product,
    id::{OrderId, OrderProductId, ProductId, UserId},
    invalid::InvalidInput,
    market::{
        choice::ChosenMarket,
        shown::{OnSale, Showing},
    },
    money::{Currency, Money},
    quantity::Quantity,
    version::Version,
};

/// An order that is not stored yet, so it has no id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    user: UserId,
    ordered_at: DateTime<Utc>,
    currency: Currency,
    sold_in: SoldIn,
    lines: Vec<OrderProduct>,
    total: Money,
    contact: Contact,
}

impl NewOrder {
    /// The most lines that a request may send and an order may have.
    pub const MAX_LINES: usize = OrderProductId::BLOCK as usize;

    /// An order of these products at their own present prices, under their own names.
    ///
    /// # Errors
    ///
    /// As [`Self::priced`].
    pub fn new(
        user: UserId,
        picked: &[(Product, Quantity)],
        now: DateTime<Utc>,
    ) -> Result<Self, InvalidInput> {
        let market = ChosenMarket::first();
        let own = |(product, quantity): &(Product, Quantity)| {
            let on_sale = Showing::of(product).at(product.terms(), &market).ok()?;
            Some((product.id, on_sale, *quantity))
        };
        Self::priced(user, &picked.iter().filter_map(own).collect::<Vec<_>>(), &market, now)
    }

    /// An order of these products on these terms in a marketplace.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] without a line or with too many, with prices in two currencies, or with a total
    /// that is too large.
    pub fn priced(
        user: UserId,
        picked: &[(ProductId, OnSale, Quantity)],
        market: &ChosenMarket,
        now: DateTime<Utc>,
    ) -> Result<Self, InvalidInput> {
        let Some((_, first, _)) = picked.first() else {
            return Err(Self::refused_count(0));
        };
        let currency = first.terms.currency;
        let differs = |(_, other, _): &&(_, OnSale, _)| other.terms.currency != currency;
        if let Some((_, other, _)) = picked.iter().find(differs) {
            let reason = format!(
                "are priced in {currency} and {}, but an order has one currency",
                other.terms.currency
            );
            return Err(InvalidInput::new("the products", reason));
        }
        let lines: Vec<_> = picked
            .iter()
            .map(|(product, sold, quantity)| {
                OrderProduct::new(*product, sold.terms.price, *quantity).shown_as(Arc::clone(&sold.shown))
            })
            .collect();
        let total = total(&lines)?;
        let contact = Contact::default();
        let sold_in = market.into();
        Ok(Self { user, ordered_at: now.trunc_subsecs(3), currency, sold_in, lines, total, contact })
    }

    /// An order at the prices that it had elsewhere, stored at this moment.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] without a line or with too many, or with a total that is too large.
    pub(super) fn recorded(
        user: UserId,
        lines: Vec<OrderProduct>,
        currency: Currency,
        sold_in: SoldIn,
        now: DateTime<Utc>,
    ) -> Result<Self, InvalidInput> {
        let total = total(&lines)?;
        let contact = Contact::default();
        Ok(Self { user, ordered_at: now.trunc_subsecs(3), currency, sold_in, lines, total, contact })
    }

    /// The same of a customer of whom this is known.
    #[must_use]
    pub fn of(self, contact: Contact) -> Self {
        Self { contact, ..self }
    }

    /// How the customer is reached.
    #[must_use]
    pub fn contact(&self) -> &Contact {
        &self.contact
    }

    /// What is said of so many lines, which are too many or none.
    #[must_use]
    pub fn refused_count(count: usize) -> InvalidInput {
        InvalidInput::new("an order", format!("has 1 to {} products, but {count} were sent", Self::MAX_LINES))
    }

    /// Whose order it is.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// When it was placed, in whole milliseconds.
    #[must_use]
    pub fn ordered_at(&self) -> DateTime<Utc> {
        self.ordered_at
    }

    /// The currency of its prices.
    #[must_use]
    pub fn currency(&self) -> &Currency {
        &self.currency
    }

    /// Where it is placed.
    #[must_use]
    pub fn sold_in(&self) -> &SoldIn {
        &self.sold_in
    }

    /// Its lines, 1 to [`Self::MAX_LINES`].
    #[must_use]
    pub fn lines(&self) -> &[OrderProduct] {
        &self.lines
    }

    /// Σ price × quantity.
    #[must_use]
    pub fn total(&self) -> Money {
        self.total
    }

    /// The same order placed no earlier than `earliest`: a store keeps dates ascending with ids,
    /// so that a period of time is a range of ids.
    #[must_use]
    pub fn not_before(mut self, earliest: DateTime<Utc>) -> Self {
        self.ordered_at = self.ordered_at.max(earliest);
        self
    }

    /// The order once the store has given it a number: pending, at its first version.
    #[must_use]
    pub fn with_id(self, id: OrderId) -> Order {
        Order {
            id,
            user: self.user,
            ordered_at: self.ordered_at,
            updated_at: self.ordered_at,
            currency: self.currency,
            sold_in: self.sold_in,
            lines: self.lines,
            total: self.total,
            progress: Progress::PLACED,
            contact: self.contact,
            imported: None,
            version: Version::FIRST,
        }
    }
}

/// Σ price × quantity, and the check that an order has a decent number of lines.
pub(super) fn total(lines: &[OrderProduct]) -> Result<Money, InvalidInput> {
    if !(1..=NewOrder::MAX_LINES).contains(&lines.len()) {
        return Err(NewOrder::refused_count(lines.len()));
    }
    lines
        .iter()
        .try_fold(Money::ZERO, |sum, line| sum.checked_add(line.amount()?))
        .ok_or_else(|| InvalidInput::new("the total", "is more than 9223372036854775807 minor units"))
}
