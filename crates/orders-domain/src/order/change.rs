//! What an order goes through. A change consumes the order and gives the next one, with what to say of it.

use chrono::{DateTime, SubsecRound, Utc};

use super::{
    Order,
    contact::Contact,
    event::{Happening, OrderEvent},
    progress::{Became, Progress},
    status::OrderStatus,
};
use crate::{
    invalid::InvalidInput,
    shipment::{Shipment, cancellation::Note, status::ShipmentStatus, tracking::Tracking},
    version::Version,
};

mod refusal;
mod settled;
mod stored;

pub use refusal::NotAllowed;
pub use stored::Stored;

/// A changed order with what happened to it. Only a change of an [`Order`] makes one, so none goes
/// unsaid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedOrder {
    order: Order,
    before: Progress,
    seen: Version,
    what: Happening,
}

impl ChangedOrder {
    /// The order as it has become.
    #[must_use]
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// The same, to keep.
    #[must_use]
    pub fn into_order(self) -> Order {
        self.order
    }

    /// The version that was changed.
    #[must_use]
    pub fn seen(&self) -> Version {
        self.seen
    }

    /// What happened.
    #[must_use]
    pub fn what(&self) -> &Happening {
        &self.what
    }

    /// How far the order had come by it, where its event is to say so.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&Progress> {
        OrderEvent::is_checkpoint(self.order.version).then_some(&self.order.progress)
    }
}

/// What came of a change that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "it lives as long as a change takes, and an order that stays is moved, not copied"
)]
pub enum Step {
    /// Nothing: the order is so already.
    Same(Order),
    /// Another version of the order.
    Changed(Box<ChangedOrder>),
}

impl Step {
    /// The order, changed or not.
    #[must_use]
    pub fn into_order(self) -> Order {
        match self {
            Self::Same(order) => order,
            Self::Changed(changed) => changed.order,
        }
    }
}

impl Step {
    /// The same with what is said of the newest cancellation.
    pub(super) fn with_note(mut self, note: Option<Note>) -> Self {
        if let Self::Changed(changed) = &mut self
            && let Some(newest) = changed.order.progress.cancellations.last_mut()
        {
            newest.note = note;
        }
        self
    }

    /// The same of a customer who is reached so.
    pub(super) fn with_contact(mut self, contact: Contact) -> Self {
        if let Self::Changed(changed) = &mut self {
            changed.order.contact = contact;
        }
        self
    }
}

impl Order {
    /// What can be asked of its status: what the graph says, but for cancelling what is out, and for sending what
    /// there can be no parcel for. Where a part is on its way, that can be delivered.
    #[must_use]
    pub fn allowed(&self) -> Vec<OrderStatus> {
        let can_be = |next: &OrderStatus| match next {
            OrderStatus::Cancelled => !self.progress.is_partly_out(),
            OrderStatus::Shipped => !self.is_open() || self.next_number().is_ok(),
            _ => true,
        };
        let arrives = self.partly_arrives().then_some(OrderStatus::Delivered);
        self.status().allowed().iter().copied().filter(can_be).chain(arrives).collect()
    }

    /// Whether a part of it is on its way, and another one has not left.
    fn partly_arrives(&self) -> bool {
        let is_on_its_way = |parcel: &Shipment| parcel.status == ShipmentStatus::Shipped;
        self.status() == OrderStatus::Processing && self.shipments().iter().any(is_on_its_way)
    }

    /// Moves to another status, and its parcels with it. To the present one: a no-op. To `shipped`: what is
    /// planned leaves, and what is open in one more parcel. To `delivered`: what is out arrives, and while
    /// another part has not left the status stays. To `cancelled`: as [`Self::cancel`].
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] where [`Self::allowed`] says no, and where there cannot be another parcel.
    pub fn advance(self, next: OrderStatus, now: DateTime<Utc>) -> Result<Step, NotAllowed> {
        if self.status() == next {
            return Ok(Step::Same(self));
        }
        if next == OrderStatus::Delivered && self.partly_arrives() {
            let became = self.becoming(self.status());
            return self.changed(now, Happening::Moved(became));
        }
        if !self.status().may_become(next) {
            return Err(NotAllowed::status(&self, format!("become {next}")));
        }
        if next == OrderStatus::Cancelled && self.progress.is_partly_out() {
            return Err(NotAllowed::PartlyOut { status: self.status(), allowed: self.allowed() });
        }
        if next == OrderStatus::Shipped && self.is_open() {
            self.next_number()?;
        }
        let became = self.becoming(next);
        self.changed(now, Happening::Moved(became))
    }

    /// Calls the order off, and its planned parcels with it; cancelled already: a no-op.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] once a part of it is out.
    pub fn cancel(self, now: DateTime<Utc>) -> Result<Step, NotAllowed> {
        self.advance(OrderStatus::Cancelled, now)
    }

    /// Sets the carrier and number of its only parcel; without a parcel makes one of all that is open. The same
    /// again: a no-op. The status stays.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] once it is delivered or cancelled, and when several parcels could be meant.
    pub fn track(self, tracking: Tracking, now: DateTime<Utc>) -> Result<Step, NotAllowed> {
        if self.status().is_final() {
            return Err(NotAllowed::status(&self, "take a shipment"));
        }
        let trackable: Vec<_> = self.progress.trackable().collect();
        let number = match trackable.as_slice() {
            [] => self.next_number()?,
            [only] if only.tracking.as_ref() == Some(&tracking) => return Ok(Step::Same(self)),
            [only] => only.number,
            several => {
                let shipments = several.iter().map(|shipment| shipment.number).collect();
                return Err(NotAllowed::Ambiguous { shipments });
            }
        };
        let status = self.status();
        self.changed(now, Happening::Tracked { number: Some(number), tracking, status })
    }

    /// What a change says of the status before it is known what comes of it.
    pub(super) fn becoming(&self, to: OrderStatus) -> Became {
        Became { from: self.status(), to, fulfillment: self.fulfillment() }
    }

    /// The order after this has happened to it, which its callers know to be possible.
    pub(super) fn changed(self, now: DateTime<Utc>, what: Happening) -> Result<Step, NotAllowed> {
        let at = now.trunc_subsecs(3).max(self.updated_at);
        let (seen, before) = (self.version, self.progress.clone());
        let impossible = |reason: InvalidInput| NotAllowed::Status {
            attempt: reason.to_string(),
            status: before.status,
            allowed: Vec::new(),
        };
        let progress = self.progress.take(&what, &self.lines, at).map_err(impossible)?;
        let order = Self { updated_at: at, version: seen.next(), progress, ..self };
        let became = Became { from: before.status, to: order.status(), fulfillment: order.fulfillment() };
        Ok(Step::Changed(Box::new(ChangedOrder { order, before, seen, what: what.of(became) })))
    }
}
