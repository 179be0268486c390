//! Placing and changing orders in a database.

use chrono::{DateTime, Utc};
use orders_domain::{
    Idempotency, NewOrder, Order, Step,
    ports::{Committed, Feed, Ledger, Made, Orders, PortError, Refused},
};

use super::common::{changing, new_order, placing};

/// A database that does it all.
pub trait Database: Orders + Ledger + Feed {}

impl<D: Orders + Ledger + Feed> Database for D {}

/// What came of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    Now(Order),
    Before(Order),
    KeyReused,
    Stale,
}

/// What is no failure.
pub fn told(answer: Result<Committed, Refused>) -> Result<Told, PortError> {
    match answer {
        Ok(Committed::Now(made)) => Ok(Told::Now(order_of(made))),
        Ok(Committed::Before(made)) => Ok(Told::Before(order_of(made))),
        Err(Refused::KeyReused) => Ok(Told::KeyReused),
        Err(Refused::Stale) => Ok(Told::Stale),
        Err(Refused::Failed(error)) => Err(error),
        Err(other) => panic!("not of an order at fixed prices: {other:?}"),
    }
}

/// The order that was made.
pub fn order_of(made: Made) -> Order {
    match made {
        Made::Order(order) => order,
        other => panic!("no order: {other:?}"),
    }
}

/// Places this order, or fails to.
pub async fn try_insert(
    orders: &dyn Database,
    order: NewOrder,
    made_by: Option<Idempotency>,
) -> Result<Told, PortError> {
    told(orders.commit(placing(order, made_by)).await)
}

/// Places this order.
pub async fn insert(orders: &dyn Database, order: NewOrder, made_by: Option<Idempotency>) -> Told {
    try_insert(orders, order, made_by).await.unwrap()
}

/// Changes an order, or fails to.
pub async fn try_update(orders: &dyn Database, step: Step) -> Result<Told, PortError> {
    told(orders.commit(changing(step, None)).await)
}

/// Changes an order.
pub async fn update(orders: &dyn Database, step: Step) -> Told {
    try_update(orders, step).await.unwrap()
}

/// The order of a commit that was stored just now.
pub fn placed(told: Told) -> Order {
    match told {
        Told::Now(order) => order,
        other => panic!("nothing was stored: {other:?}"),
    }
}

/// Places an order of this user at this moment.
pub async fn place(orders: &dyn Database, user: i64, now: DateTime<Utc>) -> Order {
    placed(insert(orders, new_order(user, now), None).await)
}

/// Changes an order; what it has become.
pub async fn change(orders: &dyn Database, step: Step) -> Order {
    placed(update(orders, step).await)
}
