//! Keys, races and dry runs.

use super::*;

fn hand(order: Order) -> OwnedOrder {
    OwnedOrder { asker: User::new(n(1), Scopes::ALL), order, expected: Expected::Any }
}

/// Ports of a shop whose ledger is not asked to store anything, and says so many times what the key has done.
fn recalling(times: usize, made: Option<Order>) -> Ports {
    let mut ports = Ports::default();
    shop(&mut ports);
    let recall = ports.ledger.expect_recall().times(times);
    recall.withf(|user, key, at| (*user, key, *at) == (n(1), &idempotency(), now()));
    recall.returning(move |_, _, _| Ok(made.clone().map(Made::Order)));
    ports
}

/// What each use case answers where it would be refused or change nothing, asked with a key.
async fn ask_again(service: &OrderService) -> Vec<(&'static str, Result<Done<Order>, OrderError>)> {
    let (sent, ended) = (|| order(Shipped, 5), || order(Delivered, 5));
    let back = ShipmentChange { status: Some(ShipmentStatus::Planned), ..ShipmentChange::default() };
    let same = ShipmentChange::default();
    let unwanted = || (CancellationReason::Other, vec![Part { line: 0, quantity: n(1) }], None);
    let stale = || hand(pending()).only_if(Expected::OneOf(vec![n(4)]));
    let contact = ContactChange::default;
    vec![
        ("nothing open", service.ship(hand(sent()), asked(None), with_key(1)).await),
        ("unknown place", service.ship(hand(pending()), asked(Some("X")), with_key(1)).await),
        ("changed", service.ship(stale(), asked(None), with_key(1)).await),
        ("called back", service.change_shipment(hand(sent()), n(1), back, with_key(1)).await),
        ("no parcel", service.change_shipment(hand(sent()), n(2), same.clone(), with_key(1)).await),
        ("no other parcel", service.change_shipment(hand(sent()), n(1), same, with_key(1)).await),
        ("out", service.cancel_parts(hand(sent()), unwanted(), with_key(1)).await),
        ("ended", service.cancel_parts(hand(ended()), unwanted(), with_key(1)).await),
        ("not reached", service.reach(hand(sent()), contact(), with_key(1)).await),
        ("reached so", service.reach(hand(pending()), contact(), with_key(1)).await),
    ]
}

#[tokio::test]
async fn what_a_key_has_done_is_told_before_anything_is_refused() {
    let then = order(Processing, 3);
    let service = service(recalling(10, Some(then.clone())));
    for (what, answer) in ask_again(&service).await {
        assert_eq!(answer.unwrap(), Done::Before(then.clone()), "{what}");
    }
}

#[tokio::test]
async fn an_unknown_key_hides_no_refusal() {
    let service = service(recalling(10, None));
    for (what, answer) in ask_again(&service).await {
        let is_it = match &answer {
            Ok(done) => matches!(done, Done::Now(_)) && ["no other parcel", "reached so"].contains(&what),
            Err(OrderError::UnknownLocation(_)) => what == "unknown place",
            Err(OrderError::Changed) => what == "changed",
            Err(OrderError::NotAllowed(_)) => !["unknown place", "changed"].contains(&what),
            Err(_) => false,
        };
        assert!(is_it, "{what}: {answer:?}");
    }
}

#[tokio::test]
async fn a_key_that_stands_for_another_request_is_said_before_the_refusal() {
    let mut ports = Ports::default();
    shop(&mut ports);
    ports.ledger.expect_recall().times(11).returning(|_, _, _| Err(Refused::KeyReused));
    let service = service(ports);
    let planned = service.plan(hand(order(Delivered, 5)), with_key(1)).await.map(|(done, _)| done);
    for (what, answer) in ask_again(&service).await.into_iter().chain([("plan", planned)]) {
        assert!(matches!(answer, Err(OrderError::KeyReused)), "{what}: {answer:?}");
    }
}

#[tokio::test]
async fn a_plan_is_told_again_before_it_is_refused_or_changes_nothing() {
    let proposal =
        Proposal { parcels: Vec::new(), unplaced: Vec::new(), exact: true, alternatives: Vec::new() };
    let first =
        Happening::Planned { first: n(1), proposal: proposal.into(), fulfillment: Fulfillment::Shipped };
    let stale = hand(pending()).only_if(Expected::OneOf(vec![n(4)]));
    for asked in [stale, hand(order(Delivered, 5)), hand(order(Processing, 5))] {
        let mut ports = recalling(1, Some(order(Processing, 3)));
        let what = What::Order(first.clone());
        let (origin, subject) = (Actor::System.into(), Subject::Order(n(7)));
        let event = Event { id: n(9), subject, version: n(3), at: now(), origin, marketplace: None, what };
        let events = ports.feed.expect_events().once();
        events
            .withf(|filter, _, _| *filter == EventFilter { from: Some(n(3)), ..EventFilter::of_order(n(7)) });
        events.return_once(|_, _, _| {
            Ok(EventPage { events: vec![event], cursor: None, more: false, last: None })
        });
        let (done, told) = service(ports).plan(asked, with_key(1)).await.unwrap();
        assert_eq!((done, told.exact), (Done::Before(order(Processing, 3)), true));
    }
    // Its event may come after it.
    let mut ports = recalling(1, Some(order(Processing, 3)));
    let nothing = || Ok(EventPage { events: Vec::new(), cursor: None, more: false, last: None });
    ports.feed.expect_events().once().returning(move |_, _, _| nothing());
    let busy = service(ports).plan(hand(order(Delivered, 5)), with_key(1)).await;
    assert!(matches!(busy, Err(OrderError::Unavailable(PortError::Busy))), "{busy:?}");
}

fn gone() -> Refused {
    let location = "C".parse().unwrap();
    Refused::NotOnHand(stock::settling::NotOnHand::Held { product: n(9), location, unheld: 0, wanted: 1 })
}

#[tokio::test]
async fn a_plan_whose_stock_always_goes_elsewhere_gives_up_and_says_what_is_missing() {
    for (refusal, expected) in
        [(gone as fn() -> Refused, "NotOnHand"), (|| Refused::Stale, "Unavailable(Busy)")]
    {
        let mut ports = Ports::default();
        shop(&mut ports);
        ports.ledger.expect_commit().times(16).returning(move |_| Err(refusal()));
        ports.orders.expect_find().times(16).returning(|_| Ok(Some(pending())));
        let error = service(ports).plan(hand(pending()), by(1)).await.unwrap_err();
        assert!(format!("{error:?}").starts_with(expected), "{error:?}");
    }
}

#[tokio::test]
async fn a_plan_that_lost_a_race_is_decided_again_on_what_won() {
    for (newest, expected) in [
        (Some(order(Cancelled, 6)), "the order is cancelled and cannot be planned"),
        (Some(order(Pending, 6)), "the order has changed since"),
        (None, "the order does not exist or belongs to somebody else"),
    ] {
        let mut ports = Ports::default();
        shop(&mut ports);
        ports.ledger.expect_commit().once().returning(|_| Err(Refused::Stale));
        let seen = pending();
        let versions = if expected.contains("changed") { vec![n(1)] } else { vec![n(1), n(6)] };
        assert_eq!(seen.version(), n(1));
        ports.orders.expect_find().once().return_once(move |_| Ok(newest));
        let asked = hand(seen).only_if(Expected::OneOf(versions));
        assert_eq!(service(ports).plan(asked, by(1)).await.unwrap_err().to_string(), expected);
    }
}

#[tokio::test]
async fn another_refusal_ends_the_planning() {
    let mut ports = Ports::default();
    shop(&mut ports);
    ports.ledger.expect_commit().once().returning(|_| Err(Refused::KeyReused));
    let reused = service(ports).plan(hand(pending()), with_key(1)).await;
    assert!(matches!(reused, Err(OrderError::KeyReused)), "{reused:?}");
}

#[tokio::test]
async fn a_dry_run_plans_and_stores_nothing() {
    let mut ports = Ports::default();
    shop(&mut ports);
    ports.ledger.expect_rehearse().times(2).returning(store);
    let service = service(ports).observed_by(Arc::new(MockObserver::new()));
    let dry = || Request { rehearsal: true, ..by(1) };
    let (done, proposal) = service.plan(hand(pending()), dry()).await.unwrap();
    assert_eq!((done.made().shipments().len(), proposal.parcels.len()), (2, 2));
    let all = AskedShipment { parts: Vec::new(), status: ShipmentStatus::Shipped, ..asked(None) };
    let done = service.ship(hand(pending()), all, dry()).await.unwrap();
    assert_eq!((done.made().status(), done.made().shipments()[0].weight), (Shipped, Some(700)));
}

#[tokio::test]
async fn an_order_that_becomes_shipped_by_its_last_parcel_is_counted_once() {
    let mut ports = Ports::default();
    shop(&mut ports);
    ports.ledger.expect_commit().times(3).returning(store);
    let mut observer = MockObserver::new();
    for status in [Processing, Shipped] {
        observer.expect_status_reached().once().withf(move |told| *told == status).return_const(());
    }
    let service = service(ports).observed_by(Arc::new(observer));
    // Being planned is not another status.
    let (planned, _) = service.plan(hand(pending()), by(1)).await.unwrap();
    assert_eq!(planned.made().status(), Pending);
    let some = AskedShipment { status: ShipmentStatus::Shipped, ..asked(None) };
    let first = service.ship(hand(pending()), some.clone(), by(1)).await.unwrap().made().clone();
    let all = AskedShipment { parts: Vec::new(), ..some };
    let last = service.ship(hand(first), all, by(1)).await.unwrap();
    assert_eq!(last.made().status(), Shipped);
}
