//! Placing orders.

use super::*;

fn storing(times: usize, expected: Option<Idempotency>) -> MockOrderRepository {
    let mut orders = MockOrderRepository::new();
    let insert = orders.expect_insert().times(times).withf(move |_, key| *key == expected);
    insert.returning(|order, _| Ok(Insertion::Placed(order.with_id(n(7)))));
    orders
}

#[tokio::test]
async fn placing_merges_lines_of_the_same_product_in_the_order_of_first_appearance() {
    let service = service(storing(1, Some(idempotency())), selling(&[(1, 1399), (5, 10), (9, 1999)]));
    let lines = request(&[(9, 3), (1, 1), (9, 99_000), (5, 2), (1, 1), (9, 997)]);
    let placed = service.place(asker(1), &lines, Some(idempotency())).await.unwrap();
    let Placed::Now(order) = placed else { panic!("not now: {placed:?}") };
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
        let placed = service.place(asker(1), &request(&[(9, 2)]), None).await.unwrap();
        assert!(matches!(&placed, Placed::Now(order) if order.total() == n(total)), "{placed:?}");
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
        let service = || service(MockOrderRepository::new(), selling(&[(1, 1399), (2, i64::MAX), (9, 1999)]));
        let placed = service().place(asker(1), &request(lines), None).await;
        assert!(are_faults(&placed, &expected), "{lines:?}: {placed:?}");
        expected.retain(|fault| fault.part != LinePart::Whole);
        assert_eq!(service().faults(asker(1), &request(lines)).await.unwrap(), expected);
    }
}

/// Places an order with a key that has this answer: of `insert` if the product is sold, of
/// `replay` if not. The other is not asked.
async fn place_again(answer: Option<Insertion>, sold: bool) -> Result<Placed, OrderError> {
    let (mut orders, known) = (MockOrderRepository::new(), answer.clone());
    orders.expect_insert().times(usize::from(sold)).returning(move |_, _| Ok(known.clone().unwrap()));
    let replay = orders.expect_replay().times(usize::from(!sold));
    replay.withf(|user, key, at| (*user, key, *at) == (n(1), &idempotency(), now()));
    replay.returning(move |_, _, _| Ok(answer.clone()));
    let service = service(orders, selling(if sold { &[(9, 1999)] } else { &[] }));
    service.place(asker(1), &request(&[(9, 7)]), Some(idempotency())).await
}

#[tokio::test]
async fn a_known_key_answers_even_when_the_product_is_no_longer_sold() {
    for sold in [true, false] {
        let placed = place_again(Some(Insertion::Replayed(order(Pending, 1))), sold).await;
        assert_eq!(placed.unwrap(), Placed::Before(order(Pending, 1)));
        let reused = place_again(Some(Insertion::KeyReused), sold).await;
        assert!(matches!(reused, Err(OrderError::KeyReused)), "{reused:?}");
    }
}

#[tokio::test]
async fn an_unknown_key_does_not_hide_the_faults() {
    assert!(are_faults(&place_again(None, false).await, &[unknown(0, 9)]));
}
