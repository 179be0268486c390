//! A mock panics when it is called without an expectation: what a test does not expect, it forbids.

use Attempt::{Advance, Cancel, Track};
use OrderStatus::{Cancelled, Delivered, Pending, Processing, Shipped};

use super::*;
use crate::{
    catalogue::product::ProductName,
    market::shown::{NotOnSale, OnSale, Showing},
    order::contact::Contact,
    ports::*,
    service::Placing,
    *,
};

mod fulfilling;
mod history;
mod keeping;
mod keys;
mod placing;
mod races;
mod refusals;
mod scopes;
mod shipping;
mod webhooks;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_795_341_600_000).unwrap()
}

/// An id, a quantity, a version, … of a number.
fn n<T: TryFrom<i64, Error = InvalidInput>>(number: i64) -> T {
    number.try_into().unwrap()
}

fn product(id: i64, price: i64) -> Product {
    Product::uncounted(n(id), ProductName::parse("a thing").unwrap(), n(price), Currency::USD)
}

fn offer(product: Product) -> Offer {
    Offer { product, available: None }
}

/// A catalogue that is asked once and sells these ids at these prices.
fn selling(products: &[(i64, i64)]) -> MockCatalogue {
    let products: Vec<_> = products.iter().map(|&(id, price)| product(id, price)).collect();
    let mut catalogue = MockCatalogue::new();
    catalogue.expect_find().once().returning(move |ids| {
        let known = |id: &ProductId| products.iter().find(|product| product.id == *id).cloned();
        Ok(ids.iter().map(|id| known(id).map(offer)).collect())
    });
    catalogue
}

/// What a store sells at the commit: everything for 19.99, and nobody counts it.
fn for_1999(_: ProductId) -> Result<OnSale, NotOnSale> {
    sold(&product(1, 1999))
}

/// How a product is sold in the default marketplace.
fn sold(product: &Product) -> Result<OnSale, NotOnSale> {
    Showing::of(product).at(product.terms(), &ChosenMarket::first())
}

/// An order that is to cost this.
fn costing(total: i64) -> Placing<'static> {
    Placing { expected_total: Some(n(total)), ..Placing::default() }
}

/// What keeps everything.
#[derive(Default)]
struct Ports {
    orders: MockOrders,
    ledger: MockLedger,
    feed: MockFeed,
    catalogue: MockCatalogue,
    stock: MockStock,
    markets: MockMarkets,
    deliveries: MockDeliveries,
    analytics: MockAnalytics,
}

/// The use cases with the catalogue that is stored with the orders.
fn service(ports: Ports) -> OrderService {
    let mut clock = MockClock::new();
    clock.expect_now().returning(now);
    let Ports { orders, ledger, feed, catalogue, stock, mut markets, deliveries, analytics } = ports;
    let first = || Ok(Directory::new(Marketplace::first(Currency::USD), []).into());
    markets.expect_directory().returning(first);
    markets.expect_directory_now().returning(first);
    markets.expect_showings().returning(|ids, _| {
        let shown = |id: &ProductId| Some(Showing::of(&product(id.get(), 1)));
        Ok(ids.iter().map(shown).collect())
    });
    let storage = Storage {
        orders: Arc::new(orders),
        ledger: Arc::new(ledger),
        feed: Arc::new(feed),
        catalogue: Arc::new(catalogue),
        stock: Arc::new(stock),
        markets: Arc::new(markets),
        deliveries: Arc::new(deliveries),
        analytics: Arc::new(analytics),
    };
    OrderService::new(storage, Arc::new(clock))
}

/// The same with a fixed catalogue.
fn fixed(ports: Ports, mut catalogue: MockCatalogue) -> OrderService {
    catalogue.expect_currency().return_const(Currency::USD);
    service(ports).at_fixed_prices(Arc::new(catalogue))
}

/// A request of a user, without a key and in earnest.
fn by(user: i64) -> Request {
    Actor::User(n(user)).into()
}

/// The same with the key of these tests.
fn with_key(user: i64) -> Request {
    Request { idempotency: Some(idempotency()), ..by(user) }
}

/// The order of a commit as it is stored; a new one as number 7.
fn stored(work: Commit) -> Order {
    match work.change {
        Change::Place(order) => order.with_id(n(7)),
        Change::Sell(basket) => basket.priced(for_1999).unwrap().with_id(n(7)),
        Change::Order(changed) => changed.into_order(),
        other => panic!("not of an order: {other:?}"),
    }
}

fn request(lines: &[(i64, i64)]) -> Vec<RequestedLine> {
    let line = |(index, &(id, pieces))| RequestedLine { index, product: n(id), quantity: n(pieces) };
    lines.iter().enumerate().map(line).collect()
}

fn idempotency() -> Idempotency {
    Idempotency { key: "key".parse().unwrap(), fingerprint: Fingerprint([7; 32]) }
}

fn shipment(number: &str) -> Tracking {
    Tracking::new(ShippingProvider::parse("USPS").unwrap(), TrackingNumber::parse(number).unwrap())
}

/// A user who may do everything with their own orders.
fn asker(id: i64) -> User {
    User::new(n(id), Scopes::OF_OWN_ORDERS)
}

/// Order 7 of user 1, last changed long ago, with parcel 1 unless it is cancelled.
fn order(status: OrderStatus, version: i64) -> Order {
    let (id, user, version, currency) = (n(7), n(1), n(version), Currency::USD);
    let (ordered_at, updated_at) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH);
    let lines = vec![OrderProduct::new(n(9), n(1999), n(7))];
    let progress = Progress::of_one_parcel(status, Some(shipment("1")), &lines, updated_at);
    let (contact, sold_in) = (Contact::default(), SoldIn::BEFORE);
    let kept = OrderRecord {
        id,
        user,
        ordered_at,
        updated_at,
        currency,
        sold_in,
        lines,
        progress,
        contact,
        imported: None,
        version,
    };
    Order::restore(kept).unwrap()
}

/// The same at version 5 in the hands of its owner, to be changed at any version or at these only.
fn owned(status: OrderStatus, only_if: Option<&[i64]>) -> OwnedOrder {
    let order = OwnedOrder { asker: asker(1), order: order(status, 5), expected: Expected::Any };
    let Some(versions) = only_if else { return order };
    order.only_if(Expected::OneOf(versions.iter().map(|version| n(*version)).collect()))
}

fn unknown(index: usize, product: i64) -> LineFault {
    LineFault { part: LinePart::Product(index), reason: n::<ProductId>(product).unknown() }
}

fn are_faults(result: &Result<Done<Order>, OrderError>, expected: &[LineFault]) -> bool {
    matches!(result, Err(OrderError::Invalid(faults)) if faults == expected)
}

#[tokio::test]
async fn a_missing_order_and_somebody_elses_get_the_same_answer() {
    let ask = async |user, found: Option<Order>| {
        let mut ports = Ports::default();
        ports.orders.expect_find().once().withf(|id| *id == n(7)).return_once(|_| Ok(found));
        service(ports).owned(user, UseCase::Show, n(7)).await.and_then(OwnedOrder::into_expected)
    };
    let mine = order(Shipped, 3);
    assert_eq!(ask(asker(1), Some(mine.clone())).await.unwrap(), mine);
    for refused in [ask(asker(2), Some(mine)).await, ask(asker(1), None).await] {
        assert!(matches!(refused, Err(OrderError::NotOwned)), "{refused:?}");
    }
}

#[derive(Debug, Clone, Copy)]
enum Attempt {
    Cancel,
    Advance(OrderStatus),
    Track(&'static str),
}

/// What comes of a change in words; an order as its status, version and parcel: `shipped 6 1`.
async fn apply(ports: Ports, change: Attempt, order: OwnedOrder) -> String {
    let service = service(ports);
    let order = match change {
        Cancel => service.cancel(order, by(1)).await,
        Advance(to) => service.advance(order, to, by(1)).await,
        Track(number) => service.track(order, shipment(number), by(1)).await,
    };
    let order = match &order {
        Ok(done) => done.made(),
        Err(error) => return error.to_string(),
    };
    let parcel = order.tracking().map_or("-", Tracking::number);
    format!("{} {} {parcel}", order.status(), order.version().get())
}

type Answer = fn(Commit) -> Result<Committed, Refused>;

/// Stores it.
#[expect(clippy::unnecessary_wraps, reason = "it answers for a port")]
fn store(work: Commit) -> Result<Committed, Refused> {
    Ok(Committed::Now(Made::Order(stored(work))))
}

/// Expects so many commits, made now, of a change of the order as it was seen at this version, by its
/// owner.
fn update(ports: &mut Ports, times: usize, seen: i64, answer: Answer) {
    let made = move |order: &Order| (order.version(), order.updated_at()) == (n(seen + 1), now());
    let commit = ports.ledger.expect_commit().times(times).withf(move |work| {
        let is_of_owner = work.origin == Actor::User(n(1)).into() && work.made_by.is_none();
        is_of_owner
            && matches!(&work.change, Change::Order(changed)
                if made(changed.order()) && changed.seen() == n(seen))
    });
    commit.returning(answer);
}

#[tokio::test]
async fn a_change_updates_once_at_the_version_seen_and_a_no_op_or_a_forbidden_change_never() {
    for (updates, change, from, expected) in [
        (1, Cancel, Pending, "cancelled 6 -"),
        (1, Advance(Shipped), Pending, "shipped 6 1"),
        (1, Advance(Cancelled), Processing, "cancelled 6 -"),
        (1, Track("2"), Shipped, "shipped 6 2"),
        (0, Cancel, Cancelled, "cancelled 5 -"),
        (0, Advance(Shipped), Shipped, "shipped 5 1"),
        (0, Track("1"), Pending, "pending 5 1"),
        (0, Cancel, Shipped, "the order is shipped and cannot become cancelled"),
        (0, Advance(Pending), Processing, "the order is processing and cannot become pending"),
        (0, Track("2"), Delivered, "the order is delivered and cannot take a shipment"),
    ] {
        for only_if in [None, Some(&[5][..]), Some(&[4, 5])] {
            let mut ports = Ports::default();
            update(&mut ports, updates, 5, store);
            assert_eq!(apply(ports, change, owned(from, only_if)).await, expected, "{change:?}");
        }
    }
}

#[tokio::test]
async fn an_order_at_another_version_than_expected_is_left_alone_even_by_a_no_op() {
    for change in [Cancel, Advance(Pending), Advance(Delivered), Track("1"), Track("2")] {
        for versions in [&[][..], &[4], &[6, 4]] {
            let outcome = apply(Ports::default(), change, owned(Pending, Some(versions))).await;
            assert_eq!(outcome, "the order has changed since", "{change:?} {versions:?}");
        }
    }
}
