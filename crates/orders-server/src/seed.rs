//! Realistic orders, for trials.

use std::io::{Write, stdout};

use anyhow::{Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use orders_adapters::{StaticInventory, SystemClock};
use orders_domain::{
    NewOrder, Order, OrderId, OrderShipment, OrderStatus, Product, Quantity, ShippingProvider,
    TrackingNumber, UserId,
    ports::{Clock, Inventory},
};

use crate::{config::SeedSettings, progress, storage};

/// Orders in one transaction.
const BATCH: u64 = 5_000;

/// How long before now the first order was placed, if the database has none.
const PERIOD: TimeDelta = TimeDelta::days(90);

/// Fills the database.
///
/// # Errors
///
/// When the database cannot be opened or written.
pub fn seed(settings: &SeedSettings) -> Result<()> {
    let mut target = storage::bulk(&settings.database)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let products = runtime.block_on(StaticInventory::default().all())?;
    let now = SystemClock.now();
    let (last_id, newest) = target.newest()?;
    let mut maker = Maker {
        rng: Rng::with_seed(last_id.unsigned_abs()),
        products,
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
            batch.push(maker.order(index, last_id + 1 + i64::try_from(index)?)?.into());
        }
        target.add(&batch)?;
        made += size;
        bar.inc(size);
    }
    bar.finish_and_clear();
    let database = settings.database.parse()?.absolute();
    Ok(writeln!(stdout().lock(), "added {} orders to {database}", settings.orders)?)
}

struct Maker {
    rng: Rng,
    products: Vec<Product>,
    users: u32,
    first: DateTime<Utc>,
    period: TimeDelta,
    count: u64,
    /// Nothing has happened after it.
    now: DateTime<Utc>,
}

impl Maker {
    /// The order at this index of all that are made, older ones further in life.
    fn order(&mut self, index: u64, id: i64) -> Result<Order> {
        let share = f64::from(u32::try_from(index * 1_000_000 / self.count.max(1))?) / 1_000_000.0;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a share of a period"
        )]
        let placed =
            self.first + TimeDelta::milliseconds((self.period.num_milliseconds() as f64 * share) as i64);
        let user = UserId::try_from(i64::from(self.rng.u32(1..=self.users)))?;
        let mut picked: Vec<(Product, Quantity)> = Vec::new();
        for _ in 0..self.rng.usize(1..=3) {
            let product = &self.products[self.rng.usize(..self.products.len())];
            if picked.iter().all(|(other, _)| other.id != product.id) {
                picked.push((product.clone(), Quantity::try_from(self.rng.i64(1..=5))?));
            }
        }
        ensure!(!picked.is_empty(), "the inventory is empty");
        let order = NewOrder::new(user, &picked, placed)?.with_id(OrderId::try_from(id)?);
        Ok(self.live(order)?)
    }

    /// So long after an order was placed, or now if that is still to come.
    fn since(&self, placed: DateTime<Utc>, passed: TimeDelta) -> DateTime<Utc> {
        (placed + passed).min(self.now.max(placed))
    }

    /// Takes an order some way through its life: most are delivered, a few are cancelled.
    fn live(&mut self, order: Order) -> Result<Order, orders_domain::NotAllowed> {
        let placed = order.ordered_at();
        let steps = self.rng.u32(0..100);
        if steps < 6 {
            return order.cancel(self.since(placed, TimeDelta::hours(1)));
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
                    order = order.track(OrderShipment::new(provider, number), now)?;
                }
            }
            order = order.advance(status, now)?;
        }
        Ok(order)
    }
}
