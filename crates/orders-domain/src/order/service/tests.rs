//! A mock panics when it is called without an expectation: what a test does not expect, it forbids.

use Change::{Advance, Cancel, Track};
use OrderStatus::{Cancelled, Delivered, Pending, Processing, Shipped};

use super::*;
use crate::{ports::*, *};

mod placing;
mod scopes;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_795_341_600_000).unwrap()
}

/// An id, a quantity, a version, … of a number.
fn n<T: TryFrom<i64, Error = InvalidInput>>(number: i64) -> T {
    number.try_into().unwrap()
}

fn product(id: i64, price: i64) -> Product {
    Product { id: n(id), name: "a thing".into(), price: n(price), currency: Currency::USD }
}

/// An inventory that is asked once and sells these ids at these prices.
fn selling(products: &[(i64, i64)]) -> MockInventory {
    let products: Vec<_> = products.iter().map(|&(id, price)| product(id, price)).collect();
    let mut inventory = MockInventory::new();
    inventory.expect_find().once().returning(move |ids| {
        Ok(ids.iter().map(|id| products.iter().find(|product| product.id == *id).cloned()).collect())
    });
    inventory
}

fn service(orders: MockOrderRepository, inventory: MockInventory) -> OrderService {
    let mut clock = MockClock::new();
    clock.expect_now().returning(now);
    OrderService::new(Arc::new(orders), Arc::new(inventory), Arc::new(clock))
}

fn request(lines: &[(i64, i64)]) -> Vec<RequestedLine> {
    let line = |(index, &(id, pieces))| RequestedLine { index, product: n(id), quantity: n(pieces) };
    lines.iter().enumerate().map(line).collect()
}

fn idempotency() -> Idempotency {
    Idempotency { key: "key".parse().unwrap(), fingerprint: Fingerprint([7; 32]) }
}

fn shipment(number: &str) -> OrderShipment {
    OrderShipment::new(ShippingProvider::parse("USPS").unwrap(), TrackingNumber::parse(number).unwrap())
}

/// A user who may do everything with their own orders.
fn asker(id: i64) -> User {
    User::new(n(id), Scopes::ALL_BUT_ADMIN)
}

/// Order 7 of user 1, last changed long ago, with parcel 1 unless it is cancelled.
fn order(status: OrderStatus, version: i64) -> Order {
    let (id, user, version, currency) = (n(7), n(1), n(version), Currency::USD);
    let (ordered_at, updated_at) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH);
    let lines = vec![OrderProduct::new(n(9), n(1999), n(7))];
    let shipment = (status != Cancelled).then(|| shipment("1"));
    let kept = OrderRecord { id, user, ordered_at, updated_at, status, currency, lines, shipment, version };
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

fn are_faults(result: &Result<Placed, OrderError>, expected: &[LineFault]) -> bool {
    matches!(result, Err(OrderError::Invalid(faults)) if faults == expected)
}

/// Stores every order as number 7 and expects it with this idempotency, so many times.
#[tokio::test]
async fn a_missing_order_and_somebody_elses_get_the_same_answer() {
    let ask = async |user, found: Option<Order>| {
        let mut orders = MockOrderRepository::new();
        orders.expect_find().once().withf(|id| *id == n(7)).return_once(|_| Ok(found));
        service(orders, MockInventory::new())
            .owned(user, UseCase::Show, n(7))
            .await
            .and_then(OwnedOrder::into_expected)
    };
    let mine = order(Shipped, 3);
    assert_eq!(ask(asker(1), Some(mine.clone())).await.unwrap(), mine);
    for refused in [ask(asker(2), Some(mine)).await, ask(asker(1), None).await] {
        assert!(matches!(refused, Err(OrderError::NotOwned)), "{refused:?}");
    }
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Cancel,
    Advance(OrderStatus),
    Track(&'static str),
}

/// What comes of a change in words; an order as its status, version and parcel: `shipped 6 1`.
async fn apply(orders: MockOrderRepository, change: Change, order: OwnedOrder) -> String {
    let service = service(orders, MockInventory::new());
    let order = match change {
        Cancel => service.cancel(order).await,
        Advance(to) => service.advance(order, to).await,
        Track(number) => service.track(order, shipment(number)).await,
    };
    let Ok(order) = &order else { return order.unwrap_err().to_string() };
    let parcel = order.shipment().map_or("-", OrderShipment::tracking_number);
    format!("{} {} {parcel}", order.status(), order.version().get())
}

type Answer = fn(Order) -> Result<Order, PortError>;

/// Expects so many updates, made now, of the order as it was seen at this version.
fn update(orders: &mut MockOrderRepository, times: usize, seen: i64, answer: Answer) {
    let made = move |order: &Order| (order.version(), order.updated_at()) == (n(seen + 1), now());
    let update = orders.expect_update().times(times).withf(move |order, at| made(order) && *at == n(seen));
    update.returning(move |order, _| answer(order));
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
            let mut orders = MockOrderRepository::new();
            update(&mut orders, updates, 5, Ok);
            assert_eq!(apply(orders, change, owned(from, only_if)).await, expected, "{change:?}");
        }
    }
}

#[tokio::test]
async fn an_order_at_another_version_than_expected_is_left_alone_even_by_a_no_op() {
    for change in [Cancel, Advance(Pending), Advance(Delivered), Track("1"), Track("2")] {
        for versions in [&[][..], &[4], &[6, 4]] {
            let outcome = apply(MockOrderRepository::new(), change, owned(Pending, Some(versions))).await;
            assert_eq!(outcome, "the order has changed since", "{change:?} {versions:?}");
        }
    }
}

#[tokio::test]
async fn a_change_that_lost_a_race_is_decided_again_on_the_new_state() {
    for (newest, only_if, again, expected) in [
        (Some(Shipped), None, 0, "the order is shipped and cannot become cancelled"),
        (Some(Cancelled), None, 0, "cancelled 6 -"),
        (Some(Processing), None, 1, "cancelled 7 -"),
        (Some(Processing), Some(&[5, 6][..]), 1, "cancelled 7 -"),
        (Some(Processing), Some(&[5]), 0, "the order has changed since"),
        (Some(Cancelled), Some(&[5]), 0, "the order has changed since"),
        (None, None, 0, "the order does not exist or belongs to somebody else"),
    ] {
        let mut orders = MockOrderRepository::new();
        update(&mut orders, 1, 5, |_| Err(PortError::Stale));
        let newest = newest.map(|status| order(status, 6));
        orders.expect_find().once().withf(|id| *id == n(7)).return_once(|_| Ok(newest));
        update(&mut orders, again, 6, Ok);
        assert_eq!(apply(orders, Cancel, owned(Pending, only_if)).await, expected);
    }
}

#[tokio::test]
async fn a_change_that_always_loses_gives_up_as_busy() {
    let mut orders = MockOrderRepository::new();
    orders.expect_update().times(TRIES).returning(|_, _| Err(PortError::Stale));
    orders.expect_find().times(..=TRIES).returning(|_| Ok(Some(order(Pending, 6))));
    let result = service(orders, MockInventory::new()).cancel(owned(Pending, None)).await;
    assert!(matches!(result, Err(OrderError::Unavailable(PortError::Busy))), "{result:?}");
}

#[tokio::test]
async fn a_failing_port_makes_every_use_case_unavailable_at_once() {
    for fail in [|| PortError::Busy, || PortError::Unknown("x".into())] {
        let (mut orders, mut inventory) = (MockOrderRepository::new(), MockInventory::new());
        orders.expect_insert().once().returning(move |_, _| Err(fail()));
        orders.expect_replay().once().returning(move |_, _, _| Err(fail()));
        orders.expect_update().once().returning(move |_, _| Err(fail()));
        update(&mut orders, 1, 5, |_| Err(PortError::Stale));
        orders.expect_find().times(2).returning(move |_| Err(fail()));
        orders.expect_page().once().returning(move |_| Err(fail()));
        inventory.expect_find().once().returning(|_| Ok(vec![Some(product(9, 1))]));
        inventory.expect_find().once().returning(|_| Ok(vec![None]));
        inventory.expect_find().times(2).returning(move |_| Err(fail()));
        inventory.expect_all().once().returning(move || Err(fail()));
        let service = service(orders, inventory);
        let lines = request(&[(9, 1)]);
        let query = OrderQuery { filter: OrderFilter::default(), after: None, limit: PageLimit::DEFAULT };
        for error in [
            service.place(asker(1), &lines, None).await.err(),
            service.place(asker(1), &lines, Some(idempotency())).await.err(),
            service.place(asker(1), &lines, None).await.err(),
            service.product(n(9)).await.err(),
            service.products().await.err(),
            service.owned(asker(1), UseCase::Show, n(7)).await.err(),
            service.cancel(owned(Pending, None)).await.err(),
            service.cancel(owned(Pending, None)).await.err(),
            service.list(Audience::Anyone, query).await.err(),
        ] {
            assert_eq!(format!("{error:?}"), format!("{:?}", Some(OrderError::Unavailable(fail()))));
        }
    }
}

#[tokio::test]
async fn a_product_that_is_not_sold_is_unknown() {
    let service = || service(MockOrderRepository::new(), selling(&[(9, 1999)]));
    assert_eq!(service().product(n(9)).await.unwrap(), product(9, 1999));
    let error = service().product(n(4)).await.unwrap_err();
    assert!(matches!(error, OrderError::UnknownProduct(reason) if reason == n::<ProductId>(4).unknown()));
}
