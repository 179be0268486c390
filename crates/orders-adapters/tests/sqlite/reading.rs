//! What is read where it is asked for, and what on another thread.

use std::sync::mpsc::channel;

use diesel::connection::SimpleConnection;
use futures_util::FutureExt;
use orders_domain::{OrderList, ports::Orders};
use tokio::runtime::Builder;

use super::{
    Place,
    common::{at, n},
    placing::place,
};

fn first(limit: i64) -> OrderList {
    OrderList::all(None, n(limit))
}

#[test]
fn a_page_of_many_lines_does_not_keep_the_thread_that_asks_for_it() {
    let folder = Place::new();
    let runtime = Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let orders = folder.open();
        for _ in 0..11 {
            place(&orders, 1, at(0)).await;
        }
        let lines = "WITH RECURSIVE places (place) AS (SELECT 2 UNION ALL SELECT place + 1 FROM places WHERE place < 99)
                     INSERT INTO order_products (id, order_id, product_id, price, quantity)
                     SELECT id * 100 - 99 + place, id, 1000 + place, 1, 1 FROM orders, places";
        folder.outsider().batch_execute(lines).unwrap();
        // A read that has ended has left its connection to the next one.
        assert_eq!(orders.page(first(500)).await.unwrap().len(), 11);

        let (free, held) = channel::<()>();
        let busy = tokio::task::spawn_blocking(move || held.recv());
        assert_eq!(orders.page(first(10)).now_or_never().unwrap().unwrap().len(), 10);
        let mut long = orders.page(first(11));
        assert!((&mut long).now_or_never().is_none(), "1,100 lines were read at once");
        free.send(()).unwrap();
        let long = long.await.unwrap();
        assert!(long.len() == 11 && long.iter().all(|order| order.lines().len() == 100));
        busy.await.unwrap().unwrap();
    });
}
