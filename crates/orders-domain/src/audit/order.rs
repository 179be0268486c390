//! An order with its lines, parcels, cancellations, events and what it holds.

use chrono::{DateTime, Utc};

use super::{
    difference::Difference,
    folding::{Folded, fold},
    kind::DifferenceKind as Kind,
};
use crate::{
    id::OrderId,
    money::Money,
    order::{
        event::Happening,
        line::OrderProduct,
        progress::{Progress, Tally},
        status::OrderStatus,
    },
    shipment::status::Fulfillment,
    stock::holding::OfLine,
};

/// An event as it is stored.
#[derive(Debug, Clone)]
pub struct StoredEvent {
    /// Its number.
    pub id: i64,
    /// The version that it says it has made.
    pub version: i64,
    /// When it says that it happened.
    pub at: DateTime<Utc>,
    /// The marketplace that it names; `None` is the default one.
    pub marketplace: Option<String>,
    /// What it says, and how far the order had come by it if it says so; `None` where that cannot be read, which is
    /// a difference already.
    pub said: Option<(Happening, Option<Box<Progress>>)>,
}

/// An order as it is stored, as far as it could be read.
#[derive(Debug, Clone)]
pub struct StoredOrder {
    /// Its number.
    pub id: OrderId,
    /// When it was placed.
    pub ordered_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// How often it was changed.
    pub version: i64,
    /// The marketplace that it names; `None` is the default one.
    pub marketplace: Option<String>,
    /// Its lines, and whether they are numbered one after the other.
    pub lines: Vec<OrderProduct>,
    /// Whether the lines have the numbers that they should.
    pub are_lines_numbered: bool,
    /// How far it has come, by its rows.
    pub progress: Progress,
    /// The events that its cancellations name.
    pub cancelled_by: Vec<i64>,
    /// The column that says how far its parcels are.
    pub fulfillment: Option<Fulfillment>,
    /// The column that says what is left to pay, in minor units.
    pub current_total: Option<i64>,
    /// Its events, by version.
    pub events: Vec<StoredEvent>,
    /// The movements that are for its lines, by number.
    pub movements: Vec<OfLine>,
}

/// What an order should be, where its events tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recomputed {
    /// How far it has come.
    pub progress: Progress,
    /// The version that its last event made.
    pub version: i64,
    /// When that was.
    pub updated_at: DateTime<Utc>,
    /// The events that say its cancellations.
    pub cancelled_by: Vec<i64>,
}

impl StoredOrder {
    /// What of it is not as it should be.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        let mut found = Vec::new();
        let are_lines_whole = self.look_at_lines(&mut found);
        let are_events_whole = self.look_at_versions(&mut found);
        if !are_lines_whole {
            // Everything else goes by them.
            return found;
        }
        let folded = if are_events_whole { fold(self, &mut found) } else { None };
        let told = folded.and_then(|Folded { at_version, .. }| at_version);
        if let Some(told) = &told {
            self.compare(told, &mut found);
        } else {
            self.look_at_rows(&mut found);
        }
        let progress = told.as_ref().unwrap_or(&self.progress);
        self.look_at_columns(progress, &mut found);
        self.look_at_stock(progress, &mut found);
        found
    }

    /// What its lines cost together, if that is an amount.
    fn total(&self) -> Option<Money> {
        let mut amounts = self.lines.iter().map(OrderProduct::amount);
        amounts.try_fold(Money::ZERO, |sum, amount| sum.checked_add(amount?))
    }

    /// What the column should say of what is left to pay, in minor units, if it is as far as that.
    #[must_use]
    pub fn kept_total(&self, progress: &Progress) -> Option<i64> {
        progress.kept_total(&self.lines, self.total()?).map(Money::minor_units)
    }

    /// What it should be, if its events tell.
    #[must_use]
    pub fn recomputed(&self) -> Option<Recomputed> {
        let mut found = Vec::new();
        if !self.look_at_lines(&mut found) || !self.look_at_versions(&mut found) {
            return None;
        }
        let progress = fold(self, &mut found)?.last?;
        let last = self.events.last()?;
        let cancelled_by = self.cancelling().collect();
        Some(Recomputed { progress, version: last.version, updated_at: last.at, cancelled_by })
    }

    pub(super) fn differs(&self, kind: Kind, reason: impl Into<String>) -> Difference {
        Difference::of_order(kind, self.id, reason)
    }

    /// Whether the lines are those that were placed, as far as that is told: everything else goes by them.
    #[must_use]
    pub fn are_lines_whole(&self) -> bool {
        self.look_at_lines(&mut Vec::new())
    }

    /// Whether the lines are those that were placed, so that the events can be added up.
    fn look_at_lines(&self, found: &mut Vec<Difference>) -> bool {
        let before = found.len();
        if self.lines.is_empty() {
            found.push(self.differs(Kind::OrderWithoutLines, "has no lines"));
        } else if !self.are_lines_numbered {
            found.push(self.differs(Kind::OrderLines, "has lines that are not numbered one after the other"));
        }
        if self.total().is_none() {
            found.push(self.differs(Kind::OrderTotal, "has lines whose sum is no amount"));
        }
        let placed = self.events.first().and_then(|first| match &first.said {
            Some((Happening::Placed { lines }, _)) => Some((first, lines)),
            _ => None,
        });
        let Some((first, placed)) = placed else { return found.len() == before };
        let stored = self.lines.iter().map(|line| (line.product(), line.quantity()));
        if found.len() == before && !stored.eq(placed.iter().copied()) {
            let reason = format!("has other lines than event {} says were placed", first.id);
            found.push(self.differs(Kind::OrderLines, reason));
        }
        let are_whole = found.len() == before;
        if first.at != self.ordered_at {
            let reason = format!("is dated otherwise than event {} by which it was placed", first.id);
            found.push(self.differs(Kind::OrderDate, reason));
        }
        are_whole
    }

    /// Whether every version has its event, so that they can be added up.
    fn look_at_versions(&self, found: &mut Vec<Difference>) -> bool {
        let Some((first, last)) = self.events.first().zip(self.events.last()) else {
            found.push(self.differs(
                Kind::OrderWithoutEvents,
                format!("is at version {} and has no events", self.version),
            ));
            return false;
        };
        let mut are_whole = true;
        if first.version != 1 {
            are_whole = false;
            found.push(self.differs(Kind::OrderEventMissing, "has no event of version 1"));
        }
        for pair in self.events.windows(2) {
            let [before, next] = pair else { continue };
            let is_migrated = matches!(next.said, Some((Happening::Migrated { .. }, _)));
            if next.version != before.version + 1 && !(is_migrated && before.version == 1) {
                are_whole = false;
                let reason = format!("has no event of version {}", before.version + 1);
                found.push(self.differs(Kind::OrderEventMissing, reason));
            }
            if next.id <= before.id || next.at < before.at {
                let reason =
                    format!("has events {} and {} in another order than their versions", before.id, next.id);
                found.push(self.differs(Kind::OrderEventOrder, reason));
            }
        }
        if self.version > last.version {
            are_whole = false;
            let reason =
                format!("is at version {}, and its newest event made version {}", self.version, last.version);
            found.push(self.differs(Kind::OrderEventMissing, reason));
        }
        if self.version < last.version {
            let reason = format!(
                "is at version {}, and has event {} of version {}",
                self.version, last.id, last.version
            );
            found.push(self.differs(Kind::OrderEventBeyond, reason));
        }
        for event in self.events.iter().filter(|event| event.marketplace != self.marketplace) {
            let reason = format!("is of another marketplace than event {} says", event.id);
            found.push(self.differs(Kind::OrderEventMarketplace, reason));
        }
        are_whole
    }

    /// Compares the rows with what the events add up to.
    fn compare(&self, told: &Progress, found: &mut Vec<Difference>) {
        let stored = &self.progress;
        if stored.status != told.status {
            let reason = format!("is {}, and its events add up to {}", stored.status, told.status);
            found.push(self.differs(Kind::OrderStatus, reason));
        }
        let newest = self.events.iter().find(|event| event.version == self.version);
        if let Some(newest) = newest.filter(|newest| newest.at != self.updated_at) {
            let reason = format!("was changed last at another moment than event {} says", newest.id);
            found.push(self.differs(Kind::OrderUpdated, reason));
        }
        for told in &told.shipments {
            let number = told.number;
            let reason = match stored.shipments.iter().find(|stored| stored.number == number) {
                Some(stored) if stored == told => continue,
                Some(_) => format!("has shipment {number} otherwise than its events add up to"),
                None => format!("has no shipment {number}, and its events say that there is one"),
            };
            found.push(self.differs(Kind::OrderParcel, reason));
        }
        let is_told = |number| told.shipments.iter().any(|told| told.number == number);
        for beyond in stored.shipments.iter().filter(|stored| !is_told(stored.number)) {
            let reason = format!("has shipment {}, which is in no event", beyond.number);
            found.push(self.differs(Kind::OrderParcelBeyond, reason));
        }
        let (there, said) = (&stored.cancellations, &told.cancellations);
        for (number, said) in (1..).zip(said) {
            if there.get(number - 1) != Some(said) {
                let reason = format!("has cancellation {number} otherwise than its events add up to");
                found.push(self.differs(Kind::OrderCancellation, reason));
            }
        }
        if there.len() > said.len() {
            let reason = format!("has {} cancellations, and its events say {}", there.len(), said.len());
            found.push(self.differs(Kind::OrderCancellationBeyond, reason));
        }
        for (number, (named, says)) in (1..).zip(self.cancelled_by.iter().zip(self.cancelling())) {
            if *named != says {
                let reason = format!("has cancellation {number} by event {named}, and event {says} says it");
                found.push(self.differs(Kind::OrderCancellationEvent, reason));
            }
        }
    }

    /// The events that say cancellations, in their order.
    fn cancelling(&self) -> impl Iterator<Item = i64> {
        let says =
            |event: &&StoredEvent| matches!(event.said, Some((Happening::PartiallyCancelled { .. }, _)));
        self.events.iter().filter(says).map(|event| event.id)
    }

    /// Whether the rows agree with each other, where the events do not tell.
    fn look_at_rows(&self, found: &mut Vec<Difference>) {
        let progress = &self.progress;
        let is_called_off = progress.status == OrderStatus::Cancelled;
        if !is_called_off && progress.tallies(&self.lines).iter().any(Tally::is_over) {
            let reason = "has more pieces in parcels and cancellations than were ordered";
            found.push(self.differs(Kind::OrderOverbooked, reason));
        } else if !progress.is_sound(&self.lines) {
            let reason = format!("is {}, and its parcels say otherwise", progress.status);
            found.push(self.differs(Kind::OrderStanding, reason));
        }
    }

    fn look_at_columns(&self, progress: &Progress, found: &mut Vec<Difference>) {
        let fulfillment = progress.kept_fulfillment(&self.lines);
        if self.fulfillment != fulfillment {
            let word = |of: Option<Fulfillment>| of.map_or("nothing", Fulfillment::as_str);
            let (is, should) = (word(self.fulfillment), word(fulfillment));
            let reason = format!("says {is} of how far its parcels are, and that is {should}");
            found.push(self.differs(Kind::OrderFulfillment, reason));
        }
        if self.current_total != self.kept_total(progress) {
            let reason = "says something else of what is left to pay than its cancellations leave";
            found.push(self.differs(Kind::OrderCurrentTotal, reason));
        }
    }
}

#[cfg(test)]
mod tests;
