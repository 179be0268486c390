//! `orders token`, `orders sessions revoke`, and settings that are missing.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use super::{
    support::{command, orders, postgres, url_of},
    *,
};

/// What a command says on stdout, or on stderr if it fails.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(said(&output.stdout)) } else { Err(said(&output.stderr)) }
}

fn revoke(database: &str) -> Result<String, String> {
    run(orders().args(["sessions", "revoke", "--user", "7", "--database-url", database]))
}

fn mint(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    run(orders().current_dir(folder).arg("token").args(arguments))
}

async fn place(server: &Server, token: &str) -> u16 {
    let request = server.anyone(Method::POST, "/orders").bearer_auth(token).json(&products(&[(9, 1)]));
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_token_of_ones_own_key_works_offline() {
    let folder = tempfile::tempdir().unwrap();
    let minted = mint(folder.path(), &["--user", "1", "--scope", "orders:create orders:read", "--ttl", "1h"]);
    let token = minted.unwrap();
    let keys = folder.path().join("db/dev-key.jwks.json");
    let server = Server::start_with(&[
        ("AUTH", "jwt"),
        ("JWT_ISSUER", "orders-dev"),
        ("JWT_AUDIENCE", "orders"),
        ("JWT_JWKS_FILE", keys.to_str().unwrap()),
    ]);
    assert_eq!(place(&server, &token).await, 201);
    let cancel = server.anyone(Method::PATCH, "/orders/1/cancel").bearer_auth(&token).send().await.unwrap();
    assert_eq!(cancel.status(), 403);
    let another = mint(folder.path(), &["--user", "1"]).unwrap();
    let cancel = server.anyone(Method::PATCH, "/orders/1/cancel").bearer_auth(&another).send().await.unwrap();
    assert_eq!(cancel.status(), 200);
    let at_home = mint(folder.path(), &["--user", "1", "--marketplace", "default"]).unwrap();
    let order = server.anyone(Method::POST, "/orders").bearer_auth(&at_home).json(&products(&[(9, 1)]));
    assert_eq!(order.send().await.unwrap().json::<Value>().await.unwrap()["marketplaceChosenBy"], "token");
    for elsewhere in ["--issuer=other", "--audience=other"] {
        let token = mint(folder.path(), &["--user", "1", elsewhere]).unwrap();
        assert_eq!(place(&server, &token).await, 401, "{elsewhere}");
    }
}

#[test]
fn nonsense_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, named) in [
        (&["--user", "0"][..], "user id"),
        (&["--user", "1", "--scope", "orders:all"], "orders:all"),
        (&["--user", "1", "--ttl", "soon"], "soon"),
        (&[], "--user"),
    ] {
        let error = mint(folder.path(), arguments).unwrap_err();
        assert!(error.contains(named), "{error}");
    }
    assert!(!folder.path().join("db").exists(), "no key is made for nothing");
}

#[test]
fn a_server_that_cannot_check_tokens_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("orders.sqlite");
    let issuer = ("JWT_ISSUER", "https://issuer.example");
    let audience = ("JWT_AUDIENCE", "orders");
    for (settings, named) in [
        (&[][..], "JWT_ISSUER"),
        (&[issuer], "JWT_AUDIENCE"),
        (&[("JWT_ISSUER", ""), audience], "JWT_ISSUER"),
        (&[("JWT_ISSUER", "http://issuer.example"), audience], "https"),
        (&[issuer, audience, ("JWT_ALGORITHMS", "HS256")], "HS256"),
        (&[issuer, audience, ("JWT_ALGORITHMS", "RS256,none")], "none"),
        (&[issuer, audience, ("JWT_JWKS_FILE", "/no/such/file")], "/no/such/file"),
        (&[issuer, audience, ("JWT_LEEWAY_SECONDS", "301")], "301"),
    ] {
        let settings = [&[("AUTH", "jwt")], settings].concat();
        let error = run(command(&database, &settings).stdin(std::process::Stdio::null())).unwrap_err();
        assert!(error.contains(named), "{named}: {error}");
    }
}

#[tokio::test]
async fn a_revoked_users_tokens_stop_counting_within_the_ttl() {
    for (ttl, at_most) in [("0", Duration::ZERO), ("1", Duration::from_secs(5))] {
        let world = World::start_with(&[("SESSION_CACHE_SECONDS", ttl)]);
        let (revoked, other) = (world.token(7, ALL_BUT_ADMIN), world.token(8, ALL_BUT_ADMIN));
        assert_eq!((world.status(&revoked).await, world.status(&other).await), (200, 200));
        let said = revoke(&url_of(&world.server.database()));
        assert!(said.unwrap().starts_with("tokens of user 7 made until "));
        let told = Instant::now();
        while world.status(&revoked).await != 401 {
            assert!(told.elapsed() < at_most, "ttl {ttl}");
        }
        assert_eq!(world.status(&other).await, 200);
    }
}

#[test]
fn where_no_server_could_hear_of_it_nothing_is_revoked_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let missing = url_of(&folder.path().join("orders.sqlite"));
    let error = revoke(&missing).unwrap_err();
    assert!(error.contains("the servers cannot be told") && error.contains("orders.sqlite"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a database was made");
    // By default it is the file that a server in this folder has.
    let error = run(orders().current_dir(folder.path()).args(["sessions", "revoke", "--user", "7"]));
    assert!(error.unwrap_err().contains("db/orders.sqlite"));
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn on_postgres_a_revocation_counts_for_every_server() {
    let Some(database) = postgres::database() else { return };
    let key = SigningKey::es256("key");
    let issuer = Issuer::start(&[&key]);
    let settings = [&trust(&issuer)[..], &[("SESSION_CACHE_SECONDS", "0")]].concat();
    let world = World { server: Server::start_at(&database.url(), &settings), issuer, key };
    let (revoked, other) = (world.token(7, ALL_BUT_ADMIN), world.token(8, ALL_BUT_ADMIN));
    assert_eq!((world.status(&revoked).await, world.status(&other).await), (200, 200));
    revoke(&database.url()).unwrap();
    assert_eq!((world.status(&revoked).await, world.status(&other).await), (401, 200));
}
