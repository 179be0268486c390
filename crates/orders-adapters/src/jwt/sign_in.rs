//! The sign-in of a person at the provider: `OpenID` Connect's code flow with PKCE (OpenID Connect Core, 3.1; RFC 7636), as a public client.
//!
//! The ID token says that the answer belongs to the question (`nonce`) and is meant for this client. Who the person is and what they
//! may do stands in the access token, which is judged as the API judges those of its callers. Neither is kept.

use std::sync::Arc;

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use form_urlencoded::Serializer;
use orders_domain::{
    User,
    ports::{Authenticator, Begun, Challenge, IdentityProvider, PortError},
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, Semaphore};

use super::{
    JwtAuthenticator, Refused,
    claims::{moment, text},
    provider::{Endpoints, Exchange},
    token::Token,
};
use crate::signed_in::new_key;

/// How long it is believed where the provider's endpoints are.
const FRESH: TimeDelta = TimeDelta::minutes(10);

/// How long the provider is not asked again after it did not say.
const REST: TimeDelta = TimeDelta::seconds(5);

/// How many codes are redeemed at once: anybody can come with one, and the provider is asked for each.
const EXCHANGES: usize = 8;

/// Signs persons in at the provider whose tokens an authenticator takes.
pub struct OpenIdSignIn {
    tokens: Arc<JwtAuthenticator>,
    client_id: String,
    scope: String,
    known: Mutex<Option<(DateTime<Utc>, Option<Endpoints>)>>,
    exchanges: Semaphore,
}

impl OpenIdSignIn {
    /// As this client, asking for these scopes with spaces between; `openid` is among them in any case.
    #[must_use]
    pub fn new(tokens: Arc<JwtAuthenticator>, client_id: String, scopes: &str) -> Self {
        let others = scopes.split_whitespace().filter(|scope| *scope != "openid");
        let scope = std::iter::once("openid").chain(others).collect::<Vec<_>>().join(" ");
        Self { tokens, client_id, scope, known: Mutex::default(), exchanges: Semaphore::new(EXCHANGES) }
    }

    /// Where the provider's endpoints are: asked for once for all who wait, and not again for a while, well or not.
    async fn endpoints(&self) -> Result<Endpoints, PortError> {
        let now = self.tokens.clock.now();
        let mut known = self.known.lock().await;
        if let Some((at, endpoints)) = &*known {
            let age = now - *at;
            match endpoints {
                Some(endpoints) if age < FRESH => return Ok(endpoints.clone()),
                None if age < REST => {
                    return Err(PortError::Unavailable("the provider did not answer a moment ago".into()));
                }
                _ => {}
            }
        }
        match self.tokens.provider.endpoints().await {
            Ok(endpoints) => {
                *known = Some((now, Some(endpoints.clone())));
                Ok(endpoints)
            }
            Err(error) => {
                *known = Some((now, None));
                Err(PortError::Unavailable(error.into()))
            }
        }
    }

    /// Whether an ID token is the answer to this question, for this client (OpenID Connect Core, 3.1.3.7).
    async fn check(&self, id_token: &str, nonce: &str) -> Result<Result<(), Refused>, PortError> {
        let rules = &self.tokens.rules;
        let token = match Token::parse(id_token, &rules.algorithms) {
            Ok(token) => token,
            Err(refused) => return Ok(Err(refused)),
        };
        let keys = self.tokens.provider.keys(token.kid(), token.algorithm()).await?;
        Ok(token.claims(&keys).and_then(|claims| self.judge(&claims, nonce)))
    }

    fn judge(&self, claims: &Map<String, Value>, nonce: &str) -> Result<(), Refused> {
        let (rules, now) = (&self.tokens.rules, self.tokens.clock.now());
        if text(claims, "iss") != Some(&rules.issuer) {
            return Err(Refused("iss of the ID token is another"));
        }
        let is_client = |value: &Value| value.as_str() == Some(&self.client_id);
        let is_meant = match claims.get("aud") {
            Some(Value::Array(several)) => {
                several.iter().any(is_client)
                    && (several.len() == 1 || claims.get("azp").is_some_and(is_client))
            }
            Some(one) => is_client(one),
            None => false,
        };
        if !is_meant {
            return Err(Refused("the ID token is meant for another client"));
        }
        let expires = moment(claims, "exp")?.ok_or(Refused("exp of the ID token is missing"))?;
        if expires <= now - rules.leeway {
            return Err(Refused("the ID token has expired"));
        }
        if text(claims, "nonce") != Some(nonce) {
            return Err(Refused("the ID token answers another question"));
        }
        Ok(())
    }
}

#[async_trait]
impl IdentityProvider for OpenIdSignIn {
    async fn begin(&self, back_to: &str) -> Result<Begun, PortError> {
        let challenge = Challenge { state: new_key(), nonce: new_key(), verifier: new_key() };
        let mut address = self.endpoints().await?.authorization;
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", back_to)
            .append_pair("scope", &self.scope)
            .append_pair("state", &challenge.state)
            .append_pair("nonce", &challenge.nonce)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(&challenge.verifier)))
            .append_pair("code_challenge_method", "S256");
        Ok(Begun { address: address.into(), challenge })
    }

    async fn finish(
        &self,
        code: &str,
        challenge: &Challenge,
        back_to: &str,
    ) -> Result<Option<User>, PortError> {
        let _seat = self.exchanges.try_acquire().map_err(|_| PortError::Busy)?;
        let endpoints = self.endpoints().await?;
        let form = Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", back_to)
            .append_pair("client_id", &self.client_id)
            .append_pair("code_verifier", &challenge.verifier)
            .finish();
        let exchanged = self.tokens.provider.exchange(endpoints.token, form).await;
        let answer = match exchanged.map_err(|error| PortError::Unavailable(error.into()))? {
            Exchange::Given(answer) => answer,
            Exchange::Refused => {
                tracing::debug!(reason = "the provider refuses the code", "a sign-in was refused");
                return Ok(None);
            }
        };
        let member = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
        if let Err(Refused(reason)) = self.check(member("id_token"), &challenge.nonce).await? {
            tracing::debug!(reason, "a sign-in was refused");
            return Ok(None);
        }
        self.tokens.authenticate(member("access_token")).await
    }
}
