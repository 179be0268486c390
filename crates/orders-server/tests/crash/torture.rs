//! The server is killed again and again under load.

use std::{sync::Arc, time::Duration};

use fastrand::Rng;
use reqwest::Method;
use serde_json::json;

use crate::{
    client::{Client, done, put_to_work},
    follower::Follower,
    sound::assert_sound,
    stored::compare,
    support::{Place, Server, serve},
};

const CLIENTS: i64 = 16;

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_keeps_what_it_acknowledged_once_and_whole() {
    torture(&Place::file_in_a_folder(), setting("TORTURE_KILLS").unwrap_or(20)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_keeps_what_it_acknowledged_in_postgres_too() {
    if let Some(place) = Place::postgres() {
        torture(&place, setting("TORTURE_KILLS").unwrap_or(5)).await;
    }
}

async fn torture(place: &Place, kills: u64) {
    let mut rng = seeded();
    let mut clients: Vec<Client> = (0..CLIENTS).map(|number| Client::new(number, rng.fork())).collect();
    let mut follower = Follower::default();
    count_everything(&Server::start_at(&place.url(), &[])).await;
    for _ in 0..kills {
        let server = Arc::new(Server::start_at(&place.url(), &[]));
        compare(&mut clients, &server).await;
        assert_no_gaps(place, &clients);
        let (to_follow, following) = (Arc::clone(&server), follower);
        let following = tokio::spawn(async move { following.follow(&to_follow).await });
        clients = load_and_kill(clients, server, &mut rng).await;
        follower = following.await.unwrap();
        assert_sound(place);
        if rng.u8(0..3) == 0 {
            kill_while_starting(place, &mut rng);
        }
    }
    let mut server = Server::start_at(&place.url(), &[]);
    compare(&mut clients, &server).await;
    for client in &mut clients {
        client.send_again(&server).await.unwrap();
    }
    compare(&mut clients, &server).await;
    follower.assert_has_seen_all(&server).await;
    server.signal("TERM");
    assert!(server.wait().success());
    assert_sound(place);
    println!("{kills} kills, {} orders", clients.iter().map(Client::acknowledged).sum::<usize>());
}

/// Has every product counted from now on, and plenty of each.
pub async fn count_everything(server: &Server) {
    server.add_place("MAIN").await;
    for id in 1..=10 {
        let deny =
            server.operator(Method::PATCH, &format!("/products/{id}"), Some(&json!({"stockPolicy": "deny"})));
        assert_eq!(deny.send().await.unwrap().status(), 200);
        let count = json!({"onHand": 1_000_000_000, "reason": "count"});
        let count = server.operator(Method::PUT, &format!("/products/{id}/stock/MAIN"), Some(&count));
        assert_eq!(count.send().await.unwrap().status(), 200);
    }
}

#[test]
fn killed_while_it_makes_its_database_it_starts_on_what_is_there() {
    let mut rng = seeded();
    let files = std::iter::repeat_with(Place::file_in_a_folder).take(10);
    for place in files.chain(std::iter::repeat_with(Place::postgres).map_while(|place| place).take(10)) {
        kill_while_starting(&place, &mut rng);
        let mut server = Server::start_at(&place.url(), &[]);
        server.signal("TERM");
        assert!(server.wait().success());
        assert_sound(&place);
    }
}

/// The clients, after the server was killed under them.
async fn load_and_kill(clients: Vec<Client>, server: Arc<Server>, rng: &mut Rng) -> Vec<Client> {
    let working = put_to_work(clients, &server);
    // The random moment is what is tested; nothing is waited for.
    tokio::time::sleep(Duration::from_millis(rng.u64(1..600))).await;
    if rng.u8(0..4) == 0 {
        server.signal("TERM");
        tokio::time::sleep(Duration::from_millis(rng.u64(0..20))).await;
    }
    server.signal("KILL");
    done(working).await
}

/// In a file no number is missing. In PostgreSQL one may be, of a request that was under way.
fn assert_no_gaps(place: &Place, clients: &[Client]) {
    if let Place::File(_) = place {
        let known: usize = clients.iter().map(Client::acknowledged).sum();
        let last = clients.iter().map(Client::last).max().unwrap();
        assert_eq!(i64::try_from(known).unwrap(), last, "a number is missing");
    }
}

fn kill_while_starting(place: &Place, rng: &mut Rng) {
    let mut starting = serve(&place.url(), &[]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(rng.u64(0..40)));
    starting.kill().unwrap();
    starting.wait().unwrap();
}

/// The random choices of this run, which can be made again.
pub fn seeded() -> Rng {
    let seed = setting("TORTURE_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("TORTURE_SEED={seed}");
    Rng::with_seed(seed)
}

#[expect(clippy::disallowed_methods, reason = "how long to torture is for who runs it to say")]
pub fn setting(name: &str) -> Option<u64> {
    Some(std::env::var(name).ok()?.parse().unwrap())
}
