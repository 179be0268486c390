//! Changes of products, places and stock.

use super::*;
use crate::service::changing::TRIES;

/// Expects so many commits of a change of product 9 as it was seen at this version, which makes it cost
/// this.
fn reprice(ports: &mut Ports, times: usize, seen: i64, price: i64, answer: Answer) {
    let commit = ports.ledger.expect_commit().times(times).withf(move |work| {
        let is_it = |changed: &catalogue::product::ChangedProduct| {
            let product = changed.product();
            (changed.seen(), product.version, product.details.price) == (n(seen), n(seen + 1), n(price))
        };
        work.now == now() && matches!(&work.change, Change::Product(changed) if is_it(changed))
    });
    commit.returning(answer);
}

/// The same of place `MAIN`.
fn put_back(ports: &mut Ports, times: usize, seen: i64, priority: i64, answer: Answer) {
    let commit = ports.ledger.expect_commit().times(times).withf(move |work| {
        matches!(&work.change, Change::Location(changed)
            if (changed.seen(), changed.location().details.priority) == (n(seen), n(priority)))
    });
    commit.returning(answer);
}

#[tokio::test]
async fn a_change_of_a_product_that_lost_a_race_is_decided_again_on_what_won() {
    let mut ports = with_lamps(&[(5, 100), (6, 200)]);
    reprice(&mut ports, 1, 5, 101, |_| Err(Refused::Stale));
    reprice(&mut ports, 1, 6, 201, changed);
    let expected = Expected::Any;
    let done = service(ports).keeping().change_product(staff(), n(9), &expected, dearer, by(1)).await;
    assert_eq!(done.unwrap(), Done::Now(lamp(7, 201)));
}

#[tokio::test]
async fn a_change_of_a_place_that_lost_a_race_is_decided_again_on_what_won() {
    let mut ports = with_halls(&[(5, 10), (6, 20)]);
    put_back(&mut ports, 1, 5, 11, |_| Err(Refused::Stale));
    put_back(&mut ports, 1, 6, 21, changed);
    let (at, expected) = (code("MAIN"), only(&[5, 6]));
    let done = service(ports).keeping().change_location(staff(), &at, &expected, further, by(1)).await;
    assert_eq!(done.unwrap(), Done::Now(hall(7, 21)));
}

#[tokio::test]
async fn what_won_a_race_is_left_alone_at_another_version_than_expected() {
    let mut ports = with_lamps(&[(5, 100), (6, 200)]);
    reprice(&mut ports, 1, 5, 101, |_| Err(Refused::Stale));
    let error = service(ports).keeping().change_product(staff(), n(9), &only(&[5]), dearer, by(1)).await;
    assert!(matches!(error, Err(KeepingError::Changed)), "{error:?}");
    let mut ports = with_halls(&[(5, 10), (6, 20)]);
    put_back(&mut ports, 1, 5, 11, |_| Err(Refused::Stale));
    let at = code("MAIN");
    let error = service(ports).keeping().change_location(staff(), &at, &only(&[5]), further, by(1)).await;
    assert!(matches!(error, Err(KeepingError::Changed)), "{error:?}");
}

#[tokio::test]
async fn a_change_that_always_loses_gives_up_as_busy() {
    let mut ports = with_lamps(&[]);
    ports.catalogue.expect_find().times(TRIES).returning(|_| Ok(vec![Some(offer(lamp(5, 1)))]));
    ports.stock.expect_locations().times(TRIES).returning(|| Ok(vec![hall(5, 1)]));
    ports.ledger.expect_commit().times(2 * TRIES).returning(|_| Err(Refused::Stale));
    let keeping = service(ports).keeping();
    let busy = keeping.change_product(staff(), n(9), &Expected::Any, dearer, by(1)).await;
    assert!(matches!(busy, Err(KeepingError::Unavailable(PortError::Busy))), "{busy:?}");
    let busy = keeping.change_location(staff(), &code("MAIN"), &Expected::Any, further, by(1)).await;
    assert!(matches!(busy, Err(KeepingError::Unavailable(PortError::Busy))), "{busy:?}");
}

#[tokio::test]
async fn a_product_or_a_place_that_is_not_there_is_not_changed() {
    let mut ports = with_halls(&[(5, 10)]);
    ports.catalogue.expect_find().once().returning(|_| Ok(vec![None]));
    let keeping = service(ports).keeping();
    let error = keeping.change_product(staff(), n(9), &Expected::Any, dearer, by(1)).await;
    assert!(matches!(error, Err(KeepingError::UnknownProduct(_))), "{error:?}");
    let error = keeping.change_location(staff(), &code("AWAY"), &Expected::Any, further, by(1)).await;
    let unknown = Location::unknown(&code("AWAY"));
    assert!(matches!(&error, Err(KeepingError::UnknownLocation(reason)) if *reason == unknown), "{error:?}");
}

/// Changes nothing, or something at another version than it is at, with a key that has done this or
/// nothing.
async fn ask_again(is_known: bool, expected: Expected) -> [Result<i64, KeepingError>; 2] {
    let mut ports = with_lamps(&[(5, 100)]);
    ports.stock.expect_locations().once().returning(|| Ok(vec![hall(5, 10)]));
    let is_key = |user: &UserId, key: &Idempotency, at: &DateTime<Utc>| {
        (*user, key, *at) == (n(1), &idempotency(), now())
    };
    for made in [Made::Product(lamp(2, 7)), Made::Location(hall(2, 7))] {
        let recall = ports.ledger.expect_recall().once().withf(is_key);
        recall.return_once(move |_, _, _| Ok(is_known.then_some(made)));
    }
    let keeping = service(ports).keeping();
    let product = keeping.change_product(staff(), n(9), &expected, |same| same, with_key(1)).await;
    let place = keeping.change_location(staff(), &code("MAIN"), &expected, |same| same, with_key(1)).await;
    let told = |done: Done<i64>| match done {
        Done::Now(version) => version,
        Done::Before(version) => -version,
    };
    let product = product.map(|done| match done {
        Done::Now(product) => Done::Now(product.version.get()),
        Done::Before(product) => Done::Before(product.version.get()),
    });
    let place = place.map(|done| match done {
        Done::Now(place) => Done::Now(place.version.get()),
        Done::Before(place) => Done::Before(place.version.get()),
    });
    [product.map(told), place.map(told)]
}

#[tokio::test]
async fn a_retry_is_answered_as_then_whatever_has_become_of_the_thing_and_its_tag() {
    for expected in [Expected::Any, only(&[5]), only(&[4]), only(&[])] {
        for answer in ask_again(true, expected).await {
            assert_eq!(answer.unwrap(), -2);
        }
    }
}

#[tokio::test]
async fn an_unknown_key_hides_no_refusal_and_a_no_op_keeps_none() {
    for answer in ask_again(false, only(&[5])).await {
        assert_eq!(answer.unwrap(), 5);
    }
    for answer in ask_again(false, only(&[4])).await {
        assert!(matches!(answer, Err(KeepingError::Changed)), "{answer:?}");
    }
}

#[tokio::test]
async fn what_is_asked_for_goes_to_the_ledger_with_its_key_and_its_origin_or_is_rehearsed() {
    for (rehearsal, is_known) in [(false, false), (false, true), (true, false)] {
        let asked = || Request { rehearsal, ..with_key(1) };
        let expect = |change: Change, made: Made| {
            let mut ports = with_lamps(&[]);
            let Request { origin, idempotency: made_by, .. } = asked();
            let expected = Commit { change, origin, made_by, handled: None, now: now() };
            let is_it = move |work: &Commit| *work == expected;
            let made = if is_known { Committed::Before(made) } else { Committed::Now(made) };
            if rehearsal {
                ports.ledger.expect_rehearse().once().withf(is_it).return_once(|_| Ok(made));
            } else {
                ports.ledger.expect_commit().once().withf(is_it).return_once(|_| Ok(made));
            }
            service(ports).keeping()
        };
        let keeping = expect(Change::NewProduct(new_product()), Made::Product(lamp(1, 1999)));
        let done = keeping.create_product(staff(), new_product(), asked()).await.unwrap();
        assert_eq!(done, if is_known { Done::Before(lamp(1, 1999)) } else { Done::Now(lamp(1, 1999)) });
        let keeping = expect(Change::NewLocation(new_location()), Made::Location(hall(1, 0)));
        let done = keeping.create_location(staff(), new_location(), asked()).await.unwrap();
        assert_eq!(done, if is_known { Done::Before(hall(1, 0)) } else { Done::Now(hall(1, 0)) });
        let keeping = expect(Change::Stock(received()), Made::Stock(kept()));
        let done = keeping.keep(staff(), received(), asked()).await.unwrap();
        assert_eq!(done, if is_known { Done::Before(kept()) } else { Done::Now(kept()) });
    }
}

#[tokio::test]
async fn a_product_is_priced_in_the_currency_of_the_shop() {
    let yen = |details: ProductDetails| ProductDetails { currency: "JPY".parse().unwrap(), ..details };
    let mut ports = with_lamps(&[(5, 100)]);
    let commit = ports.ledger.expect_commit().once();
    commit.withf(|work| work.change == Change::NewProduct(new_product()));
    commit.return_once(|_| Ok(Committed::Now(Made::Product(lamp(1, 1999)))));
    let keeping = service(ports).keeping();
    assert_eq!(keeping.currency(), Currency::USD);
    let new = NewProduct { details: yen(new_product().details), ..new_product() };
    assert!(keeping.create_product(staff(), new, by(1)).await.is_ok());
    // Nothing else changes, so nothing does.
    let done = keeping.change_product(staff(), n(9), &Expected::Any, yen, by(1)).await.unwrap();
    assert_eq!(done, Done::Now(lamp(5, 100)));
}

#[tokio::test]
async fn a_list_that_is_fixed_is_not_changed_and_nothing_is_kept_beside_it() {
    let keeping = fixed(Ports::default(), MockCatalogue::new()).keeping();
    let (any, at) = (Expected::Any, code("MAIN"));
    for error in [
        keeping.create_product(staff(), new_product(), with_key(1)).await.err(),
        keeping.change_product(staff(), n(9), &any, dearer, with_key(1)).await.err(),
        keeping.create_location(staff(), new_location(), with_key(1)).await.err(),
        keeping.change_location(staff(), &at, &any, further, with_key(1)).await.err(),
        keeping.keep(staff(), received(), with_key(1)).await.err(),
    ] {
        assert!(matches!(error, Some(KeepingError::Fixed)), "{error:?}");
    }
}

#[tokio::test]
async fn a_ledger_that_made_something_else_is_corrupt() {
    let mut ports = with_lamps(&[]);
    let made = || Ok(Committed::Now(Made::Order(order(Pending, 1))));
    ports.ledger.expect_commit().times(3).returning(move |_| made());
    ports.ledger.expect_recall().once().returning(|_, _, _| Ok(Some(Made::Stock(kept()))));
    let keeping = service(ports).keeping();
    for error in [
        keeping.create_product(staff(), new_product(), by(1)).await.err(),
        keeping.create_location(staff(), new_location(), by(1)).await.err(),
        keeping.keep(staff(), received(), by(1)).await.err(),
        keeping.recalled::<Product>(staff(), &with_key(1)).await.err(),
    ] {
        assert!(matches!(error, Some(KeepingError::Unavailable(PortError::Corrupt(_)))), "{error:?}");
    }
}

#[tokio::test]
async fn a_key_that_stands_for_another_request_is_said_before_the_refusal() {
    let mut ports = with_lamps(&[(5, 100)]);
    ports.ledger.expect_recall().once().returning(|_, _, _| Err(Refused::KeyReused));
    let keeping = service(ports).keeping();
    let reused = keeping.change_product(staff(), n(9), &only(&[4]), dearer, with_key(1)).await;
    assert!(matches!(reused, Err(KeepingError::KeyReused)), "{reused:?}");
    // Without a key nobody is asked.
    assert!(matches!(keeping.recalled::<Product>(staff(), &by(1)).await, Ok(None)));
}
