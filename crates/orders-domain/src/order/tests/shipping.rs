//! Parcels, cancellations and contacts: each rule by an example.

use super::*;
use crate::{
    NewShipment, Part, Patch, Proposal, ShipmentChange,
    order::contact::Email,
    shipment::cancellation::{CancellationReason, MOST_CANCELLATIONS, Note},
};

mod arriving;

pub(super) fn part(line: u8, pieces: i64) -> Part {
    Part { line, quantity: n(pieces) }
}

pub(super) fn parcel(status: ShipmentStatus, parts: Vec<Part>) -> NewShipment {
    NewShipment { status, from: None, tracking: None, weight: None, parts, reasons: Vec::new() }
}

fn planned(order: Order, parts: &[Part]) -> Order {
    order.ship(parcel(ShipmentStatus::Planned, parts.to_vec()), at(10)).unwrap().into_order()
}

fn shipped(order: Order, parts: &[Part]) -> Order {
    order.ship(parcel(ShipmentStatus::Shipped, parts.to_vec()), at(10)).unwrap().into_order()
}

fn to(status: ShipmentStatus) -> ShipmentChange {
    ShipmentChange { status: Some(status), ..ShipmentChange::default() }
}

fn cancelled(order: Order, parts: &[Part]) -> Order {
    order.cancel_parts(CancellationReason::Other, parts.to_vec(), None, at(20)).unwrap().into_order()
}

fn statuses(order: &Order) -> Vec<&'static str> {
    order.shipments().iter().map(|parcel| parcel.status.as_str()).collect()
}

/// An order of 5 pieces at 10 and 2 at 100.
fn two_lines() -> Order {
    placed(&[(10, 5), (100, 2)])
}

#[test]
fn an_order_is_processing_while_a_part_is_out_and_shipped_when_all_that_is_not_cancelled_is() {
    let order = shipped(two_lines(), &[part(0, 5)]);
    assert_eq!((order.status(), order.fulfillment()), (Processing, Fulfillment::PartiallyShipped));
    let delivered = order.clone().change_shipment(n(1), &to(ShipmentStatus::Delivered), at(20));
    let delivered = delivered.unwrap().into_order();
    assert_eq!((delivered.status(), delivered.fulfillment()), (Processing, Fulfillment::PartiallyDelivered));
    let order = shipped(order, &[]);
    assert_eq!((order.status(), order.fulfillment()), (Shipped, Fulfillment::Shipped));
    assert_eq!(order.shipments()[1].parts, [part(1, 2)]);
    let order = order.change_shipment(n(2), &to(ShipmentStatus::Delivered), at(20)).unwrap().into_order();
    assert_eq!((order.status(), order.fulfillment()), (Shipped, Fulfillment::PartiallyDelivered));
    let order = order.advance(Delivered, at(30)).unwrap().into_order();
    assert_eq!((order.status(), order.fulfillment()), (Delivered, Fulfillment::Delivered));
    assert!(order.shipments().iter().all(|parcel| parcel.delivered_at.is_some()));
}

#[test]
fn to_become_shipped_what_is_planned_leaves_and_one_more_with_what_is_open() {
    let order = planned(two_lines(), &[part(0, 2)]).advance(Shipped, at(20)).unwrap().into_order();
    assert_eq!(statuses(&order), ["shipped", "shipped"]);
    assert_eq!(order.shipments()[1].parts, [part(0, 3), part(1, 2)]);
    assert_eq!(order.tracking(), None);
    // With nothing open there is no other one.
    let order = planned(two_lines(), &[]).advance(Shipped, at(20)).unwrap().into_order();
    assert_eq!(statuses(&order), ["shipped"]);
}

#[test]
fn the_only_parcel_is_tracked_or_one_is_made_and_of_several_none() {
    let order = two_lines().track(shipment("1"), at(10)).unwrap().into_order();
    assert_eq!((statuses(&order), order.shipments()[0].parts.len()), (vec!["planned"], 2));
    let order = planned(planned(two_lines(), &[part(0, 1)]), &[part(0, 1)]);
    let refused = order.clone().track(shipment("1"), at(20)).unwrap_err();
    assert_eq!(refused, NotAllowed::Ambiguous { shipments: vec![n(1), n(2)] });
    let order = order.change_shipment(n(1), &to(ShipmentStatus::Cancelled), at(20)).unwrap().into_order();
    let order = order.track(shipment("1"), at(20)).unwrap().into_order();
    assert_eq!(order.tracked().map(|parcel| parcel.number), Some(n(2)));
}

#[test]
fn what_has_arrived_is_tracked_no_more_and_the_rest_is_tracked_in_a_parcel_of_its_own() {
    let order = shipped(two_lines(), &[part(0, 5)]).track(shipment("1"), at(20)).unwrap().into_order();
    let order = order.change_shipment(n(1), &to(ShipmentStatus::Delivered), at(20)).unwrap().into_order();
    let order = order.track(shipment("2"), at(30)).unwrap().into_order();
    assert_eq!(statuses(&order), ["delivered", "planned"]);
    assert_eq!((&order.shipments()[1].parts[..], order.status()), (&[part(1, 2)][..], Processing));
    // Who knows of one parcel is shown the first that has a carrier, and another one once that does not leave.
    assert_eq!(order.tracking(), Some(&shipment("1")));
    let order = planned(planned(two_lines(), &[part(0, 1)]), &[part(0, 1)]);
    let named = |name: &str| {
        let provider = Patch::Set(ShippingProvider::parse("USPS").unwrap());
        ShipmentChange { status: None, provider, number: Patch::Set(TrackingNumber::parse(name).unwrap()) }
    };
    let order = order.change_shipment(n(2), &named("2"), at(20)).unwrap().into_order();
    assert_eq!(order.tracking(), Some(&shipment("2")));
    let order = order.change_shipment(n(1), &named("1"), at(20)).unwrap().into_order();
    assert_eq!(order.tracking(), Some(&shipment("1")));
    let order = order.change_shipment(n(1), &to(ShipmentStatus::Cancelled), at(20)).unwrap().into_order();
    assert_eq!(order.tracking(), Some(&shipment("2")));
    let none = ShipmentChange { status: None, provider: Patch::Clear, number: Patch::Clear };
    assert_eq!(order.change_shipment(n(2), &none, at(20)).unwrap().into_order().tracking(), None);
}

#[test]
fn an_order_of_which_a_part_is_out_is_not_cancelled_as_a_whole() {
    let order = shipped(two_lines(), &[part(0, 1)]);
    let refused = order.clone().cancel(at(20)).unwrap_err();
    assert!(refused.to_string().ends_with("by POST to the order's cancellations"), "{refused}");
    assert_eq!(order.allowed(), [Shipped, Delivered]);
    let order = planned(two_lines(), &[part(0, 1)]).cancel(at(20)).unwrap().into_order();
    assert_eq!((statuses(&order), order.current_total()), (vec!["cancelled"], Money::ZERO));
    assert_eq!(order.tallies().iter().map(|tally| tally.cancelled).collect::<Vec<_>>(), [5, 2]);
}

#[test]
fn open_pieces_are_cancelled_first_then_those_of_the_last_planned_parcel() {
    let order = planned(planned(two_lines(), &[part(0, 2)]), &[part(0, 2), part(1, 1)]);
    let order = cancelled(order, &[part(0, 2)]);
    assert_eq!(order.shipments()[1].parts, [part(0, 1), part(1, 1)]);
    assert_eq!((order.current_total(), order.total()), (n(230), n(250)));
    // A parcel that is emptied is cancelled, and keeps what it was to hold.
    let order = cancelled(order, &[part(0, 2), part(1, 2)]);
    assert_eq!(statuses(&order), ["planned", "cancelled"]);
    assert_eq!((order.shipments()[0].parts[0], order.shipments()[1].parts.len()), (part(0, 1), 2));
    let order = cancelled(order, &[part(0, 1)]);
    assert_eq!((order.status(), statuses(&order)), (Cancelled, vec!["cancelled", "cancelled"]));
    assert_eq!((order.current_total(), order.total(), order.cancellations().len()), (Money::ZERO, n(250), 3));
}

#[test]
fn when_the_last_open_piece_is_cancelled_what_is_out_decides() {
    let out = shipped(two_lines(), &[part(0, 5)]);
    let sent = cancelled(out.clone(), &[part(1, 2)]);
    assert_eq!(
        (sent.status(), sent.fulfillment(), sent.current_total()),
        (Shipped, Fulfillment::Shipped, n(50))
    );
    let arrived = out.change_shipment(n(1), &to(ShipmentStatus::Delivered), at(20)).unwrap().into_order();
    assert_eq!(cancelled(arrived, &[part(1, 2)]).status(), Delivered);
}

#[test]
fn what_is_out_or_not_there_is_not_cancelled() {
    let order = shipped(two_lines(), &[part(0, 4)]);
    let cancel =
        |parts: Vec<Part>| order.clone().cancel_parts(CancellationReason::Fraud, parts, None, at(20));
    let message = cancel(vec![part(0, 2)]).unwrap_err().to_string();
    assert_eq!(message, "2 pieces of line 601 are to be cancelled, and 1 is not out");
    assert!(cancel(vec![part(2, 1)]).is_err());
    assert!(cancel(Vec::new()).is_err());
    assert!(cancel(vec![part(0, 1), part(1, 2)]).is_ok());
    let ended = two_lines().cancel(at(10)).unwrap().into_order();
    assert_eq!(
        refused(ended.cancel_parts(CancellationReason::Other, vec![part(0, 1)], None, at(20))),
        Cancelled
    );
}

#[test]
fn no_more_is_shipped_than_is_open() {
    let order = planned(two_lines(), &[part(0, 4)]);
    let more = order.clone().ship(parcel(ShipmentStatus::Shipped, vec![part(0, 2)]), at(20)).unwrap_err();
    assert_eq!(more.to_string(), "2 pieces of line 601 are to be in the shipment, and 1 is open");
    let order = planned(order, &[]);
    let nothing = order.ship(parcel(ShipmentStatus::Planned, Vec::new()), at(20)).unwrap_err();
    assert_eq!(nothing, NotAllowed::NothingOpen);
}

#[test]
fn a_parcel_goes_the_way_of_its_graph_and_is_tracked_until_its_end() {
    for from in ShipmentStatus::ALL {
        for next in ShipmentStatus::ALL {
            let mut order = planned(placed(&[(1, 2)]), &[part(0, 1)]);
            for step in [ShipmentStatus::Shipped, from] {
                let is_on_the_way = step == from || from == ShipmentStatus::Delivered;
                if from != ShipmentStatus::Planned && is_on_the_way {
                    order = order.change_shipment(n(1), &to(step), at(10)).unwrap().into_order();
                }
            }
            let result = order.clone().change_shipment(n(1), &to(next), at(20));
            match result {
                Ok(Step::Same(same)) => assert_eq!((from, same), (next, order)),
                Ok(Step::Changed(changed)) => {
                    assert!(from.may_become(next));
                    assert_eq!(changed.order().shipments()[0].status, next);
                }
                Err(refused) => {
                    assert!(!from.may_become(next) && from != next);
                    assert_eq!(refused.to_string(), format!("shipment 1 is {from} and cannot become {next}"));
                }
            }
        }
    }
    let order = planned(placed(&[(1, 2)]), &[part(0, 1)]);
    let half = ShipmentChange {
        number: Patch::Set(TrackingNumber::parse("1").unwrap()),
        ..ShipmentChange::default()
    };
    let message = order.clone().change_shipment(n(1), &half, at(20)).unwrap_err().to_string();
    assert_eq!(message, "shippingProvider is missing, and trackingNumber is not");
    assert!(matches!(order.change_shipment(n(2), &half, at(20)), Err(NotAllowed::NoShipment { .. })));
}

#[test]
fn there_are_32_parcels_and_32_cancellations_at_most_and_numbers_are_not_used_again() {
    let mut order = placed(&[(1, 1000)]);
    for number in 1..=32 {
        order = planned(order, &[part(0, 1)]);
        assert_eq!(order.shipments().last().map(|parcel| parcel.number), Some(n(number)));
        order =
            order.change_shipment(n(number), &to(ShipmentStatus::Cancelled), at(20)).unwrap().into_order();
    }
    for refused in [
        order.clone().ship(parcel(ShipmentStatus::Planned, vec![part(0, 1)]), at(20)),
        order.clone().track(shipment("1"), at(20)),
        order.clone().advance(Shipped, at(20)),
    ] {
        assert_eq!(refused.unwrap_err(), NotAllowed::NoMoreShipments);
    }
    // What cannot be is not said to be allowed.
    assert_eq!(order.allowed(), [Processing, Cancelled]);
    for _ in 0..MOST_CANCELLATIONS {
        order = cancelled(order, &[part(0, 1)]);
    }
    let more =
        order.clone().cancel_parts(CancellationReason::Other, vec![part(0, 1)], None, at(20)).unwrap_err();
    assert_eq!(
        more.to_string(),
        "the order has had 32 cancellations, and cannot have another one but of all that is not out"
    );
    // The way out.
    let left = order.tallies()[0].remaining();
    let ended = order.cancel_parts(CancellationReason::Other, vec![part(0, left.into())], None, at(20));
    assert_eq!(ended.unwrap().into_order().status(), Cancelled);
}

#[test]
fn no_parcel_begins_at_its_end() {
    for status in [ShipmentStatus::Delivered, ShipmentStatus::Cancelled] {
        let refused = placed(&[(1, 3)]).ship(parcel(status, vec![part(0, 1)]), at(10)).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the order is pending and cannot take a shipment that has ended already"
        );
    }
}

#[test]
fn only_what_is_open_is_planned_and_no_more_than_there_can_be() {
    let proposal = |parcels: Vec<NewShipment>| Proposal {
        parcels,
        unplaced: Vec::new(),
        exact: true,
        alternatives: Vec::new(),
    };
    let one = |pieces| parcel(ShipmentStatus::Planned, vec![part(0, pieces)]);
    let order = planned(two_lines(), &[part(0, 2)]);
    let next = order.clone().plan(proposal(vec![one(1), one(2)]), at(20)).unwrap().into_order();
    assert_eq!(next.shipments().len(), 3);
    assert!(order.clone().plan(proposal(vec![one(2), one(2)]), at(20)).is_err());
    // Nor of a line that it does not have.
    let other = parcel(ShipmentStatus::Planned, vec![part(2, 1)]);
    let refused = order.clone().plan(proposal(vec![other]), at(20)).unwrap_err();
    assert_eq!(refused.to_string(), "1 piece of line 603 is to be in the shipment, and 0 are open");
    assert_eq!(order.clone().plan(proposal(Vec::new()), at(20)).unwrap(), Step::Same(order));
    let many = placed(&[(1, 100)]).plan(proposal(vec![one(1); 33]), at(20)).unwrap_err();
    assert!(matches!(many, NotAllowed::TooManyParcels { needed: 33, left: 32 }), "{many}");
}

#[test]
fn a_contact_changes_while_nothing_is_out() {
    let contact = Contact { email: Email::parse("a@b").ok(), ship_to: None };
    let order = planned(two_lines(), &[part(0, 1)]).reach(contact.clone(), at(20)).unwrap().into_order();
    assert_eq!((order.contact(), order.version().get()), (&contact, 3));
    assert!(matches!(order.clone().reach(contact.clone(), at(30)).unwrap(), Step::Same(_)));
    assert!(order.without_contact().contact().is_empty());
    let out = order.change_shipment(n(1), &to(ShipmentStatus::Shipped), at(30)).unwrap().into_order();
    assert!(out.reach(Contact::default(), at(40)).is_err());
    assert!(two_lines().cancel(at(10)).unwrap().into_order().reach(contact, at(20)).is_err());
}

#[test]
fn what_is_said_of_a_cancellation_is_in_no_event() {
    let note = Note::parse("Ada has moved").unwrap();
    let step = two_lines()
        .cancel_parts(CancellationReason::Customer, vec![part(0, 1)], Some(note.clone()), at(20))
        .unwrap();
    let Step::Changed(changed) = step else { panic!("{step:?}") };
    assert_eq!(changed.order().cancellations()[0].note, Some(note));
    assert!(!format!("{:?}", changed.what()).contains("Ada"));
    assert!(!format!("{:?}", changed.order()).contains("Ada"));
    assert_eq!(changed.order().without_contact().cancellations()[0].note, None);
}
