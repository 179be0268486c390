//! Who reserved first is served first.

use std::collections::BTreeMap;

use orders_domain::{
    LocationCode, MovementId, Order, OrderId, OrderProductId, OrderStatus, ShipmentStatus, Storage,
    catalogue::product::StockPolicy,
    ports::Refused,
    stock::{Movement, movement::MovementKind},
};
use tokio::task::JoinSet;

use super::{
    books::assert_balanced,
    common::{at, changing, n},
    shipping::{become_it, find, from, make, part, ship},
    shop::{count, deliver, keep, level, location, now, pieces, product, refused, sell, step, stocked},
};

/// The lines that hold pieces of a product, by place: since when, how many.
#[derive(Default)]
pub struct Queues<'a> {
    places: BTreeMap<&'a LocationCode, BTreeMap<OrderProductId, (MovementId, i64)>>,
}

impl<'a> Queues<'a> {
    /// By the movements of a product, of which each that sends something is looked at: it leaves what those ahead
    /// hold.
    pub fn of(movements: &'a [Movement]) -> Self {
        let mut queues = Self::default();
        for moved in movements {
            let Some(line) = moved.line else { continue };
            let (ahead, _) = queues.ahead(&moved.location, line);
            if moved.kind == MovementKind::Shipped {
                assert!(moved.on_hand_after >= ahead, "{ahead} pieces are for others before {moved:?}");
            }
            let here = queues.places.entry(&moved.location).or_default();
            let (since, held) = here.entry(line).or_insert((moved.id, 0));
            *held += moved.kind.reserved(moved.quantity);
            if moved.kind == MovementKind::Reserved {
                *since = moved.id;
            }
        }
        queues
    }

    /// What others hold at a place that were there before a line, and what it holds itself.
    fn ahead(&self, place: &LocationCode, line: OrderProductId) -> (i64, i64) {
        let Some(here) = self.places.get(place) else { return (0, 0) };
        let Some((since, held)) = here.get(&line) else { return (0, 0) };
        (here.values().filter(|(other, _)| other < since).map(|(_, held)| held).sum(), *held)
    }
}

/// How many pieces of a line planned parcels are to take from a place.
fn claimed(order: &Order, line: u8, place: &LocationCode) -> i64 {
    let planned = order.shipments().iter().filter(|parcel| parcel.status == ShipmentStatus::Planned);
    let here = planned.filter(|parcel| parcel.from.as_ref().is_some_and(|from| from.code == *place));
    here.map(|parcel| i64::from(parcel.pieces_of(line))).sum()
}

/// Whether of each line just what is on hand for it can be sent, and the planner is told the same.
pub async fn assert_first_served(shop: &Storage, orders: &BTreeMap<OrderId, Order>, movements: &[Movement]) {
    let queues = Queues::of(movements);
    let places = shop.stock.locations().await.unwrap();
    let id_of = |code: &LocationCode| places.iter().find(|place| place.code == *code).unwrap().id;
    let mut lines: BTreeMap<OrderProductId, i64> = BTreeMap::new();
    for (place, here) in &queues.places {
        for (line, (_, held)) in here.iter().filter(|(_, (_, held))| *held > 0) {
            let order = &orders[&line.order()];
            let (ahead, _) = queues.ahead(place, *line);
            let product = order.lines().nth(line.position().into()).unwrap().1.product();
            let on_hand = level(shop, product, place.as_str()).await.level.on_hand;
            let backed = (on_hand - ahead).clamp(0, *held);
            let standing = shop.stock.standing(order.id(), &[product]).await.unwrap();
            let told = standing.held.iter().find(|held| {
                held.line == line.position() && held.location == id_of(place) && held.product == product
            });
            let there = standing.levels.iter().find(|(_, location, _)| *location == id_of(place)).unwrap().2;
            let told = told.unwrap();
            assert_eq!(there.backed(told.quantity, told.later), backed, "line {line} at {place}: {told:?}");
            let claimed = claimed(order, line.position(), place);
            *lines.entry(*line).or_default() += (backed - claimed).max(0);
        }
    }
    for (line, ready) in lines {
        let order = &orders[&line.order()];
        let open = i64::from(order.tallies()[usize::from(line.position())].open());
        for wanted in [ready.min(open), ready + 1].into_iter().filter(|wanted| (1..=open).contains(wanted)) {
            let parts = vec![part(line.position(), wanted)];
            let sent = ship(ShipmentStatus::Shipped, None, parts)(order.clone());
            let answer = shop.ledger.rehearse(changing(sent, None)).await;
            match answer {
                Ok(_) => assert!(wanted <= ready, "{wanted} of line {line} are sent of {ready}"),
                Err(Refused::NotOnHand(_)) => assert!(wanted > ready, "{wanted} of line {line} of {ready}"),
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}

pub async fn a_piece_that_an_earlier_order_waits_for_is_not_sent(shop: Storage) {
    let product = stocked(&shop, StockPolicy::Backorder, 3).await;
    keep(&shop, count(product, "MAIN", 3, Some(10))).await;
    let main = from(&shop, "MAIN").await;
    let first = sell(&shop, &[(product, 3)]).await.id();
    make(&shop, first, ship(ShipmentStatus::Planned, Some(main.clone()), Vec::new())).await;
    let second = sell(&shop, &[(product, 3)]).await.id();
    let steps = [
        step(&shop, second, OrderStatus::Shipped).await,
        ship(ShipmentStatus::Shipped, None, vec![part(0, 1)])(find(&shop, second).await),
        ship(ShipmentStatus::Planned, Some(main), vec![part(0, 1)])(find(&shop, second).await),
    ];
    for step in steps {
        let reason = refused(shop.ledger.commit(changing(step, None)).await);
        assert!(reason.starts_with("NotOnHand(Behind {") && reason.contains("backed: 0"), "{reason}");
    }
    make(&shop, first, become_it(1, ShipmentStatus::Shipped)).await;
    assert_eq!(pieces(&shop, product, "MAIN").await, (0, 3));
    // What comes is for who waits; whoever comes now is behind.
    let third = sell(&shop, &[(product, 1)]).await.id();
    keep(&shop, deliver(product, "MAIN", orders_domain::stock::keeping::Delivery::Received, 3)).await;
    let reason = step(&shop, third, OrderStatus::Shipped).await;
    assert!(refused(shop.ledger.commit(changing(reason, None)).await).starts_with("NotOnHand(Behind {"));
    now(shop.ledger.commit(changing(step(&shop, second, OrderStatus::Shipped).await, None)).await);
    assert_balanced(&shop).await;
}

pub async fn a_count_that_finds_fewer_leaves_what_there_is_to_the_first(shop: Storage) {
    let product = stocked(&shop, StockPolicy::Deny, 6).await;
    let [first, second] = [sell(&shop, &[(product, 3)]).await.id(), sell(&shop, &[(product, 3)]).await.id()];
    keep(&shop, count(product, "MAIN", 3, None)).await;
    let shipped = step(&shop, second, OrderStatus::Shipped).await;
    assert!(refused(shop.ledger.commit(changing(shipped, None)).await).starts_with("NotOnHand(Behind {"));
    let main = from(&shop, "MAIN").await;
    make(&shop, first, ship(ShipmentStatus::Planned, Some(main), Vec::new())).await;
    // Of those in front one who goes makes room.
    make(&shop, first, |order| order.cancel(at(30)).unwrap()).await;
    now(shop.ledger.commit(changing(step(&shop, second, OrderStatus::Shipped).await, None)).await);
    assert_eq!(pieces(&shop, product, "MAIN").await, (0, 0));
    assert_balanced(&shop).await;
}

pub async fn what_is_brought_to_another_place_lines_up_behind_all_others(shop: Storage) {
    location(&shop, "MAIN", 0).await;
    location(&shop, "B", 1).await;
    let id = product(&shop, StockPolicy::Backorder).await.id;
    keep(&shop, count(id, "MAIN", 4, Some(9))).await;
    let first = sell(&shop, &[(id, 4)]).await.id();
    keep(&shop, count(id, "B", 5, Some(0))).await;
    let second = sell(&shop, &[(id, 4)]).await.id();
    let b = from(&shop, "B").await;
    assert_eq!((pieces(&shop, id, "MAIN").await, pieces(&shop, id, "B").await), ((4, 8), (5, 0)));
    make(&shop, second, ship(ShipmentStatus::Planned, Some(b.clone()), vec![part(0, 2)])).await;
    let [third, fourth] = [sell(&shop, &[(id, 3)]).await.id(), sell(&shop, &[(id, 1)]).await.id()];
    let brought = ship(ShipmentStatus::Planned, Some(b.clone()), vec![part(0, 1)]);
    make(&shop, third, brought).await;
    // The earlier order brings more there, and is behind with all of it.
    make(&shop, second, ship(ShipmentStatus::Planned, Some(b), vec![part(0, 2)])).await;
    keep(&shop, count(id, "B", 3, None)).await;
    let leave = |number| become_it(number, ShipmentStatus::Shipped);
    make(&shop, third, leave(1)).await;
    make(&shop, second, leave(1)).await;
    let late = leave(2)(find(&shop, second).await);
    assert!(refused(shop.ledger.commit(changing(late, None)).await).starts_with("NotOnHand(Missing {"));
    make(&shop, first, |order| order.advance(OrderStatus::Shipped, at(20)).unwrap()).await;
    let waiting = step(&shop, fourth, OrderStatus::Shipped).await;
    assert!(refused(shop.ledger.commit(changing(waiting, None)).await).starts_with("NotOnHand(Missing {"));
    assert_balanced(&shop).await;
}

pub async fn of_25_orders_that_are_shipped_at_once_the_first_leave(shop: Storage) {
    let product = stocked(&shop, StockPolicy::Backorder, 10).await;
    keep(&shop, count(product, "MAIN", 10, Some(40))).await;
    for round in 0..3 {
        let mut steps = Vec::new();
        for _ in 0..25 {
            let order = sell(&shop, &[(product, 1)]).await;
            steps.push((order.id(), step(&shop, order.id(), OrderStatus::Shipped).await));
        }
        let (mut tasks, others) = (JoinSet::new(), shop.clone());
        for (id, step) in steps.into_iter().rev() {
            let shop = shop.clone();
            tasks.spawn(async move { (id, shop.ledger.commit(changing(step, None)).await) });
            let (shop, basket) = (others.clone(), super::shop::selling(&[(product, 1)], None));
            tasks.spawn(async move {
                let more = super::shop::order(now(shop.ledger.commit(basket).await));
                let off = changing(more.clone().cancel(at(20)).unwrap(), None);
                now(shop.ledger.commit(off).await);
                (n(1_000_000), Err(Refused::Stale))
            });
        }
        let mut left: Vec<_> = tasks.join_all().await;
        left.sort_unstable_by_key(|(id, _)| *id);
        left.retain(|(id, _)| id.get() < 1_000_000);
        for (place, (id, answer)) in left.iter().enumerate() {
            let expected =
                if place < 10 { answer.is_ok() } else { matches!(answer, Err(Refused::NotOnHand(_))) };
            assert!(expected, "round {round}, {place}, order {id}: {answer:?}");
        }
        for (id, _) in left.into_iter().skip(10) {
            make(&shop, id, |order| order.cancel(at(30)).unwrap()).await;
        }
        keep(&shop, count(product, "MAIN", 10, None)).await;
    }
    assert_balanced(&shop).await;
}
