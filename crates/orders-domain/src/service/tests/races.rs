//! Changes that meet other changes, and ports that fail.

use super::*;
use crate::service::changing::TRIES;

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
        let mut ports = Ports::default();
        update(&mut ports, 1, 5, |_| Err(Refused::Stale));
        let newest = newest.map(|status| order(status, 6));
        ports.orders.expect_find().once().withf(|id| *id == n(7)).return_once(|_| Ok(newest));
        update(&mut ports, again, 6, store);
        assert_eq!(apply(ports, Cancel, owned(Pending, only_if)).await, expected);
    }
}

#[tokio::test]
async fn a_change_that_always_loses_gives_up_as_busy() {
    let mut ports = Ports::default();
    ports.ledger.expect_commit().times(TRIES).returning(|_| Err(Refused::Stale));
    ports.orders.expect_find().times(..=TRIES).returning(|_| Ok(Some(order(Pending, 6))));
    let result = service(ports).cancel(owned(Pending, None), by(1)).await;
    assert!(matches!(result, Err(OrderError::Unavailable(PortError::Busy))), "{result:?}");
}

/// Whether each of these says that this port has failed.
fn all_say<const N: usize>(errors: [Option<OrderError>; N], fail: fn() -> PortError) -> bool {
    let expected = format!("{:?}", Some(OrderError::Unavailable(fail())));
    errors.iter().all(|error| format!("{error:?}") == expected)
}

const FAILURES: [fn() -> PortError; 2] = [|| PortError::Busy, || PortError::Unknown("x".into())];

#[tokio::test]
async fn a_failing_port_makes_every_use_case_unavailable_at_once() {
    for fail in FAILURES {
        let mut ports = Ports::default();
        ports.ledger.expect_commit().times(2).returning(move |_| Err(fail().into()));
        ports.ledger.expect_recall().once().returning(move |_, _, _| Err(fail().into()));
        update(&mut ports, 1, 5, |_| Err(Refused::Stale));
        ports.orders.expect_find().times(2).returning(move |_| Err(fail()));
        ports.orders.expect_page().once().returning(move |_| Err(fail()));
        ports.catalogue.expect_find().once().returning(|_| Ok(vec![None]));
        ports.catalogue.expect_find().times(2).returning(move |_| Err(fail()));
        let service = service(ports);
        let (lines, too_many) = (request(&[(9, 1)]), request(&[(9, 100_000), (9, 1)]));
        let query = OrderQuery::default();
        assert!(all_say(
            [
                service.place(asker(1), &lines, &Placing::default(), by(1)).await.err(),
                service.place(asker(1), &too_many, &Placing::default(), with_key(1)).await.err(),
                service.place(asker(1), &too_many, &Placing::default(), with_key(1)).await.err(),
                service.faults(asker(1), &lines, &Placing::default()).await.err(),
                service.owned(asker(1), UseCase::Show, n(7)).await.err(),
                service.cancel(owned(Pending, None), by(1)).await.err(),
                service.cancel(owned(Pending, None), by(1)).await.err(),
                service.list(Audience::Anyone, query).await.err(),
            ],
            fail
        ));
    }
}

#[tokio::test]
async fn a_failing_list_of_prices_makes_placing_unavailable_before_the_ledger_is_asked() {
    for fail in FAILURES {
        let (mut ports, mut prices) = (Ports::default(), MockCatalogue::new());
        ports.ledger.expect_commit().once().returning(move |_| Err(fail().into()));
        ports.ledger.expect_recall().once().returning(move |_, _, _| Err(fail().into()));
        prices.expect_find().once().returning(|_| Ok(vec![Some(offer(product(9, 1)))]));
        prices.expect_find().once().returning(|_| Ok(vec![None]));
        prices.expect_find().once().returning(move |_| Err(fail()));
        let service = fixed(ports, prices);
        let lines = request(&[(9, 1)]);
        assert!(all_say(
            [
                service.place(asker(1), &lines, &Placing::default(), by(1)).await.err(),
                service.place(asker(1), &lines, &Placing::default(), with_key(1)).await.err(),
                service.place(asker(1), &lines, &Placing::default(), by(1)).await.err(),
            ],
            fail
        ));
    }
}

#[tokio::test]
async fn a_catalogue_that_answers_about_other_products_is_corrupt() {
    let mut prices = MockCatalogue::new();
    prices.expect_find().once().returning(|_| Ok(Vec::new()));
    let result = fixed(Ports::default(), prices)
        .place(asker(1), &request(&[(9, 1)]), &Placing::default(), by(1))
        .await;
    assert!(matches!(result, Err(OrderError::Unavailable(PortError::Corrupt(_)))), "{result:?}");
}
