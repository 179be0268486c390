//! Tokens that are remembered.

use super::{super::super::sessions::*, *};

struct World {
    key: SigningKey,
    provider: Issuer,
    clock: Arc<FakeClock>,
    cache: Arc<MemorySessions>,
    revoked: Arc<Revoked>,
    who: JwtAuthenticator,
}

/// An authenticator that remembers tokens for a minute, 100 at most.
fn world() -> World {
    let key = SigningKey::es256("key");
    let (provider, clock, revoked) = (Issuer::start(&[&key]), clock(), Arc::new(Revoked::default()));
    let cache = Arc::new(MemorySessions::new(100, std::time::Duration::from_mins(1)));
    let who = authenticator_with(&provider, &clock, Arc::<Revoked>::clone(&revoked))
        .with_cache(Arc::<MemorySessions>::clone(&cache), TimeDelta::seconds(60));
    World { key, provider, clock, cache, revoked, who }
}

impl World {
    fn token(&self, name: &str, value: Value) -> String {
        let mut claims = claims(&self.provider.url);
        claims[name] = value;
        self.key.token(&claims)
    }

    async fn ask(&self, token: &str) -> Option<User> {
        self.who.authenticate(token).await.unwrap()
    }

    async fn kept(&self, token: &str) -> Option<Session> {
        self.cache.find(self.who.name(token)).await
    }
}

#[tokio::test]
async fn a_token_is_remembered_for_the_ttl_or_until_it_expires_if_that_is_sooner() {
    let world = world();
    for (exp, until) in [(START + 3600, START + 60), (START + 20, START + 20)] {
        let token = world.token("exp", json!(exp));
        assert_eq!(world.ask(&token).await, Some(seven()));
        let kept = world.kept(&token).await.unwrap();
        assert_eq!(kept.until.timestamp(), until);
        assert_eq!(kept.user, seven());
    }
    // One that lives on the leeway only is not remembered at all.
    let token = world.token("exp", json!(START - 10));
    assert_eq!(world.ask(&token).await, Some(seven()));
    assert_eq!(world.kept(&token).await, None);
}

#[tokio::test]
async fn what_is_remembered_counts_until_its_moment_and_not_after() {
    let world = world();
    let (long, short) = (world.token("exp", json!(START + 3600)), world.token("exp", json!(START + 20)));
    for token in [&long, &short] {
        assert_eq!(world.ask(token).await, Some(seven()));
    }
    // From here on only the cache knows them.
    let other = SigningKey::es256("other");
    world.provider.publish(&[&other]);
    world.who.fetch_keys().await.unwrap();
    world.clock.pass(TimeDelta::seconds(19));
    assert_eq!((world.ask(&long).await, world.ask(&short).await), (Some(seven()), Some(seven())));
    world.clock.pass(TimeDelta::seconds(1));
    assert_eq!((world.ask(&long).await, world.ask(&short).await), (Some(seven()), None));
    world.clock.pass(TimeDelta::seconds(39));
    assert_eq!(world.ask(&long).await, Some(seven()));
    world.clock.pass(TimeDelta::seconds(1));
    assert_eq!(world.ask(&long).await, None);
}

#[tokio::test]
async fn refused_tokens_and_others_that_look_alike_are_never_remembered() {
    let world = world();
    let honest = world.token("sub", json!("7"));
    assert_eq!(world.ask(&honest).await, Some(seven()));
    let (message, _) = honest.rsplit_once('.').unwrap();
    for forged in [format!("{message}."), format!("{honest}A"), honest[..honest.len() - 1].to_owned()] {
        for _ in 0..2 {
            assert_eq!(world.ask(&forged).await, None);
        }
    }
    assert_eq!(world.cache.len(), 1);
}

#[tokio::test]
async fn a_revoked_user_has_to_get_a_new_token() {
    let world = world();
    let (olds, others) = (world.token("sub", json!("7")), world.token("sub", json!("8")));
    let ageless = world.token("iat", Value::Null);
    assert_eq!(world.ask(&ageless).await, None, "null is no moment");
    for token in [&olds, &others] {
        assert!(world.ask(token).await.is_some());
    }
    world.clock.pass(TimeDelta::seconds(5));
    world.revoked.revoke(seven().id(), world.clock.now());
    assert_eq!(world.ask(&olds).await, Some(seven()), "it is remembered");
    world.clock.pass(TimeDelta::seconds(60));
    assert_eq!(world.ask(&olds).await, None, "within the ttl at the latest");
    assert!(world.ask(&others).await.is_some(), "others are not concerned");
    let same_second = world.token("iat", json!(START + 5));
    assert_eq!(world.ask(&same_second).await, None);
    let new = world.token("iat", json!(START + 6));
    assert_eq!(world.ask(&new).await, Some(seven()));
}

#[tokio::test]
async fn where_nothing_is_remembered_revocations_count_too_and_at_once() {
    let world = world();
    let who = authenticator_with(&world.provider, &world.clock, Arc::<Revoked>::clone(&world.revoked));
    let token = world.token("sub", json!("7"));
    assert_eq!(who.authenticate(&token).await.unwrap(), Some(seven()));
    world.provider.publish(&[&SigningKey::es256("other")]);
    who.fetch_keys().await.unwrap();
    assert_eq!(who.authenticate(&token).await.unwrap(), None);
    world.provider.publish(&[&world.key]);
    who.fetch_keys().await.unwrap();
    assert_eq!(who.authenticate(&token).await.unwrap(), Some(seven()));
    world.revoked.revoke(seven().id(), world.clock.now());
    assert_eq!(who.authenticate(&token).await.unwrap(), None);
}

/// A database that does not answer.
struct Away;

#[async_trait]
impl Revocations for Away {
    async fn revoked_at(&self, _: UserId) -> Result<Option<DateTime<Utc>>, PortError> {
        Err(PortError::Unavailable("away".into()))
    }
}

#[tokio::test]
async fn a_token_whose_revocation_cannot_be_looked_up_is_neither_good_nor_bad() {
    let world = world();
    let who = authenticator_with(&world.provider, &world.clock, Arc::new(Away));
    let asked = who.authenticate(&world.token("sub", json!("7"))).await;
    assert!(matches!(asked, Err(PortError::Unavailable(_))), "{asked:?}");
}

#[tokio::test]
async fn who_asks_for_something_else_does_not_find_what_another_remembers() {
    let world = world();
    let token = world.token("aud", json!("shop"));
    assert_eq!(world.ask(&token).await, Some(seven()));
    let honest = rules(&world.provider.url);
    for rules in [
        TokenRules { audiences: vec!["orders".to_owned()], ..honest.clone() },
        TokenRules { user_claim: "uid".to_owned(), ..honest.clone() },
        TokenRules { algorithms: vec![TokenAlgorithm::Rs256], ..honest.clone() },
        TokenRules { issuer: format!("{}/", world.provider.url), ..honest.clone() },
    ] {
        let source = KeySource::Url(format!("{}/keys", world.provider.url));
        let clock: Arc<dyn Clock> = Arc::<FakeClock>::clone(&world.clock);
        let cache = Arc::<MemorySessions>::clone(&world.cache);
        let other =
            JwtAuthenticator::new(rules.clone(), source, Arc::new(Revoked::default()), clock).unwrap();
        let other = other.with_cache(cache, TimeDelta::seconds(60));
        assert_eq!(other.authenticate(&token).await.unwrap(), None, "{rules:?}");
    }
}

#[tokio::test]
async fn where_a_user_is_at_home_is_remembered_and_asked_for_by_its_claim() {
    let world = world();
    let token = world.token("marketplace", json!("de"));
    let at_home = Some(seven().at_home_in("de".parse().ok()));
    assert_eq!(world.ask(&token).await, at_home);
    assert_eq!(world.ask(&token).await, at_home, "of what is remembered");
    let rules = TokenRules { marketplace_claim: "shop".to_owned(), ..rules(&world.provider.url) };
    let source = KeySource::Url(format!("{}/keys", world.provider.url));
    let clock: Arc<dyn Clock> = Arc::<FakeClock>::clone(&world.clock);
    let other = JwtAuthenticator::new(rules, source, Arc::new(Revoked::default()), clock).unwrap();
    let other = other.with_cache(Arc::<MemorySessions>::clone(&world.cache), TimeDelta::seconds(60));
    assert_eq!(other.authenticate(&token).await.unwrap(), Some(seven()));
}

#[tokio::test]
async fn a_thousand_different_tokens_a_second_do_not_grow_the_memory_past_its_bound() {
    let world = world();
    for second in 0..5 {
        for number in 0..1000_u32 {
            let mut hash = [0; 32];
            hash[..4].copy_from_slice(&number.to_be_bytes());
            hash[4] = second;
            let session = Session {
                user: seven(),
                issued_at: DateTime::<Utc>::MIN_UTC,
                until: DateTime::<Utc>::MAX_UTC,
            };
            world.cache.keep(TokenHash(hash), session).await;
        }
        assert!(world.cache.len() <= 100, "{}", world.cache.len());
    }
}
