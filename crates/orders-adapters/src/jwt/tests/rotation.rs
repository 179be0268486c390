//! A provider that changes its keys, and one that is down.

use super::{issuer::Mood, *};

async fn ask(who: &JwtAuthenticator, token: &str) -> Option<User> {
    who.authenticate(token).await.unwrap()
}

#[tokio::test]
async fn keys_are_discovered_once_and_then_known() {
    let key = SigningKey::rsa();
    let (provider, clock) = (Issuer::start(&[&key]), clock());
    let who = authenticator(&provider, &clock);
    let token = key.token(&claims(&provider.url));
    for _ in 0..10 {
        assert_eq!(ask(&who, &token).await, Some(seven()));
    }
    assert_eq!(provider.asked(), 2, "the description and the keys");
}

#[tokio::test]
async fn a_new_key_is_fetched_when_it_is_first_seen_and_a_withdrawn_one_stops_counting() {
    let (old, new) = (SigningKey::es256("old"), SigningKey::es256("new"));
    let (provider, clock) = (Issuer::start(&[&old]), clock());
    let who = authenticator(&provider, &clock);
    let (olds, news) = (old.token(&claims(&provider.url)), new.token(&claims(&provider.url)));
    assert_eq!(ask(&who, &olds).await, Some(seven()));
    assert_eq!(ask(&who, &news).await, None);
    provider.publish(&[&old, &new]);
    assert_eq!(ask(&who, &news).await, Some(seven()));
    assert_eq!(ask(&who, &olds).await, Some(seven()));

    provider.publish(&[&new]);
    assert_eq!(ask(&who, &olds).await, Some(seven()), "until the key set is old");
    clock.pass(TimeDelta::minutes(10));
    // The fetch runs beside the requests.
    for _ in 0..500 {
        if ask(&who, &olds).await.is_none() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the withdrawn key still counts");
}

#[tokio::test]
async fn old_keys_stay_while_the_provider_is_down() {
    let (old, new) = (SigningKey::es256("old"), SigningKey::es256("new"));
    for mood in [Mood::Down, Mood::Broken, Mood::Lying] {
        let (provider, clock) = (Issuer::start(&[&old]), clock());
        let who = authenticator(&provider, &clock);
        let later = json!(START + 864_000);
        let token = |key: &SigningKey| {
            let mut claims = claims(&provider.url);
            claims["exp"] = later.clone();
            key.token(&claims)
        };
        let (olds, news) = (token(&old), token(&new));
        assert_eq!(ask(&who, &olds).await, Some(seven()));
        provider.be(mood);
        provider.publish(&[&new]);
        for _ in 0..5 {
            clock.pass(TimeDelta::hours(1));
            assert_eq!(ask(&who, &olds).await, Some(seven()));
            let unknown = who.authenticate(&news).await;
            assert!(matches!(unknown, Err(PortError::Unavailable(_))), "{unknown:?}");
        }
        provider.be(Mood::Well);
        clock.pass(TimeDelta::minutes(1));
        assert_eq!(ask(&who, &news).await, Some(seven()));
        assert_eq!(ask(&who, &olds).await, None);
    }
}

#[tokio::test]
async fn an_empty_key_set_does_not_replace_a_good_one() {
    let key = SigningKey::es256("only");
    let (provider, clock) = (Issuer::start(&[&key]), clock());
    let who = authenticator(&provider, &clock);
    let token = key.token(&claims(&provider.url));
    assert_eq!(ask(&who, &token).await, Some(seven()));
    provider.publish(&[]);
    let stranger = SigningKey::es256("stranger").token(&claims(&provider.url));
    assert!(who.authenticate(&stranger).await.is_err(), "whether it is good is not known");
    assert_eq!(ask(&who, &token).await, Some(seven()));
}

#[tokio::test]
async fn a_key_that_is_replaced_under_its_name_is_looked_up_again_and_not_for_each_forgery() {
    let (old, new) = (SigningKey::es256("same"), SigningKey::es256("same"));
    let (provider, clock) = (Issuer::start(&[&old]), clock());
    let who = authenticator(&provider, &clock);
    let (olds, news) = (old.token(&claims(&provider.url)), new.token(&claims(&provider.url)));
    assert_eq!(ask(&who, &olds).await, Some(seven()));
    provider.publish(&[&new]);
    assert_eq!(ask(&who, &news).await, Some(seven()));
    assert_eq!(ask(&who, &olds).await, None);
    let before = provider.asked();
    for _ in 0..50 {
        assert_eq!(ask(&who, &olds).await, None);
    }
    assert!(provider.asked() <= before + 8, "{} requests", provider.asked() - before);
    // While the provider is down the key that is known judges.
    provider.be(Mood::Down);
    clock.pass(TimeDelta::seconds(30));
    assert_eq!(ask(&who, &olds).await, None);
    assert_eq!(ask(&who, &news).await, Some(seven()));
}

#[tokio::test]
async fn an_address_that_leads_elsewhere_is_not_followed() {
    let key = SigningKey::es256("key");
    let (provider, clock) = (Issuer::start(&[&key]), clock());
    let who = authenticator(&provider, &clock);
    provider.be(Mood::Elsewhere);
    let error = who.fetch_keys().await.unwrap_err();
    assert!(matches!(error, ProviderError::Fetch { .. }), "{error:?}");
    assert_eq!(provider.asked(), 1, "it was followed");
    assert!(who.authenticate(&key.token(&claims(&provider.url))).await.is_err());
}

#[tokio::test]
async fn a_provider_that_was_never_reached_makes_tokens_undecidable_rather_than_wrong() {
    let key = SigningKey::es256("key");
    let (provider, clock) = (Issuer::start(&[&key]), clock());
    provider.be(Mood::Down);
    let who = authenticator(&provider, &clock);
    assert!(who.fetch_keys().await.is_err());
    let token = key.token(&claims(&provider.url));
    let error = who.authenticate(&token).await.unwrap_err();
    assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
    assert_eq!(ask(&who, "what is no token at all").await, None);
    provider.be(Mood::Well);
    clock.pass(TimeDelta::seconds(10));
    assert_eq!(ask(&who, &token).await, Some(seven()));
}

#[tokio::test]
async fn made_up_key_ids_do_not_make_us_flood_the_provider() {
    let key = SigningKey::es256("key");
    let (provider, clock) = (Issuer::start(&[&key]), clock());
    let who = authenticator(&provider, &clock);
    let token = key.token(&claims(&provider.url));
    assert_eq!(ask(&who, &token).await, Some(seven()));
    let flood = async || {
        for number in 0..300 {
            let mut header = key.header();
            header["kid"] = json!(format!("made up {number}"));
            assert_eq!(ask(&who, &key.sign(&header, &claims(&provider.url).to_string())).await, None);
        }
        provider.asked() / 2
    };
    assert_eq!(flood().await, 4);
    assert_eq!(flood().await, 4);
    clock.pass(TimeDelta::seconds(10));
    assert_eq!(flood().await, 5);
    clock.pass(TimeDelta::hours(-5));
    assert_eq!(flood().await, 5);
    clock.pass(TimeDelta::seconds(10));
    assert_eq!(flood().await, 6, "a clock that was set back does not stop it for long");
}

#[tokio::test]
async fn many_tokens_of_a_new_key_wait_for_one_fetch() {
    let (old, new) = (SigningKey::es256("old"), SigningKey::es256("new"));
    let (provider, clock) = (Issuer::start(&[&old]), clock());
    let who = Arc::new(authenticator(&provider, &clock));
    who.fetch_keys().await.unwrap();
    clock.pass(TimeDelta::seconds(1));
    provider.publish(&[&new]);
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (who, token) = (Arc::clone(&who), new.token(&claims(&provider.url)));
            tokio::spawn(async move { who.authenticate(&token).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), Some(seven()));
    }
    assert_eq!(provider.asked(), 4);
}

#[tokio::test]
async fn keys_come_over_https_or_from_this_machine_only() {
    let who = |issuer: &str, source| {
        JwtAuthenticator::new(rules(issuer), source, Arc::new(Revoked::default()), clock()).map(drop)
    };
    for address in
        ["http://issuer.example", "ftp://issuer.example", "issuer.example", "file:///etc/passwd", ""]
    {
        assert!(matches!(who(address, KeySource::Discover), Err(ProviderError::Address(_))), "{address}");
        let source = KeySource::Url(address.to_owned());
        assert!(matches!(who("https://issuer.example", source), Err(ProviderError::Address(_))), "{address}");
    }
    for address in
        ["https://issuer.example/tenant/", "http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9"]
    {
        assert!(who(address, KeySource::Discover).is_ok(), "{address}");
    }
    let file = KeySource::File("/no/such/file".into());
    let who = JwtAuthenticator::new(rules("x"), file, Arc::new(Revoked::default()), clock()).unwrap();
    let error = who.fetch_keys().await.unwrap_err();
    assert_eq!(error.to_string(), "/no/such/file cannot be had");
}

#[tokio::test]
async fn a_password_in_an_address_is_refused_and_not_shown() {
    for address in [
        "https://orders:s3cret@issuer.example",
        "https://s3cret@issuer.example",
        "ftp://orders:s3cret@issuer.example",
        "orders:s3cret@issuer.example",
        "https://orders:s3c/ret@issuer.example",
    ] {
        let source = KeySource::Url(address.to_owned());
        let revoked = Arc::new(Revoked::default());
        let error = JwtAuthenticator::new(rules("https://issuer.example"), source, revoked, clock());
        let error = error.map(drop).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3c"), "{error:?}");
    }
}
