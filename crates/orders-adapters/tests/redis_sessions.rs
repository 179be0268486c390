//! Sessions in a real Redis, which is also killed.

#![cfg(feature = "redis")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

use std::{sync::Arc, time::Instant};

use chrono::{DateTime, TimeDelta, Utc};
use orders_adapters::{
    SystemClock,
    sessions::{RedisSessions, Session, SessionCache, TokenHash},
};
use orders_domain::{
    Scopes, User,
    ports::{Clock, PortError, Revocations},
};

#[path = "common/redis.rs"]
mod redis;

use redis::Redis;

const TOKEN: TokenHash = TokenHash([0xab; 32]);

fn sessions(redis: &Redis) -> RedisSessions {
    RedisSessions::new(&redis.url(), Arc::new(SystemClock)).unwrap()
}

/// Now, to the millisecond.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(SystemClock.now().timestamp_millis()).unwrap()
}

/// A session of user 7 made a minute ago and good for another.
fn session() -> Session {
    let user = User::new(7.try_into().unwrap(), Scopes::of_words(["orders:read", "orders:cancel"]));
    let user = user.at_home_in("de".parse().ok());
    Session { user, issued_at: now() - TimeDelta::minutes(1), until: now() + TimeDelta::minutes(1) }
}

/// Waits until something holds; a connection that broke is made anew beside the requests.
async fn within_seconds(mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..100 {
        if holds().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it did not come to hold");
}

#[tokio::test]
async fn one_server_remembers_for_all_and_never_the_token_itself() {
    let Some(redis) = Redis::start() else { return };
    let (one, other) = (sessions(&redis), sessions(&redis));
    assert_eq!(one.find(TOKEN).await, None);
    let session = session();
    one.keep(TOKEN, session).await;
    assert_eq!(other.find(TOKEN).await, Some(session));
    assert_eq!(other.find(TokenHash([0xac; 32])).await, None);
    let key = format!("orders:session:{}", "ab".repeat(32));
    assert!(redis.say("KEYS *").contains(&key));
    let left: i64 =
        redis.say(&format!("PTTL {key}")).trim_start_matches(':').lines().next().unwrap().parse().unwrap();
    assert!((50_000..=60_000).contains(&left), "{left}");
}

#[tokio::test]
async fn a_session_that_is_over_is_not_kept_and_one_that_ends_is_gone() {
    let Some(redis) = Redis::start() else { return };
    let sessions = sessions(&redis);
    sessions.keep(TOKEN, Session { until: now(), ..session() }).await;
    assert_eq!(sessions.find(TOKEN).await, None);
    sessions.keep(TOKEN, Session { until: now() + TimeDelta::milliseconds(300), ..session() }).await;
    within_seconds(async || sessions.find(TOKEN).await.is_none()).await;
    assert!(!redis.say("KEYS *").contains("session"));
}

#[tokio::test]
async fn a_revocation_counts_at_once_on_all_servers() {
    let Some(redis) = Redis::start() else { return };
    let (one, other) = (sessions(&redis), sessions(&redis));
    one.keep(TOKEN, session()).await;
    let at = now();
    other.revoke(session().user.id(), at).await.unwrap();
    assert_eq!(one.find(TOKEN).await, None);
    assert_eq!(one.revoked_at(session().user.id()).await.unwrap(), Some(at));
    assert_eq!(one.revoked_at(8.try_into().unwrap()).await.unwrap(), None);
    let newer = Session { issued_at: at + TimeDelta::milliseconds(1), ..session() };
    one.keep(TOKEN, newer).await;
    assert_eq!(other.find(TOKEN).await, Some(newer));
}

#[tokio::test]
async fn a_redis_that_is_killed_costs_speed_only_and_is_used_again_when_it_is_back() {
    let Some(mut redis) = Redis::start() else { return };
    let sessions = sessions(&redis);
    let session = session();
    sessions.keep(TOKEN, session).await;
    let at = now() - TimeDelta::hours(1);
    sessions.revoke(session.user.id(), at).await.unwrap();
    assert_eq!(sessions.find(TOKEN).await, Some(session));
    redis.kill();
    let started = Instant::now();
    for _ in 0..1000 {
        assert_eq!(sessions.find(TOKEN).await, None);
        sessions.keep(TOKEN, session).await;
    }
    assert!(started.elapsed().as_millis() < 2000, "{:?}", started.elapsed());
    let known = sessions.revoked_at(session.user.id()).await.unwrap();
    assert_eq!(known, Some(at), "what was seen stays known");
    let refused = sessions.revoke(session.user.id(), now()).await;
    assert!(matches!(refused, Err(PortError::Unavailable(_))), "{refused:?}");
    redis.restart();
    within_seconds(async || {
        sessions.keep(TOKEN, session).await;
        sessions.find(TOKEN).await == Some(session)
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_hangs_is_waited_for_once_in_a_while_only() {
    let Some(redis) = Redis::start() else { return };
    let sessions = sessions(&redis);
    let session = session();
    sessions.keep(TOKEN, session).await;
    assert_eq!(sessions.find(TOKEN).await, Some(session));
    redis.freeze(true);
    let started = Instant::now();
    for _ in 0..1000 {
        assert_eq!(sessions.find(TOKEN).await, None);
    }
    assert!(started.elapsed().as_millis() < 1000, "{:?}", started.elapsed());
    redis.freeze(false);
    within_seconds(async || sessions.find(TOKEN).await == Some(session)).await;
}

#[tokio::test]
async fn one_that_was_never_there_is_no_hindrance_either() {
    let sessions = RedisSessions::new("redis://127.0.0.1:1", Arc::new(SystemClock)).unwrap();
    sessions.keep(TOKEN, session()).await;
    assert_eq!(sessions.find(TOKEN).await, None);
    assert!(sessions.revoke(session().user.id(), now()).await.is_err());
    for url in
        ["", "127.0.0.1:6379", "http://127.0.0.1", "redis://orders:s3cret@:x/y", "rediss:orders:s3cret@host"]
    {
        let error = RedisSessions::new(url, Arc::new(SystemClock)).map(drop).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_no_session() {
    let Some(redis) = Redis::start() else { return };
    let sessions = sessions(&redis);
    let key = format!("orders:session:{}", "ab".repeat(32));
    let (past, future) = (now().timestamp_millis() - 1000, now().timestamp_millis() + 60_000);
    for text in [
        String::new(),
        "7".to_owned(),
        format!("7 {past}"),
        format!("7 {past} {future}"),
        format!("07 {past} {future} orders:read"),
        format!("0 {past} {future} orders:read"),
        format!("7 x {future} orders:read"),
        format!("7 {past} 99999999999999999999 orders:read"),
    ] {
        redis.say(&format!("SET {key} \"{text}\""));
        assert_eq!(sessions.find(TOKEN).await, None, "{text:?}");
    }
    redis.say(&format!("DEL {key}"));
    redis.say(&format!("LPUSH {key} list"));
    assert_eq!(sessions.find(TOKEN).await, None);
}

mod signed_in {
    //! Who is signed in to the pages for the staff.

    use chrono::TimeDelta;
    use orders_domain::ports::{Sessions, SignedIn};

    use super::{Redis, now, session, sessions, within_seconds};

    #[tokio::test]
    async fn who_signs_in_at_one_server_is_signed_in_at_all_until_they_sign_out_or_are_revoked() {
        let Some(redis) = Redis::start() else { return };
        let (one, other) = (sessions(&redis), sessions(&redis));
        let who = SignedIn { user: session().user, at: now() - TimeDelta::minutes(1) };
        let key = one.begin(who).await.unwrap();
        assert_eq!(other.find(&key).await.unwrap(), Some(who));
        assert_eq!(other.find("other").await.unwrap(), None);
        assert!(!redis.say("KEYS *").contains(&key), "the key itself is not kept");
        other.end(&key).await;
        assert_eq!(one.find(&key).await.unwrap(), None);
        let key = one.begin(who).await.unwrap();
        other.revoke(who.user.id(), now()).await.unwrap();
        assert_eq!(one.find(&key).await.unwrap(), None);
        let late = SignedIn { at: now() - TimeDelta::hours(12), ..who };
        assert!(one.begin(late).await.is_err(), "it would be over already");
    }

    #[tokio::test]
    async fn who_is_let_in_by_other_rules_is_let_in_there_alone() {
        let Some(redis) = Redis::start() else { return };
        let [staging, same, shop] =
            ["staging", "staging", "shop"].map(|realm| sessions(&redis).in_realm(realm));
        let key = staging.begin(SignedIn { user: session().user, at: now() }).await.unwrap();
        assert!(same.find(&key).await.unwrap().is_some());
        assert_eq!(shop.find(&key).await.unwrap(), None);
        shop.end(&key).await;
        assert!(same.find(&key).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn nobody_is_let_in_while_redis_is_away() {
        let Some(mut redis) = Redis::start() else { return };
        let one = sessions(&redis);
        let who = SignedIn { user: session().user, at: now() };
        let key = one.begin(who).await.unwrap();
        redis.kill();
        within_seconds(async || one.find(&key).await.is_err()).await;
        assert!(one.begin(who).await.is_err());
    }
}
