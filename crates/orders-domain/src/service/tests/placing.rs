//! Placing orders.

use super::*;

/// Stores every order as number 7 and expects it with this idempotency, so many times.
fn storing(times: usize, expected: Option<Idempotency>) -> Ports {
    let mut ports = Ports::default();
    let commit = ports.ledger.expect_commit().times(times);
    commit.withf(move |work| work.made_by == expected && work.now == now()).returning(store);
    ports
}

#[tokio::test]
async fn placing_merges_lines_of_the_same_product_in_the_order_of_first_appearance() {
    let service = service(storing(1, Some(idempotency())), selling(&[(1, 1399), (5, 10), (9, 1999)]));
    let lines = request(&[(9, 3), (1, 1), (9, 99_000), (5, 2), (1, 1), (9, 997)]);
    let placed = service.place(asker(1), &lines, with_key(1)).await.unwrap();
    let Done::Now(order) = placed else { panic!("not now: {placed:?}") };
    let lines: Vec<_> = order.lines().map(|(_, line)| *line).collect();
    let line = |id, price, quantity| OrderProduct::new(n(id), n(price), n(quantity));
    assert_eq!(lines, [line(9, 1999, 100_000), line(1, 1399, 2), line(5, 10, 2)]);
    assert_eq!((order.user(), order.ordered_at(), order.status()), (n(1), now(), Pending));
}

#[tokio::test]
async fn the_price_is_the_inventorys_at_the_moment_of_placing() {
    let mut inventory = MockInventory::new();
    for price in [1999, 2099] {
        inventory.expect_find().once().return_once(move |_| Ok(vec![Some(product(9, price))]));
    }
    let service = service(storing(2, None), inventory);
    for total in [3998, 4198] {
        let placed = service.place(asker(1), &request(&[(9, 2)]), by(1)).await.unwrap();
        assert!(matches!(&placed, Done::Now(order) if order.total() == n(total)), "{placed:?}");
    }
}

#[tokio::test]
async fn faulty_lines_are_all_named_at_their_index_and_nothing_is_inserted() {
    let too_many = Quantity::refused(100_001);
    let too_many = || LineFault { part: LinePart::Quantity(2), reason: too_many.clone() };
    let whole = |reason| LineFault { part: LinePart::Whole, reason };
    for (lines, mut expected) in [
        (&[(9, 100_000), (1, 1), (9, 1)][..], vec![too_many()]),
        (&[(9, 1), (4, 1), (1, 1), (3, 1)], vec![unknown(1, 4), unknown(3, 3)]),
        (&[(4, 1), (9, 1), (9, 100_000)], vec![too_many(), unknown(0, 4)]),
        (&[], vec![whole(NewOrder::refused_count(0))]),
        (
            &[(1, 1), (2, 2)],
            vec![whole(InvalidInput::new("the total", "is more than 9223372036854775807 minor units"))],
        ),
    ] {
        let service = || service(Ports::default(), selling(&[(1, 1399), (2, i64::MAX), (9, 1999)]));
        let placed = service().place(asker(1), &request(lines), by(1)).await;
        assert!(are_faults(&placed, &expected), "{lines:?}: {placed:?}");
        expected.retain(|fault| fault.part != LinePart::Whole);
        assert_eq!(service().faults(asker(1), &request(lines)).await.unwrap(), expected);
    }
}

/// What is known of a key.
#[derive(Debug, Clone, Copy)]
enum Known {
    Nothing,
    This,
    Other,
}

/// Places an order with a key of which this is known: by `commit` if the product is sold, by `recall`
/// if not. The other is not asked.
async fn place_again(known: Known, sold: bool) -> Result<Done, OrderError> {
    let mut ports = Ports::default();
    ports.ledger.expect_commit().times(usize::from(sold)).returning(move |_| match known {
        Known::Nothing => panic!("not asked"),
        Known::This => Ok(Committed::Before(order(Pending, 1))),
        Known::Other => Err(Refused::KeyReused),
    });
    let recall = ports.ledger.expect_recall().times(usize::from(!sold));
    recall.withf(|user, key, at| (*user, key, *at) == (n(1), &idempotency(), now()));
    recall.returning(move |_, _, _| match known {
        Known::Nothing => Ok(None),
        Known::This => Ok(Some(order(Pending, 1))),
        Known::Other => Err(Refused::KeyReused),
    });
    let service = service(ports, selling(if sold { &[(9, 1999)] } else { &[] }));
    service.place(asker(1), &request(&[(9, 7)]), with_key(1)).await
}

#[tokio::test]
async fn a_known_key_answers_even_when_the_product_is_no_longer_sold() {
    for sold in [true, false] {
        let placed = place_again(Known::This, sold).await;
        assert_eq!(placed.unwrap(), Done::Before(order(Pending, 1)));
        let reused = place_again(Known::Other, sold).await;
        assert!(matches!(reused, Err(OrderError::KeyReused)), "{reused:?}");
    }
}

#[tokio::test]
async fn an_unknown_key_does_not_hide_the_faults() {
    assert!(are_faults(&place_again(Known::Nothing, false).await, &[unknown(0, 9)]));
}
