use chrono::TimeDelta;

use super::*;
use crate::{
    catalogue::product::{Product, ProductName},
    event::Origin,
    order::{
        Order,
        change::Step,
        new_order::NewOrder,
        status::OrderStatus::{Cancelled, Delivered, Pending, Processing, Shipped},
    },
    quantity::Quantity,
    shipment::{Part, cancellation::CancellationReason},
};

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
}

type Picked = (Product, Quantity);

fn line(product: i64, price: i64, quantity: i64) -> Picked {
    let (id, price) = (product.try_into().unwrap(), price.try_into().unwrap());
    let name = ProductName::parse("a thing").unwrap();
    (Product::uncounted(id, name, price, Currency::USD), quantity.try_into().unwrap())
}

fn placed(lines: &[Picked]) -> Order {
    let order = NewOrder::new(1_i64.try_into().unwrap(), lines, at(0)).unwrap();
    order.with_id(7_i64.try_into().unwrap())
}

/// An order that goes through changes, with its events.
struct Life(Order, Vec<OrderEvent>);

impl Life {
    fn of(lines: &[Picked]) -> Self {
        let order = placed(lines);
        let what = Happening::placing(&order);
        let mut life = Self(order, Vec::new());
        life.tell(what);
        life
    }

    fn tell(&mut self, what: Happening) {
        let id = i64::try_from(self.1.len() + 1).unwrap().try_into().unwrap();
        self.1.push(OrderEvent {
            id,
            order: self.0.id(),
            version: self.0.version(),
            at: self.0.updated_at(),
            marketplace: MarketplaceCode::DEFAULT,
            origin: Origin::from(Actor::Worker),
            what,
            checkpoint: None,
        });
    }

    fn goes<E: std::fmt::Debug>(mut self, step: impl FnOnce(Order) -> Result<Step, E>) -> Self {
        let Step::Changed(changed) = step(self.0.clone()).unwrap() else { panic!("it did not change") };
        let what = changed.what().clone();
        self.0 = changed.into_order();
        self.tell(what);
        self
    }

    /// What all of it counts as, told so far before the rest.
    fn counted(&self, told: usize, is_imported: bool) -> Result<Rollups, InvalidInput> {
        let lines = self.0.lines().map(|(_, line)| line.clone()).collect();
        let order = CountedOrder {
            marketplace: MarketplaceCode::DEFAULT,
            currency: Currency::USD,
            placed_at: if is_imported { at(-600) } else { self.0.ordered_at() },
            is_imported,
            lines,
        };
        let mut rollups = Rollups::default();
        let (told, events) = self.1.split_at(told);
        Uncounted { order, told: told.to_vec(), events: events.to_vec() }.count(&mut rollups)?;
        Ok(rollups)
    }
}

/// The figures of something in the quarter of a minute.
fn of(rollups: &Rollups, of: Of, minute: i64) -> Figures {
    let quarter = Quarter::of(at(minute));
    let found = rollups.iter().find(|(key, _)| (key.of, key.quarter) == (of, quarter));
    found.map(|(_, figures)| *figures).unwrap_or_default()
}

fn product(id: i64) -> Of {
    Of::Product(id.try_into().unwrap())
}

#[test]
fn an_order_counts_when_it_is_placed_with_all_its_lines() {
    let rollups = Life::of(&[line(1, 100, 2), line(2, 50, 3)]).counted(0, false).unwrap();
    let whole = Figures { orders: 1, units: 5, gross: 350, ..Figures::default() };
    assert_eq!(of(&rollups, Of::Orders, 0), whole);
    assert_eq!(of(&rollups, Of::Status(Pending), 0), whole);
    assert_eq!(
        of(&rollups, product(2), 0),
        Figures { orders: 1, units: 3, gross: 150, ..Figures::default() }
    );
    assert_eq!(rollups.iter().count(), 4);
}

#[test]
fn pieces_count_when_they_are_cancelled_and_the_rest_with_the_order() {
    let life = Life::of(&[line(1, 100, 2), line(2, 50, 3)]);
    let part = Part { line: 1, quantity: 2_i64.try_into().unwrap() };
    let life = life.goes(|order| order.cancel_parts(CancellationReason::Customer, vec![part], None, at(20)));
    let life = life.goes(|order| order.cancel(at(40)));
    let rollups = life.counted(0, false).unwrap();
    let cancelled = |what, minute| of(&rollups, what, minute).cancelled;
    assert_eq!([cancelled(Of::Orders, 20), cancelled(Of::Orders, 40)], [2, 3]);
    assert_eq!([cancelled(product(2), 20), cancelled(product(2), 40), cancelled(product(1), 40)], [2, 1, 2]);
    assert_eq!(
        (of(&rollups, Of::Status(Cancelled), 20).orders, of(&rollups, Of::Status(Cancelled), 40).orders),
        (0, 1)
    );
    assert_eq!(of(&rollups, Of::Orders, 0).gross, 350);
    assert_eq!(of(&rollups, product(1), 40).orders, 0);
}

#[test]
fn pieces_count_when_they_leave_with_how_long_that_took() {
    let life = Life::of(&[line(1, 100, 2)]);
    let life =
        life.goes(|order| order.advance(Processing, at(15))).goes(|order| order.advance(Shipped, at(90)));
    let rollups = life.counted(0, false).unwrap();
    let left = of(&rollups, Of::Orders, 90);
    assert_eq!(
        (left.shipped, left.timed, left.ship_seconds, left.seconds_to_ship()),
        (2, 2, 10_800, Some(5400))
    );
    assert_eq!(of(&rollups, product(1), 90), Figures { orders: 0, units: 0, gross: 0, ..left });
    assert_eq!(
        of(&rollups, Of::Status(Shipped), 90),
        Figures { orders: 1, units: 2, gross: 200, ..Figures::default() }
    );
    assert_eq!(of(&rollups, Of::Status(Processing), 15).orders, 1);
}

#[test]
fn what_an_import_brings_counts_when_it_was_placed_elsewhere() {
    let mut life = Life::of(&[line(1, 100, 2)]).goes(|order| order.advance(Shipped, at(0)));
    for event in &mut life.1 {
        event.origin = Origin::from(Actor::Cli);
    }
    let life = life.goes(|order| order.advance(Delivered, at(60)));
    let rollups = life.counted(0, true).unwrap();
    let then = of(&rollups, Of::Orders, -600);
    assert_eq!((then.orders, then.gross, then.shipped, then.seconds_to_ship()), (1, 200, 2, None));
    let statuses = [Pending, Shipped].map(|status| of(&rollups, Of::Status(status), -600).orders);
    assert_eq!(statuses, [1, 1]);
    assert_eq!(of(&rollups, Of::Status(Delivered), 60).orders, 1);
}

#[test]
fn when_that_left_which_was_there_before_there_were_events_is_not_known() {
    let mut life = Life::of(&[line(1, 100, 2)]);
    life.1[0].what = Happening::Migrated { status: Delivered, tracking: None };
    life.1[0].at = at(600);
    let left = of(&life.counted(0, false).unwrap(), Of::Orders, 600);
    assert_eq!((left.shipped, left.timed, left.seconds_to_ship()), (2, 0, None));
}

#[test]
fn events_count_the_same_in_one_go_and_one_by_one() {
    let part = Part { line: 0, quantity: 1_i64.try_into().unwrap() };
    let life = Life::of(&[line(1, 100, 4)])
        .goes(|order| order.advance(Processing, at(15)))
        .goes(|order| order.cancel_parts(CancellationReason::Staff, vec![part], None, at(20)))
        .goes(|order| order.advance(Shipped, at(90)));
    let whole = life.counted(0, false).unwrap();
    let mut pieces = Rollups::default();
    for told in 0..life.1.len() {
        let until = Life(life.0.clone(), life.1[..=told].to_vec());
        pieces.merge(&until.counted(told, false).unwrap());
    }
    assert_eq!(pieces, whole);
}

#[test]
fn two_lines_of_a_product_are_one_order_of_it_and_sums_stop_at_the_end_of_their_range() {
    let half = i64::MAX / 2;
    let rollups = Life::of(&[line(1, half, 1), line(1, half, 1)]).counted(0, false).unwrap();
    let mut twice = rollups.clone();
    twice.merge(&rollups);
    let figures = of(&twice, product(1), 0);
    assert_eq!((figures.orders, figures.units, figures.gross), (2, 4, i64::MAX));
}

#[test]
fn an_event_that_cannot_follow_is_not_counted() {
    let mut life = Life::of(&[line(1, 100, 2)]).goes(|order| order.advance(Shipped, at(15)));
    life.1.remove(0);
    assert_eq!(life.counted(0, false).unwrap_err().to_string(), "event 2 has none before it");
}
