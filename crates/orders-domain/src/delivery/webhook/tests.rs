use super::*;
use crate::delivery::{
    progress::{Leased, Replaying},
    secret::KeyId,
};

fn webhook(state: WebhookState) -> Webhook {
    let url = WebhookUrl::parse("https://hooks.example:8443/in?token=s3cret").unwrap();
    let details = WebhookDetails { url, types: TypePatterns::parse(["order.*"]).unwrap(), state };
    Webhook { id: 7.try_into().unwrap(), details, created_at: DateTime::UNIX_EPOCH, version: Version::FIRST }
}

#[test]
fn a_url_is_of_http_and_shows_no_more_than_its_origin() {
    assert_eq!(webhook(WebhookState::Active).details.url.origin(), "https://hooks.example:8443");
    assert_eq!(WebhookUrl::parse("https://a?b=c").unwrap().origin(), "https://a");
    let long = format!("https://{}", "a".repeat(2000));
    for bad in ["", "ftp://a", "a.example", "https://a b", "https://ä.example", "https://a\n", &long] {
        assert!(WebhookUrl::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn what_events_say_of_a_webhook_has_no_secret_in_it() {
    let webhook = webhook(WebhookState::Active);
    let details = WebhookDetails {
        url: WebhookUrl::parse("https://hooks.example:8443/in?token=0ther").unwrap(),
        state: WebhookState::Paused,
        ..webhook.details.clone()
    };
    let changed = webhook.changed(details, false).unwrap().unwrap();
    for said in [Webhook::said(&webhook.details), changed.said().clone()] {
        let said = format!("{said:?}");
        assert!(!said.contains("s3cret") && !said.contains("0ther"), "{said}");
    }
}

#[test]
fn what_was_deleted_can_only_be_looked_at() {
    let deleted = webhook(WebhookState::Disabled(DisabledFor::Deleted));
    let active = WebhookDetails { state: WebhookState::Active, ..deleted.details.clone() };
    let event = 1.try_into().unwrap();
    assert_eq!(deleted.changed(active, false), Err(Disabled));
    assert_eq!(deleted.changed(deleted.details.clone(), true), Err(Disabled));
    assert_eq!(deleted.changed(deleted.details.clone(), false), Ok(None));
    assert_eq!(deleted.rotated(Sealed::new(KeyId([0; 8]), &[1])), Err(Disabled));
    assert_eq!(deleted.retried(event), Err(Disabled));
    assert_eq!(deleted.replayed(None, None), Err(Disabled));
    assert_eq!(deleted.disabled(DisabledFor::Deleted), None);
    assert_eq!(deleted.disabled(DisabledFor::Gone), None);
}

#[test]
fn what_failed_can_be_active_again_or_be_deleted() {
    for reason in [DisabledFor::Gone, DisabledFor::Failing] {
        let failed = webhook(WebhookState::Disabled(reason));
        assert_eq!(failed.disabled(DisabledFor::Failing), None);
        let deleted = failed.disabled(DisabledFor::Deleted).unwrap();
        assert_eq!((deleted.redo(), deleted.event()), (Some(Redo::Drop), EventType::WebhookDisabled));
        let active = WebhookDetails { state: WebhookState::Active, ..failed.details.clone() };
        let again = failed.changed(active, true).unwrap().unwrap();
        assert_eq!(again.webhook().details.state, WebhookState::Active);
        assert_eq!(again.redo(), Some(Redo::SkipToNow));
    }
}

#[test]
fn a_webhook_is_restored_from_what_was_kept_of_it() {
    for state in ["active", "paused", "deleted", "gone", "failing"] {
        let webhook = webhook(WebhookState::restore(state).unwrap());
        assert_eq!(webhook.details.state.stored(), state);
        assert!(!format!("{:?}", webhook.kept()).contains("s3cret"));
        let url = WebhookUrl::parse(webhook.details.url.origin()).unwrap();
        let details = WebhookDetails { url, ..webhook.details.clone() };
        let restored = Webhook::of_facts(webhook.id, webhook.version, &webhook.kept());
        assert_eq!(restored, Ok(Webhook { details, ..webhook }));
    }
    assert!(WebhookState::restore("disabled").is_err());
}

#[test]
fn only_what_moves_its_events_has_whoever_works_them_off_begin_anew() {
    let event = |number: i64| number.try_into().unwrap();
    let from = Leased {
        replay: Some(Replaying { after: None, until: event(5) }),
        failing_since: Some(DateTime::UNIX_EPOCH),
        ..Leased::beginning(Some(event(9)))
    };
    let active = webhook(WebhookState::Active);
    let details = |state| WebhookDetails { state, ..active.details.clone() };
    let paused = active.changed(details(WebhookState::Paused), false).unwrap().unwrap();
    assert_eq!(paused.moves(&from, event(12)), None);
    assert_eq!(active.retried(event(3)).unwrap().moves(&from, event(12)), None);
    let woken = webhook(WebhookState::Paused).changed(details(WebhookState::Active), false).unwrap().unwrap();
    assert_eq!(woken.moves(&from, event(12)), Some(Leased { failing_since: None, ..from.clone() }));
    let skipped = active.changed(active.details.clone(), true).unwrap().unwrap();
    assert_eq!(skipped.moves(&from, event(12)), Some(Leased::beginning(Some(event(12)))));
    let deleted = active.disabled(DisabledFor::Deleted).unwrap();
    assert_eq!(deleted.moves(&from, event(12)), Some(Leased { replay: None, ..from.clone() }));
    let replayed = active.replayed(Some(event(2)), Some(event(7))).unwrap();
    let replay = Some(Replaying { after: None, until: event(7) });
    assert_eq!(replayed.moves(&from, event(12)), Some(Leased { replay, ..from.clone() }));
}
