//! Several servers that work off the same: by the database's clock one at a time.

use std::{sync::Arc, time::Duration};

use orders_domain::{
    Consumer, EventId, Storage,
    delivery::{Leased, Progress, Step, Stepped},
};
use tokio::task::JoinSet;

use super::{
    hooks::{holder, lease, order_events, progress, step},
    open,
    postgres_server::{self, Database},
};

const MAIL: Consumer = Consumer::Mail;

/// Two servers on one database, at which mail is sent.
async fn servers(database: &Database) -> [Storage; 2] {
    let both = [(); 2].map(|()| Storage::of(open(database)));
    both[0].ledger.step(Step::Open(MAIL)).await.unwrap();
    both
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_is_anothers_only_once_it_was_released_or_its_time_is_over() {
    let Some(database) = postgres_server::database() else { return };
    let [here, there] = servers(&database).await;
    let ids = order_events(&here, 2).await;
    assert_eq!(lease(&here, MAIL, "one").await, Stepped::Leased(Leased::beginning(None)));
    assert_eq!(lease(&there, MAIL, "two").await, Stepped::Others);
    assert_eq!(lease(&here, MAIL, "one").await, Stepped::Leased(Leased::beginning(None)));
    assert_eq!(step(&here, progress(MAIL, Some(ids[0]))).await, Stepped::Done);
    assert_eq!(lease(&there, MAIL, "two").await, Stepped::Others);
    here.ledger.step(Step::Release { consumer: MAIL, holder: holder("one") }).await.unwrap();
    let taken_over = Stepped::Leased(Leased::beginning(Some(ids[0])));
    assert_eq!(lease(&there, MAIL, "two").await, taken_over);

    // Its time is over at once.
    let ended = Progress { holder: holder("two"), term: Duration::ZERO, ..progress(MAIL, Some(ids[1])) };
    assert_eq!(step(&there, ended.clone()).await, Stepped::Done);
    // Nobody has taken it, so it is still its.
    assert_eq!(step(&there, ended.clone()).await, Stepped::Done);
    assert_eq!(lease(&here, MAIL, "one").await, Stepped::Leased(Leased::beginning(Some(ids[1]))));
    assert_eq!(step(&there, ended).await, Stepped::Others);
    assert_eq!(lease(&there, MAIL, "two").await, Stepped::Others);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_want_a_consumer_at_once_one_gets_it_and_only_that_one_steps_forward() {
    let Some(database) = postgres_server::database() else { return };
    let both = Arc::new(servers(&database).await);
    for event in order_events(&both[0], 8).await {
        let mut tasks = JoinSet::new();
        for number in 0..12 {
            let both = Arc::clone(&both);
            tasks.spawn(async move { by(&both[number % 2], &number.to_string(), event).await });
        }
        let answers = tasks.join_all().await;
        let done: Vec<_> = answers.iter().filter(|(leased, _)| *leased).collect();
        assert_eq!((done.len(), done[0].1), (1, true), "{answers:?}");
        assert_eq!(answers.iter().filter(|(_, stepped)| *stepped).count(), 1);
        let release = |name: usize| Step::Release { consumer: MAIL, holder: holder(&name.to_string()) };
        for name in 0..12 {
            both[0].ledger.step(release(name)).await.unwrap();
        }
        assert_eq!(both[1].deliveries.cursor(MAIL).await.unwrap(), Some(Some(event)));
    }
}

/// Whether somebody gets the consumer, and whether a step of theirs counts.
async fn by(server: &Storage, name: &str, event: EventId) -> (bool, bool) {
    let leased = lease(server, MAIL, name).await;
    let forward = Progress { holder: holder(name), ..progress(MAIL, Some(event)) };
    (matches!(leased, Stepped::Leased(_)), step(server, forward).await == Stepped::Done)
}
