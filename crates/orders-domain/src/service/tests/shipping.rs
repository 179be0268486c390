//! Parcels, plans, cancellations and contacts: who may, and what is asked of whom.

use super::*;
use crate::{
    catalogue::product::StockPolicy,
    order::contact::{ContactChange, Email},
    shipment::cancellation::CancellationReason,
    stock::{
        Level, Location,
        location::{LocationDetails, LocationName, ParcelLimits},
        movement::Held,
    },
};

mod again;
mod inputs;
mod scopes;

fn place(id: i64, code: &str, active: bool) -> Location {
    let details = LocationDetails {
        name: LocationName::parse("a place").unwrap(),
        country: "DE".parse().unwrap(),
        point: None,
        priority: n(0),
        parcel: ParcelLimits::default(),
        active,
    };
    Location { id: n(id), code: code.parse().unwrap(), details, version: Version::FIRST }
}

fn level(on_hand: i64, reserved: i64) -> Level {
    Level { on_hand, reserved, backorder_limit: 0, version: Some(Version::FIRST) }
}

/// Order 7 without any parcel: 7 pieces of product 9.
fn pending() -> Order {
    let order = order(Pending, 5).as_placed();
    assert!(order.shipments().is_empty());
    order
}

fn in_hand(scopes: Scopes) -> OwnedOrder {
    OwnedOrder { asker: User::new(n(1), scopes), order: pending(), expected: Expected::Any }
}

fn asked(location: Option<&str>) -> AskedShipment {
    AskedShipment {
        parts: vec![Part { line: 0, quantity: n(2) }],
        location: location.map(|code| code.parse().unwrap()),
        tracking: None,
        status: ShipmentStatus::Planned,
    }
}

fn email(address: &str) -> Email {
    Email::parse(address).unwrap()
}

/// Product 9 weighs 100 g.
fn heavy(policy: StockPolicy) -> MockCatalogue {
    let mut catalogue = MockCatalogue::new();
    catalogue.expect_find().returning(move |_| {
        let mut product = product(9, 1999);
        product.details.weight = Some(n(100));
        product.details.policy = policy;
        Ok(vec![Some(offer(product))])
    });
    catalogue
}

#[tokio::test]
async fn a_parcel_is_weighed_and_leaves_from_a_place_that_there_is() {
    let scopes = Scopes::NONE.with(Scope::Fulfil);
    let mut ports = Ports::default();
    let places = || vec![place(3, "MAIN", true), place(4, "OLD", false)];
    ports.stock.expect_locations().times(3).returning(move || Ok(places()));
    ports.catalogue = heavy(StockPolicy::Deny);
    ports.ledger.expect_commit().once().returning(store);
    let service = service(ports);
    let unknown = service.ship(in_hand(scopes), asked(Some("B")), by(1)).await.unwrap_err();
    assert!(matches!(&unknown, OrderError::UnknownLocation(_)), "{unknown:?}");
    assert_eq!(unknown.to_string(), "location B does not exist");
    let closed = service.ship(in_hand(scopes), asked(Some("OLD")), by(1)).await.unwrap_err();
    assert_eq!(closed.to_string(), "location OLD is not active, and nothing leaves from there");
    let done = service.ship(in_hand(scopes), asked(Some("MAIN")), by(1)).await.unwrap();
    let parcel = &done.made().shipments()[0];
    assert_eq!((parcel.weight, parcel.from.as_ref().unwrap().id), (Some(200), n(3)));
}

/// A shop in which order 7 holds 5 pieces at A, others 2; B has 9 and is closed; C has 3, of which others hold 2.
fn shop(ports: &mut Ports) {
    ports.catalogue = heavy(StockPolicy::Deny);
    let places = || vec![place(1, "A", true), place(2, "B", false), place(3, "C", true)];
    ports.stock.expect_locations().returning(move || Ok(places()));
    ports.stock.expect_standing().returning(|order, products| {
        assert_eq!((order, products), (n(7), [n(9)].as_slice()));
        let held = |location, quantity| Held {
            line: 0,
            product: n(9),
            location: n(location),
            quantity,
            since: n(1),
            later: 0,
        };
        let levels = [(1, level(4, 7)), (2, level(9, 0)), (3, level(3, 2))];
        let levels = levels.map(|(place, level)| (n(9), n(place), level));
        Ok(Standing { held: vec![held(1, 5), held(3, 2)], levels: levels.to_vec() })
    });
}

#[tokio::test]
async fn what_is_on_hand_and_not_held_by_others_is_planned_from_active_places() {
    let mut ports = Ports::default();
    shop(&mut ports);
    ports.ledger.expect_commit().once().returning(store);
    let (done, proposal) =
        service(ports).plan(in_hand(Scopes::NONE.with(Scope::Fulfil)), by(1)).await.unwrap();
    // Of A there are 4 - 7 + 5 = 2, of C 3 - 2 + 2 = 3.
    let parcels: Vec<_> = proposal
        .parcels
        .iter()
        .map(|parcel| {
            (parcel.from.as_ref().unwrap().code.as_str(), parcel.parts[0].quantity.get(), parcel.weight)
        })
        .collect();
    assert_eq!(parcels, [("A", 2, Some(200)), ("C", 3, Some(300))]);
    assert_eq!(proposal.unplaced, [Part { line: 0, quantity: n(2) }]);
    let stored: Vec<_> = done.made().shipments().iter().map(|parcel| parcel.status).collect();
    assert_eq!(stored, [ShipmentStatus::Planned; 2]);
}

#[tokio::test]
async fn a_plan_whose_stock_goes_elsewhere_is_made_again() {
    let mut ports = Ports::default();
    shop(&mut ports);
    let mut first = true;
    ports.ledger.expect_commit().times(2).returning(move |work| {
        if std::mem::take(&mut first) {
            let gone = stock::settling::NotOnHand::Held {
                product: n(9),
                location: "C".parse().unwrap(),
                unheld: 0,
                wanted: 1,
            };
            return Err(Refused::NotOnHand(gone));
        }
        store(work)
    });
    ports.orders.expect_find().once().returning(|_| Ok(Some(pending())));
    let planned = service(ports).plan(in_hand(Scopes::NONE.with(Scope::Fulfil)), by(1)).await;
    assert!(planned.is_ok(), "{planned:?}");
}

#[tokio::test]
async fn a_plan_that_was_made_before_is_told_from_its_event() {
    let key = || Request { idempotency: Some(idempotency()), ..by(1) };
    let mut ports = Ports::default();
    shop(&mut ports);
    let before = || {
        let parcel = NewShipment {
            status: ShipmentStatus::Planned,
            from: None,
            tracking: None,
            weight: Some(7),
            parts: vec![Part { line: 0, quantity: n(7) }],
            reasons: Vec::new(),
        };
        let proposal =
            Proposal { parcels: vec![parcel], unplaced: Vec::new(), exact: false, alternatives: Vec::new() };
        let Ok(Step::Changed(changed)) = pending().plan(proposal, now()) else { panic!("nothing changes") };
        *changed
    };
    ports
        .ledger
        .expect_commit()
        .once()
        .returning(move |_| Ok(Committed::Before(Made::Order(before().into_order()))));
    ports.feed.expect_events().once().returning(move |filter, after, _| {
        assert_eq!((filter.from, after), (Some(n(2)), None));
        let changed = before();
        let event = Event {
            id: n(1),
            subject: Subject::Order(n(7)),
            version: changed.order().version(),
            at: now(),
            origin: Actor::User(n(1)).into(),
            marketplace: None,
            what: What::Order(changed.what().clone()),
        };
        Ok(EventPage { events: vec![event], cursor: None, more: false, last: None })
    });
    let (done, proposal) =
        service(ports).plan(in_hand(Scopes::NONE.with(Scope::Fulfil)), key()).await.unwrap();
    assert!(matches!(done, Done::Before(_)));
    assert_eq!((proposal.parcels[0].weight, proposal.exact), (Some(7), false));
}

#[tokio::test]
async fn nothing_open_plans_nothing_and_an_ended_order_is_not_planned() {
    let scopes = Scopes::NONE.with(Scope::Fulfil);
    let hand = |order| OwnedOrder { asker: User::new(n(1), scopes), order, expected: Expected::Any };
    let service = service(Ports::default());
    // All of it is in a parcel.
    let (done, proposal) = service.plan(hand(order(Processing, 5)), by(1)).await.unwrap();
    assert_eq!((done.made().version(), proposal.parcels.len(), proposal.exact), (n(5), 0, true));
    for ended in [Delivered, Cancelled] {
        let refused = service.plan(hand(order(ended, 5)), by(1)).await.unwrap_err();
        assert_eq!(refused.to_string(), format!("the order is {ended} and cannot be planned"));
    }
}

#[tokio::test]
async fn what_is_said_of_the_customer_changes_and_the_rest_stays() {
    let mut ports = Ports::default();
    ports.ledger.expect_commit().times(3).returning(store);
    let service = service(ports);
    let mut order = pending();
    for (change, expected) in [
        (ContactChange { email: Patch::Set(email("a@b")), ship_to: Patch::Keep }, Some(email("a@b"))),
        (ContactChange { email: Patch::Keep, ship_to: Patch::Clear }, Some(email("a@b"))),
        (ContactChange { email: Patch::Set(email("c@d")), ship_to: Patch::Keep }, Some(email("c@d"))),
        (ContactChange { email: Patch::Clear, ship_to: Patch::Keep }, None),
    ] {
        let asked = OwnedOrder { asker: asker(1), order, expected: Expected::Any };
        let done = service.reach(asked, change, by(1)).await.unwrap();
        assert_eq!(done.made().contact().email, expected);
        order = done.made().clone();
    }
}

#[tokio::test]
async fn a_note_stands_with_its_cancellation_and_not_in_what_is_told() {
    let mut ports = Ports::default();
    let commit = ports.ledger.expect_commit().once();
    commit.withf(|work| {
        let Change::Order(changed) = &work.change else { return false };
        matches!(changed.what(), Happening::PartiallyCancelled { number: 1, .. })
            && !format!("{:?}", changed.what()).contains("note")
    });
    commit.returning(store);
    let said = shipment::cancellation::Note::parse("Ada has moved").ok();
    let unwanted = (CancellationReason::Customer, vec![Part { line: 0, quantity: n(1) }], said.clone());
    let asked = in_hand(Scopes::NONE.with(Scope::Cancel));
    let done = service(ports).cancel_parts(asked, unwanted, by(1)).await.unwrap();
    assert_eq!(done.made().cancellations()[0].note, said);
}
