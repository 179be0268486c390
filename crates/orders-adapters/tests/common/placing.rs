//! Placing orders in a store.

use chrono::{DateTime, Utc};
use orders_domain::{
    Order,
    ports::{Insertion, OrderRepository},
};

use super::common::new_order;

/// The order that an insertion made just now.
pub fn placed(insertion: Insertion) -> Order {
    match insertion {
        Insertion::Placed(order) => order,
        other => panic!("no order was placed: {other:?}"),
    }
}

/// Places an order of this user at this moment.
pub async fn place(orders: &dyn OrderRepository, user: i64, now: DateTime<Utc>) -> Order {
    placed(orders.insert(new_order(user, now), None).await.unwrap())
}
