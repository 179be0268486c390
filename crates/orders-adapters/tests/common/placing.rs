//! Placing and changing orders in a database.

use chrono::{DateTime, Utc};
use orders_domain::{
    Idempotency, NewOrder, Order, Step,
    ports::{Committed, Feed, Ledger, Orders, PortError, Refused},
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
        Ok(Committed::Now(order)) => Ok(Told::Now(order)),
        Ok(Committed::Before(order)) => Ok(Told::Before(order)),
        Err(Refused::KeyReused) => Ok(Told::KeyReused),
        Err(Refused::Stale) => Ok(Told::Stale),
        Err(Refused::Failed(error)) => Err(error),
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
