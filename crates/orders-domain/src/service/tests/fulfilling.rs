//! What becomes of an order by itself.

use super::*;
use crate::{ports::Handled, stock::repository::Standing};

const MESSAGE: i64 = 40;

/// Ports with an order in this status, of products that nobody counts.
fn with(order: Order) -> Ports {
    let mut ports = Ports { catalogue: MockCatalogue::new(), ..Ports::default() };
    ports.orders.expect_find().returning(move |_| Ok(Some(order.clone())));
    ports
        .catalogue
        .expect_find()
        .returning(|ids| Ok(ids.iter().map(|id| Some(offer(product(id.get(), 1999)))).collect()));
    ports.stock.expect_standing().returning(|_, _| Ok(Standing::default()));
    ports.stock.expect_locations().returning(|| Ok(Vec::new()));
    ports
}

/// The trace in which the order was placed.
fn trace() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

/// The message that it was placed.
fn message() -> Event {
    let origin = Origin { trace: Some(trace()), ..Actor::User(n(1)).into() };
    let what = What::Order(Happening::placing(&order(Pending, 1)));
    let (subject, version) = (Subject::Order(n(7)), n(1));
    Event { id: n(MESSAGE), subject, version, at: now(), origin, marketplace: None, what }
}

/// By whom, in which trace and by which message something is done.
fn by_message(work: &Commit) -> (Actor, Option<TraceContext>, Option<Handled>) {
    (work.origin.actor, work.origin.trace, work.handled)
}

#[tokio::test]
async fn an_order_is_planned_and_moved_on_each_by_the_message_that_it_was_placed() {
    let mut ports = with(order(Pending, 1).as_placed());
    let mut commits = Vec::new();
    let (told, heard) = std::sync::mpsc::channel();
    ports.ledger.expect_commit().times(2).returning(move |work| {
        told.send(by_message(&work)).unwrap();
        Ok(Committed::Now(Made::Order(stored(work))))
    });
    service(ports).fulfil(n(7), &message()).await.unwrap();
    commits.extend(heard.try_iter());
    let by = |by| (Actor::Worker, Some(trace()), Some(Handled { by, message: n(MESSAGE) }));
    assert_eq!(commits, [by("fulfilment:plan"), by("fulfilment:begin")]);
}

#[tokio::test]
async fn a_message_that_comes_again_does_nothing_again() {
    let mut ports = with(order(Pending, 1).as_placed());
    ports.ledger.expect_commit().times(2).returning(|_| Err(Refused::Handled));
    service(ports).fulfil(n(7), &message()).await.unwrap();
}

#[tokio::test]
async fn what_somebody_else_has_done_with_the_order_stays() {
    for status in [Processing, Shipped, Delivered, Cancelled] {
        service(with(order(status, 1))).fulfil(n(7), &message()).await.unwrap();
    }
}

#[tokio::test]
async fn a_race_that_was_lost_is_decided_again_on_what_won_it() {
    let mut ports = Ports::default();
    let mut looks = 0;
    ports.orders.expect_find().returning(move |_| {
        looks += 1;
        Ok(Some(if looks > 1 { order(Cancelled, 1) } else { order(Pending, 1).as_placed() }))
    });
    ports
        .catalogue
        .expect_find()
        .returning(|ids| Ok(ids.iter().map(|id| Some(offer(product(id.get(), 1999)))).collect()));
    ports.stock.expect_standing().returning(|_, _| Ok(Standing::default()));
    ports.stock.expect_locations().returning(|| Ok(Vec::new()));
    ports.ledger.expect_commit().once().returning(|_| Err(Refused::Stale));
    service(ports).fulfil(n(7), &message()).await.unwrap();
}

#[tokio::test]
async fn an_order_that_is_lost_is_said_to_be() {
    let mut ports = Ports::default();
    ports.orders.expect_find().once().returning(|_| Ok(None));
    let error = service(ports).fulfil(n(7), &message()).await.unwrap_err();
    assert!(matches!(error, OrderError::Unavailable(PortError::Corrupt(_))), "{error:?}");
}
