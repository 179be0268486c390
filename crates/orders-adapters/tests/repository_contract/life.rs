//! What may happen in a shop, at random.

use orders_domain::{
    Expected, OrderId, OrderStatus, Part, ProductId, SentFrom, ShipmentChange, ShipmentStatus,
    Step as OrderStep, Storage,
    catalogue::product::{NewProduct, ProductDetails, Sku, StockPolicy},
    order::contact::{Contact, Email},
    ports::{Change, Commit},
    shipment::cancellation::{CancellationReason, Note},
    stock::keeping::Delivery,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{
    common::{at, changing, n, parcel},
    shipping::{new_parcel, part},
    shop::{
        at_priority, basket, count, count_at, deliver, details, keep, keeping, location, new_location,
        product, selling_basket, transfer,
    },
};

/// The places that there are or may be.
pub const CODES: [&str; 4] = ["A", "B", "C", "D"];

/// The products of the walk: one of the first ten, those of each policy, and two that may come.
const PRODUCTS: [i64; 7] = [1, 11, 12, 13, 14, 20, 21];

/// With which key something is sent.
#[derive(Debug, Clone)]
pub enum Asked {
    /// With none.
    Without,
    /// With its own.
    New,
    /// With one that may stand for something else.
    ForAnother(usize),
}

/// Something that happens. Orders are named by their place among those placed, counted around.
#[derive(Debug, Clone)]
pub enum Act {
    Place { wanted: Vec<(i64, i64)>, expected_total: Option<i64> },
    Move { order: usize, to: OrderStatus, behind: bool },
    Track { order: usize },
    Ship { order: usize, status: ShipmentStatus, from: Option<&'static str>, parts: Vec<(u8, i64)> },
    Parcel { order: usize, number: i64, to: ShipmentStatus },
    Unwant { order: usize, parts: Vec<(u8, i64)> },
    Reach { order: usize, email: &'static str },
    Count { product: i64, at: &'static str, on_hand: i64, limit: Option<i64>, versions: Option<Vec<i64>> },
    Deliver { product: i64, at: &'static str, kind: Delivery, pieces: i64 },
    Transfer { product: i64, from: &'static str, to: &'static str, pieces: i64 },
    Create { product: i64 },
    Reprice { product: i64, price: i64 },
    Recount { product: i64, policy: StockPolicy },
    Offer { product: i64, active: bool },
    Label { product: i64, sku: Option<&'static str> },
    Open { place: &'static str },
    Rank { place: &'static str, priority: i64, active: bool },
    Replay { which: usize },
}

/// A step.
#[derive(Debug, Clone)]
pub struct Step {
    pub act: Act,
    pub asked: Asked,
    pub dry: bool,
}

fn act() -> impl Strategy<Value = Act> {
    let product = || select(PRODUCTS.to_vec());
    let place = || select(CODES.to_vec());
    let wanted = vec((product(), 1..=4_i64), 1..=3);
    let kinds = select(Delivery::ALL.to_vec());
    let policies = select(StockPolicy::ALL.to_vec());
    let statuses = select(OrderStatus::ALL.to_vec());
    let first_statuses = select(vec![ShipmentStatus::Planned, ShipmentStatus::Shipped]);
    let parcel_statuses = select(ShipmentStatus::ALL.to_vec());
    let parts = || vec((0..3_u8, 1..=3_i64), 0..=2);
    let versions = option::weighted(0.3, vec(1..=6_i64, 0..3));
    prop_oneof![
        10 => (wanted, option::weighted(0.1, 999..=3000_i64))
            .prop_map(|(wanted, expected_total)| Act::Place { wanted, expected_total }),
        6 => (any::<usize>(), statuses, prop::bool::weighted(0.1))
            .prop_map(|(order, to, behind)| Act::Move { order, to, behind }),
        4 => any::<usize>()
            .prop_map(|order| Act::Move { order, to: OrderStatus::Cancelled, behind: false }),
        1 => any::<usize>().prop_map(|order| Act::Track { order }),
        6 => (any::<usize>(), first_statuses, option::of(place()), parts())
            .prop_map(|(order, status, from, parts)| Act::Ship { order, status, from, parts }),
        4 => (any::<usize>(), 1..=3_i64, parcel_statuses)
            .prop_map(|(order, number, to)| Act::Parcel { order, number, to }),
        3 => (any::<usize>(), parts()).prop_map(|(order, parts)| Act::Unwant { order, parts }),
        1 => (any::<usize>(), select(vec!["a@b", "c@d"]))
            .prop_map(|(order, email)| Act::Reach { order, email }),
        4 => (product(), place(), 0..=8_i64, option::of(0..=3_i64), versions).prop_map(
            |(product, at, on_hand, limit, versions)| Act::Count { product, at, on_hand, limit, versions }
        ),
        4 => (product(), place(), kinds, 1..=4_i64)
            .prop_map(|(product, at, kind, pieces)| Act::Deliver { product, at, kind, pieces }),
        2 => (product(), place(), place(), 1..=3_i64)
            .prop_map(|(product, from, to, pieces)| Act::Transfer { product, from, to, pieces }),
        1 => product().prop_map(|product| Act::Create { product }),
        1 => (product(), 998..=1001_i64).prop_map(|(product, price)| Act::Reprice { product, price }),
        1 => (product(), policies).prop_map(|(product, policy)| Act::Recount { product, policy }),
        1 => (product(), prop::bool::weighted(0.8))
            .prop_map(|(product, active)| Act::Offer { product, active }),
        1 => (product(), option::of(select(vec!["S-1", "S-2"])))
            .prop_map(|(product, sku)| Act::Label { product, sku }),
        1 => place().prop_map(|place| Act::Open { place }),
        1 => (place(), 0..=2_i64, prop::bool::weighted(0.8))
            .prop_map(|(place, priority, active)| Act::Rank { place, priority, active }),
        3 => any::<usize>().prop_map(|which| Act::Replay { which }),
    ]
}

/// A step at random.
pub fn step() -> impl Strategy<Value = Step> {
    let asked = prop_oneof![
        6 => Just(Asked::Without),
        5 => Just(Asked::New),
        1 => any::<usize>().prop_map(Asked::ForAnother),
    ];
    (act(), asked, prop::bool::weighted(0.15)).prop_map(|(act, asked, dry)| Step { act, asked, dry })
}

/// A shop with three places and a product of each policy, of which there is something.
pub async fn begin(shop: &Storage) {
    for (code, priority) in [("A", 0), ("B", 0), ("C", 1)] {
        location(shop, code, priority).await;
    }
    for policy in [StockPolicy::Deny, StockPolicy::Backorder, StockPolicy::Untracked, StockPolicy::Deny] {
        let id = product(shop, policy).await.id;
        keep(shop, count(id, "A", 6, None)).await;
        keep(shop, count(id, "B", 3, Some(2))).await;
    }
}

/// The change of a product, if it is there and something changes.
async fn changed(shop: &Storage, product: i64, change: impl Fn(&mut ProductDetails)) -> Option<Change> {
    let offer = shop.catalogue.find(&[n(product)]).await.unwrap().remove(0)?;
    let mut to = offer.product.details.clone();
    change(&mut to);
    offer.product.changed(to).map(Change::Product)
}

/// The change of an order, if it is there and that is allowed.
async fn moved(
    shop: &Storage,
    orders: &[OrderId],
    order: usize,
    behind: bool,
    change: impl Fn(orders_domain::Order) -> Option<OrderStep>,
) -> Option<Commit> {
    let id = orders.get(order.checked_rem(orders.len())?)?;
    let order = shop.orders.find(*id).await.unwrap().unwrap();
    let step = change(if behind { order.as_placed() } else { order })?;
    matches!(step, OrderStep::Changed(_)).then(|| changing(step, None))
}

/// So many pieces of lines, each line once.
fn pieces(parts: &[(u8, i64)]) -> Vec<Part> {
    let mut once: Vec<Part> = Vec::new();
    for (line, pieces) in parts {
        if once.iter().all(|known| known.line != *line) {
            once.push(part(*line, *pieces));
        }
    }
    once
}

/// What is sent for it; of what there is now, nothing if it means nothing.
pub async fn work(shop: &Storage, orders: &[OrderId], act: &Act) -> Option<Commit> {
    let change = match act {
        Act::Place { wanted, expected_total } => {
            let wanted: Vec<(ProductId, i64)> =
                wanted.iter().map(|(product, pieces)| (n(*product), *pieces)).collect();
            return Some(selling_basket(basket(&wanted, *expected_total), None));
        }
        Act::Move { order, to, behind } => {
            return moved(shop, orders, *order, *behind, |order| order.advance(*to, at(10)).ok()).await;
        }
        Act::Track { order } => {
            return moved(shop, orders, *order, false, |order| order.track(parcel("1"), at(10)).ok()).await;
        }
        Act::Ship { order, status, from, parts } => {
            let places = shop.stock.locations().await.unwrap();
            let from = from.and_then(|code| places.into_iter().find(|place| place.code.as_str() == code));
            let from = from.map(|place| SentFrom { id: place.id, code: place.code });
            let parcel = new_parcel(*status, from, pieces(parts));
            let leave = |order: orders_domain::Order| order.ship(parcel.clone(), at(10)).ok();
            return moved(shop, orders, *order, false, leave).await;
        }
        Act::Parcel { order, number, to } => {
            let change = ShipmentChange { status: Some(*to), ..ShipmentChange::default() };
            let change =
                |order: orders_domain::Order| order.change_shipment(n(*number), &change, at(10)).ok();
            return moved(shop, orders, *order, false, change).await;
        }
        Act::Unwant { order, parts } => {
            let cancel = |order: orders_domain::Order| {
                let note = Note::parse("as said").ok();
                order.cancel_parts(CancellationReason::Staff, pieces(parts), note, at(10)).ok()
            };
            return moved(shop, orders, *order, false, cancel).await;
        }
        Act::Reach { order, email } => {
            let contact = Contact { email: Email::parse(email).ok(), ship_to: None };
            let reach = |order: orders_domain::Order| order.reach(contact.clone(), at(10)).ok();
            return moved(shop, orders, *order, false, reach).await;
        }
        Act::Replay { .. } => return None,
        Act::Count { product, at, on_hand, limit, versions: None } => {
            count(n(*product), at, *on_hand, *limit)
        }
        Act::Count { product, at, on_hand, limit, versions: Some(versions) } => {
            let versions = versions.iter().map(|version| n(*version)).collect();
            count_at(n(*product), at, *on_hand, *limit, Expected::OneOf(versions))
        }
        Act::Deliver { product, at, kind, pieces } => deliver(n(*product), at, *kind, *pieces),
        Act::Transfer { product, from, to, pieces } => transfer(n(*product), from, to, *pieces),
        Act::Create { product } => {
            Change::NewProduct(NewProduct { id: Some(n(*product)), details: details(StockPolicy::Deny) })
        }
        Act::Reprice { product, price } => changed(shop, *product, |to| to.price = n(*price)).await?,
        Act::Recount { product, policy } => changed(shop, *product, |to| to.policy = *policy).await?,
        Act::Offer { product, active } => changed(shop, *product, |to| to.active = *active).await?,
        Act::Label { product, sku } => {
            changed(shop, *product, |to| to.sku = sku.map(|sku| Sku::parse(sku).unwrap())).await?
        }
        Act::Open { place } => new_location(place, at_priority(1)),
        Act::Rank { place, priority, active } => {
            let places = shop.stock.locations().await.unwrap();
            let known = places.into_iter().find(|known| known.code.as_str() == *place)?;
            let mut to = known.details.clone();
            (to.priority, to.active) = (n(*priority), *active);
            Change::Location(known.changed(to)?)
        }
    };
    Some(keeping(change, None))
}
