//! Those who read the events: how far they have come, and whose they are to work off.

use orders_domain::{
    Consumer, Storage,
    delivery::{DeliveryState, Leased, Progress, Replaying, Step, Stepped, WebhookState},
};

use super::{
    common::{at, n},
    hooks::{
        change, create, events, find, holder, lease, leased, log_of, order_events, progress, set_state,
        settled, step,
    },
};

const MAIL: Consumer = Consumer::Mail;

pub async fn a_consumer_reads_from_where_it_was_opened_first(shop: Storage) {
    let open = || shop.ledger.step(Step::Open(MAIL));
    assert_eq!(shop.deliveries.cursor(MAIL).await.unwrap(), None);
    assert_eq!(open().await.unwrap(), Stepped::Done);
    assert_eq!(shop.deliveries.cursor(MAIL).await.unwrap(), Some(None));
    let ids = order_events(&shop, 2).await;
    assert_eq!(open().await.unwrap(), Stepped::Done);
    assert_eq!(shop.deliveries.cursor(MAIL).await.unwrap(), Some(None));
    shop.ledger.step(Step::Open(Consumer::Queue)).await.unwrap();
    assert_eq!(shop.deliveries.cursor(Consumer::Queue).await.unwrap(), Some(Some(ids[1])));
}

pub async fn what_is_no_consumer_is_nobodys(shop: Storage) {
    assert_eq!(lease(&shop, MAIL, "one").await, Stepped::Others);
    assert_eq!(step(&shop, progress(MAIL, None)).await, Stepped::Others);
    let release = Step::Release { consumer: MAIL, holder: holder("one") };
    assert_eq!(shop.ledger.step(release).await.unwrap(), Stepped::Others);
}

pub async fn only_the_holder_steps_forward(shop: Storage) {
    shop.ledger.step(Step::Open(MAIL)).await.unwrap();
    let ids = order_events(&shop, 3).await;
    let done = |event| Progress {
        settled: vec![settled(event, 1, DeliveryState::Done, 0)],
        ..progress(MAIL, Some(event))
    };
    assert_eq!(step(&shop, done(ids[0])).await, Stepped::Others);
    assert_eq!(leased(&shop, MAIL).await, Leased::beginning(None));
    // By the same one it is renewed.
    assert_eq!(leased(&shop, MAIL).await, Leased::beginning(None));
    assert_eq!(step(&shop, done(ids[0])).await, Stepped::Done);
    let by_another = Progress { holder: holder("two"), ..done(ids[1]) };
    assert_eq!(step(&shop, by_another).await, Stepped::Others);
    let release = |name: &str| shop.ledger.step(Step::Release { consumer: MAIL, holder: holder(name) });
    assert_eq!(release("two").await.unwrap(), Stepped::Others);
    assert_eq!(release("one").await.unwrap(), Stepped::Done);
    assert_eq!(release("one").await.unwrap(), Stepped::Others);
    assert_eq!(step(&shop, done(ids[2])).await, Stepped::Others);
    let Stepped::Leased(leased) = lease(&shop, MAIL, "two").await else { panic!("not leased") };
    assert_eq!(leased, Leased::beginning(Some(ids[0])));
    assert_eq!(log_of(&shop, MAIL).await.len(), 1);
}

pub async fn a_cursor_never_goes_back_and_failing_is_as_it_is_told(shop: Storage) {
    shop.ledger.step(Step::Open(MAIL)).await.unwrap();
    let ids = order_events(&shop, 3).await;
    leased(&shop, MAIL).await;
    let failing = Progress { failing_since: Some(at(7)), ..progress(MAIL, Some(ids[2])) };
    step(&shop, failing).await;
    assert_eq!(leased(&shop, MAIL).await.failing_since, Some(at(7)));
    for earlier in [Some(ids[0]), None] {
        assert_eq!(step(&shop, progress(MAIL, earlier)).await, Stepped::Done);
        assert_eq!(leased(&shop, MAIL).await, Leased::beginning(Some(ids[2])));
        assert_eq!(shop.deliveries.cursor(MAIL).await.unwrap(), Some(Some(ids[2])));
    }
}

pub async fn what_is_sent_once_more_moves_forward_until_its_end(shop: Storage) {
    let webhook = create(&shop).await;
    let consumer = Consumer::Webhook(webhook.id);
    let ids = order_events(&shop, 5).await;
    leased(&shop, consumer).await;
    step(&shop, progress(consumer, Some(ids[4]))).await;
    change(&shop, webhook.replayed(Some(ids[0]), Some(ids[3])).unwrap()).await;
    let replay = |after, until| Some(Replaying { after: Some(ids[after]), until: ids[until] });
    // Whoever worked it off has to begin anew.
    assert_eq!(step(&shop, progress(consumer, Some(ids[4]))).await, Stepped::Others);
    let begun = leased(&shop, consumer).await;
    assert_eq!((begun.cursor, begun.replay), (Some(ids[4]), replay(0, 3)));
    for (replayed, expected) in [(1, replay(1, 3)), (0, replay(1, 3)), (3, None)] {
        let forward = Progress { replayed: Some(ids[replayed]), ..progress(consumer, None) };
        assert_eq!(step(&shop, forward).await, Stepped::Done);
        assert_eq!(leased(&shop, consumer).await.replay, expected);
    }
    // There is nothing more to come.
    step(&shop, Progress { replayed: Some(ids[3]), ..progress(consumer, None) }).await;
    assert_eq!(leased(&shop, consumer).await.replay, None);
    for (after, until, expected) in
        [(3, 2, None), (1, 2, replay(1, 2)), (2, 4, replay(1, 4)), (0, 1, replay(0, 4))]
    {
        let webhook = find(&shop, webhook.id).await;
        change(&shop, webhook.replayed(Some(ids[after]), Some(ids[until])).unwrap()).await;
        assert_eq!(leased(&shop, consumer).await.replay, expected);
    }
}

pub async fn a_webhook_that_is_active_again_has_not_failed_and_whoever_skips_begins_with_the_next_event(
    shop: Storage,
) {
    let webhook = create(&shop).await;
    let consumer = Consumer::Webhook(webhook.id);
    let ids = order_events(&shop, 2).await;
    leased(&shop, consumer).await;
    let failing = |cursor| Progress { failing_since: Some(at(1)), ..progress(consumer, cursor) };
    step(&shop, failing(Some(ids[0]))).await;
    set_state(&shop, webhook.id, WebhookState::Paused, false).await;
    assert_eq!(leased(&shop, consumer).await.failing_since, Some(at(1)));
    set_state(&shop, webhook.id, WebhookState::Active, false).await;
    assert_eq!(leased(&shop, consumer).await, Leased::beginning(Some(ids[0])));
    step(&shop, failing(Some(ids[0]))).await;
    let active = find(&shop, webhook.id).await;
    change(&shop, active.replayed(None, None).unwrap()).await;
    set_state(&shop, webhook.id, WebhookState::Active, true).await;
    let own = events(&shop).await.pop().unwrap();
    assert_eq!((own.subject, own.version), (orders_domain::Subject::Webhook(webhook.id), n(5)));
    assert_eq!(leased(&shop, consumer).await, Leased::beginning(Some(own.id)));
}
