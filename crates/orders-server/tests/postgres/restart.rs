//! PostgreSQL itself crashes, or freezes, under two servers.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use fastrand::Rng;
use reqwest::Method;
use tokio::task::JoinSet;

use crate::{
    client::{Client, Undone},
    stored::compare,
    support::{Server, postgres::Cluster, products},
    together::{get, post_with_key, two_servers, wait_until_forgotten, wait_until_ready},
    wire::Wire,
};

const CLIENTS: i64 = 12;

const CRASHES: i64 = 2;

/// Has half of the clients work with each server until something is not done.
fn put_to_work(clients: Vec<Client>, servers: &[Arc<Server>; 2]) -> JoinSet<(Client, Undone)> {
    let clients = clients.into_iter().zip(servers.iter().cycle().cloned());
    clients.map(|(client, server)| async move { client.work_until_undone(&server).await }).collect()
}

/// The clients, once each has been refused something.
async fn refused(working: JoinSet<(Client, Undone)>) -> Vec<Client> {
    let (clients, undone): (Vec<_>, Vec<_>) = working.join_all().await.into_iter().unzip();
    assert!(undone.iter().all(|undone| *undone == Undone::Refused), "{undone:?}");
    clients
}

/// Writes and lists are refused for now, and the server says so of itself; it lives on.
async fn assert_refuses(server: &Server) {
    for path in ["/orders", "/health/ready"] {
        let answer = get(server, path).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["Retry-After"]),
            (503, &"1".parse().unwrap())
        );
    }
    let shown = server.user(1, Method::GET, "/orders/1").send().await.unwrap();
    assert_eq!(shown.status(), 503);
    let answer = post_with_key(server, "in-vain", 1).await;
    assert_eq!((answer.status().as_u16(), &answer.headers()["Retry-After"]), (503, &"1".parse().unwrap()));
    let problem: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(problem["detail"], "storage is unavailable, nothing was changed");
    assert_eq!(get(server, "/health/live").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_postgres_crashes_both_servers_refuse_until_it_is_back_and_nothing_is_lost_or_doubled() {
    let Some(mut cluster) = Cluster::start() else { return };
    let database = cluster.database();
    let mut rng = Rng::new();
    let servers = two_servers(&database, &[("RUST_LOG", "off")]);
    let mut clients: Vec<_> = (0..CLIENTS).map(|number| Client::new(number, rng.fork())).collect();
    for crash in 1..=CRASHES {
        let working = put_to_work(clients, &servers);
        // The random moment is what is tested; nothing is waited for.
        tokio::time::sleep(Duration::from_millis(rng.u64(200..800))).await;
        cluster.signal("QUIT");
        clients = refused(working).await;
        tokio::join!(assert_refuses(&servers[0]), assert_refuses(&servers[1]));
        for (server, number) in servers.iter().zip(crash * CLIENTS..) {
            // What is refused now is done later, and once.
            let mut client = Client::new(number, rng.fork());
            assert_eq!(client.place(server).await.unwrap_err(), Undone::Refused);
            clients.push(client);
        }
        cluster.start_again();
        for server in &servers {
            wait_until_ready(server).await;
        }
        compare(&mut clients, &servers[0]).await;
        for (index, client) in clients.iter_mut().enumerate() {
            client.send_again(&servers[index % 2]).await.unwrap();
        }
        compare(&mut clients, &servers[1]).await;
    }
    assert!(clients.iter().map(Client::acknowledged).sum::<usize>() > 10, "nothing was done");
}

/// A PostgreSQL that does nothing until this is dropped, also by a test that fails.
struct Frozen<'a>(&'a Cluster);

impl<'a> Frozen<'a> {
    fn new(cluster: &'a Cluster) -> Self {
        cluster.signal_all("STOP");
        Self(cluster)
    }
}

impl Drop for Frozen<'_> {
    fn drop(&mut self) {
        self.0.signal_all("CONT");
    }
}

/// Nobody waits for long, although the connections are as if nothing were the matter.
async fn assert_gives_up(server: &Server, client: &mut Client) {
    let limit = Duration::from_secs(4);
    let asked = |path| server.user(1, Method::GET, path).timeout(limit).send();
    let three = async { tokio::join!(asked("/orders"), asked("/orders/1"), asked("/health/ready")) };
    let ((listed, shown, health), placed) =
        tokio::join!(three, tokio::time::timeout(limit, client.place(server)));
    for answer in [listed, shown, health] {
        let answer = answer.unwrap();
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.headers()["Retry-After"], "1");
    }
    assert_eq!(placed.unwrap().unwrap_err(), Undone::Refused);
    assert_eq!(get(server, "/health/live").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_while_postgres_is_frozen_the_server_answers_who_waits_and_ends() {
    let Some(cluster) = Cluster::start() else { return };
    let database = cluster.database();
    // One worker, which reads what came first first.
    let mut server = Server::start_at(&database.url(), &[("WORKERS", "1"), ("RUST_LOG", "off")]);
    assert_eq!(post_with_key(&server, "first", 1).await.status(), 201);
    assert_eq!(get(&server, "/orders").await.status(), 200);

    let frozen = Frozen::new(&cluster);
    let body = products(&[(9, 1)]).to_string();
    let length = body.len();
    let asked = [
        ("POST /orders", format!("Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")),
        ("PATCH /orders/1/cancel", "\r\n".to_owned()),
        ("GET /orders/1", "\r\n".to_owned()),
        ("GET /orders", "\r\n".to_owned()),
    ];
    let waiting = asked.map(|(line, rest)| {
        let mut wire = Wire::to(&server);
        wire.send(&format!("{line} HTTP/1.1\r\nHost: localhost\r\nuser_id: 1\r\n{rest}"));
        wire
    });
    // On a connection of its own, which is accepted and read after the others.
    let mut last = Wire::to(&server);
    last.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(last.read_to("\r\n\r\n").starts_with("HTTP/1.1 200"));
    server.signal("TERM");
    let told = Instant::now();
    for mut wire in waiting {
        let (answer, _) = wire.rest();
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    }
    let limit = Duration::from_secs(13).saturating_sub(told.elapsed());
    assert_eq!(server.ends_within(limit).code(), Some(0));
    drop(frozen);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_freezes_for_longer_than_a_statement_may_take_is_survived() {
    let Some(cluster) = Cluster::start() else { return };
    let database = cluster.database();
    let mut rng = Rng::new();
    let limits = [("DATABASE_STATEMENT_TIMEOUT_MS", "1000"), ("DATABASE_CONNECT_TIMEOUT_MS", "500")];
    let servers = two_servers(&database, &[&limits[..], &[("RUST_LOG", "off")]].concat());
    let clients = (0..CLIENTS).map(|number| Client::new(number, rng.fork())).collect();
    let working = put_to_work(clients, &servers);
    // Some time under load; nothing is waited for.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let frozen = Frozen::new(&cluster);
    // What they place may be done later, but not twice.
    let mut late = [CLIENTS, CLIENTS + 1].map(|number| Client::new(number, rng.fork()));
    for (server, client) in servers.iter().zip(&mut late) {
        assert_gives_up(server, client).await;
    }
    drop(frozen);
    for server in &servers {
        wait_until_ready(server).await;
    }
    let mut clients = refused(working).await;
    clients.extend(late);
    // Told to stop, they finish what nobody waits for any more.
    for (server, name) in servers.into_iter().zip(["one", "other"]) {
        let mut server = Arc::into_inner(server).unwrap();
        server.signal("TERM");
        assert!(server.ends_within(Duration::from_secs(9)).success());
        wait_until_forgotten(&database, name).await;
    }
    let servers = two_servers(&database, &[]);
    compare(&mut clients, &servers[0]).await;
    for (index, client) in clients.iter_mut().enumerate() {
        client.send_again(&servers[index % 2]).await.unwrap();
        client.place(&servers[index % 2]).await.unwrap();
    }
    compare(&mut clients, &servers[1]).await;
}
