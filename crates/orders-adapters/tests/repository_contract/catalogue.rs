//! Products: what a shop begins with, new ones, changed ones, lists of them.

use orders_adapters::StaticInventory;
use orders_domain::{
    EventType, Facts, Product, ProductId, Storage, Subject, Version, What,
    catalogue::{
        product::{NewProduct, ProductDetails, ProductName, Sku, StockPolicy},
        size::Size,
    },
    ports::{Change, EventFilter, EventLimit, Made, ProductQuery},
};

use super::{
    common::n,
    shop::{available, change_product, details, find, keeping, make, product, refused, stocked},
};

fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

fn query(after: i64, limit: i64) -> ProductQuery {
    ProductQuery {
        market: orders_domain::MarketplaceCode::DEFAULT,
        active: None,
        sku: None,
        after: (after > 0).then(|| n(after)),
        limit: n(limit),
    }
}

async fn listed(shop: &Storage, query: ProductQuery) -> Vec<i64> {
    shop.catalogue.products(query).await.unwrap().iter().map(|offer| offer.product.id.get()).collect()
}

fn new(id: Option<i64>, details: ProductDetails) -> Change {
    Change::NewProduct(NewProduct { id: id.map(n), details })
}

async fn is_refused(shop: &Storage, change: Change) -> String {
    let before = happened(shop, None).await;
    let reason = refused(shop.ledger.commit(keeping(change, None)).await);
    assert_eq!(happened(shop, None).await, before, "a refusal has made an event");
    reason
}

/// The type, the version and the facts of each event of a subject, or of all.
async fn happened(shop: &Storage, subject: Option<Subject>) -> Vec<(EventType, Version, Facts)> {
    let filter = EventFilter { subject, ..EventFilter::default() };
    let events = shop.feed.events(filter, None, EventLimit::MAX).await.unwrap().events;
    let facts = |what| match what {
        What::Other { event_type, said, .. } => (event_type, said),
        What::Order(_) => panic!("no order was placed"),
    };
    let told = |event: orders_domain::Event| (event.version, facts(event.what));
    events.into_iter().map(told).map(|(version, (event_type, said))| (event_type, version, said)).collect()
}

pub async fn a_new_shop_has_ten_products_which_nobody_counts(shop: Storage) {
    let offers = shop.catalogue.products(query(0, 500)).await.unwrap();
    let products: Vec<_> = offers.iter().map(|offer| offer.product.clone()).collect();
    assert_eq!(products, StaticInventory::default().all());
    assert_eq!((products.len(), shop.catalogue.currency().code()), (10, "USD"));
    assert!(offers.iter().all(|offer| offer.available.is_none()));
    assert_eq!(happened(&shop, None).await, []);
    assert_eq!(shop.stock.locations().await.unwrap(), []);
}

pub async fn everything_of_a_product_is_stored(shop: Storage) {
    let size = Size { length: n(1_000_000), width: n(2), height: n(1) };
    let full = ProductDetails {
        sku: Some(sku(&"𝄞'".repeat(32))),
        name: ProductName::parse(&"é\"".repeat(100)).unwrap(),
        price: n(i64::MAX),
        weight: Some(n(1_000_000_000)),
        size: Some(size),
        active: false,
        ..details(StockPolicy::Backorder)
    };
    let Made::Product(made) = make(&shop, new(Some(i64::MAX), full.clone())).await else { panic!() };
    assert_eq!(made, Product { id: n(i64::MAX), details: full, version: Version::FIRST });
    assert_eq!(find(&shop, made.id).await, made);
    let plain = details(StockPolicy::Deny);
    let changed = change_product(&shop, made.id, |to| *to = plain.clone()).await;
    assert_eq!((&changed.details, changed.version), (&plain, n(2)));
    assert_eq!(find(&shop, made.id).await, changed);
    let found = shop.catalogue.find(&[n(12), changed.id, n(1)]).await.unwrap();
    let ids: Vec<_> = found.iter().map(|found| found.as_ref().map(|offer| offer.product.id.get())).collect();
    assert_eq!(ids, [None, Some(i64::MAX), Some(1)]);
}

pub async fn a_new_product_has_the_number_that_it_is_given_or_the_next_one(shop: Storage) {
    let policy = StockPolicy::Deny;
    assert_eq!(product(&shop, policy).await.id, n(11));
    make(&shop, new(Some(50), details(policy))).await;
    assert_eq!(product(&shop, policy).await.id, n(51));
    make(&shop, new(Some(20), details(policy))).await;
    assert_eq!(product(&shop, policy).await.id, n(52));
    assert_eq!(listed(&shop, query(10, 500)).await, [11, 20, 50, 51, 52]);
}

pub async fn a_number_or_sku_that_is_taken_is_refused_and_uses_up_nothing(shop: Storage) {
    let with_sku = |text| ProductDetails { sku: Some(sku(text)), ..details(StockPolicy::Deny) };
    let Made::Product(first) = make(&shop, new(None, with_sku("L-5"))).await else { panic!() };
    assert_eq!(is_refused(&shop, new(Some(11), with_sku("L-6"))).await, "Taken(ProductId(11))");
    assert_eq!(is_refused(&shop, new(Some(3), details(StockPolicy::Deny))).await, "Taken(ProductId(3))");
    assert_eq!(is_refused(&shop, new(None, with_sku("L-5"))).await, "Taken(Sku(\"L-5\"))");
    let other = find(&shop, n(1)).await;
    let taking = other.changed(ProductDetails { sku: Some(sku("L-5")), ..other.details.clone() }).unwrap();
    assert_eq!(is_refused(&shop, Change::Product(taking)).await, "Taken(Sku(\"L-5\"))");
    assert_eq!(find(&shop, n(1)).await, other);
    // Its own sku is not taken, and another spelling is another one.
    change_product(&shop, first.id, |to| to.price = n(5)).await;
    let Made::Product(second) = make(&shop, new(None, with_sku("l-5"))).await else { panic!() };
    assert_eq!(second.id, n(12));
    // One that is given up is free.
    change_product(&shop, first.id, |to| to.sku = None).await;
    change_product(&shop, n(1), |to| to.sku = Some(sku("L-5"))).await;
}

pub async fn a_change_of_another_version_of_a_product_is_stale(shop: Storage) {
    let seen = find(&shop, n(1)).await;
    change_product(&shop, n(2), |to| to.sku = Some(sku("taken"))).await;
    let now = change_product(&shop, n(1), |to| to.price = n(5)).await;
    let change = |product: &Product, sku| {
        let details = ProductDetails { sku, price: n(6), ..product.details.clone() };
        Change::Product(product.changed(details).unwrap())
    };
    assert_eq!(is_refused(&shop, change(&seen, None)).await, "Stale");
    // What it would have become does not matter then.
    assert_eq!(is_refused(&shop, change(&seen, Some(sku("taken")))).await, "Stale");
    assert_eq!(is_refused(&shop, change(&Product { id: n(999), ..now.clone() }, None)).await, "Stale");
    assert_eq!(
        is_refused(&shop, change(&Product { id: n(999), ..now.clone() }, Some(sku("taken")))).await,
        "Stale"
    );
    assert_eq!(find(&shop, n(1)).await, now);
}

pub async fn each_version_of_a_product_has_its_event(shop: Storage) {
    let made = product(&shop, StockPolicy::Deny).await;
    let changed = change_product(&shop, made.id, |to| to.price = n(5)).await;
    let inactive = change_product(&shop, made.id, |to| to.active = false).await;
    let said = |before: &Product, after: &Product| {
        let (before, after) = (before.details.facts(), after.details.facts());
        Facts::new().with("from", before.unlike(&after)).with("to", after.unlike(&before))
    };
    let expected = [
        (EventType::ProductCreated, n(1), Facts::new().with("to", made.details.facts())),
        (EventType::ProductChanged, n(2), said(&made, &changed)),
        (EventType::ProductChanged, n(3), said(&changed, &inactive)),
    ];
    assert_eq!(happened(&shop, Some(Subject::Product(made.id))).await, expected);
    let filter = EventFilter { types: vec![EventType::ProductChanged], ..EventFilter::default() };
    let events = shop.feed.events(filter, None, EventLimit::MAX).await.unwrap().events;
    for (event, product) in events.iter().zip([changed, inactive]) {
        let What::Other { made, .. } = &event.what else { panic!("{event:?}") };
        assert_eq!(Made::of_facts(&event.subject, event.version, made), Ok(Made::Product(product)));
        assert_eq!((event.origin.clone(), event.at), (super::shop::staff(), super::common::at(0)));
    }
    assert_eq!(events.len(), 2);
}

pub async fn products_are_listed_by_pages_and_by_what_is_asked_for(shop: Storage) {
    change_product(&shop, n(3), |to| to.active = false).await;
    change_product(&shop, n(7), |to| (to.active, to.sku) = (false, Some(sku("L-7")))).await;
    change_product(&shop, n(8), |to| to.sku = Some(sku("L-8"))).await;
    assert_eq!(listed(&shop, query(0, 4)).await, [1, 2, 3, 4]);
    assert_eq!(listed(&shop, query(4, 500)).await, [5, 6, 7, 8, 9, 10]);
    assert_eq!(listed(&shop, query(10, 500)).await, [0; 0]);
    let asked = |active, text| ProductQuery {
        market: orders_domain::MarketplaceCode::DEFAULT,
        active,
        sku: Some(sku(text)),
        ..query(0, 500)
    };
    let only =
        |active| ProductQuery { market: orders_domain::MarketplaceCode::DEFAULT, active, ..query(2, 3) };
    assert_eq!(listed(&shop, only(Some(true))).await, [4, 5, 6]);
    assert_eq!(listed(&shop, only(Some(false))).await, [3, 7]);
    assert_eq!(listed(&shop, asked(None, "L-8")).await, [8]);
    assert_eq!(listed(&shop, asked(Some(true), "L-7")).await, [0; 0]);
    assert_eq!(listed(&shop, asked(Some(false), "L-7")).await, [7]);
    assert_eq!(listed(&shop, asked(None, "L-9")).await, [0; 0]);
}

pub async fn a_list_says_what_an_order_could_take_of_each(shop: Storage) {
    let lamp = stocked(&shop, StockPolicy::Deny, 5).await;
    let none: ProductId = product(&shop, StockPolicy::Deny).await.id;
    let offers = shop.catalogue.products(query(9, 500)).await.unwrap();
    let takes: Vec<_> = offers.iter().map(|offer| (offer.product.id, offer.available)).collect();
    assert_eq!(takes, [(n(10), None), (lamp, Some(5)), (none, Some(0))]);
    assert_eq!(available(&shop, lamp).await, Some(5));
    change_product(&shop, lamp, |to| to.policy = StockPolicy::Untracked).await;
    assert_eq!(available(&shop, lamp).await, None);
}
