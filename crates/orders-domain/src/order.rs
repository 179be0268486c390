//! The order itself: what it holds, and the changes that it goes through.

use chrono::{DateTime, SubsecRound, Utc};

use crate::{
    Currency, InvalidInput, Money, OrderError, OrderId, OrderProduct, OrderProductId, OrderShipment,
    OrderStatus, Product, Quantity, UserId, Version,
};

/// An order that is not stored yet, so it has no id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    user: UserId,
    ordered_at: DateTime<Utc>,
    currency: Currency,
    lines: Vec<OrderProduct>,
    total: Money,
}

impl NewOrder {
    /// The most lines that a request may send and an order may have.
    pub const MAX_LINES: usize = 100;

    /// An order of these products at their present prices.
    ///
    /// # Errors
    ///
    /// [`InvalidInput::LineCount`] without a line or with too many, [`InvalidInput::MixedCurrencies`],
    /// [`InvalidInput::TotalTooLarge`].
    pub fn new(
        user: UserId,
        picked: &[(Product, Quantity)],
        now: DateTime<Utc>,
    ) -> Result<Self, InvalidInput> {
        let Some((first, _)) = picked.first() else {
            return Err(InvalidInput::LineCount(0));
        };
        let currency = first.currency;
        if let Some((other, _)) = picked.iter().find(|(product, _)| product.currency != currency) {
            return Err(InvalidInput::MixedCurrencies(currency, other.currency));
        }
        let lines: Vec<_> = picked
            .iter()
            .map(|(product, quantity)| OrderProduct::new(product.id, product.price, *quantity))
            .collect();
        let total = total(&lines)?;
        Ok(Self { user, ordered_at: now.trunc_subsecs(3), currency, lines, total })
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

    /// Its lines, 1 to [`Self::MAX_LINES`].
    #[must_use]
    pub fn lines(&self) -> &[OrderProduct] {
        &self.lines
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
            status: OrderStatus::Pending,
            currency: self.currency,
            lines: self.lines,
            total: self.total,
            shipment: None,
            version: Version::FIRST,
        }
    }
}

/// Σ price × quantity, and the check that an order has a decent number of lines.
fn total(lines: &[OrderProduct]) -> Result<Money, InvalidInput> {
    if !(1..=NewOrder::MAX_LINES).contains(&lines.len()) {
        return Err(InvalidInput::LineCount(lines.len()));
    }
    lines
        .iter()
        .try_fold(Money::ZERO, |sum, line| sum.checked_add(line.amount()?))
        .ok_or(InvalidInput::TotalTooLarge)
}

/// What a store keeps of an order; [`Order::restore`] makes an order of it.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of `Order`, documented there")]
pub struct OrderRecord {
    pub id: OrderId,
    pub user: UserId,
    pub ordered_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub status: OrderStatus,
    pub currency: Currency,
    pub lines: Vec<OrderProduct>,
    pub shipment: Option<OrderShipment>,
    pub version: Version,
}

/// An order of one user: some products at the prices of the day, and how far it has come.
///
/// Its lines and prices never change. A change of anything else consumes the order and gives the
/// next one with a higher [`Version`]; a change to what already is gives the same order back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    id: OrderId,
    user: UserId,
    ordered_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    status: OrderStatus,
    currency: Currency,
    lines: Vec<OrderProduct>,
    total: Money,
    shipment: Option<OrderShipment>,
    version: Version,
}

impl Order {
    /// The order that a store kept.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when the record breaks a rule of orders: the store is corrupt.
    pub fn restore(record: OrderRecord) -> Result<Self, InvalidInput> {
        let total = total(&record.lines)?;
        if record.status == OrderStatus::Cancelled && record.shipment.is_some() {
            return Err(InvalidInput::Record(format!("order {} is cancelled but has a shipment", record.id)));
        }
        Ok(Self {
            id: record.id,
            user: record.user,
            ordered_at: record.ordered_at,
            updated_at: record.updated_at,
            status: record.status,
            currency: record.currency,
            lines: record.lines,
            total,
            shipment: record.shipment,
            version: record.version,
        })
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> OrderId {
        self.id
    }

    /// Whose it is.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// When it was placed, in whole milliseconds.
    #[must_use]
    pub fn ordered_at(&self) -> DateTime<Utc> {
        self.ordered_at
    }

    /// When it last changed, in whole milliseconds; never before [`Self::ordered_at`].
    #[must_use]
    pub fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }

    /// How far it has come.
    #[must_use]
    pub fn status(&self) -> OrderStatus {
        self.status
    }

    /// The currency of its prices and total.
    #[must_use]
    pub fn currency(&self) -> &Currency {
        &self.currency
    }

    /// Its lines with their ids, in the order in which they were asked for.
    #[must_use]
    pub fn lines(&self) -> impl ExactSizeIterator<Item = (OrderProductId, &OrderProduct)> {
        let id = self.id;
        self.lines
            .iter()
            .enumerate()
            .map(move |(position, line)| (OrderProductId::of_line(id, position), line))
    }

    /// Σ price × quantity.
    #[must_use]
    pub fn total(&self) -> Money {
        self.total
    }

    /// The parcel, once there is one.
    #[must_use]
    pub fn shipment(&self) -> Option<&OrderShipment> {
        self.shipment.as_ref()
    }

    /// How often it was changed.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The order as it was when it was placed, whatever happened to it since.
    #[must_use]
    pub fn as_placed(self) -> Self {
        Self {
            updated_at: self.ordered_at,
            status: OrderStatus::Pending,
            shipment: None,
            version: Version::FIRST,
            ..self
        }
    }

    /// Moves to another status. To the present one: a no-op. To `cancelled`: as [`Self::cancel`].
    ///
    /// # Errors
    ///
    /// [`OrderError::NotAllowed`] where [`OrderStatus::may_become`] says no.
    pub fn advance(self, next: OrderStatus, now: DateTime<Utc>) -> Result<Self, OrderError> {
        if self.status == next {
            return Ok(self);
        }
        if !self.status.may_become(next) {
            return Err(OrderError::NotAllowed { attempt: format!("become {next}"), status: self.status });
        }
        let shipment = if next == OrderStatus::Cancelled { None } else { self.shipment.clone() };
        Ok(Self { status: next, shipment, ..self.changed(now) })
    }

    /// Calls the order off and forgets its shipment; cancelled already: a no-op.
    ///
    /// # Errors
    ///
    /// [`OrderError::NotAllowed`] once it is shipped or delivered.
    pub fn cancel(self, now: DateTime<Utc>) -> Result<Self, OrderError> {
        self.advance(OrderStatus::Cancelled, now)
    }

    /// Sets the shipment, or replaces the one there is; the same again: a no-op. The status stays.
    ///
    /// # Errors
    ///
    /// [`OrderError::NotAllowed`] once it is delivered or cancelled.
    pub fn track(self, shipment: OrderShipment, now: DateTime<Utc>) -> Result<Self, OrderError> {
        if self.status.is_final() {
            return Err(OrderError::NotAllowed {
                attempt: "take a shipment".to_owned(),
                status: self.status,
            });
        }
        if self.shipment.as_ref() == Some(&shipment) {
            return Ok(self);
        }
        Ok(Self { shipment: Some(shipment), ..self.changed(now) })
    }

    fn changed(self, now: DateTime<Utc>) -> Self {
        Self { updated_at: now.trunc_subsecs(3).max(self.updated_at), version: self.version.next(), ..self }
    }
}

#[cfg(test)]
mod tests;
