//! What the shop's people and its customers do with products, places and stock, through the ports.

use orders_domain::{
    Actor, Basket, Currency, Expected, Idempotency, Order, OrderId, OrderStatus, Origin, Product, ProductId,
    RequestedLine, Step, Storage,
    catalogue::product::{NewProduct, ProductDetails, ProductName, StockPolicy},
    ports::{Change, Commit, Committed, Made, Refused},
    stock::{
        Level, Location, Movement, StockLevel,
        keeping::{Delivery, Keeping, Kept, StockChange},
        location::{LocationDetails, LocationName, NewLocation, ParcelLimits},
        movement::Reason,
    },
};

use super::common::{at, changing, n};

/// The shop's operator.
pub fn staff() -> Origin {
    Actor::User(n(100)).into()
}

/// A change by the operator.
pub fn keeping(change: Change, asked: Option<Idempotency>) -> Commit {
    Commit { change, origin: staff(), made_by: asked, handled: None, now: at(0) }
}

/// What is made now, which nothing stands against.
pub fn now(answer: Result<Committed, Refused>) -> Made {
    match answer {
        Ok(Committed::Now(made)) => made,
        other => panic!("nothing was made: {other:?}"),
    }
}

/// Why nothing is made.
pub fn refused(answer: Result<Committed, Refused>) -> String {
    match answer {
        Err(refused) => format!("{refused:?}"),
        Ok(made) => panic!("not refused: {made:?}"),
    }
}

/// Has the operator's change made.
pub async fn make(shop: &Storage, change: Change) -> Made {
    now(shop.ledger.commit(keeping(change, None)).await)
}

/// What is said of a product of this policy.
pub fn details(policy: StockPolicy) -> ProductDetails {
    let name = ProductName::parse("a thing").unwrap();
    let currency = Currency::USD;
    ProductDetails {
        sku: None,
        name,
        price: n(1000),
        currency,
        weight: None,
        size: None,
        policy,
        active: true,
    }
}

/// A new product.
pub async fn product(shop: &Storage, policy: StockPolicy) -> Product {
    match make(shop, Change::NewProduct(NewProduct { id: None, details: details(policy) })).await {
        Made::Product(product) => product,
        other => panic!("{other:?}"),
    }
}

/// A product becomes something else.
pub async fn change_product(shop: &Storage, id: ProductId, change: impl Fn(&mut ProductDetails)) -> Product {
    let product = find(shop, id).await;
    let mut details = product.details.clone();
    change(&mut details);
    match make(shop, Change::Product(product.changed(details).unwrap())).await {
        Made::Product(product) => product,
        other => panic!("{other:?}"),
    }
}

/// The product of this number.
pub async fn find(shop: &Storage, id: ProductId) -> Product {
    shop.catalogue.find(&[id]).await.unwrap().remove(0).unwrap().product
}

/// What an order could take of a product.
pub async fn available(shop: &Storage, id: ProductId) -> Option<i64> {
    shop.catalogue.find(&[id]).await.unwrap().remove(0).unwrap().available
}

/// What is said of a place so far in front.
pub fn at_priority(priority: i64) -> LocationDetails {
    LocationDetails {
        name: LocationName::parse("a place").unwrap(),
        country: "DE".parse().unwrap(),
        point: None,
        priority: n(priority),
        parcel: ParcelLimits::default(),
        active: true,
    }
}

/// A place that is new.
pub fn new_location(code: &str, details: LocationDetails) -> Change {
    Change::NewLocation(NewLocation { code: code.parse().unwrap(), details })
}

/// A new place so far in front.
pub async fn location(shop: &Storage, code: &str, priority: i64) -> Location {
    match make(shop, new_location(code, at_priority(priority))).await {
        Made::Location(location) => location,
        other => panic!("{other:?}"),
    }
}

/// A place becomes something else.
pub async fn change_location(shop: &Storage, code: &str, change: impl Fn(&mut LocationDetails)) -> Location {
    let all = shop.stock.locations().await.unwrap();
    let location = all.into_iter().find(|place| place.code.as_str() == code).unwrap();
    let mut details = location.details.clone();
    change(&mut details);
    match make(shop, Change::Location(location.changed(details).unwrap())).await {
        Made::Location(location) => location,
        other => panic!("{other:?}"),
    }
}

fn stock(product: ProductId, what: Keeping) -> Change {
    Change::Stock(StockChange { product, what, reason: Reason::parse("a test").unwrap() })
}

/// Somebody has counted.
pub fn count(product: ProductId, code: &str, on_hand: i64, limit: Option<i64>) -> Change {
    count_at(product, code, on_hand, limit, Expected::Any)
}

/// Somebody has counted, who knows these versions.
pub fn count_at(
    product: ProductId,
    code: &str,
    on_hand: i64,
    limit: Option<i64>,
    expected: Expected,
) -> Change {
    let backorder_limit = limit.map(n);
    let at = code.parse().unwrap();
    stock(product, Keeping::Count { at, on_hand: n(on_hand), backorder_limit, expected })
}

/// Pieces come or go.
pub fn deliver(product: ProductId, code: &str, kind: Delivery, pieces: i64) -> Change {
    stock(product, Keeping::Deliver { at: code.parse().unwrap(), kind, pieces: n(pieces) })
}

/// Pieces go from a place to another.
pub fn transfer(product: ProductId, from: &str, to: &str, pieces: i64) -> Change {
    let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
    stock(product, Keeping::Transfer { from, to, pieces: n(pieces) })
}

/// Has stock changed.
pub async fn keep(shop: &Storage, change: Change) -> Kept {
    match make(shop, change).await {
        Made::Stock(kept) => kept,
        other => panic!("{other:?}"),
    }
}

/// A product of this policy, at the place MAIN, which is made if need be.
pub async fn stocked(shop: &Storage, policy: StockPolicy, on_hand: i64) -> ProductId {
    if shop.stock.locations().await.unwrap().is_empty() {
        location(shop, "MAIN", 0).await;
    }
    let id = product(shop, policy).await.id;
    keep(shop, count(id, "MAIN", on_hand, None)).await;
    id
}

/// What user 1 wants: products, and how many pieces of each.
pub fn basket(wanted: &[(ProductId, i64)], expected_total: Option<i64>) -> Basket {
    let line = |(index, (product, pieces)): (usize, &(ProductId, i64))| RequestedLine {
        index,
        product: *product,
        quantity: n(*pieces),
    };
    let lines: Vec<_> = wanted.iter().enumerate().map(line).collect();
    Basket::new(n(1), &lines, expected_total.map(n), at(0)).unwrap()
}

/// The same, as it is sent.
pub fn selling(wanted: &[(ProductId, i64)], asked: Option<Idempotency>) -> Commit {
    selling_basket(basket(wanted, None), asked)
}

/// A basket as it is sent.
pub fn selling_basket(basket: Basket, asked: Option<Idempotency>) -> Commit {
    let origin = Actor::User(basket.user()).into();
    Commit { change: Change::Sell(basket), origin, made_by: asked, handled: None, now: at(0) }
}

/// The order that was made.
pub fn order(made: Made) -> Order {
    match made {
        Made::Order(order) => order,
        other => panic!("{other:?}"),
    }
}

/// An order of what is there.
pub async fn sell(shop: &Storage, wanted: &[(ProductId, i64)]) -> Order {
    order(now(shop.ledger.commit(selling(wanted, None)).await))
}

/// What becomes of an order as it is now.
pub async fn step(shop: &Storage, id: OrderId, to: OrderStatus) -> Step {
    shop.orders.find(id).await.unwrap().unwrap().advance(to, at(10)).unwrap()
}

/// An order becomes this.
pub async fn advance(shop: &Storage, id: OrderId, to: OrderStatus) -> Order {
    order(now(shop.ledger.commit(changing(step(shop, id, to).await, None)).await))
}

/// The level of a product at a place.
pub async fn level(shop: &Storage, product: ProductId, code: &str) -> StockLevel {
    shop.stock.levels(product, Some(code.parse().unwrap())).await.unwrap().unwrap().remove(0)
}

/// What is on hand and reserved there.
pub async fn pieces(shop: &Storage, product: ProductId, code: &str) -> (i64, i64) {
    let Level { on_hand, reserved, .. } = level(shop, product, code).await.level;
    (on_hand, reserved)
}

/// Everything that moved of a product, by pages of this size.
pub async fn movements(shop: &Storage, product: ProductId, size: i64) -> Vec<Movement> {
    let mut all: Vec<Movement> = Vec::new();
    loop {
        let after = all.last().map(|movement| movement.id);
        let page = shop.stock.movements(product, after, n(size)).await.unwrap().unwrap();
        let Some(first) = page.first() else { return all };
        // A page that does not begin behind the last one would make this a walk without an end.
        assert!(after.is_none_or(|after| first.id > after), "{} follows {after:?}", first.id);
        all.extend(page);
    }
}
