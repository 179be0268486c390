//! Placing orders.

use super::*;

/// Stores every order as number 7 and expects it with this idempotency, so many times.
fn storing(times: usize, expected: Option<Idempotency>) -> Ports {
    let mut ports = Ports::default();
    let commit = ports.ledger.expect_commit().times(times);
    commit.withf(move |work| work.made_by == expected && work.now == now()).returning(store);
    ports
}

/// A basket of user 1.
fn basket(lines: &[(i64, i64)], expected_total: Option<Money>) -> Basket {
    Basket::new(n(1), &request(lines), expected_total, now()).unwrap()
}

/// As the catalogue that is stored has no expectation, reading it would be a panic.
#[tokio::test]
async fn the_stored_catalogue_is_not_read_and_the_basket_goes_to_the_ledger_as_it_is() {
    for total in [None, Some(n(7 * 1999)), Some(n(1))] {
        for asked in [by(1), with_key(1), Request { rehearsal: true, ..by(1) }] {
            let mut ports = Ports::default();
            let expected = Commit {
                change: Change::Sell(basket(&[(9, 5), (1, 1), (9, 2)], total)),
                origin: asked.origin.clone(),
                made_by: asked.idempotency.clone(),
                handled: None,
                now: now(),
            };
            let answer = Ok(Committed::Now(Made::Order(order(Pending, 1))));
            if asked.rehearsal {
                let rehearse = ports.ledger.expect_rehearse().once();
                rehearse.withf(move |work| *work == expected).return_once(|_| answer);
            } else {
                let commit = ports.ledger.expect_commit().once();
                commit.withf(move |work| *work == expected).return_once(|_| answer);
            }
            let lines = request(&[(9, 5), (1, 1), (9, 2)]);
            let placed = service(ports)
                .place(asker(1), &lines, &Placing { expected_total: total, ..Placing::default() }, asked)
                .await
                .unwrap();
            assert_eq!(placed, Done::Now(order(Pending, 1)));
        }
    }
}

#[tokio::test]
async fn a_fixed_catalogue_is_asked_for_the_price_and_the_ledger_gets_an_order() {
    let mut ports = Ports::default();
    let commit = ports.ledger.expect_commit().once();
    let expected = basket(&[(9, 3)], None).priced(|_| sold(&product(9, 100))).unwrap();
    commit.withf(move |work| work.change == Change::Place(expected.clone())).returning(store);
    let service = fixed(ports, selling(&[(9, 100)]));
    let placed = service.place(asker(1), &request(&[(9, 3)]), &Placing::default(), by(1)).await.unwrap();
    assert_eq!(placed.made().total(), n(300));
}

#[tokio::test]
async fn what_is_known_of_the_customer_goes_to_the_ledger_whatever_sells() {
    let email = order::contact::Email::parse("a@b").ok();
    let contact = || Contact { email: email.clone(), ship_to: None };
    for service in [service(storing(1, None)), fixed(storing(1, None), selling(&[(9, 1999)]))] {
        let placing = Placing { contact: contact(), ..Placing::default() };
        let placed = service.place(asker(1), &request(&[(9, 3)]), &placing, by(1)).await.unwrap();
        assert_eq!(placed.made().contact(), &contact());
    }
}

#[tokio::test]
async fn placing_merges_lines_of_the_same_product_in_the_order_of_first_appearance() {
    let lines = request(&[(9, 3), (1, 1), (9, 99_000), (5, 2), (1, 1), (9, 997)]);
    let prices = selling(&[(1, 1399), (5, 10), (9, 1999)]);
    for (service, prices) in [
        (fixed(storing(1, Some(idempotency())), prices), [1999, 1399, 10]),
        (service(storing(1, Some(idempotency()))), [1999, 1999, 1999]),
    ] {
        let placed = service.place(asker(1), &lines, &Placing::default(), with_key(1)).await.unwrap();
        let Done::Now(order) = placed else { panic!("not now: {placed:?}") };
        let lines: Vec<_> = order.lines().map(|(_, line)| line.clone()).collect();
        let own = sold(&product(1, 1)).unwrap().shown;
        let line =
            |id, price, quantity| OrderProduct::new(n(id), n(price), n(quantity)).shown_as(own.clone());
        let expected = [line(9, prices[0], 100_000), line(1, prices[1], 2), line(5, prices[2], 2)];
        assert_eq!(lines, expected);
        assert_eq!((order.user(), order.ordered_at(), order.status()), (n(1), now(), Pending));
    }
}

#[tokio::test]
async fn a_fixed_price_is_that_of_the_moment_of_placing() {
    let mut prices = MockCatalogue::new();
    for price in [1999, 2099] {
        prices.expect_find().once().return_once(move |_| Ok(vec![Some(offer(product(9, price)))]));
    }
    let service = fixed(storing(2, None), prices);
    for total in [3998, 4198] {
        let placed = service.place(asker(1), &request(&[(9, 2)]), &Placing::default(), by(1)).await.unwrap();
        assert!(matches!(&placed, Done::Now(order) if order.total() == n(total)), "{placed:?}");
    }
}

#[tokio::test]
async fn another_fixed_price_than_expected_is_named_and_nothing_is_inserted() {
    for (expected, good) in [(3998, true), (3997, false), (0, false)] {
        let service = fixed(storing(usize::from(good), None), selling(&[(9, 1999)]));
        let placed = service.place(asker(1), &request(&[(9, 2)]), &costing(expected), by(1)).await;
        let (total, currency) = (n(3998), Currency::USD);
        match placed {
            Ok(Done::Now(order)) => assert!(good && order.total() == total),
            Err(OrderError::PriceChanged { total: told, currency: of }) => {
                assert_eq!((good, told, of), (false, total, currency));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn faulty_lines_are_all_named_at_their_index_and_nothing_is_inserted() {
    let too_many = Quantity::refused(100_001);
    let too_many = || LineFault { part: LinePart::Quantity(2), reason: too_many.clone() };
    let whole = |reason| LineFault { part: LinePart::Whole, reason };
    let not_sold = LineFault { part: LinePart::Product(1), reason: n::<ProductId>(4).not_for_sale() };
    for (lines, mut expected) in [
        (&[(9, 100_000), (1, 1), (9, 1)][..], vec![too_many()]),
        (&[(9, 1), (3, 1), (1, 1), (6, 1)], vec![unknown(1, 3), unknown(3, 6)]),
        (&[(3, 1), (9, 1), (9, 100_000)], vec![too_many(), unknown(0, 3)]),
        (&[(9, 1), (4, 1)], vec![not_sold]),
        (&[], vec![whole(NewOrder::refused_count(0))]),
        (
            &[(1, 1), (2, 2)],
            vec![whole(InvalidInput::new("the total", "is more than 9223372036854775807 minor units"))],
        ),
    ] {
        let prices = || {
            let mut prices = MockCatalogue::new();
            prices.expect_find().once().returning(|ids| {
                let known = [product(1, 1399), product(2, i64::MAX), retired(4), product(9, 1999)];
                let find = |id: &ProductId| known.iter().find(|known| known.id == *id).cloned().map(offer);
                Ok(ids.iter().map(find).collect())
            });
            prices
        };
        let service = || fixed(Ports::default(), prices());
        let placed = service().place(asker(1), &request(lines), &Placing::default(), by(1)).await;
        assert!(are_faults(&placed, &expected), "{lines:?}: {placed:?}");
        // Where the ledger would price them, the catalogue is read once the lines alone are wrong.
        if matches!(expected[0].part, LinePart::Quantity(_)) || lines.is_empty() {
            let ports = Ports { catalogue: prices(), ..Ports::default() };
            let placed =
                super::service(ports).place(asker(1), &request(lines), &Placing::default(), by(1)).await;
            assert!(are_faults(&placed, &expected), "{lines:?}: {placed:?}");
        }
        // How many lines there are says whoever asks.
        expected.retain(|fault| fault.part != LinePart::Whole);
        assert_eq!(service().faults(asker(1), &request(lines), &Placing::default()).await.unwrap(), expected);
    }
}

/// A product that cannot be ordered any more.
fn retired(id: i64) -> Product {
    let mut product = product(id, 1);
    product.details.active = false;
    product
}

/// What is known of a key.
#[derive(Debug, Clone, Copy)]
enum Known {
    Nothing,
    This,
    Other,
}

/// Places an order at fixed prices with a key of which this is known: by `commit` if the product is sold,
/// by `recall` if not. The other is not asked.
async fn place_again(known: Known, sold: bool) -> Result<Done<Order>, OrderError> {
    let mut ports = Ports::default();
    ports.ledger.expect_commit().times(usize::from(sold)).returning(move |_| match known {
        Known::Nothing => panic!("not asked"),
        Known::This => Ok(Committed::Before(Made::Order(order(Pending, 1)))),
        Known::Other => Err(Refused::KeyReused),
    });
    let recall = ports.ledger.expect_recall().times(usize::from(!sold));
    recall.withf(|user, key, at| (*user, key, *at) == (n(1), &idempotency(), now()));
    recall.returning(move |_, _, _| match known {
        Known::Nothing => Ok(None),
        Known::This => Ok(Some(Made::Order(order(Pending, 1)))),
        Known::Other => Err(Refused::KeyReused),
    });
    let service = fixed(ports, selling(if sold { &[(9, 1999)] } else { &[] }));
    service.place(asker(1), &request(&[(9, 7)]), &Placing::default(), with_key(1)).await
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
