//! Orders become visible out of order; lists show them in order all the same.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use orders_domain::{
    Order, OrderId, OrderQuery,
    ports::{EventFilter, EventLimit, Feed, Orders},
};
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls};

use super::{
    after,
    common::{at, n, new_order},
    everything, open,
    placing::{insert, place, placed},
    postgres_server,
};

/// Somebody who has begun to place an order and takes their time.
struct Slow(Client);

impl Slow {
    /// Stores an order of user 7 in a transaction that stays open. Its id.
    async fn begin(url: &str) -> (Self, OrderId) {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("BEGIN").await.unwrap();
        let date = at(0).timestamp_millis();
        let given = client.query_one("SELECT * FROM new_ids(1, $1, 1)", &[&date]).await.unwrap();
        let (id, event): (i64, i64) = (given.get("first_order"), given.get("first_event"));
        let rows = format!(
            "INSERT INTO orders (id, user_id, order_date, updated_at, status, currency, version)
             VALUES ({id}, 7, {date}, {date}, 'pending', 'USD', 1);
             INSERT INTO order_products (id, order_id, product_id, price, quantity)
             VALUES ({id} * 100 - 99, {id}, 9, 1999, 7);
             INSERT INTO events (id, kind, subject, version, type, at, actor_kind, actor, data)
             VALUES ({event}, 'order', {id}, 1, 'placed', {date}, 'user', 7, '{{\"lines\":[[9,7]]}}')"
        );
        client.batch_execute(&rows).await.unwrap();
        (Self(client), n(id))
    }

    async fn end(self, how: &str) {
        self.0.batch_execute(how).await.unwrap();
    }
}

fn ids(orders: &[Order]) -> Vec<OrderId> {
    orders.iter().map(Order::id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_does_not_pass_over_an_order_that_commits_late() {
    let Some(database) = postgres_server::database() else { return };
    let orders = open(&database);
    let first = place(&*orders, 1, at(0)).await;
    let (slow, late) = Slow::begin(&database.url()).await;
    let third = place(&*orders, 1, at(0)).await;
    assert!(first.id() < late && late < third.id());

    // The third is there, and can be read; but a list that showed it would hide the late one for good.
    assert_eq!(orders.find(third.id()).await.unwrap(), Some(third.clone()));
    let seen = orders.page(after(None, 100)).await.unwrap();
    assert_eq!(ids(&seen), [first.id()]);

    slow.end("COMMIT").await;
    let seen = orders.page(after(Some(first.id()), 100)).await.unwrap();
    assert_eq!(ids(&seen), [late, third.id()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_taken_back_holds_up_the_list_no_longer() {
    let Some(database) = postgres_server::database() else { return };
    let orders = open(&database);
    let (slow, _) = Slow::begin(&database.url()).await;
    let second = place(&*orders, 1, at(0)).await;
    assert_eq!(orders.page(after(None, 100)).await.unwrap(), []);
    slow.end("ROLLBACK").await;
    assert_eq!(ids(&orders.page(after(None, 100)).await.unwrap()), [second.id()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_waits_for_an_order_that_is_just_being_stored() {
    let Some(database) = postgres_server::database() else { return };
    let orders = open(&database);
    let (slow, late) = Slow::begin(&database.url()).await;
    let second = place(&*orders, 1, at(0)).await;
    let listing = tokio::spawn({
        let orders = Arc::clone(&orders);
        async move { orders.page(after(None, 100)).await.unwrap() }
    });
    let waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    super::wait_until("a list that waits", || async { !slow.0.query(waits, &[]).await.unwrap().is_empty() })
        .await;
    slow.end("COMMIT").await;
    assert_eq!(ids(&listing.await.unwrap()), [late, second.id()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn walks_under_load_on_two_servers_meet_every_order_once_and_in_order() {
    let Some(database) = postgres_server::database() else { return };
    let servers = [open(&database), open(&database)];
    let done = Arc::new(AtomicBool::new(false));
    let mut walks = JoinSet::new();
    for orders in &servers {
        for _ in 0..2 {
            walks.spawn(walk(Arc::clone(orders), Arc::clone(&done)));
        }
    }
    let mut clients = JoinSet::new();
    for number in 0..16 {
        let orders = Arc::clone(&servers[number % 2]);
        clients.spawn(async move {
            let mut mine = Vec::new();
            for index in 0..60 {
                // The clocks of two servers are apart.
                let now = at(index * 3 + i64::try_from(number % 2).unwrap() * 1000);
                let order = placed(insert(&*orders, new_order(1, now), None).await);
                // Who has been answered sees it in the list at once.
                let before = (order.id().get() > 1).then(|| n(order.id().get() - 1));
                let page = orders.page(after(before, 1)).await.unwrap();
                assert_eq!(page.first().map(Order::id), Some(order.id()));
                mine.push(order);
            }
            mine
        });
    }
    let mut stored = clients.join_all().await.concat();
    stored.sort_by_key(Order::id);
    done.store(true, Ordering::SeqCst);
    for met in walks.join_all().await {
        assert_eq!(ids(&met), ids(&stored));
    }
    assert!(stored.is_sorted_by_key(Order::ordered_at), "dates ascend with ids, whatever the clocks say");
    assert_eq!(everything(&servers[0]).await, stored);
    assert_periods_are_exact(&*servers[1], &stored).await;
}

/// Goes on after the last id seen, until nothing more is placed.
async fn walk(orders: Arc<impl Orders>, done: Arc<AtomicBool>) -> Vec<Order> {
    let mut met: Vec<Order> = Vec::new();
    loop {
        let over = done.load(Ordering::SeqCst);
        let last = met.last().map(Order::id);
        let page = orders.page(after(last, 7)).await.unwrap();
        assert!(page.iter().all(|order| Some(order.id()) > last), "a page begins before its walk: {last:?}");
        if page.is_empty() && over {
            return met;
        }
        met.extend(page);
    }
}

async fn assert_periods_are_exact(orders: &impl Orders, stored: &[Order]) {
    for (from, to) in [(0, 100), (50, 1001), (900, 1050), (1100, 2000)] {
        let (from, to) = (at(from), at(to));
        let expected = stored.iter().filter(|order| from <= order.ordered_at() && order.ordered_at() < to);
        let mut query: OrderQuery = after(None, 500);
        (query.filter.from, query.filter.to) = (Some(from), Some(to));
        let found = orders.page(query).await.unwrap();
        assert_eq!(ids(&found), expected.map(Order::id).take(500).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_of_events_passes_no_number_that_came_to_nothing() {
    let Some(database) = postgres_server::database() else { return };
    let orders = open(&database);
    let walk = async || orders.events(EventFilter::default(), None, EventLimit::DEFAULT).await.unwrap();
    for _ in 0..2 {
        place(&*orders, 1, at(0)).await;
        let newest = walk().await.events.last().unwrap().id;
        let (slow, _) = Slow::begin(&database.url()).await;
        slow.end("ROLLBACK").await;
        // After a crash, or on another primary, the number may be given to an event.
        assert_eq!((walk().await.cursor, walk().await.last), (Some(newest), Some(newest)));
    }
}
