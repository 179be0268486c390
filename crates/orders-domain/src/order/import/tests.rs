use super::*;
use crate::{
    catalogue::product::{StockPolicy, Terms},
    market::marketplace::Marketplace,
    order::contact::Email,
    shipment::tracking::{ShippingProvider, TrackingNumber},
    stock::{
        level::Level,
        movement::MovementKind,
        shelves::{Place, Shelf, Spot},
    },
};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_341_600 + seconds, 0).unwrap()
}

fn n<T: TryFrom<i64, Error = InvalidInput>>(number: i64) -> T {
    number.try_into().unwrap()
}

fn tracking(number: &str) -> Tracking {
    Tracking::new(ShippingProvider::parse("USPS").unwrap(), TrackingNumber::parse(number).unwrap())
}

fn line(line: u64, name: &str, status: OrderStatus) -> ImportedOrder {
    let from = Imported { external_id: ExternalId::parse(name).unwrap(), placed_at: at(-86_400) };
    ImportedOrder {
        line,
        from,
        user: n(3),
        status,
        currency: Currency::USD,
        marketplace: MarketplaceCode::DEFAULT,
        lines: vec![OrderProduct::new(n(9), n(1999), n(7)), OrderProduct::new(n(1), n(1399), n(1))],
        tracking: None,
        contact: Contact { email: Email::parse("ada@example.org").ok(), ship_to: None },
    }
}

/// Products 1 and 9, which nobody counts, and product 5, of which there are three pieces.
fn shelves() -> Shelves {
    let terms = |policy| Terms { price: n(1), currency: Currency::USD, policy, active: true };
    let place = Place { id: n(1), code: "MAIN".parse().unwrap(), priority: n(0), active: true };
    let level = Level { on_hand: 3, reserved: 0, backorder_limit: 0, version: None };
    let mut shelves = Shelves::new();
    for product in [1, 9] {
        shelves.learn(n(product), Shelf::new(terms(StockPolicy::Untracked), Vec::new()));
    }
    shelves.learn(n(5), Shelf::new(terms(StockPolicy::Deny), vec![Spot { place, level }]));
    shelves
}

fn reserved(
    import: &mut OrderImport,
    (order, stored): (&ImportedOrder, Option<&Order>),
    shelves: &mut Shelves,
) -> Option<Vec<Move>> {
    let products = [(n(1), true), (n(9), true), (n(5), true), (n(77), false)].into();
    let marketplaces = Directory::new(Marketplace::first(Currency::USD), []);
    import.takes(order, stored, &mut Known { products: &products, marketplaces: &marketplaces, shelves })
}

/// Whether a line is to be stored.
fn judged(import: &mut OrderImport, order: &ImportedOrder, stored: Option<&Order>) -> bool {
    reserved(import, (order, stored), &mut shelves()).is_some()
}

/// What is wrong with a line.
fn wrong(order: &ImportedOrder, stored: Option<&Order>) -> String {
    let mut import = OrderImport::new(at(0));
    let takes = judged(&mut import, order, stored);
    assert_eq!(takes, import.faults.lines() == 0 && stored.is_none());
    import.faults.first().map(|(_, reason)| reason.to_owned()).collect()
}

fn lived(order: &ImportedOrder) -> (Order, Vec<OrderEvent>) {
    order.lived(n(7), n(40), at(0)).unwrap()
}

#[test]
fn an_imported_order_has_the_events_that_lead_to_its_status_and_add_up_to_it() {
    use OrderStatus::{Cancelled, Delivered, Pending, Processing, Shipped};

    for (status, kinds) in [
        (Pending, &["order.placed"] as &[_]),
        (Processing, &["order.placed", "order.processing"]),
        (Shipped, &["order.placed", "order.shipped"]),
        (Delivered, &["order.placed", "order.shipped", "order.delivered"]),
        (Cancelled, &["order.placed", "order.cancelled"]),
    ] {
        let imported = line(1, "A-1", status);
        let (order, events) = lived(&imported);
        assert_eq!(order.status(), status);
        let told: Vec<_> = events.iter().map(|event| event.what.event_type().as_str()).collect();
        assert_eq!(told, kinds);
        assert_eq!(events.len() as u64, imported.events());
        let ids: Vec<_> = events.iter().map(|event| (event.id.get(), event.version.get())).collect();
        assert_eq!(ids, (0..).map(|nth| (40 + nth, 1 + nth)).take(events.len()).collect::<Vec<_>>());
        assert!(events.iter().all(|event| event.at == at(0) && event.origin == Actor::Cli.into()));
        assert_eq!((order.ordered_at(), order.updated_at()), (at(0), at(0)));
        assert_eq!(order.imported(), Some(&imported.from));
        assert_eq!(order.clone().as_of(&events), Ok(Some(order.clone())));
        assert_eq!(order.clone().as_placed().imported(), Some(&imported.from));
        assert_eq!(imported.differences(&order), []);
    }
}

#[test]
fn a_tracking_number_is_an_event_of_its_own_and_goes_with_what_has_left_only() {
    let with = |status| ImportedOrder { tracking: Some(tracking("1")), ..line(1, "A-1", status) };
    let (order, events) = lived(&with(OrderStatus::Delivered));
    assert_eq!(order.tracking(), Some(&tracking("1")));
    assert_eq!(events.len(), 4);
    assert_eq!(order.clone().as_of(&events), Ok(Some(order)));
    for status in [OrderStatus::Pending, OrderStatus::Processing, OrderStatus::Cancelled] {
        let expected = format!("tracking is of an order that has left, and this one is {status}");
        assert_eq!(wrong(&with(status), None), expected);
    }
}

#[test]
fn what_cannot_be_an_order_of_this_shop_is_named_all_at_once() {
    let good = line(1, "A-1", OrderStatus::Pending);
    assert_eq!(wrong(&good, None), "");
    let bad = ImportedOrder {
        from: Imported { placed_at: at(1), ..good.from.clone() },
        marketplace: "de".parse().unwrap(),
        lines: vec![
            OrderProduct::new(n(77), n(1), n(1)),
            OrderProduct::new(n(5), n(1), n(1)),
            OrderProduct::new(n(5), n(2), n(1)),
        ],
        ..good.clone()
    };
    assert_eq!(
        wrong(&bad, None),
        "placedAt 2026-11-22T10:00:01.000Z is later than now; product 77 does not exist; product 5 \
         stands in two lines of the order, and a product stands in one; marketplace de does not exist"
    );
    let old = ImportedOrder {
        from: Imported {
            placed_at: DateTime::UNIX_EPOCH - chrono::TimeDelta::milliseconds(1),
            ..good.from.clone()
        },
        ..good.clone()
    };
    assert_eq!(wrong(&old, None), "placedAt 1969-12-31T23:59:59.999Z is before 1970");
    let none = ImportedOrder { lines: Vec::new(), ..good.clone() };
    assert!(wrong(&none, None).starts_with("an order has 1 to 100 products"), "{}", wrong(&none, None));
    let dear = ImportedOrder { lines: vec![OrderProduct::new(n(9), n(i64::MAX), n(2))], ..good };
    assert!(wrong(&dear, None).starts_with("the total is more than"), "{}", wrong(&dear, None));
}

#[test]
fn history_may_be_in_any_currency_and_what_is_open_may_not() {
    let in_yen = |status| ImportedOrder { currency: "JPY".parse().unwrap(), ..line(1, "A-1", status) };
    for status in [OrderStatus::Shipped, OrderStatus::Delivered, OrderStatus::Cancelled] {
        assert_eq!(wrong(&in_yen(status), None), "");
    }
    for status in [OrderStatus::Pending, OrderStatus::Processing] {
        assert_eq!(wrong(&in_yen(status), None), "currency JPY is not that of marketplace default, USD");
    }
}

#[test]
fn what_is_open_reserves_what_it_holds_and_history_moves_nothing() {
    let (mut import, mut shelves) = (OrderImport::new(at(0)), shelves());
    let of = |number: u64, status, pieces| ImportedOrder {
        lines: vec![OrderProduct::new(n(9), n(1), n(50)), OrderProduct::new(n(5), n(1), n(pieces))],
        ..line(number, &number.to_string(), status)
    };
    let mut go = |order: &ImportedOrder, stored: Option<&Order>| {
        let moves = reserved(&mut import, (order, stored), &mut shelves)?;
        Some(
            moves
                .iter()
                .map(|moved| (moved.kind, moved.line, moved.quantity, moved.reserved_after))
                .collect(),
        )
    };
    for (number, status) in (1..).zip([OrderStatus::Shipped, OrderStatus::Delivered, OrderStatus::Cancelled])
    {
        assert_eq!(go(&of(number, status, 50), None), Some(Vec::new()));
    }
    let held = |pieces, after| Some(vec![(MovementKind::Reserved, Some(1), pieces, after)]);
    assert_eq!(go(&of(4, OrderStatus::Pending, 2), None), held(2, 2));
    // What is there already holds what it holds.
    let there = of(5, OrderStatus::Processing, 1);
    assert_eq!(go(&there, Some(&lived(&there).0)), None);
    assert_eq!(go(&of(6, OrderStatus::Processing, 2), None), None);
    assert_eq!(go(&of(7, OrderStatus::Processing, 1), None), held(1, 3));
    let faults: Vec<_> = import.faults.first().collect();
    assert_eq!(faults, [(6, "product 5 is wanted 2 times, and 1 can be reserved")]);
}

#[test]
fn a_name_that_stands_in_two_lines_is_a_fault_of_the_second() {
    let mut import = OrderImport::new(at(0));
    for number in 1..=1000 {
        assert!(judged(&mut import, &line(number, &format!("A-{number}"), OrderStatus::Delivered), None));
    }
    assert!(!judged(&mut import, &line(1001, "A-3", OrderStatus::Delivered), None));
    let faults: Vec<_> = import.faults.first().collect();
    assert_eq!(faults, [(1001, "externalId \"A-3\" is that of line 3 too")]);
    assert_eq!(import.tally, OrderTally { added: 1000, unchanged: 0, events: 3000 });
}

#[test]
fn an_order_that_is_there_is_left_alone_however_far_it_has_come_since() {
    let shipped = ImportedOrder { tracking: Some(tracking("1")), ..line(1, "A-1", OrderStatus::Shipped) };
    let (order, _) = lived(&shipped);
    assert_eq!(wrong(&shipped, Some(&order)), "");
    let mut import = OrderImport::new(at(0));
    assert!(!judged(&mut import, &shipped, Some(&order)));
    assert_eq!(import.tally, OrderTally { added: 0, unchanged: 1, events: 0 });
    let corrected = order.clone().track(tracking("2"), at(5)).unwrap().into_order();
    assert_eq!(wrong(&shipped, Some(&corrected)), "");
    let delivered = order.advance(OrderStatus::Delivered, at(5)).unwrap().into_order();
    assert_eq!(wrong(&shipped, Some(&delivered.without_contact())), "");
}

#[test]
fn another_content_under_a_known_name_is_said_with_all_that_differs() {
    let shipped = ImportedOrder { tracking: Some(tracking("1")), ..line(1, "A-1", OrderStatus::Shipped) };
    let (order, _) = lived(&shipped);
    let other = ImportedOrder {
        from: Imported { placed_at: at(-1), ..shipped.from.clone() },
        user: n(4),
        status: OrderStatus::Delivered,
        currency: "JPY".parse().unwrap(),
        lines: vec![OrderProduct::new(n(9), n(1), n(2)), OrderProduct::new(n(5), n(1399), n(1))],
        tracking: None,
        ..shipped.clone()
    };
    let has = "as order 7 of this externalId has it";
    assert_eq!(
        wrong(&other, Some(&order)),
        format!(
            "userId 4 is not 3, {has}; placedAt 2026-11-22T09:59:59.000Z is not 2026-11-21T10:00:00.000Z, {has}; \
             status delivered is not shipped, {has}; currency JPY is not USD, {has}; tracking none is not 1, {has}; \
             price 1 is not 1999, {has}; quantity 2 is not 7, {has}; product 5 is not 1, {has}"
        )
    );
    let untracked = ImportedOrder { tracking: None, ..shipped.clone() };
    // Another version than it would have made: something has happened to it since, and may be that.
    assert_eq!(wrong(&untracked, Some(&order)), "");
    let fewer = ImportedOrder { lines: shipped.lines[..1].to_vec(), ..shipped.clone() };
    assert_eq!(wrong(&fewer, Some(&order)), format!("products 1 is not 2, {has}"));
    let elsewhere = ImportedOrder { tracking: Some(tracking("2")), ..shipped };
    assert_eq!(wrong(&elsewhere, Some(&order)), format!("tracking 2 is not 1, {has}"));
}
