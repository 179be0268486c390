//! How a request brings its token, and what it hears when that is not right (RFC 6750).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};

use super::{
    issuer::{pem, signed_by},
    *,
};

/// The status and the challenge that a request with these headers gets.
async fn told(world: &World, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let mut request = world.server.anyone(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let challenge = response.headers().get("www-authenticate");
    let challenge = challenge.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    if status == 401 {
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }
    (status, challenge)
}

#[tokio::test]
async fn without_a_token_the_challenge_names_no_error() {
    let world = World::start();
    world.place(7).await;
    for path in ["/orders", "/orders/1", "/orders/999"] {
        for headers in [&[][..], &[("user_id", "7")], &[("Cookie", "token=x")]] {
            let expected = (401, r#"Bearer realm="orders""#.to_owned());
            assert_eq!(told(&world, path, headers).await, expected, "{path} {headers:?}");
        }
    }
    for path in ["/products", "/products/9", "/health/live", "/openapi.json"] {
        assert_eq!(told(&world, path, &[]).await, (200, String::new()), "{path}");
        let nonsense = [("Authorization", "nonsense")];
        assert_eq!(told(&world, path, &nonsense).await, (200, String::new()), "{path}");
    }
}

#[tokio::test]
async fn a_token_comes_once_as_bearer_and_is_not_long() {
    let world = World::start();
    let token = world.token(7, ALL_BUT_ADMIN);
    for good in [format!("Bearer {token}"), format!("bearer {token}"), format!("BEARER  {token}")] {
        assert_eq!(told(&world, "/orders", &[("Authorization", &good)]).await.0, 200, "{good}");
    }
    let good = format!("Bearer {token}");
    let mut long = world.claims(7, ALL_BUT_ADMIN);
    long["padding"] = "x".repeat(8 * 1024).into();
    let long = format!("Bearer {}", world.key.token(&long));
    let mut cases: Vec<Vec<(&str, &str)>> = vec![vec![("Authorization", &good), ("Authorization", &good)]];
    let others = [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        token.clone(),
        format!("Basic {token}"),
        format!("Token {token}"),
        format!("DPoP {token}"),
        format!("Bearer:{token}"),
        format!("Bearer\t{token}"),
        format!("Bearer {token} {token}"),
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer \"{token}\""),
        "Bearer ü".to_owned(),
        long,
    ];
    cases.extend(others.iter().map(|other| vec![("Authorization", other.as_str())]));
    cases.push(vec![("Authorization", &good), ("authorization", "Basic eDp5")]);
    for case in &cases {
        let (status, challenge) = told(&world, "/orders", case).await;
        let shown: Vec<_> =
            case.iter().map(|(_, value)| value.chars().take(40).collect::<String>()).collect();
        assert_eq!(status, 401, "{shown:?}");
        assert!(
            challenge.starts_with(r#"Bearer realm="orders", error="invalid_token""#),
            "{shown:?}: {challenge}"
        );
    }
}

#[tokio::test]
async fn the_header_user_id_means_nothing_beside_a_token() {
    let world = World::start();
    world.place(7).await;
    let token = format!("Bearer {}", world.token(7, "orders:read"));
    let headers = [("Authorization", token.as_str()), ("user_id", "8"), ("user_id", "9")];
    assert_eq!(told(&world, "/orders/1", &headers).await.0, 200);
    let stranger = format!("Bearer {}", world.token(8, "orders:read"));
    let headers = [("Authorization", stranger.as_str()), ("user_id", "7")];
    assert_eq!(told(&world, "/orders/1", &headers).await.0, 401);
}

#[tokio::test]
async fn forged_tokens_are_refused_over_the_wire_too() {
    let world = World::start();
    let claims = world.claims(7, ALL_BUT_ADMIN);
    assert_eq!(world.status(&world.key.token(&claims)).await, 200);
    let mut forgeries = Vec::new();
    for (name, value) in [
        ("exp", json!(now() - 60)),
        ("exp", json!((now() + 60).to_string())),
        ("exp", Value::Null),
        ("nbf", json!(now() + 60)),
        ("iss", json!("https://issuer.example")),
        ("aud", json!("others")),
        ("sub", json!("")),
        ("sub", json!("07")),
        ("token_use", json!("id")),
        ("nonce", json!("n")),
    ] {
        let mut forged = claims.clone();
        forged[name] = value;
        forgeries.push((format!("{name}: {}", forged[name]), world.key.token(&forged)));
    }
    let text = claims.to_string();
    forgeries.push(("1e400".to_owned(), {
        let exp = claims["exp"].to_string();
        world.key.sign(&world.key.header(), &text.replace(&exp, "1e400"))
    }));
    for alg in ["none", "NONE", "HS256", "RS256"] {
        let mut header = world.key.header();
        header["alg"] = alg.into();
        let encode = |part: &str| URL_SAFE_NO_PAD.encode(part);
        forgeries.push((alg.to_owned(), format!("{}.{}.", encode(&header.to_string()), encode(&text))));
        for secret in [world.key.public_der.clone(), pem("PUBLIC KEY", &world.key.public_der).into_bytes()] {
            let secret = EncodingKey::from_secret(&secret);
            forgeries.push((format!("{alg} by HMAC"), signed_by(&secret, Algorithm::HS256, &header, &text)));
        }
    }
    let thief = SigningKey::es256("key");
    let mut header = thief.header();
    header["jwk"] = thief.jwk.clone();
    forgeries.push(("a thief's key".to_owned(), thief.sign(&header, &text)));
    let mut header = world.key.header();
    header["crit"] = json!(["exp"]);
    forgeries.push(("crit".to_owned(), world.key.sign(&header, &text)));
    for (what, forged) in forgeries {
        // Twice: the second time it might have been remembered.
        for _ in 0..2 {
            let (status, challenge) =
                told(&world, "/orders", &[("Authorization", &format!("Bearer {forged}"))]).await;
            assert_eq!(status, 401, "{what}");
            assert!(challenge.contains(r#"error="invalid_token""#), "{what}: {challenge}");
            assert!(!challenge.contains(&forged), "{what}");
        }
    }
}

#[tokio::test]
async fn the_document_speaks_of_tokens_and_scopes() {
    let world = World::start();
    let document: Value =
        world.server.anyone(Method::GET, "/openapi.json").send().await.unwrap().json().await.unwrap();
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    for (path, method) in [
        ("/orders", "post"),
        ("/orders", "get"),
        ("/orders/{id}", "get"),
        ("/orders/{id}/tracking", "patch"),
        ("/orders/{id}/status", "patch"),
        ("/orders/{id}/cancel", "patch"),
    ] {
        let operation = &document["paths"][path][method];
        for status in ["401", "403"] {
            let header = &operation["responses"][status]["headers"]["WWW-Authenticate"];
            assert!(header.is_object(), "{method} {path} {status}");
        }
        let schemes: Vec<_> = operation["security"].as_array().unwrap().iter().collect();
        assert!(schemes.iter().any(|scheme| scheme.get("bearer").is_some()), "{method} {path}");
    }
}
