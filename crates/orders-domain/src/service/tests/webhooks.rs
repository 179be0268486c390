//! Webhooks.

use super::*;
use crate::{
    Scope, Webhook, WebhookChange, WebhookError, WebhookService,
    delivery::{
        Attempt, Consumer, Delivery, DeliveryFilter, DeliveryQuery, DeliveryState, DisabledFor, KeyId,
        Outcome, Sealed, SigningSecrets, TypePatterns, Verdict, WebhookDetails, WebhookState, WebhookUrl,
        endpoint::Message,
    },
    ports::MockWebhookSender,
};

fn details(state: WebhookState) -> WebhookDetails {
    let url = WebhookUrl::parse("https://hooks.example/").unwrap();
    WebhookDetails { url, types: TypePatterns::parse(["order.*"]).unwrap(), state }
}

fn webhook(state: WebhookState) -> Webhook {
    Webhook { id: n(7), details: details(state), created_at: now(), version: Version::FIRST }
}

fn staff() -> User {
    User::new(n(1), Scopes::NONE.with(Scope::Webhooks))
}

fn sealed(byte: u8) -> Sealed {
    Sealed::new(KeyId([0; 8]), &[byte])
}

/// A sender that knows how to make secrets, and is asked for them so often.
fn sender(secrets: usize) -> MockWebhookSender {
    let mut sender = MockWebhookSender::new();
    sender.expect_new_secret().times(secrets).returning(|| Ok(("whsec_shown".to_owned(), sealed(2))));
    sender
}

/// Ports with a webhook in this state, and the use cases over them.
fn with(state: WebhookState) -> Ports {
    let mut ports = Ports::default();
    ports.deliveries.expect_webhook().returning(move |_| Ok(Some(webhook(state))));
    ports
}

fn sending(ports: Ports, sender: MockWebhookSender) -> WebhookService {
    service(ports).webhooks().sending_by(Arc::new(sender))
}

#[expect(clippy::unnecessary_wraps, reason = "as a ledger says it")]
fn made(work: Commit) -> Result<Committed, Refused> {
    match work.change {
        Change::NewWebhook(new) => Ok(Committed::Now(Made::Webhook(Webhook {
            details: new.details,
            ..webhook(WebhookState::Active)
        }))),
        Change::Webhook(changed) => Ok(Committed::Now(Made::Webhook(changed.webhook().clone()))),
        other => panic!("{other:?}"),
    }
}

const ANY: Expected = Expected::Any;

#[tokio::test]
async fn a_secret_is_shown_to_whoever_has_it_made_and_neither_in_a_rehearsal_nor_again() {
    let asked = || (details(WebhookState::Active).url, details(WebhookState::Active).types, true);
    let mut ports = with(WebhookState::Active);
    ports.ledger.expect_commit().times(2).returning(made);
    ports.ledger.expect_rehearse().times(2).returning(made);
    let webhooks = sending(ports, sender(4));
    let rehearsal = || Request { rehearsal: true, ..by(1) };
    for (request, shown) in [(by(1), Some("whsec_shown")), (rehearsal(), None)] {
        let made = webhooks.create(staff(), asked(), request.clone()).await.unwrap();
        assert_eq!(made.secret.as_deref(), shown);
        let made = webhooks.rotate(staff(), (n(7), &ANY), request).await.unwrap();
        assert_eq!(made.secret.as_deref(), shown);
    }
    let mut ports = with(WebhookState::Active);
    let before = || Ok(Committed::Before(Made::Webhook(webhook(WebhookState::Active))));
    ports.ledger.expect_commit().times(2).returning(move |_| before());
    let webhooks = sending(ports, sender(2));
    let made = webhooks.create(staff(), asked(), with_key(1)).await.unwrap();
    assert_eq!((made.secret, matches!(made.done, Done::Before(_))), (None, true));
    assert_eq!(webhooks.rotate(staff(), (n(7), &ANY), with_key(1)).await.unwrap().secret, None);
}

#[tokio::test]
async fn what_was_deleted_refuses_everything_but_being_deleted() {
    let deleted = WebhookState::Disabled(DisabledFor::Deleted);
    let mut ports = with(deleted);
    let sent = Delivery {
        event: n(9),
        consumer: Consumer::Webhook(n(7)),
        state: DeliveryState::Done,
        next_at: None,
        attempts: Vec::new(),
    };
    ports.deliveries.expect_log().returning(move |_| Ok(vec![sent.clone()]));
    let webhooks = sending(ports, sender(1));
    let active = WebhookChange { active: Some(true), ..WebhookChange::default() };
    let message = |_: &Webhook, at| Message { id: String::new(), at, body: Vec::new(), trace: None };
    for error in [
        webhooks.change(staff(), (n(7), &ANY), &active, by(1)).await.err(),
        webhooks.rotate(staff(), (n(7), &ANY), by(1)).await.err(),
        webhooks.retry(staff(), n(7), n(9), by(1)).await.err(),
        webhooks.replay(staff(), n(7), (None, None), by(1)).await.err(),
        webhooks.test(staff(), n(7), message, false).await.err(),
    ] {
        assert!(matches!(error, Some(WebhookError::Disabled)), "{error:?}");
    }
    assert!(webhooks.disable(staff(), (n(7), &ANY), by(1)).await.is_ok());
}

#[tokio::test]
async fn without_a_key_for_secrets_nothing_is_sent_and_all_can_be_looked_at() {
    let mut ports = with(WebhookState::Active);
    ports.deliveries.expect_webhooks().returning(|_, _| Ok(vec![webhook(WebhookState::Active)]));
    let webhooks = service(ports).webhooks();
    assert!(matches!(webhooks.admit("https://hooks.example/"), Err(WebhookError::NotSending)));
    let asked = (details(WebhookState::Active).url, details(WebhookState::Active).types, true);
    let error = webhooks.create(staff(), asked, by(1)).await.unwrap_err();
    assert!(matches!(error, WebhookError::NotSending));
    let error = webhooks.rotate(staff(), (n(7), &ANY), by(1)).await.unwrap_err();
    assert!(matches!(error, WebhookError::NotSending));
    assert_eq!(webhooks.list(staff(), None, PageLimit::DEFAULT).await.unwrap().0.len(), 1);
}

#[tokio::test]
async fn a_test_is_signed_by_what_signs_now_and_stores_nothing() {
    let mut ports = with(WebhookState::Paused);
    let secrets = SigningSecrets::first(sealed(1)).rotated(sealed(2), now());
    ports.deliveries.expect_secrets().times(2).returning(move |_| Ok(Some(secrets.clone())));
    let mut sender = sender(0);
    sender
        .expect_send()
        .once()
        .withf(|to, message| {
            to.secrets == [sealed(2), sealed(1)] && message.id == "test" && message.at == now()
        })
        .returning(|_, message| {
            let attempt = Attempt {
                at: message.at,
                took: std::time::Duration::ZERO,
                status: Some(204),
                body: None,
                error: None,
            };
            Outcome { attempt: Some(attempt), verdict: Verdict::Done }
        });
    let webhooks = sending(ports, sender);
    let message = |_: &Webhook, at| Message { id: "test".to_owned(), at, body: b"{}".to_vec(), trace: None };
    let tried = webhooks.test(staff(), n(7), message, false).await.unwrap().unwrap();
    assert_eq!(tried.status, Some(204));
    // A rehearsal sends nothing.
    assert_eq!(webhooks.test(staff(), n(7), message, true).await.unwrap(), None);
}

#[tokio::test]
async fn an_event_that_was_not_sent_is_not_sent_once_more() {
    let mut ports = with(WebhookState::Active);
    let other = Delivery {
        event: n(10),
        consumer: Consumer::Webhook(n(7)),
        state: DeliveryState::Done,
        next_at: None,
        attempts: Vec::new(),
    };
    ports.deliveries.expect_log().once().returning(move |query| {
        assert_eq!(query.after.unwrap().event, Some(n(8)));
        Ok(vec![other.clone()])
    });
    let webhooks = sending(ports, sender(0));
    let error = webhooks.retry(staff(), n(7), n(9), by(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "event 9 was not sent to webhook 7");
}

#[tokio::test]
async fn a_change_that_lost_a_race_is_decided_again() {
    let mut ports = with(WebhookState::Active);
    let mut tries = 0;
    ports.ledger.expect_commit().times(3).returning(move |work| {
        tries += 1;
        if tries < 3 { Err(Refused::Stale) } else { made(work) }
    });
    let here = details(WebhookState::Active).url;
    let webhooks = sending(ports, sender(0));
    assert!(webhooks.give_up(n(7), &here, DisabledFor::Gone).await.unwrap());
    // What another address answered says nothing of this one, and what is so already is not done again.
    let elsewhere = WebhookUrl::parse("https://elsewhere.example/").unwrap();
    let webhooks = sending(with(WebhookState::Active), sender(0));
    assert!(!webhooks.give_up(n(7), &elsewhere, DisabledFor::Gone).await.unwrap());
    let webhooks = sending(with(WebhookState::Disabled(DisabledFor::Failing)), sender(0));
    assert!(webhooks.give_up(n(7), &here, DisabledFor::Gone).await.unwrap());
}

#[tokio::test]
async fn each_thing_takes_the_scope_and_no_other_is_enough() {
    for held in Scope::ALL.into_iter().filter(|scope| *scope != Scope::Webhooks) {
        let asker = User::new(n(1), Scopes::NONE.with(held));
        let webhooks = sending(Ports::default(), sender(0));
        let message = |_: &Webhook, at| Message { id: String::new(), at, body: Vec::new(), trace: None };
        let parts = (details(WebhookState::Active).url, details(WebhookState::Active).types, true);
        let filter = DeliveryFilter::default();
        let log = DeliveryQuery { filter, after: None, limit: PageLimit::DEFAULT };
        for error in [
            webhooks.list(asker, None, PageLimit::DEFAULT).await.err(),
            webhooks.find(asker, n(7)).await.err(),
            webhooks.create(asker, parts, by(1)).await.err(),
            webhooks.change(asker, (n(7), &ANY), &WebhookChange::default(), by(1)).await.err(),
            webhooks.disable(asker, (n(7), &ANY), by(1)).await.err(),
            webhooks.rotate(asker, (n(7), &ANY), by(1)).await.err(),
            webhooks.test(asker, n(7), message, false).await.err(),
            webhooks.retry(asker, n(7), n(9), by(1)).await.err(),
            webhooks.replay(asker, n(7), (None, None), by(1)).await.err(),
            webhooks.log(asker, log).await.err(),
        ] {
            assert!(
                matches!(error, Some(WebhookError::MissingScope([Scope::Webhooks]))),
                "{held}: {error:?}"
            );
        }
    }
}
