//! An order as it is placed.

use super::*;

#[test]
fn the_total_is_the_sum_of_price_times_quantity() {
    for (lines, total) in [
        (&[(1999, 7), (1399, 1)][..], 15_392),
        (&[(0, 100_000)], 0),
        (&[(i64::MAX, 1)], i64::MAX),
        (&[(i64::MAX - 2, 1), (1, 2)], i64::MAX),
    ] {
        assert_eq!(placed(lines).total().minor_units(), total, "{lines:?}");
    }
}

#[test]
fn a_total_past_the_range_is_refused() {
    for lines in [&[(i64::MAX, 2)][..], &[(i64::MAX, 1), (1, 1)], &[(i64::MAX / 100_000 + 1, 100_000)]] {
        assert_eq!(
            new_order(lines),
            Err(InvalidInput::new("the total", "is more than 9223372036854775807 minor units")),
            "{lines:?}"
        );
    }
}

#[test]
fn an_order_has_1_to_100_lines() {
    for (count, good) in [(0, false), (1, true), (100, true), (101, false)] {
        let expected = if good { Ok(count) } else { Err(NewOrder::refused_count(count)) };
        assert_eq!(new_order(&vec![(1, 1); count]).map(|order| order.lines().len()), expected);
        let stored = record(Pending, None);
        let stored = OrderRecord { lines: vec![stored.lines[0].clone(); count], ..stored };
        assert_eq!(Order::restore(stored).map(|order| order.lines().len()), expected);
    }
}

#[test]
fn prices_in_two_currencies_are_refused() {
    let euro: Currency = "EUR".parse().unwrap();
    let mut picked = picks(&[(1, 1), (2, 1)]);
    picked[1].0.details.currency = euro;
    let refused = NewOrder::new(n(1), &picked, at(0));
    let message = "the products are priced in USD and EUR, but an order has one currency";
    assert_eq!(refused.unwrap_err().to_string(), message);
    picked[0].0.details.currency = euro;
    assert_eq!(NewOrder::new(n(1), &picked, at(0)).map(|order| *order.currency()), Ok(euro));
}

#[test]
fn times_are_cut_to_milliseconds() {
    for micros in [0, 1, 999] {
        let order = NewOrder::new(n(1), &picks(&[(1, 1)]), at(micros)).unwrap().with_id(n(1));
        assert_eq!((order.ordered_at(), order.updated_at()), (at(0), at(0)));
        let order = order.advance(Processing, at(5000 + micros)).unwrap().into_order();
        assert_eq!((order.ordered_at(), order.updated_at()), (at(0), at(5000)));
    }
}

#[test]
fn an_order_is_placed_no_earlier_than_the_newest_one() {
    for (newest, expected) in [(-1000, 0), (0, 0), (1000, 1000)] {
        let order = new_order(&[(1, 1)]).unwrap().not_before(at(newest)).with_id(n(1));
        assert_eq!((order.ordered_at(), order.updated_at()), (at(expected), at(expected)));
    }
}

#[test]
fn a_new_order_is_pending_at_the_first_version_with_lines_numbered_in_its_own_block() {
    let order = placed(&[(1999, 7), (1399, 1)]);
    assert_eq!((order.id().get(), order.user(), order.currency), (7, n(1), Currency::USD));
    assert_eq!((order.status(), order.version(), order.tracking()), (Pending, Version::FIRST, None));
    let lines: Vec<_> = order.lines().map(|(id, line)| (id.get(), line.clone())).collect();
    assert!(lines.iter().all(|(_, line)| line.shown().unwrap().name.as_str() == "a thing"));
    let own = lines[0].1.shown().cloned().map(Arc::new).unwrap();
    let line = |id, price, quantity| OrderProduct::new(n(id), n(price), n(quantity)).shown_as(own.clone());
    assert_eq!(lines, [(601, line(1, 1999, 7)), (602, line(2, 1399, 1))]);
}
