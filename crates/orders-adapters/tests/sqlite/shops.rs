//! Products, places and stock in a file: what survives the end of a server, and rows that make no sense.

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use orders_adapters::{SqliteDatabase, SystemClock};
use orders_domain::{
    OrderStatus, Product, Storage,
    catalogue::product::StockPolicy,
    ports::{Commit, Committed, PortError, ProductQuery, Refused},
    stock::keeping::Delivery,
};

use super::{
    Place,
    common::{key, n},
    shop::{
        advance, available, change_product, deliver, find, keeping, level, location, now, order, pieces,
        product, sell, selling, stocked,
    },
};

fn open(place: &Place) -> Storage {
    Storage::of(Arc::new(place.open()))
}

async fn all(shop: &Storage) -> Vec<Product> {
    let query = ProductQuery {
        market: orders_domain::MarketplaceCode::DEFAULT,
        active: None,
        sku: None,
        after: None,
        limit: n(500),
    };
    let offers = shop.catalogue.products(query).await.unwrap();
    offers.into_iter().map(|offer| offer.product).collect()
}

#[tokio::test]
async fn a_shop_survives_with_what_it_has_and_what_is_reserved() {
    let place = Place::new();
    let shop = open(&place);
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    let held = sell(&shop, &[(id, 2)]).await;
    let cheap = change_product(&shop, n(3), |to| to.price = n(1)).await;
    let products = all(&shop).await;
    let places = shop.stock.locations().await.unwrap();
    drop(shop);

    let shop = open(&place);
    assert_eq!((all(&shop).await, find(&shop, n(3)).await), (products, cheap));
    assert_eq!(shop.stock.locations().await.unwrap(), places);
    assert_eq!((pieces(&shop, id, "MAIN").await, available(&shop, id).await), ((5, 2), Some(3)));
    let refused = shop.ledger.commit(selling(&[(id, 4)], None)).await;
    assert!(matches!(refused, Err(Refused::NotSold(_))), "{refused:?}");
    advance(&shop, held.id(), OrderStatus::Shipped).await;
    assert_eq!(pieces(&shop, id, "MAIN").await, (3, 0));
    assert_eq!(product(&shop, StockPolicy::Deny).await.id, n(12));
}

#[tokio::test]
async fn keys_of_the_shops_people_survive() {
    use orders_domain::ports::Clock;

    let place = Place::new();
    let shop = open(&place);
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    let delivery = || {
        let work = keeping(deliver(id, "MAIN", Delivery::Received, 4), Some(key("a", 1)));
        Commit { now: SystemClock.now(), ..work }
    };
    let made = now(shop.ledger.commit(delivery()).await);
    sell(&shop, &[(id, 9)]).await;
    drop(shop);
    let shop = open(&place);
    let again = shop.ledger.commit(delivery()).await.unwrap();
    assert_eq!(again, Committed::Before(made));
    assert_eq!(pieces(&shop, id, "MAIN").await, (9, 9));
}

#[test]
fn a_shop_keeps_the_currency_with_which_it_began() {
    let place = Place::new();
    for asked in ["EUR", "USD", "JPY"] {
        let currency = asked.parse().unwrap();
        let database = SqliteDatabase::open_by(&place.file(), Arc::new(SystemClock), currency).unwrap();
        assert_eq!(Storage::of(Arc::new(database)).catalogue.currency().code(), "EUR");
    }
}

/// What an outsider who turned the checks off may do to product 11 or its level.
const DAMAGES: [&str; 6] = [
    "UPDATE products SET price = -1 WHERE id = 11",
    "UPDATE products SET currency = 'usd' WHERE id = 11",
    "UPDATE products SET stock_policy = 'lost' WHERE id = 11",
    "UPDATE stock_levels SET version = 0 WHERE product_id = 11",
    "UPDATE locations SET code = ' ' WHERE id = 2",
    "UPDATE locations SET priority = -1 WHERE id = 2",
];

#[tokio::test]
async fn a_damaged_product_or_place_is_reported_corrupt_and_others_are_sold() {
    for damage in DAMAGES {
        let place = Place::new();
        let shop = open(&place);
        let bad = stocked(&shop, StockPolicy::Deny, 5).await;
        let good = product(&shop, StockPolicy::Deny).await.id;
        assert_eq!((bad, good), (n(11), n(12)), "the numbers of the damages");
        location(&shop, "B", 1).await;
        super::shop::keep(&shop, super::shop::count(bad, "B", 1, None)).await;
        super::shop::keep(&shop, super::shop::count(good, "MAIN", 5, None)).await;
        // A writer that has nothing in mind.
        drop(shop);
        let shop = open(&place);
        let sql = format!("PRAGMA ignore_check_constraints = ON; {damage}");
        place.outsider().batch_execute(&sql).unwrap();
        let (refused, sold) = tokio::join!(
            shop.ledger.commit(selling(&[(bad, 1)], None)),
            shop.ledger.commit(selling(&[(good, 1)], None)),
        );
        assert!(matches!(refused, Err(Refused::Failed(PortError::Corrupt(_)))), "{damage}: {refused:?}");
        assert_eq!(order(now(sold)).id(), n(1));
        let read = shop.catalogue.find(&[bad]).await;
        assert!(matches!(read, Err(PortError::Corrupt(_))), "{damage}: {read:?}");
        assert_eq!(available(&shop, good).await, Some(4));
        if !damage.contains("locations") {
            assert_eq!(level(&shop, good, "MAIN").await.level.reserved, 1);
        }
    }
}
