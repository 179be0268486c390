//! Dry runs of every kind of change.

use orders_domain::{
    Storage,
    ports::{Commit, EventFilter, EventLimit, Offer, ProductQuery},
    stock::{Location, StockLevel},
};

use super::{
    books::{assert_balanced, products},
    common::{at, n},
    replaying::one_of_each_kind,
    shop::{self, movements, now, refused},
};

/// All that is stored, in words, but for the numbers of events.
async fn everything(shop: &Storage) -> String {
    let query = ProductQuery {
        market: orders_domain::MarketplaceCode::DEFAULT,
        active: None,
        sku: None,
        after: None,
        limit: n(500),
    };
    let offers: Vec<Offer> = shop.catalogue.products(query).await.unwrap();
    let places: Vec<Location> = shop.stock.locations().await.unwrap();
    let mut levels: Vec<StockLevel> = Vec::new();
    let mut moved = Vec::new();
    for product in products(shop).await {
        levels.extend(shop.stock.levels(product, None).await.unwrap().unwrap());
        moved.extend(movements(shop, product, 500).await);
    }
    let query = orders_domain::OrderQuery {
        filter: orders_domain::OrderFilter::default(),
        after: None,
        limit: n(500),
    };
    let orders = shop.orders.page(query).await.unwrap();
    let events = shop.feed.events(EventFilter::default(), None, EventLimit::MAX).await.unwrap().events;
    format!("{offers:?}\n{places:?}\n{levels:?}\n{moved:?}\n{orders:?}\n{events:?}")
}

pub async fn a_rehearsal_of_every_kind_answers_as_in_earnest_and_leaves_nothing(shop: Storage) {
    let all = one_of_each_kind(&shop).await;
    for work in all {
        let before = everything(&shop).await;
        let rehearsed = now(shop.ledger.rehearse(work.clone()).await);
        let again = now(shop.ledger.rehearse(work.clone()).await);
        assert_eq!(everything(&shop).await, before, "{work:?}");
        let (user, asked) = (work.origin.actor.user().unwrap(), work.made_by.clone().unwrap());
        assert_eq!(shop.ledger.recall(user, asked, at(0)).await.unwrap(), None);
        let made = now(shop.ledger.commit(work).await);
        // A number may be used up where many servers give them out.
        let in_words = |made: &orders_domain::ports::Made| match made {
            orders_domain::ports::Made::Order(order) => {
                format!("{:?} {}", order.status(), order.total().minor_units())
            }
            other => format!("{other:?}"),
        };
        assert_eq!((in_words(&rehearsed), in_words(&again)), (in_words(&made), in_words(&made)));
    }
    assert_balanced(&shop).await;
}

pub async fn a_rehearsal_is_refused_as_in_earnest(shop: Storage) {
    let id = shop::stocked(&shop, orders_domain::catalogue::product::StockPolicy::Deny, 5).await;
    let refusals: Vec<Commit> = vec![
        shop::selling(&[(id, 6)], None),
        shop::selling(&[(n(999), 6)], None),
        shop::selling_basket(shop::basket(&[(id, 1)], Some(1)), None),
        shop::keeping(shop::count(id, "B", 1, None), None),
        shop::keeping(shop::transfer(id, "MAIN", "B", 1), None),
        shop::keeping(shop::new_location("MAIN", shop::at_priority(1)), None),
    ];
    let before = everything(&shop).await;
    for work in refusals {
        let rehearsed = refused(shop.ledger.rehearse(work.clone()).await);
        assert_eq!(refused(shop.ledger.commit(work).await), rehearsed);
    }
    assert_eq!(everything(&shop).await, before);
    assert_balanced(&shop).await;
}
