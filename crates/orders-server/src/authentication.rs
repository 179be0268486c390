//! Who knows the users, as the settings say.

use std::sync::Arc;

use anyhow::Result;
use orders_adapters::{MemorySignedIn, StaticUsers, SystemClock};
use orders_api::{Auth, AuthScheme};
use orders_console::Door;
use orders_domain::ports::{Revocations, Sessions};

use crate::config::{AuthMode, AuthSettings, BadSetting, ConsoleSettings, ListMode};

/// How people come to the pages for the staff, and who has.
pub struct Entrance {
    /// How.
    pub door: Door,
    /// Who.
    pub sessions: Arc<dyn Sessions>,
}

/// Authentication by these settings, and how people come in, if there are pages for them. To be called within a tokio runtime.
///
/// # Errors
///
/// When a setting is missing, or keys that are in a file cannot be read.
pub async fn auth(
    settings: &AuthSettings,
    console: &ConsoleSettings,
    revocations: Arc<dyn Revocations>,
) -> Result<(Auth, Option<Entrance>)> {
    match settings.auth {
        AuthMode::Header => {
            let auth = Auth::new(AuthScheme::Header, Arc::new(StaticUsers));
            let auth = if settings.list == Some(ListMode::Own) { auth.with_own_lists() } else { auth };
            let entrance = Entrance {
                door: Door::Choice(StaticUsers::all()),
                sessions: Arc::new(MemorySignedIn::new(Arc::new(SystemClock))),
            };
            Ok((auth, (!console.no_console).then_some(entrance)))
        }
        AuthMode::Jwt if settings.list == Some(ListMode::Open) => {
            let reason = "--list (LIST) cannot be \"open\" with --auth jwt: it would show everybody's orders to anyone";
            Err(BadSetting(reason.to_owned()).into())
        }
        AuthMode::Jwt => tokens(settings, console, revocations).await,
    }
}

#[cfg(not(feature = "jwt"))]
#[expect(clippy::unused_async, reason = "as with the feature")]
async fn tokens(
    _: &AuthSettings,
    _: &ConsoleSettings,
    _: Arc<dyn Revocations>,
) -> Result<(Auth, Option<Entrance>)> {
    anyhow::bail!("this program was built without tokens: build it with `--features jwt`")
}

#[cfg(feature = "jwt")]
use jwt::tokens;

#[cfg(feature = "jwt")]
pub mod jwt {
    //! Tokens.

    use std::{
        io::{Write, stdout},
        sync::Arc,
        time::Duration,
    };

    use anyhow::{Context, Result, ensure};
    use chrono::{DateTime, TimeDelta, Utc};
    use orders_adapters::{
        MemorySignedIn, SystemClock,
        jwt::{AudienceClaim, JwtAuthenticator, KeySource, LocalKey, OpenIdSignIn, TokenRules},
        sessions::{MemorySessions, SessionCache},
    };
    use orders_api::{Auth, AuthScheme};
    use orders_console::Door;
    use orders_domain::{
        self as domain, Scope, Scopes, User, UserId,
        ports::{Clock, Revocations},
    };

    use super::Entrance;
    use crate::{
        config::{
            AuthSettings, ConsoleSettings,
            jwt::{Audience, JwtSettings, RevokeSettings, SessionSettings, TokenSettings, Words},
        },
        storage,
    };

    pub(super) async fn tokens(
        settings: &AuthSettings,
        console: &ConsoleSettings,
        revocations: Arc<dyn Revocations>,
    ) -> Result<(Auth, Option<Entrance>)> {
        // Whoever is let in by other rules, or as another client, is not let in here.
        let realm = format!("{:?} {:?}", rules(&settings.jwt)?, console.console_client_id);
        let Sessions { cache, revocations, signed_in } = sessions(&settings.sessions, revocations, &realm)?;
        let tokens = Arc::new(authenticator(settings, cache, revocations).await?);
        let auth = Auth::new(AuthScheme::Bearer, Arc::<JwtAuthenticator>::clone(&tokens));
        let client_id = console.console_client_id.clone().filter(|_| !console.no_console);
        let entrance = client_id.map(|client_id| {
            let prefix = &settings.jwt.jwt_scope_prefix;
            let all = || Scope::ALL.map(|scope| format!("{prefix}{scope}")).join(" ");
            let scopes = console.console_scopes.clone().unwrap_or_else(all);
            let provider = OpenIdSignIn::new(tokens, client_id, &scopes);
            Entrance { door: Door::Provider(Arc::new(provider)), sessions: signed_in }
        });
        Ok((auth, entrance))
    }

    async fn authenticator(
        settings: &AuthSettings,
        cache: Arc<dyn SessionCache>,
        revocations: Arc<dyn Revocations>,
    ) -> Result<JwtAuthenticator> {
        let jwt = &settings.jwt;
        let source = match (&jwt.jwt_jwks_url, &jwt.jwt_jwks_file) {
            (_, Some(file)) => KeySource::File(file.clone()),
            (Some(url), None) => KeySource::Url(url.clone()),
            (None, None) => KeySource::Discover,
        };
        let is_file = matches!(source, KeySource::File(_));
        let mut authenticator =
            JwtAuthenticator::new(rules(jwt)?, source, revocations, Arc::new(SystemClock))?;
        let seconds = settings.sessions.session_cache_seconds;
        if seconds > 0 {
            authenticator = authenticator.with_cache(cache, TimeDelta::seconds(seconds.into()));
        }
        match authenticator.fetch_keys().await {
            Err(error) if is_file => return Err(error.into()),
            // A provider that is down now may be up when the first token comes.
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the provider's keys cannot be fetched"
                );
            }
            Ok(()) => {}
        }
        Ok(authenticator)
    }

    fn rules(jwt: &JwtSettings) -> Result<TokenRules> {
        let issuer = jwt.jwt_issuer.clone().filter(|issuer| !issuer.is_empty());
        let issuer = issuer.context("AUTH=jwt needs JWT_ISSUER: who issues the tokens")?;
        let audiences = jwt.jwt_audience.0.clone();
        ensure!(!audiences.is_empty(), "AUTH=jwt needs JWT_AUDIENCE: whom the tokens are for");
        Ok(TokenRules {
            issuer,
            audiences,
            audience_claim: match jwt.jwt_audience_claim {
                Audience::Aud => AudienceClaim::Aud,
                Audience::ClientId => AudienceClaim::ClientId,
            },
            algorithms: jwt.jwt_algorithms.0.clone(),
            user_claim: jwt.jwt_user_claim.clone(),
            marketplace_claim: jwt.jwt_marketplace_claim.clone(),
            scope_prefix: jwt.jwt_scope_prefix.clone(),
            leeway: TimeDelta::seconds(jwt.jwt_leeway_seconds.into()),
        })
    }

    /// What is remembered of tokens, where it is known which were revoked, and who is signed in.
    struct Sessions {
        cache: Arc<dyn SessionCache>,
        revocations: Arc<dyn Revocations>,
        signed_in: Arc<dyn domain::ports::Sessions>,
    }

    /// In Redis all, if there is one; otherwise the revocations are where the orders are.
    fn sessions(
        settings: &SessionSettings,
        revocations: Arc<dyn Revocations>,
        realm: &str,
    ) -> Result<Sessions> {
        if let Some(url) = &settings.session_cache_url {
            return redis::sessions(url, realm);
        }
        let ttl = Duration::from_secs(settings.session_cache_seconds.into());
        let cache = Arc::new(MemorySessions::new(settings.session_cache_size.into(), ttl));
        let signed_in = MemorySignedIn::new(Arc::new(SystemClock)).ending_with(Arc::clone(&revocations));
        Ok(Sessions { cache, revocations, signed_in: Arc::new(signed_in) })
    }

    #[cfg(feature = "redis")]
    mod redis {
        use orders_adapters::sessions::RedisSessions;

        use super::{Arc, DateTime, Result, Sessions, SystemClock, UserId, Utc};

        pub fn sessions(url: &str, realm: &str) -> Result<Sessions> {
            let both = Arc::new(RedisSessions::new(url, Arc::new(SystemClock))?.in_realm(realm));
            Ok(Sessions {
                cache: Arc::<RedisSessions>::clone(&both),
                signed_in: Arc::<RedisSessions>::clone(&both),
                revocations: both,
            })
        }

        pub fn revoke(url: &str, user: UserId, at: DateTime<Utc>) -> Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                Ok(RedisSessions::new(url, Arc::new(SystemClock))?.revoke(user, at).await?)
            })
        }
    }

    #[cfg(not(feature = "redis"))]
    mod redis {
        use super::{DateTime, Result, Sessions, UserId, Utc};

        const MISSING: &str = "this program was built without Redis: build it with `--features redis`";

        pub fn sessions(_: &str, _: &str) -> Result<Sessions> {
            anyhow::bail!(MISSING)
        }

        pub fn revoke(_: &str, _: UserId, _: DateTime<Utc>) -> Result<()> {
            anyhow::bail!(MISSING)
        }
    }

    /// Prints a token of a key of our own.
    ///
    /// # Errors
    ///
    /// When the key cannot be read or made.
    pub fn mint(settings: &TokenSettings) -> Result<()> {
        let key = LocalKey::open(&settings.key, &settings.key.with_extension("jwks.json"))?;
        let Words(scopes) = settings.scope.unwrap_or(Words(Scopes::OF_OWN_ORDERS));
        let user = User::new(settings.user, scopes).at_home_in(settings.marketplace);
        let claims = (settings.user_claim.as_str(), settings.marketplace_claim.as_str());
        let parties = (settings.issuer.as_str(), settings.audience.as_str());
        let token = key.mint(user, claims, parties, SystemClock.now(), settings.ttl.0)?;
        Ok(writeln!(stdout().lock(), "{token}")?)
    }

    /// Makes the tokens of a user count for nothing.
    ///
    /// # Errors
    ///
    /// When the servers cannot be told.
    pub fn revoke(settings: &RevokeSettings) -> Result<()> {
        let (user, now) = (settings.user, SystemClock.now());
        let told = match &settings.session_cache_url {
            Some(url) => redis::revoke(url, user, now),
            None => storage::revoke(&settings.database, user, now),
        };
        told.context("the servers cannot be told")?;
        let now = now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        Ok(writeln!(stdout().lock(), "tokens of user {user} made until {now} count for nothing")?)
    }
}
