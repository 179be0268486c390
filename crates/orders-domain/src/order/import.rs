//! A file of orders from another system: what becomes of it, line by line.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher, RandomState},
};

use chrono::{DateTime, Utc};

use super::{
    Order,
    change::{NotAllowed, Step},
    contact::Contact,
    event::{Happening, OrderEvent},
    imported::{ExternalId, Imported},
    line::OrderProduct,
    new_order::{self, NewOrder},
    progress::Progress,
    sold_in::SoldIn,
    status::OrderStatus,
};
use crate::{
    code::MarketplaceCode,
    event::Actor,
    faults::Faults,
    id::{EventId, OrderId, ProductId, UserId},
    invalid::InvalidInput,
    market::directory::Directory,
    money::Currency,
    shipment::tracking::Tracking,
    stock::{
        movement::Move,
        shelves::{Lack, Shelves},
    },
};

mod same;

/// A line of the file: an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedOrder {
    /// Its number in the file.
    pub line: u64,
    /// What the order is called in the other system, and when it was placed there.
    pub from: Imported,
    /// Whose it is.
    pub user: UserId,
    /// How far it has come.
    pub status: OrderStatus,
    /// The currency of its prices.
    pub currency: Currency,
    /// In which marketplace it was placed.
    pub marketplace: MarketplaceCode,
    /// What was ordered, at the prices of that moment.
    pub lines: Vec<OrderProduct>,
    /// Who carries it, if that is known.
    pub tracking: Option<Tracking>,
    /// How the customer is reached.
    pub contact: Contact,
}

/// What is known of what lines name.
pub struct Known<'a> {
    /// Of each product whether it exists.
    pub products: &'a HashMap<ProductId, bool>,
    /// The marketplaces.
    pub marketplaces: &'a Directory,
    /// The products of orders that are still to be sent, with their levels.
    pub shelves: &'a mut Shelves,
}

/// What an import has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrderTally {
    /// Orders that were not there.
    pub added: u64,
    /// Orders that were there already, with the same content.
    pub unchanged: u64,
    /// Events of those that were not there.
    pub events: u64,
}

/// One go through the file.
#[derive(Debug)]
pub struct OrderImport {
    /// What was done.
    pub tally: OrderTally,
    /// What cannot be done.
    pub faults: Faults,
    at: DateTime<Utc>,
    /// In which line each order is, by a digest of its name: a file has many lines.
    seen: HashMap<[u64; 2], u64>,
    digests: [RandomState; 2],
}

impl OrderImport {
    /// An import at a moment that has seen nothing yet.
    #[must_use]
    pub fn new(at: DateTime<Utc>) -> Self {
        let digests = [RandomState::new(), RandomState::new()];
        Self { tally: OrderTally::default(), faults: Faults::default(), at, seen: HashMap::new(), digests }
    }

    /// What is reserved for a line that is an order to be stored, which is nothing of one that has left; `None` if it
    /// cannot be stored, or is there already: `stored` is the order that has its name.
    pub fn takes(
        &mut self,
        order: &ImportedOrder,
        stored: Option<&Order>,
        known: &mut Known<'_>,
    ) -> Option<Vec<Move>> {
        let mut faults = Vec::new();
        faults.extend(self.claim(order.line, &order.from.external_id).err());
        faults.extend(order.faults(known, self.at));
        faults.extend(stored.into_iter().flat_map(|stored| order.differences(stored)));
        let mut moves = Vec::new();
        if faults.is_empty() && stored.is_none() && order.is_open() {
            match order.reserve(known.shelves) {
                Ok(reserved) => moves = reserved,
                Err(lacking) => faults = lacking,
            }
        }
        if !faults.is_empty() {
            self.faults.add(order.line, &faults);
            return None;
        }
        if stored.is_some() {
            self.tally.unchanged += 1;
            return None;
        }
        self.tally.added += 1;
        self.tally.events += order.events();
        Some(moves)
    }

    fn claim(&mut self, line: u64, name: &ExternalId) -> Result<(), InvalidInput> {
        match self.seen.entry(self.digests.each_ref().map(|digest| digest.hash_one(name))) {
            Entry::Vacant(free) => {
                free.insert(line);
                Ok(())
            }
            Entry::Occupied(taken) => {
                let reason = format!("\"{}\" is that of line {} too", name.as_str(), taken.get());
                Err(InvalidInput::new("externalId", reason))
            }
        }
    }
}

impl ImportedOrder {
    /// The moments before this one are none of a shop: what has such a date has none.
    const EARLIEST: DateTime<Utc> = DateTime::UNIX_EPOCH;

    /// Through which statuses it has come, the first one left out.
    fn life(&self) -> &'static [OrderStatus] {
        use OrderStatus::{Cancelled, Delivered, Pending, Processing, Shipped};

        match self.status {
            Pending => &[],
            Processing => &[Processing],
            Shipped => &[Shipped],
            Delivered => &[Shipped, Delivered],
            Cancelled => &[Cancelled],
        }
    }

    /// How many events it has.
    fn events(&self) -> u64 {
        1 + u64::from(self.tracking.is_some()) + self.life().len() as u64
    }

    /// Whether it is still to be sent, and holds stock until then.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.status, OrderStatus::Pending | OrderStatus::Processing)
    }

    /// Reserves what it holds, or nothing of it: by the rule by which one is placed.
    fn reserve(&self, shelves: &mut Shelves) -> Result<Vec<Move>, Vec<InvalidInput>> {
        let wanted: Vec<_> =
            self.lines.iter().map(|line| (line.product(), i64::from(line.quantity().get()))).collect();
        shelves.reserve(&wanted).map_err(|lacking| {
            let lack = |lack: Lack| {
                let wanted = wanted.get(lack.line).map_or(0, |(_, quantity)| *quantity);
                let reason = format!(
                    "{} is wanted {wanted} times, and {} can be reserved",
                    lack.product, lack.available
                );
                InvalidInput::new("product", reason)
            };
            lacking.into_iter().map(lack).collect()
        })
    }

    /// What keeps it from being stored.
    fn faults(&self, known: &Known<'_>, now: DateTime<Utc>) -> Vec<InvalidInput> {
        let mut faults = Vec::new();
        let placed = self.from.placed_at;
        if placed > now || placed < Self::EARLIEST {
            let bound = if placed > now { "is later than now" } else { "is before 1970" };
            faults.push(InvalidInput::new("placedAt", format!("{} {bound}", moment(placed))));
        }
        faults.extend(new_order::total(&self.lines).err());
        for (index, line) in self.lines.iter().enumerate() {
            let product = line.product();
            let exists = known.products.get(&product).copied().unwrap_or_default();
            if self.lines.iter().take(index).any(|before| before.product() == product) {
                let reason =
                    format!("{product} stands in two lines of the order, and a product stands in one");
                faults.push(InvalidInput::new("product", reason));
            } else if !exists {
                faults.push(product.unknown());
            }
        }
        if self.tracking.is_some() && !matches!(self.status, OrderStatus::Shipped | OrderStatus::Delivered) {
            let reason = format!("is of an order that has left, and this one is {}", self.status);
            faults.push(InvalidInput::new("tracking", reason));
        }
        match known.marketplaces.get(self.marketplace) {
            None => {
                faults.push(InvalidInput::new("marketplace", format!("{} does not exist", self.marketplace)));
            }
            Some(entry) if self.is_open() && entry.marketplace.details.currency != self.currency => {
                let (own, code) = (entry.marketplace.details.currency, self.marketplace);
                let reason = format!("{} is not that of marketplace {code}, {own}", self.currency);
                faults.push(InvalidInput::new("currency", reason));
            }
            Some(_) => {}
        }
        faults
    }

    /// The order under its numbers, with what has made it what it is, all of it at the moment when it is stored.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] of what [`OrderImport::takes`] refuses.
    pub fn lived(
        &self,
        id: OrderId,
        first_event: EventId,
        at: DateTime<Utc>,
    ) -> Result<(Order, Vec<OrderEvent>), InvalidInput> {
        let sold_in = SoldIn { marketplace: self.marketplace, ..SoldIn::BEFORE };
        let placed = NewOrder::recorded(self.user, self.lines.clone(), self.currency, sold_in, at)?;
        let placed = placed.of(self.contact.clone()).with_id(id);
        let mut order = Order { imported: Some(Box::new(self.from.clone())), ..placed };
        let mut events = Vec::with_capacity(usize::try_from(self.events()).unwrap_or_default());
        let mut event = first_event.get();
        let mut tell = |order: &Order, what: Happening, checkpoint: Option<&Progress>| {
            events.push(OrderEvent {
                id: event.try_into()?,
                order: id,
                version: order.version,
                at: order.updated_at,
                origin: Actor::Cli.into(),
                marketplace: self.marketplace,
                what,
                checkpoint: checkpoint.cloned().map(Box::new),
            });
            event += 1;
            Ok(())
        };
        tell(&order, Happening::placing(&order), None)?;
        let mut go = |step: Result<Step, NotAllowed>| {
            let step = step.map_err(|refused| InvalidInput::new("status", refused.to_string()))?;
            if let Step::Changed(changed) = &step {
                tell(changed.order(), changed.what().clone(), changed.checkpoint())?;
            }
            Ok(step.into_order())
        };
        if let Some(tracking) = &self.tracking {
            order = go(order.track(tracking.clone(), at))?;
        }
        for status in self.life() {
            order = go(order.advance(*status, at))?;
        }
        Ok((order, events))
    }
}

/// A moment in messages.
fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests;
