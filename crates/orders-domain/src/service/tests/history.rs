//! Orders as they were.

use super::*;

fn at(version: i64, expected: Expected) -> (OwnedOrder, Version) {
    (owned(Shipped, None).only_if(expected), n(version))
}

#[tokio::test]
async fn only_another_version_than_the_present_one_is_looked_for_and_its_events_are_not_read() {
    let mut ports = Ports::default();
    let look = ports.orders.expect_at_version().times(2);
    look.withf(|id, version| *id == n(7) && *version != n(5));
    look.returning(|_, version| Ok((version == n(3)).then(|| order(Pending, 3))));
    let service = service(ports);
    for (version, expected) in [(5, Some(order(Shipped, 5))), (3, Some(order(Pending, 3))), (9, None)] {
        let (asked, version) = at(version, Expected::Any);
        assert_eq!(service.at_version(asked, version).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_version_that_is_not_expected_is_not_looked_for() {
    let service = service(Ports::default());
    for version in [3, 5] {
        let (asked, version) = at(version, Expected::OneOf(vec![n(4)]));
        let refused = service.at_version(asked, version).await;
        assert!(matches!(refused, Err(OrderError::Changed)), "{refused:?}");
    }
}

fn happened(subject: Subject, version: i64) -> Event {
    let what = What::Order(Happening::ContactChanged { fulfillment: Fulfillment::Unfulfilled });
    Event {
        id: n(version),
        subject,
        version: n(version),
        at: now(),
        origin: Actor::System.into(),
        marketplace: None,
        what,
    }
}

#[tokio::test]
async fn each_event_has_its_order_as_it_was_then_and_what_is_of_something_else_has_none() {
    let mut ports = Ports::default();
    let look = ports.orders.expect_at_version().times(3).withf(|id, _| *id == n(7));
    look.returning(|_, version| Ok((version != n(4)).then(|| order(Pending, version.get()))));
    let service = service(ports);
    let of_order = |version| happened(Subject::Order(n(7)), version);
    let events = [of_order(2), happened(Subject::Product(n(9)), 8), of_order(3)];
    let orders = service.orders_of(&events).await.unwrap();
    assert_eq!(orders, [Some(order(Pending, 2)), None, Some(order(Pending, 3))]);
    // An event without its order is a store that has lost something.
    let lost = service.orders_of(&[of_order(4)]).await.unwrap_err();
    assert!(matches!(&lost, OrderError::Unavailable(PortError::Corrupt(_))), "{lost:?}");
}
