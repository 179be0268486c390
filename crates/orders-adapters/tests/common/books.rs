//! Whether the books balance: what moved adds up to what is there, and what is reserved is what live orders
//! hold.

use std::collections::BTreeMap;

use orders_domain::{
    LocationCode, Order, OrderFilter, OrderId, OrderProductId, OrderQuery, PageLimit, ProductId,
    ShipmentStatus, Storage,
    ports::ProductQuery,
    stock::{Level, Movement, StockLevel},
};

use super::{queues, shop};

/// All orders, by their numbers, as lists show them.
pub async fn orders(shop: &Storage) -> BTreeMap<OrderId, Order> {
    let mut all = BTreeMap::new();
    loop {
        let after = all.last_key_value().map(|(id, _)| *id);
        let query = OrderQuery { filter: OrderFilter::default(), after, limit: PageLimit::MAX };
        let page = shop.orders.page(query).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page.into_iter().map(|order| (order.id(), order)));
    }
}

/// The numbers of all products.
pub async fn products(shop: &Storage) -> Vec<ProductId> {
    let mut all: Vec<ProductId> = Vec::new();
    loop {
        let query = ProductQuery {
            market: orders_domain::MarketplaceCode::DEFAULT,
            active: None,
            sku: None,
            after: all.last().copied(),
            limit: PageLimit::MAX,
        };
        let page = shop.catalogue.products(query).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page.iter().map(|offer| offer.product.id));
    }
}

/// Whether the movements of a level follow each other, and end where it is.
fn assert_adds_up(level: &StockLevel, movements: &[Movement]) {
    let mut before = Level::default();
    for movement in movements {
        let after = before.after(movement.kind, movement.quantity);
        assert_eq!(
            (movement.on_hand_after, movement.reserved_after),
            (after.on_hand, after.reserved),
            "{movement:?} after {before:?}"
        );
        assert!(after.on_hand >= 0 && after.reserved >= 0, "{movement:?}");
        assert_eq!(movement.id.event(), Some(movement.event));
        before = after;
    }
    let Level { on_hand, reserved, backorder_limit, version } = level.level;
    assert_eq!((on_hand, reserved), (before.on_hand, before.reserved), "{level:?}");
    assert!(reserved <= on_hand + backorder_limit + level.level.short(), "{level:?}");
    assert!(version.is_some() || movements.is_empty(), "{level:?}");
}

/// What each line holds, by place.
type HeldByLine<'a> = BTreeMap<OrderProductId, BTreeMap<&'a LocationCode, i64>>;

/// Whether each line holds what of it is not out and not cancelled, and of that what planned parcels are to take
/// where they are to take it from.
fn assert_held_by_the_living(orders: &BTreeMap<OrderId, Order>, held: &HeldByLine<'_>) {
    for (line, places) in held {
        let order = &orders[&line.order()];
        let remaining = order.tallies()[usize::from(line.position())].remaining();
        assert_eq!(places.values().sum::<i64>(), i64::from(remaining), "line {line} of {order:?}");
        assert!(places.values().all(|pieces| *pieces >= 0), "line {line} holds {places:?}");
        let planned = order.shipments().iter().filter(|parcel| parcel.status == ShipmentStatus::Planned);
        let mut claimed: BTreeMap<&LocationCode, i64> = BTreeMap::new();
        for (parcel, from) in planned.filter_map(|parcel| Some((parcel, parcel.from.as_ref()?))) {
            *claimed.entry(&from.code).or_default() += i64::from(parcel.pieces_of(line.position()));
        }
        let is_held = |(place, pieces): (&&LocationCode, &i64)| places.get(place).unwrap_or(&0) >= pieces;
        assert!(claimed.iter().all(is_held), "line {line} of {order:?} holds {places:?}");
    }
}

/// Whether all of it is so, and a count that finds the same says what the table says.
pub async fn assert_balanced(shop: &Storage) {
    let orders = orders(shop).await;
    for product in products(shop).await {
        let mut movements = shop::movements(shop, product, 500).await;
        assert!(movements.is_sorted_by(|one, next| one.id < next.id));
        let mut held = HeldByLine::new();
        for movement in &movements {
            assert_eq!(movement.order, movement.line.map(OrderProductId::order));
            if let Some(line) = movement.line {
                let reserved = movement.kind.reserved(movement.quantity);
                *held.entry(line).or_default().entry(&movement.location).or_default() += reserved;
            }
        }
        assert_held_by_the_living(&orders, &held);
        queues::assert_first_served(shop, &orders, &movements).await;
        let held: i64 = held.values().flat_map(BTreeMap::values).sum();
        let levels = shop.stock.levels(product, None).await.unwrap().unwrap();
        let reserved: i64 = levels.iter().map(|level| level.level.reserved).sum();
        assert_eq!(held, reserved, "product {product}");
        for level in levels {
            let here: Vec<_> = movements.extract_if(.., |moved| moved.location == level.location).collect();
            assert_adds_up(&level, &here);
            if level.level.version.is_some() {
                let Level { on_hand, backorder_limit, .. } = level.level;
                let again = shop::count(product, level.location.as_str(), on_hand, Some(backorder_limit));
                assert_eq!(shop::keep(shop, again).await.levels, [level]);
            }
        }
        assert!(movements.is_empty(), "at no place: {movements:?}");
    }
}
