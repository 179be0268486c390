//! Parcels, cancellations and contacts: what is stored of them, and what they do to stock.

use orders_domain::{
    NewShipment, Order, OrderId, OrderStatus, Part, ProductId, Proposal, SentFrom, ShipmentChange,
    ShipmentStatus, Step, Storage,
    catalogue::product::StockPolicy,
    order::contact::{Address, AddressLine, City, Contact, Email, Recipient},
    ports::{Change, Commit, Committed},
    shipment::{
        cancellation::{CancellationReason, Note},
        planner::{Reason, ReasonCode},
    },
};

use super::{
    books::{self, assert_balanced},
    common::{at, changing, key, n, parcel},
    shop::{location, now, order, pieces, refused, sell, stocked},
};

/// So many pieces of a line, by its position.
pub fn part(line: u8, pieces: i64) -> Part {
    Part { line, quantity: n(pieces) }
}

/// A parcel that is planned or sent at once.
pub fn new_parcel(status: ShipmentStatus, from: Option<SentFrom>, parts: Vec<Part>) -> NewShipment {
    NewShipment { status, from, tracking: None, weight: None, parts, reasons: Vec::new() }
}

/// The place of this code.
pub async fn from(shop: &Storage, code: &str) -> SentFrom {
    let places = shop.stock.locations().await.unwrap();
    let found = places.into_iter().find(|place| place.code.as_str() == code).unwrap();
    SentFrom { id: found.id, code: found.code }
}

fn contact() -> Contact {
    let address = Address {
        name: Recipient::parse("Ada \"L\"").unwrap(),
        lines: vec![AddressLine::parse("12 St James's Square").unwrap()],
        city: City::parse("Łódź").unwrap(),
        postal_code: None,
        region: None,
        country: "PL".parse().unwrap(),
        point: None,
    };
    Contact { email: Email::parse("ada@example.org").ok(), ship_to: Some(Box::new(address)) }
}

/// The order as it is now.
pub async fn find(shop: &Storage, id: OrderId) -> Order {
    shop.orders.find(id).await.unwrap().unwrap()
}

/// What becomes of an order as it is now.
pub async fn make(shop: &Storage, id: OrderId, change: impl FnOnce(Order) -> Step) -> Order {
    let step = change(find(shop, id).await);
    order(now(shop.ledger.commit(changing(step, None)).await))
}

pub fn ship(status: ShipmentStatus, from: Option<SentFrom>, parts: Vec<Part>) -> impl Fn(Order) -> Step {
    move |order| order.ship(new_parcel(status, from.clone(), parts.clone()), at(10)).unwrap()
}

pub fn become_it(number: i64, status: ShipmentStatus) -> impl Fn(Order) -> Step {
    let change = ShipmentChange { status: Some(status), ..ShipmentChange::default() };
    move |order| order.change_shipment(n(number), &change, at(20)).unwrap()
}

pub fn cancel(parts: Vec<Part>) -> impl Fn(Order) -> Step {
    let note = Note::parse("said Ada").unwrap();
    move |order| {
        order.cancel_parts(CancellationReason::Customer, parts.clone(), Some(note.clone()), at(30)).unwrap()
    }
}

/// One change of each kind that is done to parcels, to what is not wanted, and to contacts.
pub async fn one_of_each_kind(shop: &Storage, product: ProductId) -> Vec<Commit> {
    let mut all = Vec::new();
    let reason = Reason {
        code: ReasonCode::FewestParcels,
        detail: "\"all\" of it".to_owned(),
        limit: None,
        value: Some(1),
    };
    let mut planned = new_parcel(ShipmentStatus::Planned, Some(from(shop, "MAIN").await), vec![part(0, 1)]);
    planned.reasons.push(reason);
    let proposal = Proposal {
        parcels: vec![planned],
        unplaced: vec![part(0, 1)],
        exact: true,
        alternatives: Vec::new(),
    };
    let parcelled = sell(shop, &[(product, 1)]).await.id();
    make(shop, parcelled, ship(ShipmentStatus::Planned, None, Vec::new())).await;
    let kinds: [Box<dyn Fn(Order) -> Step>; 5] = [
        Box::new(|order| order.track(parcel("7"), at(10)).unwrap()),
        Box::new(ship(ShipmentStatus::Shipped, None, vec![part(0, 1)])),
        Box::new(cancel(vec![part(0, 1)])),
        Box::new(|order| order.reach(contact(), at(10)).unwrap()),
        Box::new(move |order| order.plan(proposal.clone(), at(10)).unwrap()),
    ];
    for kind in kinds {
        let placed = sell(shop, &[(product, 2)]).await;
        all.push(changing(kind(placed), None));
    }
    let parcelled = find(shop, parcelled).await;
    all.push(changing(become_it(1, ShipmentStatus::Shipped)(parcelled), None));
    all
}

pub async fn everything_of_parcels_and_cancellations_is_stored_and_lists_show_nothing_personal(
    shop: Storage,
) {
    let product = stocked(&shop, StockPolicy::Deny, 50).await;
    for work in one_of_each_kind(&shop, product).await {
        let made = order(now(shop.ledger.commit(work).await));
        assert_eq!(find(&shop, made.id()).await, made);
        let listed = books::orders(&shop).await.remove(&made.id());
        assert_eq!(listed, Some(made.without_contact()));
    }
    let placed = sell(&shop, &[(product, 3), (n(2), 2)]).await;
    let weighed = move |order: Order| {
        let mut parcel = new_parcel(ShipmentStatus::Planned, None, vec![part(0, 1), part(1, 2)]);
        (parcel.weight, parcel.tracking) = (Some(i64::MAX), Some(super::common::parcel("'; --")));
        order.ship(parcel, at(10)).unwrap()
    };
    let made = make(&shop, placed.id(), weighed).await;
    assert_eq!(find(&shop, made.id()).await, made);
    for status in [ShipmentStatus::Shipped, ShipmentStatus::Delivered] {
        let made = make(&shop, placed.id(), become_it(1, status)).await;
        assert_eq!(find(&shop, made.id()).await, made);
    }
    assert_balanced(&shop).await;
}

pub async fn an_order_is_as_it_was_at_each_of_its_versions(shop: Storage) {
    let product = stocked(&shop, StockPolicy::Deny, 50).await;
    let mut versions = vec![sell(&shop, &[(product, 9), (n(2), 2)]).await];
    let id = versions[0].id();
    let mut asked = Vec::new();
    for round in 0..50_i64 {
        let change = |order: Order| match round {
            0 | 6 => ship(ShipmentStatus::Planned, None, vec![part(0, 2)])(order),
            5 => become_it(1, ShipmentStatus::Cancelled)(order),
            20 => become_it(2, ShipmentStatus::Shipped)(order),
            13 | 31 => cancel(vec![part(0, 1)])(order),
            14 => order.reach(contact(), at(round)).unwrap(),
            _ => order.track(parcel(&round.to_string()), at(round)).unwrap(),
        };
        let (made_by, latest) = (key(&format!("round-{round}"), 1), find(&shop, id).await);
        let work = changing(change(latest), Some(made_by.clone()));
        versions.push(order(now(shop.ledger.commit(work.clone()).await)));
        asked.push(work);
    }
    let newest = versions.last().unwrap().clone();
    // What is personal is as it is now.
    let then = |version: &Order| {
        let bare = version.without_contact();
        assert_eq!(bare.contact(), &Contact::default());
        bare
    };
    for version in &versions {
        let found = shop.orders.at_version(id, version.version()).await.unwrap().unwrap();
        assert_eq!(found.without_contact(), then(version));
        assert_eq!(found.contact(), newest.contact());
    }
    for (work, version) in asked.into_iter().zip(&versions[1..]) {
        match shop.ledger.commit(work).await {
            Ok(Committed::Before(again)) => assert_eq!(order(again).without_contact(), then(version)),
            other => panic!("{other:?}"),
        }
    }
    for missing in [52, i64::MAX] {
        assert_eq!(shop.orders.at_version(id, n(missing)).await.unwrap(), None);
    }
    assert_eq!(shop.orders.at_version(n(7_000), n(1)).await.unwrap(), None);
    assert_balanced(&shop).await;
}

/// A product of which so many pieces are at MAIN and at B, MAIN first.
async fn at_two_places(shop: &Storage, main: i64, b: i64) -> ProductId {
    let product = stocked(shop, StockPolicy::Deny, main).await;
    if shop.stock.locations().await.unwrap().len() == 1 {
        location(shop, "B", 1).await;
    }
    super::shop::keep(shop, super::shop::count(product, "B", b, None)).await;
    product
}

pub async fn a_parcel_from_another_place_takes_what_is_held_along_and_only_what_is_free(shop: Storage) {
    let product = at_two_places(&shop, 5, 5).await;
    let id = sell(&shop, &[(product, 4)]).await.id();
    assert_eq!((pieces(&shop, product, "MAIN").await, pieces(&shop, product, "B").await), ((5, 4), (5, 0)));
    let b = from(&shop, "B").await;
    make(&shop, id, ship(ShipmentStatus::Planned, Some(b.clone()), vec![part(0, 3)])).await;
    assert_eq!((pieces(&shop, product, "MAIN").await, pieces(&shop, product, "B").await), ((5, 1), (5, 3)));
    make(&shop, id, become_it(1, ShipmentStatus::Shipped)).await;
    assert_eq!((pieces(&shop, product, "MAIN").await, pieces(&shop, product, "B").await), ((5, 1), (2, 0)));

    // Of the other place others hold what is there.
    let other = sell(&shop, &[(product, 4)]).await.id();
    let rest = sell(&shop, &[(product, 2)]).await.id();
    assert_eq!((pieces(&shop, product, "MAIN").await, pieces(&shop, product, "B").await), ((5, 5), (2, 2)));
    let before = find(&shop, other).await;
    let step = ship(ShipmentStatus::Shipped, Some(b), vec![part(0, 1)])(before.clone());
    let reason = refused(shop.ledger.commit(changing(step, None)).await);
    assert!(reason.starts_with("NotOnHand(Held {") && reason.contains("unheld: 0, wanted: 1"), "{reason}");
    assert_eq!(find(&shop, other).await, before);
    make(&shop, rest, |order| order.cancel(at(50)).unwrap()).await;
    make(&shop, id, |order| order.advance(OrderStatus::Shipped, at(50)).unwrap()).await;
    assert_eq!((pieces(&shop, product, "MAIN").await, pieces(&shop, product, "B").await), ((4, 4), (2, 0)));
    assert_balanced(&shop).await;
}

pub async fn what_a_planned_parcel_holds_is_for_no_other(shop: Storage) {
    let product = at_two_places(&shop, 4, 4).await;
    let id = sell(&shop, &[(product, 4)]).await.id();
    let b = from(&shop, "B").await;
    make(&shop, id, ship(ShipmentStatus::Planned, Some(b), vec![part(0, 2)])).await;
    make(&shop, id, ship(ShipmentStatus::Shipped, None, vec![part(0, 2)])).await;
    // It went from where no parcel is planned.
    assert_eq!((pieces(&shop, product, "MAIN").await, pieces(&shop, product, "B").await), ((2, 0), (4, 2)));
    let delivered = make(&shop, id, |order| order.advance(OrderStatus::Shipped, at(50)).unwrap()).await;
    assert_eq!(pieces(&shop, product, "B").await, (2, 0));
    assert_eq!(delivered.shipments().len(), 2);
    assert_balanced(&shop).await;
}

pub async fn pieces_that_are_cancelled_are_let_go_where_they_are_held(shop: Storage) {
    let product = at_two_places(&shop, 6, 6).await;
    let id = sell(&shop, &[(product, 6), (n(1), 2)]).await.id();
    let b = from(&shop, "B").await;
    for pieces in [2, 3] {
        let planned = NewShipment {
            weight: Some(100 * pieces),
            ..new_parcel(ShipmentStatus::Planned, Some(b.clone()), vec![part(0, pieces)])
        };
        make(&shop, id, |order| order.ship(planned, at(10)).unwrap()).await;
    }
    assert_eq!((pieces(&shop, product, "MAIN").await, pieces(&shop, product, "B").await), ((6, 1), (6, 5)));
    // What is open first, then what the last parcel was to take.
    let lighter = make(&shop, id, cancel(vec![part(0, 2), part(1, 1)])).await;
    let weights: Vec<_> = lighter.shipments().iter().map(|shipment| shipment.weight).collect();
    assert_eq!(weights, [Some(200), None]);
    assert_eq!(find(&shop, id).await, lighter);
    assert_eq!((pieces(&shop, product, "MAIN").await, pieces(&shop, product, "B").await), ((6, 0), (6, 4)));
    let emptied = make(&shop, id, cancel(vec![part(0, 2)])).await;
    assert_eq!(pieces(&shop, product, "B").await, (6, 2));
    let statuses: Vec<_> = emptied.shipments().iter().map(|shipment| shipment.status).collect();
    assert_eq!(statuses, [ShipmentStatus::Planned, ShipmentStatus::Cancelled]);
    let all = make(&shop, id, cancel(vec![part(0, 2), part(1, 1)])).await;
    assert_eq!((all.status(), all.current_total().minor_units()), (OrderStatus::Cancelled, 0));
    assert_eq!(pieces(&shop, product, "B").await, (6, 0));
    assert_eq!(find(&shop, id).await, all);
    assert_balanced(&shop).await;
}

pub async fn a_contact_is_stored_and_stays_when_others_change_the_order(shop: Storage) {
    let product = stocked(&shop, StockPolicy::Deny, 3).await;
    let basket = super::shop::basket(&[(product, 1)], None).of(contact());
    let placed = order(now(shop.ledger.commit(super::shop::selling_basket(basket, None)).await));
    assert_eq!(placed.contact(), &contact());
    assert_eq!(find(&shop, placed.id()).await, placed);
    let tracked = make(&shop, placed.id(), |order| order.track(parcel("1"), at(10)).unwrap()).await;
    assert_eq!(find(&shop, placed.id()).await.contact(), tracked.contact());
    let email_only = Contact { ship_to: None, ..contact() };
    let reached = make(&shop, placed.id(), |order| order.reach(email_only.clone(), at(20)).unwrap()).await;
    assert_eq!((reached.contact(), find(&shop, placed.id()).await), (&email_only, reached.clone()));
    let forgotten = make(&shop, placed.id(), |order| order.reach(Contact::default(), at(20)).unwrap()).await;
    assert!(find(&shop, placed.id()).await.contact().is_empty());
    assert_eq!(forgotten.version(), n(4));
    // A change with fixed prices brings one, too.
    let fixed = super::common::new_order(1, at(30)).of(contact());
    let fixed = order(now(shop
        .ledger
        .commit(Commit { change: Change::Place(fixed), ..super::shop::selling(&[(product, 1)], None) })
        .await));
    assert_eq!(find(&shop, fixed.id()).await.contact(), &contact());
}
