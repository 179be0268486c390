//! Discovery, rotation and outage, as a running server lives through them.

use super::{issuer::Mood, *};

#[tokio::test]
async fn keys_are_discovered_at_start_and_rotated_without_a_restart() {
    let world = World::start_with(&[("SESSION_CACHE_SECONDS", "0")]);
    let asked = world.issuer.asked();
    assert_eq!(asked, 2);
    let old = world.token(7, ALL_BUT_ADMIN);
    for _ in 0..20 {
        assert_eq!(world.status(&old).await, 200);
    }
    assert_eq!(world.issuer.asked(), asked, "known keys are not asked for");

    let new = SigningKey::es256("new");
    world.issuer.publish(&[&new]);
    let token = new.token(&world.claims(7, ALL_BUT_ADMIN));
    assert_eq!(world.status(&token).await, 200);
    assert_eq!(world.status(&old).await, 401, "withdrawn");
}

#[tokio::test]
async fn the_old_keys_stay_while_the_provider_is_down() {
    let world = World::start_with(&[("SESSION_CACHE_SECONDS", "0")]);
    for mood in [Mood::Down, Mood::Broken] {
        world.issuer.be(mood);
        let stranger = SigningKey::es256("stranger").token(&world.claims(7, ALL_BUT_ADMIN));
        for _ in 0..10 {
            assert_eq!(world.status(&stranger).await, 503, "it may be a new key");
            assert_eq!(world.status(&world.token(7, ALL_BUT_ADMIN)).await, 200);
        }
    }
}

#[tokio::test]
async fn a_server_starts_without_its_provider_and_says_503_until_it_knows() {
    let key = SigningKey::es256("key");
    let issuer = Issuer::start(&[&key]);
    issuer.be(Mood::Down);
    let server = start_server(&issuer, &[]);
    let world = World { server, issuer, key };
    let token = world.token(7, ALL_BUT_ADMIN);
    let response = world.with(&token, Method::GET, "/orders").send().await.unwrap();
    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(world.status("nonsense").await, 401);
    world.issuer.be(Mood::Well);
    assert_eq!(world.status(&token).await, 200);
}

#[tokio::test]
async fn a_server_with_tokens_may_be_reached_from_elsewhere() {
    let world = World::start_with(&[("HOST", "0.0.0.0")]);
    assert_eq!(world.status(&world.token(7, ALL_BUT_ADMIN)).await, 200);
}
