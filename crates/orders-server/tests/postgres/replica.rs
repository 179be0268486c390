//! Lists from a replica: as fresh as from the primary, and from there when the replica fails.

use std::sync::Arc;

use reqwest::Method;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::{
    order,
    support::{
        Server,
        postgres::{Cluster, Database, try_execute},
    },
    together::{get, list, patch, two_servers, wait_until},
};

const ROUNDS: usize = 60;

const CLIENTS: usize = 6;

/// How many lists the server has begun to read from its replica with this outcome.
async fn reads(server: &Server, outcome: &str) -> u64 {
    let metrics = get(server, "/metrics").await.text().await.unwrap();
    let name = format!("orders_replica_reads_total{{outcome=\"{outcome}\"}} ");
    metrics.lines().find_map(|line| line.strip_prefix(&name)).map_or(0, |count| count.parse().unwrap())
}

/// A primary, its replica, a database and two servers on all of them.
fn with_replica() -> Option<(Cluster, Cluster, Database, [Arc<Server>; 2])> {
    let primary = Cluster::start()?;
    let database = primary.database();
    let replica = primary.replica();
    let url = replica.url(database.name());
    let servers = two_servers(&database, &[("DATABASE_REPLICA_URL", &url), ("RUST_LOG", "off")]);
    Some((primary, replica, database, servers))
}

/// How many lists the server has read from its replica, once it reads there.
async fn used(server: &Server) -> u64 {
    let before = reads(server, "read").await;
    wait_until("read", || async {
        assert_eq!(get(server, "/orders").await.status(), 200);
        reads(server, "read").await > before
    })
    .await;
    reads(server, "read").await
}

/// The order is the next one after the one before it, in the list and in the stream.
async fn assert_listed(server: &Server, order: &Value) {
    let before = order::id(order) - 1;
    let after = if before == 0 { String::new() } else { format!("&after={before}") };
    assert_eq!(list(server, &format!("/orders?limit=1{after}")).await.first(), Some(order));
    let request = server.anyone(Method::GET, &format!("/orders?userId={}{after}", order["userId"]));
    let stream = request.header("Accept", "application/x-ndjson").send().await.unwrap().text().await.unwrap();
    let first: Value = serde_json::from_str(stream.lines().next().unwrap()).unwrap();
    assert_eq!(first, *order);
}

/// Writes through one server and reads at both, again and again.
async fn write_and_look(servers: [Arc<Server>; 2], client: usize, rounds: usize) {
    for round in 0..rounds {
        let (here, there) = (&servers[(client + round) % 2], &servers[(client + round + 1) % 2]);
        let placed = here.place(1, &[(9, 7)]).await;
        assert_listed(there, &placed).await;
        let (status, cancelled) = patch(there, &placed["id"], "cancel", &Value::Null).await;
        assert_eq!(status, 200);
        assert_listed(here, &cancelled).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_from_the_replica_and_show_what_either_server_was_told_before() {
    let Some((_primary, _replica, _database, servers)) = with_replica() else { return };
    let before = [used(&servers[0]).await, used(&servers[1]).await];
    let looking: JoinSet<_> =
        (0..CLIENTS).map(|client| write_and_look(servers.clone(), client, ROUNDS / CLIENTS)).collect();
    looking.join_all().await;
    for (server, before) in servers.iter().zip(before) {
        assert!(reads(server, "read").await > before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_is_paused_or_gone_is_done_without_and_used_again_when_it_is_back() {
    let Some((_primary, mut replica, _database, servers)) = with_replica() else { return };
    let [one, other] = &servers;
    used(one).await;
    used(other).await;

    try_execute(&replica.url("postgres"), "SELECT pg_wal_replay_pause()").unwrap();
    wait_until("paused", || async {
        crate::together::ask(&replica.url("postgres"), "SELECT pg_get_wal_replay_pause_state()").await
            == "paused"
    })
    .await;
    let (behind, read) = (reads(one, "behind").await, reads(one, "read").await);
    write_and_look(servers.clone(), 0, 2).await;
    assert!(reads(one, "behind").await > behind && reads(other, "behind").await > 0);
    assert_eq!(reads(one, "read").await, read);
    try_execute(&replica.url("postgres"), "SELECT pg_wal_replay_resume()").unwrap();
    used(one).await;

    for signal in ["QUIT", "KILL"] {
        let [failed, resting] = [reads(one, "failed").await, reads(one, "resting").await];
        replica.signal(signal);
        write_and_look(servers.clone(), 0, 4).await;
        assert!(reads(one, "failed").await > failed, "{signal}");
        assert!(reads(one, "resting").await > resting, "it is not asked again at once");
        replica.start_again();
        used(one).await;
        write_and_look(servers.clone(), 0, 2).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_starts_without_its_replica_and_lists_from_the_primary() {
    let Some(primary) = Cluster::start() else { return };
    let database = primary.database();
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("postgres://orders@{nowhere}/{}", database.name());
    let server = Server::start_at(&database.url(), &[("DATABASE_REPLICA_URL", &url), ("RUST_LOG", "off")]);
    let placed = server.place(1, &[(9, 7)]).await;
    assert_eq!(list(&server, "/orders").await, [placed]);
    assert_eq!(get(&server, "/health/ready").await.status(), 200);
    assert_eq!((reads(&server, "read").await, reads(&server, "failed").await), (0, 1));
}
