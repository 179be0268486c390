//! By what orders are found, in a shop where anything may have happened to them.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use orders_domain::{
    AskedMarket, ChosenMarket, Currency, Cursor, Directory, ExternalId, Languages, Marketplace, NewOrder,
    NewShipment, NotAllowed, Order, OrderFilter, OrderId, OrderQuery, OrderStatus, PageLimit, Part,
    ShipmentChange, ShipmentStatus, Sort, Statuses, Step, TrackingNumber,
    market::{choice::choose, shown::Showing},
    order::contact::{Contact, Email},
    shipment::{cancellation::CancellationReason, status::Fulfillment},
};

use super::{
    Orders,
    common::{at, line, n, parcel},
    listing::{behind, compare, page, searched},
    lists::Asked,
    placing::{Database, change, insert, place, placed},
};

const NUMBERS: [&str; 4] = ["1", "Ä 1", "ä 1", "=2"];
const ADDRESSES: [&str; 5] =
    ["ada@example.org", "Ada@Example.ORG", "ADA@example.org", "ÜDA@example.org", "üda@example.org"];

/// Numbers that look like chance and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % end).unwrap()
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

/// Something that happens to an order, if it may.
fn step(order: Order, chance: &mut Chance, now: DateTime<Utc>) -> Result<Step, NotAllowed> {
    let lines = u64::try_from(order.lines().len()).unwrap();
    let parts = vec![Part { line: u8::try_from(chance.below(lines)).unwrap(), quantity: n(1) }];
    let number = parcel(chance.of(&NUMBERS));
    match chance.below(8) {
        0 => order.cancel(now),
        1 => order.track(number, now),
        2 => order.cancel_parts(CancellationReason::Other, parts, None, now),
        3 | 4 => {
            let status = chance.of(&[ShipmentStatus::Planned, ShipmentStatus::Shipped]);
            let tracking = (chance.below(2) > 0).then_some(number);
            let parcel =
                NewShipment { status, from: None, tracking, weight: None, parts, reasons: Vec::new() };
            order.ship(parcel, now)
        }
        5 => {
            let status = chance.of(&ShipmentStatus::ALL);
            let moved = ShipmentChange { status: Some(status), ..ShipmentChange::default() };
            order.change_shipment(n(1 + chance.below(2)), &moved, now)
        }
        _ => order.advance(chance.of(&OrderStatus::ALL), now),
    }
}

/// Somebody in this marketplace.
fn somewhere(code: &str) -> ChosenMarket {
    let first = Marketplace::first(Currency::USD);
    let others = ["de", "fr"].map(|code| Marketplace { code: code.parse().unwrap(), ..first.clone() });
    let asked = AskedMarket { header: Some(code), ..AskedMarket::default() };
    choose(&asked, Languages::default(), &Directory::new(first, others)).unwrap()
}

/// 240 orders to which anything has happened, also after others were placed.
async fn anything(orders: &dyn Database) -> Vec<Order> {
    let (mut chance, mut all) = (Chance(7), Vec::<Order>::new());
    for index in 0..240 {
        let now = at(index / 3 * 10);
        let mut lines = vec![line(1 + chance.below(3), 1999, 2)];
        if chance.below(2) > 0 {
            lines.push(line(4 + chance.below(2), 1399, 1));
        }
        let email = (chance.below(3) > 0).then(|| Email::parse(chance.of(&ADDRESSES)).unwrap());
        let own = ChosenMarket::first();
        let sold = lines.iter().map(|(product, quantity)| {
            (product.id, Showing::of(product).at(product.terms(), &own).unwrap(), *quantity)
        });
        let market = somewhere(chance.of(&["default", "de", "fr"]));
        let new = NewOrder::priced(n(1 + chance.below(3)), &sold.collect::<Vec<_>>(), &market, now).unwrap();
        all.push(placed(insert(orders, new.of(Contact { email, ship_to: None }), None).await));
        for _ in 0..4 {
            let which = usize::try_from(chance.below(all.len() as u64)).unwrap();
            if let Ok(taken @ Step::Changed(_)) = step(all[which].clone(), &mut chance, now) {
                all[which] = change(orders, taken).await;
            }
        }
    }
    all
}

fn asked() -> Asked {
    use OrderStatus::{Cancelled, Delivered, Pending, Processing, Shipped};

    let several =
        |all: &[OrderStatus]| all[1..].iter().fold(Statuses::from(all[0]), |set, one| set.and(*one));
    Asked {
        statuses: [
            &[Pending][..],
            &[Processing],
            &[Shipped, Delivered],
            &[Cancelled, Pending],
            &OrderStatus::ALL,
        ]
        .map(several)
        .into(),
        fulfillments: Fulfillment::ALL.into(),
        users: vec![n(1), n(9)],
        marketplaces: ["default", "de", "fr", "xx"].map(|code| code.parse().unwrap()).into(),
        products: [1, 4, 9].map(n).into(),
        numbers: NUMBERS.iter().chain(&["3"]).map(|text| TrackingNumber::parse(text).unwrap()).collect(),
        emails: ADDRESSES.iter().chain(&["bob@b"]).map(|text| Email::parse(text).unwrap()).collect(),
        externals: vec![ExternalId::parse("A-1").unwrap()],
        periods: vec![
            (None, None),
            (Some(at(200)), None),
            (None, Some(at(600))),
            (Some(at(95)), Some(at(705))),
        ],
    }
}

pub async fn every_list_that_is_offered_shows_what_a_plain_search_finds_to_its_end(orders: Orders) {
    let all = anything(&*orders).await;
    let mut limits = [1, 3, 7, 60, 101, 500].map(n::<PageLimit>).into_iter().cycle();
    let mut found = 0;
    for query in asked().queries() {
        let expected = searched(&all, &query);
        let limit = limits.next().unwrap();
        // Whoever goes to the end by ones goes some way only.
        let limit = if expected.len() / limit.get() > 30 { n(7) } else { limit };
        let mut query = OrderQuery { limit, ..query };
        let mut met = Vec::new();
        loop {
            let page = page(&*orders, query.clone()).await;
            let is_last = page.len() < limit.get();
            query.after = page.last().map(|last| Cursor::behind(last, query.sort)).or(query.after);
            met.extend(page);
            assert!(met.len() <= expected.len(), "{query:?} goes in circles");
            if is_last {
                break;
            }
        }
        assert_eq!(met, expected, "{query:?}");
        found += usize::from(!expected.is_empty());
    }
    assert!(found > 100, "{found} lists have orders");
    let states: HashSet<_> = all.iter().map(|order| (order.status(), order.fulfillment())).collect();
    assert_eq!(states.len(), 8, "not every state is there: {states:?}");
}

pub async fn a_page_begins_behind_whatever_place_is_named(orders: Orders) {
    let all = anything(&*orders).await;
    let mut places = (0..7).cycle();
    for query in asked().queries() {
        let place = n::<OrderId>(1 + places.next().unwrap() * 40);
        let after = if query.sort.is_by_update() {
            Cursor::Update(at(place.get() * 3), place)
        } else {
            Cursor::Order(place)
        };
        compare(&*orders, &all, OrderQuery { after: Some(after), limit: n(20), ..query }).await;
    }
}

pub async fn an_order_with_a_number_on_two_parcels_is_listed_once_and_pages_stay_full(orders: Orders) {
    let mut all = Vec::new();
    for index in 0..5 {
        let mut order = place(&*orders, 1, at(index)).await;
        for _ in 0..3 {
            let parts = vec![Part { line: 0, quantity: n(1) }];
            let new = NewShipment {
                status: ShipmentStatus::Planned,
                from: None,
                tracking: Some(parcel("1")),
                weight: None,
                parts,
                reasons: Vec::new(),
            };
            order = change(&*orders, order.ship(new, at(index)).unwrap()).await;
        }
        all.push(order);
    }
    let filter = OrderFilter { tracking: TrackingNumber::parse("1").ok(), ..OrderFilter::default() };
    for (after, limit) in [(None, 2), (Some(behind(2)), 2), (Some(behind(4)), 2), (None, 500)] {
        for sort in [Sort::Id, Sort::IdDescending] {
            let query = OrderQuery { filter: filter.clone(), sort, after, limit: n(limit) };
            compare(&*orders, &all, query).await;
        }
    }
}

pub async fn an_order_that_changes_moves_to_its_new_place_in_the_list_by_updates(orders: Orders) {
    let mut all = Vec::new();
    for index in 0..4 {
        all.push(place(&*orders, 1, at(index)).await);
    }
    let query = OrderQuery { sort: Sort::Updated, ..OrderQuery::default() };
    compare(&*orders, &all, query.clone()).await;
    all[1] = change(&*orders, all[1].clone().advance(OrderStatus::Processing, at(2)).unwrap()).await;
    let listed = page(&*orders, query).await;
    assert_eq!(listed.iter().map(|order| order.id().get()).collect::<Vec<_>>(), [1, 2, 3, 4]);
    all[0] = change(&*orders, all[0].clone().advance(OrderStatus::Processing, at(9)).unwrap()).await;
    for sort in [Sort::Updated, Sort::UpdatedDescending] {
        compare(&*orders, &all, OrderQuery { sort, ..OrderQuery::default() }).await;
    }
}
