//! What is counted beside what cannot be read.

use diesel::connection::SimpleConnection;
use orders_domain::{OrderId, ports::Analytics};

use super::{Place, common::at, placing::place};

#[tokio::test]
async fn an_order_that_cannot_be_read_is_passed_over_and_the_others_are_counted() {
    let place_of_file = Place::new();
    let database = place_of_file.open();
    let mut ids: Vec<OrderId> = Vec::new();
    for user in 1..=3 {
        ids.push(place(&database, user, at(0)).await.id());
    }
    let damage = format!(
        "PRAGMA ignore_check_constraints = ON; UPDATE orders SET currency = 'usd' WHERE id = {}",
        ids[1]
    );
    place_of_file.outsider().batch_execute(&damage).unwrap();
    let page = database.uncounted(None, 10).await.unwrap();
    assert_eq!((page.orders.len(), page.events, page.more), (2, 3, false));
    assert_eq!(page.orders[1].events[0].order, ids[2]);
    assert_eq!(page.cursor, page.last);
    // The next one is counted from there.
    let next = place(&database, 4, at(0)).await.id();
    let page = database.uncounted(page.cursor, 10).await.unwrap();
    assert_eq!(page.orders.iter().map(|order| order.events[0].order).collect::<Vec<_>>(), [next]);
}
