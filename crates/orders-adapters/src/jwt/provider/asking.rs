//! What a provider is asked, and over which connections.

use reqwest::Url;
use serde_json::Value;

use super::{KeySource, Provider, ProviderError};
use crate::{jwt::keys::KeySet, shown::shown};

/// No key set, no provider's description and no answer with tokens is larger.
const MOST_BYTES: usize = 256 * 1024;

impl Provider {
    pub(super) async fn fetch(&self) -> Result<KeySet, ProviderError> {
        let (place, json) = match &self.source {
            KeySource::File(path) => {
                let place = path.display().to_string();
                let json = std::fs::read(path).map_err(|cause| failed(&place, cause))?;
                (place, json)
            }
            KeySource::Url(url) => (url.clone(), self.body(url).await?),
            KeySource::Discover => {
                let url = self.discover().await?;
                let json = self.body(&url).await?;
                (url, json)
            }
        };
        let keys = KeySet::parse(&json, &self.allowed).filter(|keys| keys.len() > 0);
        keys.ok_or(ProviderError::NoKeys(place))
    }

    /// Where the provider says that its keys are.
    async fn discover(&self) -> Result<String, ProviderError> {
        let document = self.described().await?;
        Ok(member(&document, "jwks_uri"))
    }

    /// Where persons sign in, and where codes are redeemed.
    pub async fn endpoints(&self) -> Result<Endpoints, ProviderError> {
        let document = self.described().await?;
        Ok(Endpoints {
            authorization: checked(&member(&document, "authorization_endpoint"))?,
            token: checked(&member(&document, "token_endpoint"))?,
        })
    }

    /// What the provider says of itself (OpenID Connect Discovery, section 4).
    async fn described(&self) -> Result<Value, ProviderError> {
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let document: Value =
            serde_json::from_slice(&self.body(&address).await?).map_err(|cause| failed(&address, cause))?;
        let described = member(&document, "issuer");
        if described != self.issuer {
            return Err(ProviderError::OtherIssuer { address, described });
        }
        Ok(document)
    }

    /// Sends a form to the token endpoint (RFC 6749, 4.1.3).
    pub async fn exchange(&self, endpoint: Url, form: String) -> Result<Exchange, ProviderError> {
        let address = endpoint.to_string();
        let request = self
            .client
            .post(endpoint)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(form);
        let response = request.send().await.map_err(|cause| failed(&address, cause))?;
        match response.status().as_u16() {
            200 => {}
            // RFC 6749, 5.2.
            400 | 401 => return Ok(Exchange::Refused),
            status => return Err(failed(&address, format!("it answers {status}"))),
        }
        let body = read(response, &address).await?;
        let answer = serde_json::from_slice(&body).map_err(|cause| failed(&address, cause))?;
        Ok(Exchange::Given(answer))
    }

    async fn body(&self, address: &str) -> Result<Vec<u8>, ProviderError> {
        let response = self.client.get(checked(address)?).send().await;
        let response = response.and_then(reqwest::Response::error_for_status);
        let response = response.map_err(|cause| failed(address, cause))?;
        if !response.status().is_success() {
            return Err(failed(address, format!("it answers {}", response.status())));
        }
        read(response, address).await
    }
}

/// Where a provider signs persons in.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// Where they are sent.
    pub authorization: Url,
    /// Where codes are redeemed.
    pub token: Url,
}

/// What a token endpoint answers.
pub enum Exchange {
    /// Tokens.
    Given(Value),
    /// That the code is good for nothing.
    Refused,
}

fn member(document: &Value, name: &str) -> String {
    document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// All of a body that is not too long.
async fn read(mut response: reqwest::Response, address: &str) -> Result<Vec<u8>, ProviderError> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|cause| failed(address, cause))? {
        body.extend_from_slice(&part);
        if body.len() > MOST_BYTES {
            return Err(failed(address, format!("it is longer than {MOST_BYTES} bytes")));
        }
    }
    Ok(body)
}

pub(super) fn failed(
    address: &str,
    cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> ProviderError {
    ProviderError::Fetch { address: address.to_owned(), cause: cause.into() }
}

/// An address whose answer nobody on the way can have made.
pub(super) fn checked(address: &str) -> Result<Url, ProviderError> {
    let refused = || ProviderError::Address(shown(address));
    let url = Url::parse(address).map_err(|_| refused())?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ProviderError::UserName(shown(address)));
    }
    let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here => Ok(url),
        _ => Err(refused()),
    }
}
