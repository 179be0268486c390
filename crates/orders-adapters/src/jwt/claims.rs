//! What a token must claim.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use orders_domain::{MarketplaceCode, Scopes, User, UserId};
use serde_json::{Map, Value};

use super::{Refused, TokenAlgorithm};
use crate::sessions::Session;

/// Which claim says whom a token is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudienceClaim {
    /// `aud`, as RFC 9068 has it.
    Aud,
    /// `client_id`, together with `token_use` = `access`: what Amazon Cognito's access tokens have.
    ClientId,
}

/// What tokens are taken.
#[derive(Debug, Clone)]
pub struct TokenRules {
    /// Who issues them: `iss`, to the letter.
    pub issuer: String,
    /// Whom they are for: at least one of these.
    pub audiences: Vec<String>,
    /// Where that stands.
    pub audience_claim: AudienceClaim,
    /// How they may be signed.
    pub algorithms: Vec<TokenAlgorithm>,
    /// The claim that holds the user's id.
    pub user_claim: String,
    /// The claim that holds the code of the marketplace in which the user is at home.
    pub marketplace_claim: String,
    /// What stands before our scopes' words.
    pub scope_prefix: String,
    /// How far the clocks may be apart.
    pub leeway: TimeDelta,
}

type Claims = Map<String, Value>;

impl TokenRules {
    /// The session that a signed token's claims stand for at this moment, until it expires.
    ///
    /// `exp`, `iss`, the audience, `sub` and the user's claim must be there; `nbf` and `iat` need
    /// not (no large provider sends `nbf`), but are kept when they are.
    pub(super) fn session(
        &self,
        marked_as_access_token: bool,
        claims: &Claims,
        now: DateTime<Utc>,
    ) -> Result<Session, Refused> {
        let expires = moment(claims, "exp")?.ok_or(Refused("exp is missing"))?;
        if expires <= now - self.leeway {
            return Err(Refused("expired"));
        }
        let begins = moment(claims, "nbf")?;
        let issued = moment(claims, "iat")?;
        if begins.max(issued).is_some_and(|begins| begins > now + self.leeway) {
            return Err(Refused("not yet valid"));
        }
        if text(claims, "iss") != Some(&self.issuer) {
            return Err(Refused("iss is another"));
        }
        self.check_audience(claims)?;
        check_use(marked_as_access_token, claims)?;
        // RFC 7519 wants a text; there are providers whose user ids are numbers, and who write them so.
        if !claims.get("sub").is_some_and(|sub| {
            sub.is_i64() || sub.is_u64() || sub.as_str().is_some_and(|sub| !sub.is_empty())
        }) {
            return Err(Refused("sub is missing"));
        }
        let user = User::new(self.user(claims)?, self.scopes(claims)).at_home_in(self.marketplace(claims));
        Ok(Session { user, issued_at: issued.unwrap_or_default(), until: expires })
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), Refused> {
        let is_meant =
            |value: &Value| value.as_str().is_some_and(|aud| self.audiences.iter().any(|a| a == aud));
        let found = match self.audience_claim {
            AudienceClaim::Aud => match claims.get("aud") {
                Some(Value::Array(several)) => several.iter().any(is_meant),
                Some(one) => is_meant(one),
                None => false,
            },
            AudienceClaim::ClientId => {
                text(claims, "token_use") == Some("access") && claims.get("client_id").is_some_and(is_meant)
            }
        };
        if found { Ok(()) } else { Err(Refused("it is meant for somebody else")) }
    }

    fn user(&self, claims: &Claims) -> Result<UserId, Refused> {
        let id = match claims.get(&self.user_claim) {
            Some(Value::String(text)) => text.parse().ok(),
            Some(Value::Number(number)) => number.as_i64().and_then(|id| id.try_into().ok()),
            _ => None,
        };
        id.ok_or(Refused("the user claim holds no user id"))
    }

    /// What is no code says nothing: providers may use the claim for something else.
    fn marketplace(&self, claims: &Claims) -> Option<MarketplaceCode> {
        text(claims, &self.marketplace_claim)?.parse().ok()
    }

    /// Scopes stand in `scope` (RFC 8693: words with spaces between) or, with some providers, in
    /// `scp` (the same, or a list).
    fn scopes(&self, claims: &Claims) -> Scopes {
        let ours = |word: &'_ str| word.strip_prefix(self.scope_prefix.as_str()).map(str::to_owned);
        let words: Vec<String> = match claims.get("scope").or_else(|| claims.get("scp")) {
            Some(Value::String(text)) => text.split(' ').filter_map(ours).collect(),
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).filter_map(ours).collect(),
            _ => Vec::new(),
        };
        Scopes::of_words(words.iter().map(String::as_str))
    }
}

/// Refuses what the provider has signed for another purpose: above all ID tokens, which tell a
/// client who has logged in and let nobody in.
fn check_use(marked_as_access_token: bool, claims: &Claims) -> Result<(), Refused> {
    const NOT_AN_ACCESS_TOKEN: Refused = Refused("it is no access token");
    // Cognito says what a token is for in `token_use`, Keycloak in a claim `typ`.
    let token_use = claims.get("token_use").map(|value| value == "access");
    let typ = claims.get("typ").map(|value| {
        value.as_str().is_some_and(|typ| {
            ["Bearer", "at+jwt", "JWT"].iter().any(|known| typ.eq_ignore_ascii_case(known))
        })
    });
    if token_use == Some(false) || typ == Some(false) {
        return Err(NOT_AN_ACCESS_TOKEN);
    }
    if ["at_hash", "c_hash", "s_hash", "events"].iter().any(|claim| claims.contains_key(*claim)) {
        return Err(NOT_AN_ACCESS_TOKEN);
    }
    // Older Keycloaks put the nonce into access tokens too, but those say that they are some.
    let is_marked = marked_as_access_token
        || token_use == Some(true)
        || text(claims, "typ").is_some_and(|typ| typ.eq_ignore_ascii_case("Bearer"));
    if claims.contains_key("nonce") && !is_marked {
        return Err(NOT_AN_ACCESS_TOKEN);
    }
    Ok(())
}

pub(super) fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

/// A moment in seconds since 1970, perhaps with a fraction (RFC 7519, section 2).
pub(super) fn moment(claims: &Claims, name: &str) -> Result<Option<DateTime<Utc>>, Refused> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let since = value.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let since = since.and_then(|since| TimeDelta::from_std(since).ok());
    let moment = since.and_then(|since| DateTime::UNIX_EPOCH.checked_add_signed(since));
    moment.map(Some).ok_or(Refused("a time is no number of seconds"))
}
