use orders_domain::{
    NewShipment, Part, SentFrom,
    order::contact::Contact,
    shipment::{
        Proposal,
        cancellation::CancellationReason,
        planner::{Alternative, Criterion, Reason, ReasonCode},
    },
};

use super::*;
use crate::sample::{at, n, new_order, parcel};

fn became(from: OrderStatus, to: OrderStatus, fulfillment: Fulfillment) -> Became {
    Became { from, to, fulfillment }
}

fn moved(to: OrderStatus, fulfillment: Fulfillment) -> Happening {
    Happening::Moved(became(OrderStatus::Pending, to, fulfillment))
}

fn part(line: u8, quantity: i64) -> Part {
    Part { line, quantity: n(quantity) }
}

fn new_shipment(tracking: Option<Tracking>) -> NewShipment {
    let reason =
        Reason { code: ReasonCode::Nearest, detail: "\"near\"".to_owned(), limit: None, value: Some(7) };
    NewShipment {
        status: ShipmentStatus::Planned,
        from: Some(SentFrom { id: n(3), code: "MAIN".parse().unwrap() }),
        tracking,
        weight: Some(700),
        parts: vec![part(0, 2), part(1, 1)],
        reasons: vec![reason],
    }
}

fn all() -> Vec<Happening> {
    let order = new_order(1, at(0)).with_id(n(1));
    let migrated = |tracking| Happening::Migrated { status: OrderStatus::Shipped, tracking };
    let alternative = Alternative {
        places: vec!["A".parse().unwrap(), "B-2".parse().unwrap()],
        unplaced: 0,
        parcels: 2,
        borders: i64::MAX,
        lost_by: Criterion::Parcels,
    };
    let proposal = Proposal {
        parcels: vec![
            new_shipment(None),
            NewShipment { from: None, weight: None, reasons: Vec::new(), ..new_shipment(None) },
        ],
        unplaced: vec![part(1, 4)],
        exact: true,
        alternatives: vec![alternative],
    };
    let shipped = became(OrderStatus::Pending, OrderStatus::Processing, Fulfillment::PartiallyShipped);
    let tracked = |number| Happening::Tracked {
        number,
        tracking: parcel("\"1\"\u{7ff}"),
        status: OrderStatus::Processing,
    };
    let cancelled = |became| Happening::PartiallyCancelled {
        number: 2,
        reason: CancellationReason::Declined,
        parts: vec![part(0, 1)],
        became,
    };
    vec![
        Happening::placing(&order),
        tracked(None),
        tracked(Some(n(2))),
        moved(OrderStatus::Processing, Fulfillment::Unfulfilled),
        moved(OrderStatus::Shipped, Fulfillment::PartiallyDelivered),
        moved(OrderStatus::Cancelled, Fulfillment::Unfulfilled),
        migrated(None),
        migrated(Some(parcel("1"))),
        Happening::Planned {
            first: n(2),
            proposal: Box::new(proposal),
            fulfillment: Fulfillment::Unfulfilled,
        },
        Happening::ShipmentCreated {
            number: n(1),
            shipment: Box::new(new_shipment(Some(parcel("7")))),
            became: shipped,
        },
        Happening::ShipmentChanged {
            number: n(32),
            from: ShipmentStatus::Planned,
            to: ShipmentStatus::Shipped,
            tracking: None,
            became: shipped,
        },
        cancelled(shipped),
        cancelled(became(OrderStatus::Pending, OrderStatus::Cancelled, Fulfillment::Unfulfilled)),
        Happening::ContactChanged { fulfillment: Fulfillment::Unfulfilled },
    ]
}

#[test]
fn what_is_written_of_a_happening_is_read_as_the_same() {
    let order = new_order(1, at(0)).with_id(n(1));
    let lines: Vec<_> = order.lines().map(|(_, line)| line.clone()).collect();
    assert_eq!(data_of_placing(&lines), data(&Happening::placing(&order), None).unwrap());
    let tracked = order.track(parcel("1"), at(5)).unwrap().into_order();
    let progress = tracked.advance(OrderStatus::Shipped, at(6)).unwrap().into_order().progress().clone();
    for what in all() {
        for checkpoint in [None, Some(&progress)] {
            let written = data(&what, checkpoint).unwrap();
            let read: Data<'_> = serde_json::from_str(&written).unwrap();
            let expected = (what.clone(), checkpoint.cloned().map(Box::new));
            assert_eq!(read.happening(what.event_type()), Ok(expected), "{written}");
        }
    }
}

#[test]
fn what_was_written_before_an_order_had_several_parcels_is_read_too() {
    for (written, to, fulfillment) in [
        (r#"{"from":"processing","to":"shipped"}"#, OrderStatus::Shipped, Fulfillment::Shipped),
        (r#"{"from":"shipped","to":"delivered"}"#, OrderStatus::Delivered, Fulfillment::Delivered),
        (r#"{"from":"pending","to":"cancelled"}"#, OrderStatus::Cancelled, Fulfillment::Unfulfilled),
    ] {
        let read: Data<'_> = serde_json::from_str(written).unwrap();
        let kind = moved(to, fulfillment).event_type();
        let (Happening::Moved(became), None) = read.happening(kind).unwrap() else { panic!("{written}") };
        assert_eq!((became.to, became.fulfillment), (to, fulfillment));
    }
    let tracked = r#"{"status":"pending","shippingProvider":"USPS","trackingNumber":"1"}"#;
    let read: Data<'_> = serde_json::from_str(tracked).unwrap();
    let expected = Happening::Tracked { number: None, tracking: parcel("1"), status: OrderStatus::Pending };
    assert_eq!(read.happening(EventType::Tracked), Ok((expected, None)));
}

#[test]
fn data_that_lacks_a_part_is_no_happening() {
    for kind in EventType::ALL {
        assert!(Data::default().happening(kind).is_err(), "{kind}");
    }
}

#[test]
fn nothing_personal_is_in_what_is_written() {
    let contact = Contact {
        email: orders_domain::order::contact::Email::parse("ada@example.org").ok(),
        ..Contact::default()
    };
    let order = new_order(1, at(0)).with_id(n(1));
    let step = order.reach(contact, at(1)).unwrap();
    let orders_domain::Step::Changed(changed) = step else { panic!("{step:?}") };
    let written = data(changed.what(), Some(changed.order().progress())).unwrap();
    assert!(!written.contains("ada"), "{written}");
}
