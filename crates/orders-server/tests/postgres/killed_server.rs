//! One of two servers is killed under load.

use std::time::Duration;

use fastrand::Rng;

use crate::{
    client::{Client, done, put_to_work},
    stored::{compare, stored},
    support::{Server, postgres},
    together::{named, two_servers, wait_until_forgotten},
};

const CLIENTS: i64 = 12;

/// Some time under load; nothing is waited for.
async fn a_moment(rng: &mut Rng) {
    tokio::time::sleep(Duration::from_millis(rng.u64(200..700))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_one_server_is_killed_the_other_goes_on_and_nothing_is_lost_or_doubled() {
    let Some(database) = postgres::database() else { return };
    let mut rng = Rng::new();
    let [one, other] = two_servers(&database, &[]);
    let (half, other_half) =
        (0..CLIENTS).map(|number| Client::new(number, rng.fork())).partition(|client| client.user() == 1);
    let (working, working_on) = (put_to_work(half, &one), put_to_work(other_half, &other));

    a_moment(&mut rng).await;
    one.signal("KILL");
    let mut orphans = done(working).await;
    wait_until_forgotten(&database, "one").await;
    // The others' orders change under this list; those of the orphans do not.
    let mut found = stored(&other).await;
    for client in &mut orphans {
        client.take_from(&mut found);
    }
    let before: usize = orphans.iter().map(Client::acknowledged).sum();
    let working = put_to_work(orphans, &other);

    // Whoever works with the other one never hears of anything until it is killed too.
    a_moment(&mut rng).await;
    other.signal("KILL");
    let (orphans, others) = (done(working).await, done(working_on).await);
    assert!(orphans.iter().map(Client::acknowledged).sum::<usize>() > before, "nobody went on");
    wait_until_forgotten(&database, "other").await;
    let mut clients: Vec<Client> = orphans.into_iter().chain(others).collect();
    let last = Server::start_at(&named(&database, "last"), &[]);
    compare(&mut clients, &last).await;
    for client in &mut clients {
        client.send_again(&last).await.unwrap();
    }
    compare(&mut clients, &last).await;
}
