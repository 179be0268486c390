//! Whoever goes through the list while others place orders sees every order.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use reqwest::Method;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::{
    order,
    support::{Server, postgres},
    together::{list, two_servers},
};

const WRITERS: usize = 10;

const PERIOD: Duration = Duration::from_secs(3);

/// What one server has placed is there only some time after its numbers are given out, and what the
/// other one places meanwhile is there before.
const DAWDLE: &str = "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF current_setting('application_name') = 'one' THEN PERFORM pg_sleep(0.03 * random()); END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER dawdle AFTER INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION dawdle()";

/// Places orders until told to stop; the dates of those answered, by their numbers.
async fn write(servers: [Arc<Server>; 2], index: usize, writing: Arc<AtomicBool>) -> Vec<(i64, String)> {
    let (here, there) = (&servers[index % 2], &servers[(index + 1) % 2]);
    let mut told = Vec::new();
    while writing.load(Ordering::Relaxed) {
        let placed = here.place(1, &[(9, 7), (1, 1)]).await;
        let id = order::id(&placed);
        if told.len() % 4 == 0 {
            let shown = list(there, &format!("/orders?limit=1{}", after(id - 1))).await;
            assert_eq!(shown.first(), Some(&placed), "the other server does not list it");
        }
        told.push((id, placed["orderDate"].as_str().unwrap().to_owned()));
    }
    told
}

fn after(last: i64) -> String {
    if last == 0 { String::new() } else { format!("&after={last}") }
}

/// Goes on after the last order seen, page by page, until nothing comes although all is written.
async fn walk(server: Arc<Server>, query: &str, written: Arc<AtomicBool>, is_stream: bool) -> BTreeSet<i64> {
    let (mut last, mut seen) = (0, BTreeSet::new());
    loop {
        let is_written = written.load(Ordering::Relaxed);
        let path = format!("/orders?{query}{}", after(last));
        let orders = if is_stream { stream(&server, &path).await } else { list(&server, &path).await };
        if orders.is_empty() && is_written {
            return seen;
        }
        for order in orders {
            assert!(order::id(&order) > last, "{order} after {last}");
            last = order::id(&order);
            seen.insert(last);
        }
    }
}

async fn stream(server: &Server, path: &str) -> Vec<Value> {
    let request = server.anyone(Method::GET, path).header("Accept", "application/x-ndjson");
    let text = request.send().await.unwrap().text().await.unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_over_the_list_while_two_servers_place_orders_misses_none() {
    let Some(database) = postgres::database() else { return };
    let servers = two_servers(&database, &[]);
    database.execute(DAWDLE);
    let (writing, written) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(false)));
    let writers: JoinSet<_> =
        (0..WRITERS).map(|index| write(servers.clone(), index, Arc::clone(&writing))).collect();
    let period = "from=2020-01-01T00:00:00Z&to=2999-01-01T00:00:00Z";
    let walks = [
        ("limit=7".to_owned(), false),
        ("limit=500&userId=1".to_owned(), false),
        (format!("limit=50&{period}"), false),
        (String::new(), true),
        (format!("status=pending&{period}"), true),
    ];
    let mut walking = JoinSet::new();
    for (index, (query, is_stream)) in walks.into_iter().enumerate() {
        let (server, written) = (Arc::clone(&servers[index % 2]), Arc::clone(&written));
        walking.spawn(async move { (walk(server, &query, written, is_stream).await, query) });
    }
    // How long it goes on is what there is to it; nothing is waited for.
    tokio::time::sleep(PERIOD).await;
    writing.store(false, Ordering::Relaxed);
    let told: Vec<(i64, String)> = writers.join_all().await.into_iter().flatten().collect();
    written.store(true, Ordering::Relaxed);
    let ids: BTreeSet<i64> = told.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids.len(), told.len(), "a number was told twice");
    for (seen, query) in walking.join_all().await {
        let missed: Vec<_> = ids.difference(&seen).collect();
        assert!(missed.is_empty(), "?{query}: of {} orders {missed:?} were passed over", ids.len());
        assert_eq!(seen.len(), ids.len(), "?{query}: orders that nobody placed");
    }
    assert_periods_add_up(&servers[0], &told).await;
}

/// The orders of a period are those that were told its dates.
async fn assert_periods_add_up(server: &Server, told: &[(i64, String)]) {
    let dates: BTreeSet<&str> = told.iter().map(|(_, date)| date.as_str()).collect();
    let dates: Vec<_> = dates.into_iter().collect();
    for bounds in dates.windows(40).step_by(39) {
        let (from, to) = (bounds[0], bounds[39]);
        let path = format!("/orders?from={from}&to={to}");
        let shown: BTreeSet<_> = stream(server, &path).await.iter().map(order::id).collect();
        let expected = told.iter().filter(|(_, date)| (from..to).contains(&date.as_str()));
        assert_eq!(shown, expected.map(|(id, _)| *id).collect(), "{path}");
    }
}
