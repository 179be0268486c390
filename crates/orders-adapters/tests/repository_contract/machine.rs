//! Random lives of a shop. The store in memory is simple enough to be the model of the others; and whatever
//! happened, the books balance.

use std::sync::Arc;

use futures_util::future::join_all;
use orders_adapters::MemoryDatabase;
use orders_domain::{
    Event, Order, OrderFilter, OrderId, OrderProductId, OrderQuery, PageLimit, Shipment, Storage, Subject,
    order::contact::Email,
    ports::{Commit, Committed, EventFilter, EventLimit, Made, Refused},
    stock::Level,
};
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};

use super::{
    Fresh,
    books::{assert_balanced, products},
    common::key,
    life::{self, Asked, Step, step},
    shop,
};

/// Steps of a normal run. `MACHINE_STEPS` says another number.
const STEPS: u32 = 2_000;

/// So many steps a case, on average, and ten times as many in a long run.
const STEPS_A_CASE: u32 = 100;

/// Somebody who takes the steps in one store. What is called by numbers there is called here by its place.
struct Player {
    shop: Storage,
    orders: Vec<OrderId>,
    sent: Vec<Commit>,
    keys: usize,
}

impl Player {
    async fn in_shop(shop: Storage) -> Self {
        life::begin(&shop).await;
        Self { shop, orders: Vec::new(), sent: Vec::new(), keys: 0 }
    }

    /// What is sent for a step, if it means something now.
    async fn work(&mut self, step: &Step) -> Option<Commit> {
        if let life::Act::Replay { which } = step.act {
            return self.sent.get(which.checked_rem(self.sent.len())?).cloned();
        }
        let mut work = life::work(&self.shop, &self.orders, &step.act).await?;
        let name = |number: usize| format!("key-{number}");
        work.made_by = match step.asked {
            Asked::Without => None,
            Asked::New => {
                self.keys += 1;
                Some(key(&name(self.keys), 1))
            }
            Asked::ForAnother(which) => {
                let known = which.checked_rem(self.keys)?;
                Some(key(&name(known + 1), 2))
            }
        };
        self.sent.push(work.clone());
        Some(work)
    }

    /// What came of some steps that are taken at once, in their order where the store has one writer.
    async fn answers(&mut self, steps: &[Step], together: bool) -> Vec<String> {
        let mut works = Vec::new();
        for step in steps {
            works.push((self.work(step).await, step.dry));
        }
        let ledger = self.shop.ledger.clone();
        let sent = works.into_iter().map(async |(work, dry)| {
            Some(match work? {
                work if dry => ledger.rehearse(work).await,
                work => ledger.commit(work).await,
            })
        });
        let mut answers = Vec::new();
        if together {
            answers = join_all(sent).await;
        } else {
            for answer in sent {
                answers.push(answer.await);
            }
        }
        answers.into_iter().zip(steps).map(|(answer, step)| self.told(answer, step.dry)).collect()
    }

    fn told(&mut self, answer: Option<Result<Committed, Refused>>, dry: bool) -> String {
        match answer {
            None => "nothing to do".to_owned(),
            Some(Ok(Committed::Now(made))) => {
                if let Made::Order(order) = &made
                    && !dry
                    && !self.orders.contains(&order.id())
                {
                    self.orders.push(order.id());
                }
                format!("now {}", self.made(&made))
            }
            Some(Ok(Committed::Before(made))) => format!("before {}", self.made(&made)),
            Some(Err(Refused::Failed(error))) => panic!("{error:?}"),
            Some(Err(refused)) => format!("{refused:?}"),
        }
    }

    fn made(&self, made: &Made) -> String {
        match made {
            Made::Order(order) => self.order(order),
            Made::Product(product) => format!("{product:?}"),
            Made::Location(place) => format!("{} {:?} {:?}", place.code, place.details, place.version),
            Made::Stock(kept) => {
                let orders: Vec<_> = kept.orders.iter().map(|order| self.place_of(*order)).collect();
                format!("{:?} {orders:?}", kept.levels)
            }
            Made::Webhook(_) | Made::Marketplace(_) | Made::Listing(_) | Made::Text(_) => format!("{made:?}"),
        }
    }

    fn place_of(&self, order: OrderId) -> Option<usize> {
        self.orders.iter().position(|known| *known == order)
    }

    fn order(&self, order: &Order) -> String {
        let lines: Vec<_> = order.lines().map(|(_, line)| line).collect();
        let parcel = |parcel: &Shipment| {
            let from = parcel.from.as_ref().map(|from| from.code.to_string());
            let moments = [Some(parcel.created_at), parcel.shipped_at, parcel.delivered_at];
            let Shipment { number, status, tracking, parts, .. } = parcel;
            format!("{number} {status} {from:?} {tracking:?} {parts:?} {moments:?}")
        };
        let parcels: Vec<_> = order.shipments().iter().map(parcel).collect();
        let email = order.contact().email.as_ref().map(Email::as_str);
        format!(
            "{:?} {:?} {:?} {lines:?} {parcels:?} {:?} {} {} {email:?}",
            self.place_of(order.id()),
            order.status(),
            order.version(),
            order.cancellations(),
            order.current_total().minor_units(),
            order.fulfillment(),
        )
    }

    fn event(&self, event: &Event) -> String {
        let subject = match &event.subject {
            Subject::Order(order) => format!("order {:?}", self.place_of(*order)),
            other => other.to_string(),
        };
        format!("{subject} {:?} {} {}", event.version, event.event_type(), event.at)
    }

    /// All that there is, in words.
    async fn everything(&self) -> Vec<String> {
        let shop = &self.shop;
        let mut all = Vec::new();
        for product in products(shop).await {
            all.push(format!("{:?}", shop.catalogue.find(&[product]).await.unwrap()));
            all.push(format!("{:?}", shop.stock.levels(product, None).await.unwrap()));
            for moved in shop::movements(shop, product, 7).await {
                let order = moved.order.and_then(|order| self.place_of(order));
                let line = moved.line.map(OrderProductId::position);
                let (at, kind, pieces) = (&moved.location, moved.kind, moved.quantity);
                let after = (moved.on_hand_after, moved.reserved_after);
                let (parcel, why) = (moved.shipment, moved.reason);
                all.push(format!("{at} {kind} {pieces} {after:?} {order:?} {line:?} {parcel:?} {why:?}"));
            }
        }
        for place in shop.stock.locations().await.unwrap() {
            all.push(self.made(&Made::Location(place)));
        }
        let mut after = None;
        loop {
            let query = OrderQuery { filter: OrderFilter::default(), after, limit: PageLimit::MAX };
            let page = shop.orders.page(query).await.unwrap();
            all.extend(page.iter().map(|order| self.order(order)));
            let Some(last) = page.last() else { break };
            after = Some(last.id());
        }
        let mut after = None;
        loop {
            let page = shop.feed.events(EventFilter::default(), after, EventLimit::MAX).await.unwrap();
            all.extend(page.events.iter().map(|event| self.event(event)));
            after = page.cursor;
            if !page.more {
                return all;
            }
        }
    }
}

/// Whether the table has what the port says of each level that somebody has seen to.
async fn assert_rows_are_the_levels(fresh: &Fresh) {
    let Some(rows) = &fresh.rows else { return };
    let mut expected = Vec::new();
    for product in products(&fresh.storage).await {
        let levels = fresh.storage.stock.levels(product, None).await.unwrap().unwrap();
        expected.extend(levels.into_iter().filter_map(|shown| {
            let Level { on_hand, reserved, backorder_limit, version } = shown.level;
            let numbers = [on_hand, reserved, backorder_limit, shown.level.short(), version?.get()];
            Some((product.get(), shown.location.to_string(), numbers))
        }));
    }
    let mut rows = rows();
    rows.sort_unstable();
    expected.sort_unstable();
    assert_eq!(rows, expected);
}

#[expect(clippy::disallowed_methods, reason = "how long it runs is for who runs it to say")]
fn asked_for() -> Option<u32> {
    Some(std::env::var("MACHINE_STEPS").ok()?.parse().unwrap())
}

pub fn any_life_of_a_shop_is_as_in_memory_and_its_books_balance(open: fn() -> Option<Fresh>) {
    if open().is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let longer = if asked_for().is_some() { 10 } else { 1 };
    let cases = asked_for().unwrap_or(STEPS).div_ceil(STEPS_A_CASE * longer);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let walk = |life: Vec<Vec<Step>>| {
        let fresh = open().unwrap();
        runtime.block_on(async {
            let mut player = Player::in_shop(fresh.storage.clone()).await;
            let mut model = Player::in_shop(Storage::of(Arc::new(MemoryDatabase::default()))).await;
            for steps in life {
                let given = player.answers(&steps, fresh.has_one_writer).await;
                let expected = model.answers(&steps, false).await;
                prop_assert_eq!(given, expected, "to {:?}", steps);
            }
            let (given, expected) = (player.everything().await, model.everything().await);
            let differ = given.iter().zip(&expected).find(|(given, expected)| given != expected);
            assert_eq!((differ, given.len()), (None, expected.len()));
            assert_balanced(&fresh.storage).await;
            assert_rows_are_the_levels(&fresh).await;
            Ok(())
        })
    };
    let bursts = usize::try_from(STEPS_A_CASE / 4 * longer).unwrap();
    let lives = vec(vec(step(), 1..8), bursts / 2..bursts * 3 / 2);
    TestRunner::new(config).run(&lives, walk).unwrap();
}
