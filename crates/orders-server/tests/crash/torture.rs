//! The server is killed again and again under load.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use fastrand::Rng;
use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    client::Client,
    file::assert_sound,
    order,
    support::{Server, command},
};

const CLIENTS: i64 = 16;

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_keeps_what_it_acknowledged_once_and_whole() {
    let kills = setting("TORTURE_KILLS").unwrap_or(20);
    let mut rng = seeded();
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("orders.sqlite");
    let mut clients: Vec<Client> = (0..CLIENTS).map(|number| Client::new(number, rng.fork())).collect();
    for _ in 0..kills {
        let server = Arc::new(Server::start_on(&database, &[]));
        compare(&mut clients, &server).await;
        clients = load_and_kill(clients, server, &mut rng).await;
        assert_sound(&database);
        if rng.u8(0..3) == 0 {
            kill_while_starting(&database, &mut rng);
        }
    }
    let mut server = Server::start_on(&database, &[]);
    compare(&mut clients, &server).await;
    for client in &mut clients {
        client.send_again(&server).await.unwrap();
    }
    compare(&mut clients, &server).await;
    server.signal("TERM");
    assert!(server.wait().success());
    assert_sound(&database);
    println!("{kills} kills, {} orders", clients.iter().map(Client::acknowledged).sum::<usize>());
}

#[test]
fn killed_while_it_makes_its_database_it_starts_on_what_is_there() {
    let mut rng = seeded();
    for _ in 0..10 {
        let folder = TempDir::new().unwrap();
        let database = folder.path().join("orders.sqlite");
        kill_while_starting(&database, &mut rng);
        let mut server = Server::start_on(&database, &[]);
        server.signal("TERM");
        assert!(server.wait().success());
        assert_sound(&database);
    }
}

/// The clients, after the server was killed under them.
async fn load_and_kill(clients: Vec<Client>, server: Arc<Server>, rng: &mut Rng) -> Vec<Client> {
    let working: Vec<_> = clients
        .into_iter()
        .map(|client| {
            let server = Arc::clone(&server);
            tokio::spawn(async move { client.work(&server).await })
        })
        .collect();
    // The random moment is what is tested; nothing is waited for.
    tokio::time::sleep(Duration::from_millis(rng.u64(1..600))).await;
    if rng.u8(0..4) == 0 {
        server.signal("TERM");
        tokio::time::sleep(Duration::from_millis(rng.u64(0..20))).await;
    }
    server.signal("KILL");
    let mut clients = Vec::new();
    for client in working {
        clients.push(client.await.unwrap());
    }
    clients
}

fn kill_while_starting(database: &Path, rng: &mut Rng) {
    let mut starting = command(database, &[]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(rng.u64(0..40)));
    starting.kill().unwrap();
    starting.wait().unwrap();
}

/// Every stored order is one that a client knows of, and the other way round.
async fn compare(clients: &mut [Client], server: &Server) {
    let mut stored = stored(server).await;
    for client in clients {
        client.take_from(&mut stored);
    }
    assert!(stored.is_empty(), "orders that nobody asked for, or twice: {stored:?}");
}

async fn stored(server: &Server) -> BTreeMap<i64, Value> {
    let request = server.anyone(Method::GET, "/orders").header("Accept", "application/x-ndjson");
    let text = request.send().await.unwrap().text().await.unwrap();
    let orders: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (number, order) in (1..).zip(&orders) {
        order::assert_whole(order);
        assert_eq!(order::id(order), number, "a number is missing or comes twice");
    }
    assert!(orders.is_sorted_by_key(|order| order["orderDate"].as_str().unwrap().to_owned()));
    orders.into_iter().map(|order| (order::id(&order), order)).collect()
}

/// The random choices of this run, which can be made again.
fn seeded() -> Rng {
    let seed = setting("TORTURE_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("TORTURE_SEED={seed}");
    Rng::with_seed(seed)
}

#[expect(clippy::disallowed_methods, reason = "how long to torture is for who runs it to say")]
fn setting(name: &str) -> Option<u64> {
    Some(std::env::var(name).ok()?.parse().unwrap())
}
