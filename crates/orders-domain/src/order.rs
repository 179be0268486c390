//! The order: what it holds, the changes that it goes through, and what is done with it.

pub mod audience;
pub mod basket;
pub mod change;
pub mod contact;
pub mod error;
pub mod event;
pub mod import;
pub mod imported;
pub mod key;
pub mod line;
pub mod list;
pub mod new_order;
pub mod owned;
pub mod progress;
pub mod query;
pub mod repository;
pub mod request;
pub mod shipping;
pub mod sold_in;
pub mod status;

use chrono::{DateTime, Utc};

use crate::{
    id::{OrderId, OrderProductId, UserId},
    invalid::InvalidInput,
    money::{Currency, Money},
    shipment::{Shipment, cancellation::Cancellation, status::Fulfillment, tracking::Tracking},
    version::Version,
};
use contact::Contact;
use imported::Imported;
use line::OrderProduct;
use progress::{Progress, Tally};
use sold_in::SoldIn;
use status::OrderStatus;

/// What a store keeps of an order; [`Order::restore`] makes an order of it.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of `Order`, documented there")]
pub struct OrderRecord {
    pub id: OrderId,
    pub user: UserId,
    pub ordered_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub currency: Currency,
    pub sold_in: SoldIn,
    pub lines: Vec<OrderProduct>,
    pub progress: Progress,
    pub contact: Contact,
    pub imported: Option<Box<Imported>>,
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
    currency: Currency,
    sold_in: SoldIn,
    lines: Vec<OrderProduct>,
    total: Money,
    progress: Progress,
    contact: Contact,
    imported: Option<Box<Imported>>,
    version: Version,
}

impl Order {
    /// The order that a store kept.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when the record breaks a rule of orders: the store is corrupt.
    pub fn restore(record: OrderRecord) -> Result<Self, InvalidInput> {
        let total = new_order::total(&record.lines)?;
        let progress = &record.progress;
        if !progress.is_sound(&record.lines) {
            let (id, status) = (record.id, progress.status);
            let reason = format!("{id} is {status}, and its parcels say otherwise");
            return Err(InvalidInput::new("order", reason));
        }
        Ok(Self {
            id: record.id,
            user: record.user,
            ordered_at: record.ordered_at,
            updated_at: record.updated_at,
            currency: record.currency,
            sold_in: record.sold_in,
            lines: record.lines,
            total,
            progress: record.progress,
            contact: record.contact,
            imported: record.imported,
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
        self.progress.status
    }

    /// The currency of its prices and total.
    #[must_use]
    pub fn currency(&self) -> &Currency {
        &self.currency
    }

    /// Where it was placed.
    #[must_use]
    pub fn sold_in(&self) -> &SoldIn {
        &self.sold_in
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

    /// Σ price × what is not cancelled.
    #[must_use]
    pub fn current_total(&self) -> Money {
        self.progress.current_total(&self.lines, self.total)
    }

    /// [`Progress::kept_fulfillment`] of it.
    #[must_use]
    pub fn kept_fulfillment(&self) -> Option<Fulfillment> {
        self.progress.kept_fulfillment(&self.lines)
    }

    /// [`Progress::kept_total`] of it.
    #[must_use]
    pub fn kept_total(&self) -> Option<Money> {
        self.progress.kept_total(&self.lines, self.total)
    }

    /// How far its parcels are.
    #[must_use]
    pub fn fulfillment(&self) -> Fulfillment {
        if self.progress.shipments.is_empty() {
            return Fulfillment::Unfulfilled;
        }
        self.progress.fulfillment(&self.tallies())
    }

    /// What has become of the pieces of each line.
    #[must_use]
    pub fn tallies(&self) -> Vec<Tally> {
        self.progress.tallies(&self.lines)
    }

    /// Its parcels, by number.
    #[must_use]
    pub fn shipments(&self) -> &[Shipment] {
        &self.progress.shipments
    }

    /// The parcel that is shown to who knows of one only: the first that is not cancelled and has a carrier's
    /// number.
    #[must_use]
    pub fn tracked(&self) -> Option<&Shipment> {
        self.progress.tracked()
    }

    /// Who carries it, as who knows of one parcel only is told: see [`Self::tracked`].
    #[must_use]
    pub fn tracking(&self) -> Option<&Tracking> {
        self.tracked().and_then(|shipment| shipment.tracking.as_ref())
    }

    /// What of it was cancelled while the rest was not, by number from 1.
    #[must_use]
    pub fn cancellations(&self) -> &[Cancellation] {
        &self.progress.cancellations
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// How the customer is reached. For the owner and the operator only.
    #[must_use]
    pub fn contact(&self) -> &Contact {
        &self.contact
    }

    /// From where it comes, if it was placed in another system.
    #[must_use]
    pub fn imported(&self) -> Option<&Imported> {
        self.imported.as_deref()
    }

    /// How often it was changed.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The order as lists show it: without what is known of the customer.
    #[must_use]
    pub fn without_contact(&self) -> Self {
        let mut bare = Self { contact: Contact::default(), ..self.clone() };
        for cancellation in &mut bare.progress.cancellations {
            cancellation.note = None;
        }
        bare
    }

    /// The order as it was when it was placed, whatever happened to it since.
    #[must_use]
    pub fn as_placed(self) -> Self {
        Self { updated_at: self.ordered_at, progress: Progress::PLACED, version: Version::FIRST, ..self }
    }
}

#[cfg(test)]
mod tests;
