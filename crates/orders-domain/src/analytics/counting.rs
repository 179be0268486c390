//! What the events of an order count as.

use chrono::{DateTime, Utc};

use super::{
    figures::{Figures, Of, RollupKey, Rollups},
    quarter::Quarter,
};
use crate::{
    code::MarketplaceCode,
    event::Actor,
    invalid::InvalidInput,
    money::Currency,
    order::{
        event::{Happening, OrderEvent},
        line::OrderProduct,
        progress::{Progress, Tally},
    },
};

/// What of an order its events are counted by; none of it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedOrder {
    /// In which marketplace it was placed.
    pub marketplace: MarketplaceCode,
    /// The currency of its prices.
    pub currency: Currency,
    /// When it was placed; of an imported order when that was in the other system.
    pub placed_at: DateTime<Utc>,
    /// Whether it was imported.
    pub is_imported: bool,
    /// Its lines.
    pub lines: Vec<OrderProduct>,
}

/// Events of an order that are not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncounted {
    /// The order.
    pub order: CountedOrder,
    /// Those before them, as far as they tell how far the order had come; none if there is none.
    pub told: Vec<OrderEvent>,
    /// They, ascending.
    pub events: Vec<OrderEvent>,
}

impl Uncounted {
    /// Adds what they count as. An order counts when it is placed, pieces when they are cancelled and when they leave,
    /// a status when the order comes to it: each at the event's moment. What an import has brought with an order counts
    /// at the moment when that was placed in the other system, and says nothing of how long it took to ship.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when events do not follow each other: those before that are counted.
    pub fn count(&self, into: &mut Rollups) -> Result<(), InvalidInput> {
        let lines = &self.order.lines;
        let mut progress = match self.told.as_slice() {
            [] => None,
            told => Some(Progress::summed(told, lines)?),
        };
        for event in &self.events {
            let (before, after) = match (progress.take(), &event.what) {
                (_, Happening::Placed { .. }) => (None, Progress::PLACED),
                // What was before is in no event but the first.
                (_, what @ Happening::Migrated { .. }) => {
                    (Some(Progress::PLACED), Progress::PLACED.take(what, lines, event.at)?)
                }
                (Some(before), what) => (Some(before.clone()), before.follow(what, lines, event.at)?),
                (None, _) => {
                    return Err(InvalidInput::new("event", format!("{} has none before it", event.id)));
                }
            };
            self.count_one(event, before.as_ref(), &after, into);
            progress = Some(after);
        }
        Ok(())
    }

    fn count_one(&self, event: &OrderEvent, before: Option<&Progress>, after: &Progress, into: &mut Rollups) {
        let CountedOrder { marketplace, currency, placed_at, is_imported, lines } = &self.order;
        let is_history = *is_imported && event.origin.actor == Actor::Cli;
        let at = if is_history { *placed_at } else { event.at };
        let (quarter, marketplace, currency) = (Quarter::of(at), *marketplace, *currency);
        let mut add = |of, figures: &Figures| {
            into.add(RollupKey { of, quarter, marketplace, currency }, figures);
        };
        let is_placed = before.is_none();
        if before.is_none_or(|before| before.status != after.status) {
            add(Of::Status(after.status), &placed(lines));
        }
        if is_placed {
            add(Of::Orders, &placed(lines));
        }
        // When that left which was there before there were events is not known either.
        let is_known = !is_history && !matches!(event.what, Happening::Migrated { .. });
        let took = is_known.then(|| (event.at - *placed_at).num_seconds().max(0));
        let was = before.map_or_else(|| vec![Tally::default(); lines.len()], |before| before.tallies(lines));
        let now = after.tallies(lines);
        for (index, ((line, was), now)) in lines.iter().zip(&was).zip(&now).enumerate() {
            let mut figures = Figures {
                cancelled: now.cancelled.saturating_sub(was.cancelled).into(),
                shipped: now.shipped.saturating_sub(was.shipped).into(),
                ..Figures::default()
            };
            if let Some(took) = took {
                figures.timed = figures.shipped;
                figures.ship_seconds = figures.shipped.saturating_mul(took);
            }
            if figures != Figures::default() {
                add(Of::Orders, &figures);
            }
            if is_placed {
                figures.add(&of_line(lines, index, line));
            }
            if figures != Figures::default() {
                add(Of::Product(line.product()), &figures);
            }
        }
    }
}

/// What an order of these lines is.
fn placed(lines: &[OrderProduct]) -> Figures {
    let mut all = Figures::default();
    for line in lines {
        all.add(&Figures { units: line.quantity().get().into(), gross: gross(line), ..Figures::default() });
    }
    Figures { orders: 1, ..all }
}

/// What a line is. An order with two lines of a product is one order of it.
fn of_line(lines: &[OrderProduct], index: usize, line: &OrderProduct) -> Figures {
    let is_first = lines.iter().take(index).all(|before| before.product() != line.product());
    let units = line.quantity().get().into();
    Figures { orders: is_first.into(), units, gross: gross(line), ..Figures::default() }
}

fn gross(line: &OrderProduct) -> i64 {
    line.amount().map_or(i64::MAX, crate::money::Money::minor_units)
}

#[cfg(test)]
mod tests;
