//! Realistic orders, for trials. They are of products that nobody counts, so stock stays as it was counted.

use std::io::{Write, stdout};

use anyhow::{Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use orders_adapters::{
    SystemClock,
    sql::{Bulk, Newest, StoredEvent, StoredOrder},
};
use orders_domain::{
    Actor, Happening, InvalidInput, NewOrder, NewShipment, Order, OrderEvent, OrderId, OrderStatus, Part,
    Product, ProductId, Progress, Quantity, ShipmentStatus, ShippingProvider, Step, Tracking, TrackingNumber,
    UserId,
    market::shown::OnSale,
    order::contact::{Contact, Email},
    ports::Clock,
};

use crate::{config::SeedSettings, progress, storage};

mod markets;
mod shop;

use markets::{Markets, Open};

/// Orders in one transaction.
const BATCH: u64 = 5_000;

/// Among how many products orders choose, at most.
const PRODUCTS: usize = 10_000;

/// How long before now the first order was placed, if the database has none.
const PERIOD: TimeDelta = TimeDelta::days(90);

/// Fills the database.
///
/// # Errors
///
/// When the database cannot be opened or written.
pub fn seed(settings: &SeedSettings) -> Result<()> {
    let mut target = storage::bulk(&settings.database, settings.shop.currency)?;
    let mut markets = Markets::found(target.as_mut(), settings.products.marketplaces)?;
    let last_product = target.last_product()?;
    shop::seed(target.as_mut(), &settings.products)?;
    markets.list_after(target.as_mut(), last_product)?;
    let products = if settings.orders > 0 { uncounted(target.as_mut())? } else { Vec::new() };
    markets.list(target.as_mut(), &products)?;
    markets.report()?;
    let open = markets.open(target.as_mut(), &products)?;
    let now = SystemClock.now();
    let Newest { order: last_id, date: newest, event: last_event } = target.newest()?;
    let mut maker = Maker {
        rng: Rng::with_seed(last_id.unsigned_abs()),
        last_event,
        open,
        users: settings.users.get(),
        first: newest.max(now - PERIOD),
        period: (now - newest.max(now - PERIOD)).max(TimeDelta::zero()),
        count: settings.orders,
        now,
    };

    let bar = progress::bar(settings.orders, "adding");
    let mut batch = Vec::with_capacity(usize::try_from(BATCH.min(settings.orders))?);
    let mut made = 0;
    while made < settings.orders {
        let size = BATCH.min(settings.orders - made);
        batch.clear();
        for index in made..made + size {
            batch.push(maker.order(index, last_id + 1 + i64::try_from(index)?)?);
        }
        target.add(&batch)?;
        made += size;
        bar.inc(size);
    }
    bar.finish_and_clear();
    let database = settings.database.parse()?.absolute();
    Ok(writeln!(stdout().lock(), "added {} orders to {database}", settings.orders)?)
}

/// Products for orders: what nobody counts, so that an order takes nothing from any level.
fn uncounted(shop: &mut dyn Bulk) -> Result<Vec<Product>> {
    let (mut uncounted, mut after) = (Vec::new(), None);
    while uncounted.len() < PRODUCTS {
        let products = shop.products_after(after)?;
        let Some(last) = products.last() else { break };
        after = Some(last.id);
        let is_wanted = |product: &Product| product.details.active && !product.details.policy.is_tracked();
        uncounted.extend(products.into_iter().filter(is_wanted));
    }
    uncounted.truncate(PRODUCTS);
    ensure!(
        !uncounted.is_empty(),
        "no active product is untracked, and seeded orders are of such products only"
    );
    Ok(uncounted)
}

struct Maker {
    rng: Rng,
    /// The id of the event that was made last.
    last_event: i64,
    /// Where orders are placed, and of what.
    open: Vec<Open>,
    users: u32,
    first: DateTime<Utc>,
    period: TimeDelta,
    count: u64,
    /// Nothing has happened after it.
    now: DateTime<Utc>,
}

impl Maker {
    /// The order at this index of all that are made, older ones further in life.
    fn order(&mut self, index: u64, id: i64) -> Result<StoredOrder> {
        let share = f64::from(u32::try_from(index * 1_000_000 / self.count.max(1))?) / 1_000_000.0;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a share of a period"
        )]
        let placed =
            self.first + TimeDelta::milliseconds((self.period.num_milliseconds() as f64 * share) as i64);
        let user = UserId::try_from(i64::from(self.rng.u32(1..=self.users)))?;
        let which = if self.open.len() > 1 { self.rng.usize(..self.open.len()) } else { 0 };
        let Open { market, sold } = &self.open[which];
        let mut picked: Vec<(ProductId, OnSale, Quantity)> = Vec::new();
        for _ in 0..self.rng.usize(1..=3) {
            let (product, on_sale) = &sold[self.rng.usize(..sold.len())];
            if picked.iter().all(|(other, ..)| other != product) {
                picked.push((*product, on_sale.clone(), Quantity::try_from(self.rng.i64(1..=5))?));
            }
        }
        let contact =
            Contact { email: Some(Email::parse(&format!("User{user}@example.org"))?), ship_to: None };
        let order =
            NewOrder::priced(user, &picked, market, placed)?.of(contact).with_id(OrderId::try_from(id)?);
        let mut events = vec![self.event(&order, (Happening::placing(&order), None))?];
        let order = self.live(order, &mut events)?;
        Ok(StoredOrder { order, events })
    }

    /// What made an order what it is.
    fn event(
        &mut self,
        order: &Order,
        (what, checkpoint): (Happening, Option<Progress>),
    ) -> Result<StoredEvent, InvalidInput> {
        self.last_event += 1;
        let event = OrderEvent {
            id: self.last_event.try_into()?,
            order: order.id(),
            version: order.version(),
            at: order.updated_at(),
            origin: Actor::Cli.into(),
            marketplace: order.sold_in().marketplace,
            what,
            checkpoint: checkpoint.map(Box::new),
        };
        Ok(StoredEvent { event, made_by: None })
    }

    /// The order after a step, whose event is added.
    fn take(&mut self, step: Step, events: &mut Vec<StoredEvent>) -> Result<Order> {
        if let Step::Changed(changed) = &step {
            events
                .push(self.event(changed.order(), (changed.what().clone(), changed.checkpoint().cloned()))?);
        }
        Ok(step.into_order())
    }

    /// So long after an order was placed, or now if that is still to come.
    fn since(&self, placed: DateTime<Utc>, passed: TimeDelta) -> DateTime<Utc> {
        (placed + passed).min(self.now.max(placed))
    }

    /// Sends one piece of an order, if that is not all of it.
    fn send_a_part(&mut self, order: Order, days: i64, events: &mut Vec<StoredEvent>) -> Result<Order> {
        let open = order.open();
        let Some(first) = open.first().filter(|first| open.len() > 1 || first.quantity.get() > 1) else {
            return Ok(order);
        };
        let parcel = NewShipment {
            status: ShipmentStatus::Shipped,
            from: None,
            tracking: None,
            weight: None,
            parts: vec![Part { line: first.line, quantity: Quantity::try_from(1)? }],
            reasons: Vec::new(),
        };
        let now = self.since(order.ordered_at(), TimeDelta::days(days));
        let sent = order.ship(parcel, now)?;
        self.take(sent, events)
    }

    /// Takes an order some way through its life: most are delivered, a few are cancelled or sent in part.
    fn live(&mut self, order: Order, events: &mut Vec<StoredEvent>) -> Result<Order> {
        let placed = order.ordered_at();
        let steps = self.rng.u32(0..100);
        if steps < 6 {
            let cancelled = order.cancel(self.since(placed, TimeDelta::hours(1)))?;
            return self.take(cancelled, events);
        }
        let reached = match steps {
            6..12 => 0,
            12..20 => 1,
            20..35 => 2,
            _ => 3,
        };
        let mut order = order;
        let life = [OrderStatus::Processing, OrderStatus::Shipped, OrderStatus::Delivered];
        for (days, status) in (1..).zip(life.into_iter().take(reached)) {
            let now = self.since(placed, TimeDelta::days(days));
            if status == OrderStatus::Shipped {
                let provider =
                    ShippingProvider::parse(self.rng.choice(["USPS", "UPS", "DHL"]).unwrap_or("USPS"));
                let number = TrackingNumber::parse(&self.rng.u64(10_000_000_000..99_999_999_999).to_string());
                if let (Ok(provider), Ok(number)) = (provider, number) {
                    let tracked = order.track(Tracking::new(provider, number), now)?;
                    order = self.take(tracked, events)?;
                }
            }
            let advanced = order.advance(status, now)?;
            order = self.take(advanced, events)?;
        }
        if steps < 13 && reached == 1 { self.send_a_part(order, 2, events) } else { Ok(order) }
    }
}
