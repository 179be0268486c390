//! Servers that share a Redis, which is also killed.

use super::{redis::Redis, support::orders, *};

#[tokio::test]
async fn with_redis_a_revocation_counts_at_once_on_all_servers() {
    let Some(redis) = Redis::start() else { return };
    let url = redis.url();
    let one = World::start_with(&[("SESSION_CACHE_URL", &url)]);
    let World { issuer, key, server } = one;
    let other = World { server: start_server(&issuer, &[("SESSION_CACHE_URL", &url)]), issuer, key };
    let (token, bystander) = (other.token(7, ALL_BUT_ADMIN), other.token(8, ALL_BUT_ADMIN));
    let status = async |server: &Server, token: &str| {
        server.anyone(Method::GET, "/orders").bearer_auth(token).send().await.unwrap().status().as_u16()
    };
    for server in [&server, &other.server] {
        assert_eq!(status(server, &token).await, 200);
        assert_eq!(status(server, &bystander).await, 200);
    }
    assert!(!redis.say("KEYS *").contains(&token[..20]), "tokens are not stored in clear");
    let done = orders()
        .args(["sessions", "revoke", "--user", "7", "--session-cache-url", &url])
        .stdout(std::process::Stdio::null())
        .status();
    assert!(done.unwrap().success());
    for server in [&server, &other.server] {
        assert_eq!(status(server, &token).await, 401);
        assert_eq!(status(server, &bystander).await, 200);
    }
}

#[tokio::test]
async fn a_redis_that_is_killed_costs_no_request_and_makes_no_token_good() {
    let Some(mut redis) = Redis::start() else { return };
    let world = World::start_with(&[("SESSION_CACHE_URL", &redis.url())]);
    let good = world.token(7, ALL_BUT_ADMIN);
    let mut expired = world.claims(7, ALL_BUT_ADMIN);
    expired["exp"] = json!(now() - 60);
    let expired = world.key.token(&expired);
    let check = async || {
        for _ in 0..50 {
            assert_eq!(world.status(&good).await, 200);
            assert_eq!(world.status(&expired).await, 401);
        }
    };
    check().await;
    redis.kill();
    check().await;
    let revoke = ["sessions", "revoke", "--user", "7", "--session-cache-url", &redis.url()];
    let done = orders().args(revoke).stderr(std::process::Stdio::null()).status().unwrap();
    assert!(!done.success(), "who revokes must hear that nobody was told");
    redis.restart();
    check().await;
}
