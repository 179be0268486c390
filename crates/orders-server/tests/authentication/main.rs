//! Tokens over a real socket: a real server that trusts a provider made here.

#![cfg(feature = "jwt")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

#[path = "../../../orders-adapters/tests/common/issuer.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod issuer;
#[cfg(feature = "redis")]
#[path = "../../../orders-adapters/tests/common/redis.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod redis;
#[path = "../support/mod.rs"]
mod support;

mod commands;
mod listing;
mod marketplaces;
mod matrix;
mod provider;
#[cfg(feature = "redis")]
mod sessions;
mod tokens;

use std::time::{SystemTime, UNIX_EPOCH};

use issuer::{Issuer, SigningKey};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use support::{Server, products};

/// What a user may do who is no admin.
const ALL_BUT_ADMIN: &str = "orders:create orders:read orders:cancel orders:track orders:fulfil";

/// A server, the provider that it trusts and the provider's key.
struct World {
    server: Server,
    issuer: Issuer,
    key: SigningKey,
}

impl World {
    fn start() -> Self {
        Self::start_with(&[])
    }

    fn start_with(settings: &[(&str, &str)]) -> Self {
        let key = SigningKey::es256("key");
        let issuer = Issuer::start(&[&key]);
        let server = start_server(&issuer, settings);
        Self { server, issuer, key }
    }

    fn claims(&self, user: i64, scope: &str) -> Value {
        let now = now();
        json!({
            "iss": self.issuer.url, "aud": "orders", "sub": user.to_string(), "scope": scope,
            "iat": now, "exp": now + 3600,
        })
    }

    fn token(&self, user: i64, scope: &str) -> String {
        self.key.token(&self.claims(user, scope))
    }

    fn with(&self, token: &str, method: Method, path: &str) -> RequestBuilder {
        self.server.anyone(method, path).bearer_auth(token)
    }

    /// The status that this token gets for seeing the list.
    async fn status(&self, token: &str) -> u16 {
        self.with(token, Method::GET, "/orders").send().await.unwrap().status().as_u16()
    }

    /// The number of a new order of this user.
    async fn place(&self, user: i64) -> i64 {
        let token = self.token(user, "orders:create");
        let request = self.with(&token, Method::POST, "/orders").json(&products(&[(9, 7)]));
        let order: Value = request.send().await.unwrap().json().await.unwrap();
        order["id"].as_i64().unwrap()
    }
}

fn start_server(issuer: &Issuer, settings: &[(&str, &str)]) -> Server {
    Server::start_with(&[&trust(issuer)[..], settings].concat())
}

/// The settings of a server that trusts this provider.
fn trust(issuer: &Issuer) -> [(&str, &str); 4] {
    [
        ("AUTH", "jwt"),
        ("JWT_ISSUER", issuer.url.as_str()),
        ("JWT_AUDIENCE", "orders"),
        ("JWT_ALGORITHMS", "ES256"),
    ]
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
