//! The log of what was sent: what is due when, what waits for what, and what is sent once more.

use orders_domain::{
    Consumer, EventId, Storage, Subject,
    delivery::{
        DeliveryFilter, DeliveryQuery, DeliveryState, DisabledFor, LogPosition, Settled, Step, WebhookState,
    },
};

use super::{
    common::{at, n},
    hooks::{
        attempt, change, create, due, find, leased, log, log_of, order_events, set_state, settle, settled,
        standing, states, waiting,
    },
};

use DeliveryState::{Dead, Done, Pending};

const MAIL: Consumer = Consumer::Mail;

/// A webhook that `one` works off, and events of so many orders.
async fn begun(shop: &Storage, count: usize) -> (Consumer, Vec<EventId>) {
    let consumer = Consumer::Webhook(create(shop).await.id);
    let ids = order_events(shop, count).await;
    leased(shop, consumer).await;
    (consumer, ids)
}

pub async fn everything_of_a_delivery_is_stored_with_every_try_in_order(shop: Storage) {
    let (consumer, ids) = begun(&shop, 2).await;
    settle(&shop, consumer, vec![settled(ids[0], 1, Pending, 0), settled(ids[1], 2, Done, 1)]).await;
    let skipped = Settled { state: DeliveryState::Skipped, attempt: None, ..settled(ids[1], 2, Done, 8) };
    let again = Settled { tries: 2, ..settled(ids[0], 1, Dead, 9) };
    settle(&shop, consumer, vec![again, skipped]).await;
    let log = log_of(&shop, consumer).await;
    let shown: Vec<_> =
        log.iter().map(|sent| (sent.event, sent.consumer, sent.state, sent.next_at)).collect();
    let expected = [(ids[0], consumer, Dead, None), (ids[1], consumer, DeliveryState::Skipped, None)];
    assert_eq!(shown, expected);
    assert_eq!(log[0].attempts, [attempt(500, 0), attempt(500, 9)]);
    assert_eq!(log[1].attempts, [attempt(204, 1)]);
}

pub async fn what_is_due_comes_with_its_event_the_longest_due_first(shop: Storage) {
    let (consumer, ids) = begun(&shop, 4).await;
    let pending = |index: usize, millis| settled(ids[index], 1, Pending, millis);
    settle(&shop, consumer, vec![pending(0, 30), pending(1, 10), pending(2, 20), waiting(ids[3], 1)]).await;
    let [first, second, third] = [ids[0].get(), ids[1].get(), ids[2].get()];
    assert_eq!(due(&shop, consumer, 1009, 10).await, (vec![], Some(1010)));
    assert_eq!(due(&shop, consumer, 1010, 10).await, (vec![(second, 1)], Some(1020)));
    let all = vec![(second, 1), (third, 1), (first, 1)];
    assert_eq!(due(&shop, consumer, 5000, 10).await, (all.clone(), None));
    assert_eq!(due(&shop, consumer, 5000, 2).await, (all[..2].to_vec(), Some(1030)));
    assert_eq!(due(&shop, MAIL, 5000, 2).await, (vec![], None));
    let backlog = shop.deliveries.backlog(consumer, at(5000), 1).await.unwrap();
    assert_eq!(backlog.due[0].event.subject, Subject::Order(n(2)));
}

pub async fn an_event_follows_once_the_earlier_one_of_its_subject_has_ended(shop: Storage) {
    let (consumer, ids) = begun(&shop, 7).await;
    let first = vec![
        settled(ids[0], 1, Pending, 0),
        waiting(ids[1], 1),
        waiting(ids[2], 1),
        settled(ids[3], 2, Pending, 0),
        waiting(ids[4], 2),
    ];
    settle(&shop, consumer, first).await;
    let next_at = async || states(&shop, consumer).await.into_iter().map(|sent| sent.2).collect::<Vec<_>>();
    assert_eq!(next_at().await, [Some(1000), None, None, Some(1000), None]);
    // Of another subject.
    settle(&shop, consumer, vec![settled(ids[5], 3, Done, 5)]).await;
    assert_eq!(next_at().await, [Some(1000), None, None, Some(1000), None, None]);
    settle(&shop, consumer, vec![settled(ids[0], 1, Done, 7), settled(ids[3], 2, Pending, 8)]).await;
    assert_eq!(next_at().await, [None, Some(7), None, Some(1008), None, None]);
    settle(&shop, consumer, vec![settled(ids[1], 1, Dead, 9), settled(ids[3], 2, Done, 10)]).await;
    assert_eq!(next_at().await, [None, None, Some(9), None, Some(10), None]);
    // The one that ends and the one that follows may come in one step.
    settle(&shop, consumer, vec![settled(ids[2], 1, Done, 11), waiting(ids[6], 1)]).await;
    assert_eq!(next_at().await, [None, None, None, None, Some(10), None, Some(11)]);
}

pub async fn an_event_that_is_sent_once_more_lets_none_pass_the_one_that_they_wait_for(shop: Storage) {
    let (consumer, ids) = begun(&shop, 3).await;
    settle(
        &shop,
        consumer,
        vec![settled(ids[0], 1, Done, 0), settled(ids[1], 1, Pending, 1), waiting(ids[2], 1)],
    )
    .await;
    settle(&shop, consumer, vec![settled(ids[0], 1, Done, 2)]).await;
    assert_eq!(states(&shop, consumer).await[2], (ids[2].get(), "pending", None));
}

pub async fn what_is_known_of_events_says_which_have_to_wait(shop: Storage) {
    let (consumer, ids) = begun(&shop, 5).await;
    let asked: Vec<_> = ids.iter().copied().zip(1..).collect();
    assert_eq!(standing(&shop, consumer, &asked).await, orders_domain::delivery::Standing::default());
    assert_eq!(standing(&shop, consumer, &[]).await.known, []);
    settle(
        &shop,
        consumer,
        vec![settled(ids[0], 1, Pending, 0), settled(ids[1], 2, Done, 0), settled(ids[2], 9, Pending, 0)],
    )
    .await;
    let known = standing(&shop, consumer, &asked).await;
    assert_eq!(known.known, [(ids[0], Pending), (ids[1], Done), (ids[2], Pending)]);
    assert_eq!(known.waiting, [Subject::Order(n(1))]);
    let some = standing(&shop, consumer, &[(ids[0], 5), (ids[4], 9), (ids[3], 9)]).await;
    assert_eq!((some.known, some.waiting), (vec![(ids[0], Pending)], vec![Subject::Order(n(9))]));
    assert_eq!(standing(&shop, MAIL, &asked).await, orders_domain::delivery::Standing::default());
}

pub async fn whatever_became_of_an_event_it_is_sent_once_more(shop: Storage) {
    let (consumer, ids) = begun(&shop, 5).await;
    settle(
        &shop,
        consumer,
        vec![settled(ids[0], 1, Done, 0), settled(ids[1], 2, Pending, 0), waiting(ids[2], 2)],
    )
    .await;
    let id = consumer.webhook().unwrap();
    let retry = async |event| change(&shop, find(&shop, id).await.retried(event).unwrap()).await;
    for event in [ids[0], ids[1], ids[2]] {
        retry(event).await;
    }
    // What waits for an earlier one of its subject does so still.
    let expected: Vec<_> = ids[..3]
        .iter()
        .zip([Some(50), Some(50), None])
        .map(|(event, at)| (event.get(), "pending", at))
        .collect();
    assert_eq!(states(&shop, consumer).await, expected);
    let (all, _) = due(&shop, consumer, 50, 10).await;
    assert!(all.iter().all(|(_, tries)| *tries == 0), "{all:?}");
    // Beyond the cursor it will come anyway, and what does not exist is not sent.
    for event in [ids[4], n(9_999)] {
        retry(event).await;
    }
    assert_eq!(states(&shop, consumer).await, expected);
    settle(&shop, consumer, vec![settled(ids[0], 1, Done, 60), settled(ids[4], 5, Done, 61)]).await;
    assert_eq!(log_of(&shop, consumer).await[0].attempts, [attempt(204, 0), attempt(204, 60)]);
    // It was not sent, and is now.
    retry(ids[3]).await;
    assert_eq!(states(&shop, consumer).await[3], (ids[3].get(), "pending", Some(50)));
    assert_eq!(standing(&shop, consumer, &[(ids[3], 4)]).await.waiting, [Subject::Order(n(4))]);
}

pub async fn what_is_skipped_or_dropped_is_not_sent(shop: Storage) {
    for deleted in [false, true] {
        let (consumer, ids) = begun(&shop, 3).await;
        settle(
            &shop,
            consumer,
            vec![settled(ids[0], 1, Done, 0), settled(ids[1], 2, Pending, 0), waiting(ids[2], 2)],
        )
        .await;
        let id = consumer.webhook().unwrap();
        if deleted {
            change(&shop, find(&shop, id).await.disabled(DisabledFor::Deleted).unwrap()).await;
        } else {
            set_state(&shop, id, WebhookState::Active, true).await;
        }
        let words: Vec<_> = states(&shop, consumer).await.into_iter().map(|sent| (sent.1, sent.2)).collect();
        assert_eq!(words, [("done", None), ("skipped", None), ("skipped", None)]);
        assert_eq!(due(&shop, consumer, 9_000, 10).await, (vec![], None));
        let begins = leased(&shop, consumer).await;
        assert_eq!((begins.replay, begins.cursor > Some(ids[2])), (None, !deleted));
    }
}

pub async fn the_log_ascends_by_event_and_name_and_its_pages_meet_each_delivery_once(shop: Storage) {
    let ids = order_events(&shop, 6).await;
    let mut consumers = vec![MAIL];
    shop.ledger.step(Step::Open(MAIL)).await.unwrap();
    for _ in 0..11 {
        consumers.push(Consumer::Webhook(create(&shop).await.id));
    }
    for (number, consumer) in consumers.iter().enumerate() {
        leased(&shop, *consumer).await;
        let of = |(index, event): (usize, &EventId)| {
            let state = [Done, Pending, Dead, DeliveryState::Skipped][(index + number) % 4];
            (index % 5 != number % 5).then(|| settled(*event, 1, state, 0))
        };
        settle(&shop, *consumer, ids.iter().enumerate().filter_map(of).collect()).await;
    }
    let whole = log(&shop, DeliveryFilter::default()).await;
    assert_eq!(whole.len(), 12 * 6 - 15);
    let name = |consumer: Consumer| consumer.to_string();
    assert!(whole.is_sorted_by_key(|sent| (sent.event, name(sent.consumer))));
    assert!(whole.iter().all(|sent| sent.attempts.len() == 1));
    for consumer in [None, Some(MAIL), Some(consumers[1]), Some(consumers[10]), Some(Consumer::Queue)] {
        for state in [None, Some(Done), Some(Pending), Some(Dead), Some(DeliveryState::Skipped)] {
            let filter = DeliveryFilter { consumer, state };
            let wanted = whole.iter().filter(|sent| {
                consumer.is_none_or(|wanted| sent.consumer == wanted)
                    && state.is_none_or(|wanted| sent.state == wanted)
            });
            let wanted: Vec<_> = wanted.cloned().collect();
            for size in [1, 7, 500] {
                let mut all = Vec::new();
                let mut after = None;
                loop {
                    let query = DeliveryQuery { filter: filter.clone(), after, limit: n(size) };
                    let page = shop.deliveries.log(query).await.unwrap();
                    let Some(last) = page.last() else { break };
                    after = Some(LogPosition { event: Some(last.event), consumer: Some(last.consumer) });
                    all.extend(page);
                }
                assert_eq!(all, wanted, "{filter:?} by {size}");
            }
            let after = Some(LogPosition { event: Some(ids[1]), consumer: None });
            let query = DeliveryQuery { filter, after, limit: n(500) };
            let later: Vec<_> = wanted.iter().filter(|sent| sent.event > ids[1]).cloned().collect();
            assert_eq!(shop.deliveries.log(query).await.unwrap(), later);
        }
    }
}
