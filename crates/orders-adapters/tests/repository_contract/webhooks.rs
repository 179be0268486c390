//! Webhooks: what is stored of them, and what their events say.

use chrono::TimeDelta;
use orders_domain::{
    Consumer, EventType, Storage, Webhook, WebhookId, What,
    delivery::{DisabledFor, KeyId, Sealed, SigningSecrets, WebhookState},
    ports::{Commit, Committed, Made},
};
use tokio::task::JoinSet;

use super::{
    common::{at, key, n},
    hooks::{
        KEY, SECRET, change, changing, create, creating, details, events, find, kept, log, order_events,
        sealed, set_state,
    },
    shop::{now, refused},
};

pub async fn everything_of_a_webhook_is_stored_and_its_secret_apart(shop: Storage) {
    assert_eq!(shop.deliveries.key().await.unwrap(), None);
    let first = create(&shop).await;
    let expected = Webhook {
        id: n(1),
        details: details("https://a.example/in?token=0paque"),
        created_at: at(0),
        version: n(1),
    };
    assert_eq!(first, expected);
    assert_eq!(find(&shop, first.id).await, expected);
    let secrets = shop.deliveries.secrets(first.id).await.unwrap();
    assert_eq!(secrets, Some(SigningSecrets::first(sealed(SECRET))));
    assert_eq!(shop.deliveries.key().await.unwrap(), Some(KEY));
    assert_eq!(shop.deliveries.webhook(n(2)).await.unwrap(), None);
    assert_eq!(shop.deliveries.secrets(n(2)).await.unwrap(), None);

    let more = [create(&shop).await, create(&shop).await];
    let page = |after: Option<WebhookId>, limit: i64| shop.deliveries.webhooks(after, n(limit));
    assert_eq!(page(None, 2).await.unwrap(), [first.clone(), more[0].clone()]);
    assert_eq!(page(Some(first.id), 2).await.unwrap(), more);
    assert_eq!(page(Some(n(3)), 2).await.unwrap(), []);
}

pub async fn a_webhook_begins_with_the_event_after_its_own(shop: Storage) {
    order_events(&shop, 2).await;
    let webhook = create(&shop).await;
    let own = events(&shop).await.pop().unwrap();
    assert_eq!((own.event_type(), own.version), (EventType::WebhookCreated, n(1)));
    let cursor = shop.deliveries.cursor(Consumer::Webhook(webhook.id)).await.unwrap();
    assert_eq!(cursor, Some(Some(own.id)));
    assert_eq!(shop.deliveries.cursor(Consumer::Webhook(n(9))).await.unwrap(), None);
}

pub async fn a_change_of_another_version_of_a_webhook_is_stale(shop: Storage) {
    let first = create(&shop).await;
    let paused = set_state(&shop, first.id, WebhookState::Paused, false).await;
    assert_eq!((paused.version, paused.details.state), (n(2), WebhookState::Paused));
    assert_eq!(find(&shop, first.id).await, paused);
    let before = events(&shop).await;
    let moved = first.changed(details("https://b.example"), false).unwrap().unwrap();
    let rotated = first.rotated(sealed("other")).unwrap();
    for stale in [moved, rotated, Webhook { id: n(7), ..first }.retried(n(1)).unwrap()] {
        assert_eq!(refused(shop.ledger.commit(changing(stale, at(1))).await), "Stale");
    }
    let moved = paused.changed(details("https://b.example"), false).unwrap().unwrap();
    let expected = moved.webhook().clone();
    assert_eq!(change(&shop, moved).await, expected);
    assert_eq!(find(&shop, n(1)).await, expected);
    assert_eq!(events(&shop).await.len(), before.len() + 1);
    let secrets = shop.deliveries.secrets(n(1)).await.unwrap();
    assert_eq!(secrets, Some(SigningSecrets::first(sealed(SECRET))));
}

pub async fn no_event_of_a_webhook_has_a_secret_in_it_nor_what_is_kept_with_it(shop: Storage) {
    let webhook = create(&shop).await;
    let webhook = change(&shop, webhook.rotated(sealed("s3cret-too")).unwrap()).await;
    let webhook = change(&shop, webhook.retried(n(1)).unwrap()).await;
    let webhook = change(&shop, webhook.replayed(None, None).unwrap()).await;
    let webhook =
        change(&shop, webhook.changed(details("https://b.example/0paque"), false).unwrap().unwrap()).await;
    change(&shop, webhook.disabled(DisabledFor::Deleted).unwrap()).await;
    let all = events(&shop).await;
    let types: Vec<_> = all.iter().map(|event| event.event_type().as_str()).collect();
    let expected = ["created", "secret_rotated", "retried", "replayed", "changed", "disabled"];
    assert_eq!(types, expected.map(|what| format!("webhook.{what}")));
    for (event, version) in all.iter().zip(1..) {
        assert_eq!(event.version.get(), version);
        let What::Other { said, made, .. } = &event.what else { panic!("{event:?}") };
        let (said, made) = (format!("{said:?}"), format!("{made:?}"));
        assert!(!said.contains("s3cret") && !said.contains("0paque"), "{said}");
        assert!(!made.contains("s3cret"), "{made}");
    }
}

pub async fn after_a_rotation_the_last_two_secrets_sign_for_a_day(shop: Storage) {
    let mut webhook = create(&shop).await;
    for (text, moment) in [("second", at(10)), ("third", at(20))] {
        let rotated = webhook.rotated(sealed(text)).unwrap();
        let Made::Webhook(made) = now(shop.ledger.commit(changing(rotated, moment)).await) else { panic!() };
        webhook = made;
    }
    let expected = SigningSecrets {
        current: sealed("third"),
        previous: Some((sealed("second"), at(20) + TimeDelta::hours(24))),
    };
    assert_eq!(shop.deliveries.secrets(webhook.id).await.unwrap(), Some(expected));
}

pub async fn secrets_of_another_key_are_refused(shop: Storage) {
    let other = Sealed::new(KeyId(*b"an-other"), b"x");
    let webhook = create(&shop).await;
    let before = events(&shop).await;
    assert_eq!(refused(shop.ledger.commit(creating(&other, None)).await), "OtherKey");
    let rotated = webhook.rotated(other).unwrap();
    assert_eq!(refused(shop.ledger.commit(changing(rotated, at(1))).await), "OtherKey");
    assert_eq!((events(&shop).await, find(&shop, webhook.id).await), (before, webhook));
    assert_eq!(shop.deliveries.key().await.unwrap(), Some(KEY));
}

pub async fn a_shop_has_only_so_many_webhooks_that_are_not_deleted(shop: Storage) {
    let mut tasks = JoinSet::new();
    for _ in 0..Webhook::MOST + 5 {
        let shop = shop.clone();
        tasks.spawn(async move { shop.ledger.commit(creating(&sealed(SECRET), None)).await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), Webhook::MOST);
    assert_eq!(refused(shop.ledger.commit(creating(&sealed(SECRET), None)).await), "Taken(Webhooks)");
    let webhook = find(&shop, n(3)).await;
    change(&shop, webhook.disabled(DisabledFor::Failing).unwrap()).await;
    assert_eq!(refused(shop.ledger.commit(creating(&sealed(SECRET), None)).await), "Taken(Webhooks)");
    change(&shop, find(&shop, n(3)).await.disabled(DisabledFor::Deleted).unwrap()).await;
    assert_eq!(create(&shop).await.id, n(101));
}

pub async fn a_key_of_a_webhook_is_answered_as_the_first_time_without_its_secret(shop: Storage) {
    let work = creating(&sealed(SECRET), Some(key("made", 1)));
    let made = now(shop.ledger.commit(work.clone()).await);
    let Made::Webhook(webhook) = &made else { panic!("{made:?}") };
    let rotated = webhook.rotated(sealed("second")).unwrap();
    let rotation = Commit { made_by: Some(key("rotated", 1)), ..changing(rotated, at(1)) };
    let rotated = now(shop.ledger.commit(rotation.clone()).await);
    set_state(&shop, webhook.id, WebhookState::Paused, false).await;
    let before = events(&shop).await;
    let again = Commit { change: creating(&sealed("another"), None).change, ..work.clone() };
    for (work, first) in [(again, &kept(&made)), (rotation, &kept(&rotated))] {
        let (user, asked) = (work.origin.actor.user().unwrap(), work.made_by.clone().unwrap());
        for answer in [shop.ledger.rehearse(work.clone()).await, shop.ledger.commit(work).await] {
            assert!(matches!(&answer, Ok(Committed::Before(again)) if again == first), "{answer:?}");
        }
        assert_eq!(shop.ledger.recall(user, asked, at(2)).await.unwrap().as_ref(), Some(first));
    }
    let other = Commit { made_by: Some(key("made", 2)), ..work };
    assert_eq!(refused(shop.ledger.commit(other).await), "KeyReused");
    assert_eq!(events(&shop).await, before);
    let secrets = shop.deliveries.secrets(webhook.id).await.unwrap().unwrap();
    assert_eq!(secrets.current, sealed("second"));
}

pub async fn a_rehearsal_of_a_webhook_leaves_nothing(shop: Storage) {
    let everything = async || {
        let webhooks = shop.deliveries.webhooks(None, n(500)).await.unwrap();
        let secrets = shop.deliveries.secrets(n(1)).await.unwrap();
        let cursors = [n(1), n(2)].map(|id| shop.deliveries.cursor(Consumer::Webhook(id)));
        let [first, second] = cursors;
        let cursors = (first.await.unwrap(), second.await.unwrap());
        let key = shop.deliveries.key().await.unwrap();
        let bytes = secrets.map(|secrets| secrets.current.bytes().to_vec());
        let log = log(&shop, orders_domain::delivery::DeliveryFilter::default()).await;
        format!("{webhooks:?} {bytes:?} {cursors:?} {key:?} {log:?} {:?}", events(&shop).await)
    };
    let before = everything().await;
    let rehearsed = now(shop.ledger.rehearse(creating(&sealed(SECRET), None)).await);
    assert_eq!(everything().await, before);
    let made = now(shop.ledger.commit(creating(&sealed(SECRET), None)).await);
    assert_eq!(rehearsed, made);
    let Made::Webhook(webhook) = made else { panic!("{made:?}") };
    let own = events(&shop).await[0].id;
    let before = everything().await;
    for changed in [
        webhook.rotated(sealed("second")).unwrap(),
        webhook.retried(own).unwrap(),
        webhook.replayed(None, None).unwrap(),
        webhook.changed(webhook.details.clone(), true).unwrap().unwrap(),
        webhook.disabled(DisabledFor::Deleted).unwrap(),
    ] {
        let expected = Made::Webhook(changed.webhook().clone());
        assert_eq!(now(shop.ledger.rehearse(changing(changed, at(1))).await), expected);
        assert_eq!(everything().await, before);
    }
}
