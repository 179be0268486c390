//! Settings of authentication.

use clap::{Args, ValueEnum, builder::EnumValueParser};

use super::value::Trimmed;

/// How requests say who is asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AuthMode {
    /// The header `user_id`, which proves nothing: for development.
    Header,
    /// A token of an OpenID provider.
    Jwt,
}

/// Whose orders a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListMode {
    /// Everybody's, to anyone: header mode only.
    Open,
    /// The asker's own, or everybody's to whoever has the scope `orders:admin`.
    Own,
}

/// Who is asking.
#[derive(Debug, Clone, Args)]
pub struct AuthSettings {
    /// How requests say who is asking: a bare header for development, or tokens
    #[arg(long, env = "AUTH", default_value = "header",
        value_parser = Trimmed(EnumValueParser::<AuthMode>::new()))]
    pub auth: AuthMode,
    /// Whose orders a list shows [default: open in header mode, own with tokens]
    #[arg(long, env = "LIST", value_parser = Trimmed(EnumValueParser::<ListMode>::new()))]
    pub list: Option<ListMode>,
    /// What tokens are taken
    #[cfg(feature = "jwt")]
    #[command(flatten)]
    pub jwt: jwt::JwtSettings,
    /// How verified tokens are remembered
    #[cfg(feature = "jwt")]
    #[command(flatten)]
    pub sessions: jwt::SessionSettings,
}

#[cfg(feature = "jwt")]
pub mod jwt {
    //! Settings that only tokens need.

    use std::{path::PathBuf, str::FromStr};

    use chrono::TimeDelta;
    use clap::{Args, Subcommand, ValueEnum, builder::EnumValueParser};
    use orders_adapters::jwt::TokenAlgorithm;
    use orders_domain::{InvalidInput, MarketplaceCode, Scope, Scopes, UserId};

    use crate::config::{
        database::DatabaseSettings,
        value::{self, List, Trimmed},
    };

    /// Where a token says whom it is for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
    pub enum Audience {
        /// In `aud`.
        Aud,
        /// In `client_id`, with `token_use` = `access`: Amazon Cognito.
        ClientId,
    }

    /// What tokens are taken.
    #[derive(Debug, Clone, Args)]
    #[expect(clippy::struct_field_names, reason = "each is the name of its flag")]
    pub struct JwtSettings {
        /// With AUTH=jwt: who issues the tokens, exactly as their `iss` has it
        #[arg(long, env = "JWT_ISSUER", value_name = "URL", value_parser = value::text)]
        pub jwt_issuer: Option<String>,
        /// With AUTH=jwt: whom the tokens are for; with several, one of them
        #[arg(long, env = "JWT_AUDIENCE", default_value = "", hide_default_value = true,
            value_parser = value::parsed::<List<String>>)]
        pub jwt_audience: List<String>,
        /// Which claim holds that
        #[arg(long, env = "JWT_AUDIENCE_CLAIM", default_value = "aud",
            value_parser = Trimmed(EnumValueParser::<Audience>::new()))]
        pub jwt_audience_claim: Audience,
        /// Where the issuer's keys are [default: where its /.well-known/openid-configuration says]
        #[arg(long, env = "JWT_JWKS_URL", value_name = "URL", conflicts_with = "jwt_jwks_file", value_parser = value::text)]
        pub jwt_jwks_url: Option<String>,
        /// A file with the issuer's keys, instead of an address
        #[arg(long, env = "JWT_JWKS_FILE", value_name = "FILE", value_parser = value::path)]
        pub jwt_jwks_file: Option<PathBuf>,
        /// How tokens may be signed: RS256, ES256, EdDSA
        #[arg(long, env = "JWT_ALGORITHMS", default_value = "RS256",
            value_parser = value::parsed::<List<TokenAlgorithm>>)]
        pub jwt_algorithms: List<TokenAlgorithm>,
        /// The claim that holds the user's id
        #[arg(long, env = "JWT_USER_CLAIM", value_name = "CLAIM", default_value = "sub", value_parser = value::text)]
        pub jwt_user_claim: String,
        /// The claim that holds the code of the marketplace in which the user is at home
        #[arg(long, env = "JWT_MARKETPLACE_CLAIM", value_name = "CLAIM", default_value = "marketplace",
            value_parser = value::text)]
        pub jwt_marketplace_claim: String,
        /// What stands before `orders:…` in the tokens' scopes [default: nothing]
        #[arg(
            long,
            env = "JWT_SCOPE_PREFIX",
            value_name = "TEXT",
            default_value = "",
            hide_default_value = true,
            value_parser = value::parsed::<String>
        )]
        pub jwt_scope_prefix: String,
        /// How far the issuer's clock may be from ours
        #[arg(long, env = "JWT_LEEWAY_SECONDS", value_name = "N", default_value_t = 30,
            value_parser = Trimmed(clap::value_parser!(u16).range(..=300)))]
        pub jwt_leeway_seconds: u16,
    }

    /// How verified tokens are remembered.
    #[derive(Debug, Clone, Args)]
    #[expect(clippy::struct_field_names, reason = "each is the name of its flag")]
    pub struct SessionSettings {
        /// How long a verified token is not verified again; 0: not at all
        #[arg(long, env = "SESSION_CACHE_SECONDS", value_name = "N", default_value_t = 60,
            value_parser = Trimmed(clap::value_parser!(u16)))]
        pub session_cache_seconds: u16,
        /// How many verified tokens are remembered in memory at most
        #[arg(long, env = "SESSION_CACHE_SIZE", value_name = "N", default_value_t = 10_000,
            value_parser = Trimmed(clap::value_parser!(u32)))]
        pub session_cache_size: u32,
        /// Redis that remembers tokens and revocations for all servers (redis://…, rediss://…)
        /// [default: tokens in each server's own memory, revocations in the database]
        #[arg(long, env = "SESSION_CACHE_URL", value_name = "URL", hide_env_values = true, value_parser = value::text)]
        pub session_cache_url: Option<String>,
    }

    /// What to do with sessions.
    #[derive(Debug, Subcommand)]
    pub enum SessionsCommand {
        /// Make all tokens of a user that were made until now count for nothing
        Revoke(RevokeSettings),
    }

    /// Whose tokens to revoke.
    #[derive(Debug, Args)]
    pub struct RevokeSettings {
        /// Whose
        #[arg(long, value_name = "ID")]
        pub user: UserId,
        /// Redis, if the servers have one (redis://…, rediss://…)
        #[arg(long, env = "SESSION_CACHE_URL", value_name = "URL", hide_env_values = true, value_parser = value::text)]
        pub session_cache_url: Option<String>,
        /// The servers' database, if they have no Redis
        #[command(flatten)]
        pub database: DatabaseSettings,
    }

    /// What token to make.
    #[derive(Debug, Args)]
    pub struct TokenSettings {
        /// Whom it stands for
        #[arg(long, value_name = "ID")]
        pub user: UserId,
        /// What it allows, with spaces between [default: all that are about own orders]
        #[arg(long, value_name = "SCOPES")]
        pub scope: Option<Words>,
        /// In which marketplace the user is at home [default: in none]
        #[arg(long, value_name = "CODE")]
        pub marketplace: Option<MarketplaceCode>,
        /// For how long: `90s`, `30m`, `1h`, `7d`
        #[arg(long, value_name = "TIME", default_value = "1h")]
        pub ttl: Ttl,
        /// The key that signs it, made if need be; its public part is put beside it
        #[arg(long, value_name = "FILE", default_value = "db/dev-key.pem")]
        pub key: PathBuf,
        /// Who issues it
        #[arg(long, env = "JWT_ISSUER", value_name = "URL", default_value = "orders-dev")]
        pub issuer: String,
        /// Whom it is for
        #[arg(long, env = "JWT_AUDIENCE", default_value = "orders")]
        pub audience: String,
        /// The claim that holds the user's id, beside `sub`
        #[arg(long, env = "JWT_USER_CLAIM", value_name = "CLAIM", default_value = "sub")]
        pub user_claim: String,
        /// The claim that holds the marketplace
        #[arg(long, env = "JWT_MARKETPLACE_CLAIM", value_name = "CLAIM", default_value = "marketplace",
            value_parser = value::text)]
        pub marketplace_claim: String,
    }

    /// Scopes, with white space between.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Words(pub Scopes);

    impl FromStr for Words {
        type Err = InvalidInput;

        fn from_str(text: &str) -> Result<Self, InvalidInput> {
            text.split_whitespace().map(str::parse::<Scope>).collect::<Result<_, _>>().map(Self)
        }
    }

    /// A length of time.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Ttl(pub TimeDelta);

    impl FromStr for Ttl {
        type Err = String;

        fn from_str(text: &str) -> Result<Self, String> {
            let seconds =
                [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)].into_iter().find_map(|(unit, each)| {
                    text.strip_suffix(unit)?
                        .parse::<u32>()
                        .ok()
                        .filter(|count| *count > 0)
                        .map(|count| i64::from(count) * each)
                });
            let ttl = seconds.filter(|seconds| *seconds <= 365 * 86_400).and_then(TimeDelta::try_seconds);
            ttl.map(Self).ok_or_else(|| {
                format!("{text:?} is not a time such as 90s, 30m, 1h or 7d, of a year at most")
            })
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn times_are_a_number_and_a_unit() {
            for (text, seconds) in [("90s", 90), ("30m", 1_800), ("1h", 3_600), ("7d", 604_800)] {
                assert_eq!(text.parse(), Ok(Ttl(TimeDelta::seconds(seconds))));
            }
            for text in ["", "h", "1", "0h", "-1h", "1.5h", "1w", "1 h", "366d", "9999999999s"] {
                assert!(text.parse::<Ttl>().is_err(), "{text:?}");
            }
        }

        #[test]
        fn an_unknown_scope_is_named() {
            let known: Words = " orders:read  orders:create ".parse().unwrap();
            assert_eq!(known.0.to_string(), "orders:create orders:read");
            let error = "orders:read orders:all".parse::<Words>().unwrap_err().to_string();
            assert!(error.contains("orders:all"), "{error}");
        }
    }
}
