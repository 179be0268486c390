//! A key of one's own, for development without a provider.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash},
};
use orders_domain::User;
use serde_json::{Value, json};

/// Why there is no local key, or no token of it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum LocalKeyError {
    #[error("cannot {doing} {}", path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    #[error("others may read {}: `chmod 600` it, or remove it to have a new one made", .0.display())]
    NotSecret(PathBuf),
    #[error("{} holds no RSA key", path.display())]
    NoKey {
        path: PathBuf,
        #[source]
        cause: jsonwebtoken::errors::Error,
    },
    #[error("no key could be made")]
    Making,
    #[error("no token could be made")]
    Signing(#[source] jsonwebtoken::errors::Error),
}

/// A private key on this machine. Whoever can read its file can be anybody on servers that trust
/// it, so it is for development.
pub struct LocalKey {
    key: EncodingKey,
    kid: String,
}

impl LocalKey {
    /// The key of this file, made now (readable by its owner only) if there is none; its public part
    /// is written beside it as a key set.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or written, or others may read the key.
    pub fn open(path: &Path, key_set: &Path) -> Result<Self, LocalKeyError> {
        let file = |doing, path: &Path| {
            let path = path.to_owned();
            move |cause| LocalKeyError::File { doing, path, cause }
        };
        if !path.exists() {
            make(path)?;
        }
        let mode = fs::metadata(path).map_err(file("read", path))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(LocalKeyError::NotSecret(path.to_owned()));
        }
        let pem = fs::read(path).map_err(file("read", path))?;
        let broken = |cause| LocalKeyError::NoKey { path: path.to_owned(), cause };
        let key = EncodingKey::from_rsa_pem(&pem).map_err(broken)?;
        let mut public = Jwk::from_encoding_key(&key, Algorithm::RS256).map_err(broken)?;
        let kid = public.thumbprint(ThumbprintHash::SHA256).map_err(broken)?;
        public.common.key_id = Some(kid.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        let text = json!(JwkSet { keys: vec![public] }).to_string();
        if fs::read_to_string(key_set).ok().as_deref() != Some(&text) {
            fs::write(key_set, text).map_err(file("write", key_set))?;
        }
        Ok(Self { key, kid })
    }

    /// A token that says in its claims of these names who the user is and in which marketplace they are at home, if
    /// they are in one, with the user's scopes, from now on.
    ///
    /// # Errors
    ///
    /// When the key cannot sign.
    pub fn mint(
        &self,
        user: User,
        (user_claim, marketplace_claim): (&str, &str),
        (issuer, audience): (&str, &str),
        now: DateTime<Utc>,
        ttl: TimeDelta,
    ) -> Result<String, LocalKeyError> {
        let mut claims = json!({
            "iss": issuer, "aud": audience, "sub": user.id().to_string(), "scope": user.scopes().to_string(),
            "iat": now.timestamp(), "nbf": now.timestamp(), "exp": (now + ttl).timestamp(),
        });
        if let Some(code) = user.marketplace() {
            claims[marketplace_claim] = Value::String(code.to_string());
        }
        claims[user_claim] = Value::String(user.id().to_string());
        let mut header = Header::new(Algorithm::RS256);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, &claims, &self.key).map_err(LocalKeyError::Signing)
    }
}

/// Makes a key file. It appears whole and secret or not at all, and if another process makes one at
/// the same time, both use the first.
fn make(path: &Path) -> Result<(), LocalKeyError> {
    let key = KeyPair::generate(KeySize::Rsa2048).map_err(|_| LocalKeyError::Making)?;
    let der: Pkcs8V1Der<'_> = key.as_der().map_err(|_| LocalKeyError::Making)?;
    let base64 = STANDARD.encode(der.as_ref());
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    for line in base64.as_bytes().chunks(64) {
        pem.extend(line.iter().copied().map(char::from));
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");

    let half = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = (|| {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&half)?;
        file.write_all(pem.as_bytes())?;
        file.sync_all()?;
        match fs::hard_link(&half, path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    })();
    // Gone either way; if it cannot be removed, it is as secret as the key.
    let _ = fs::remove_file(&half);
    written.map_err(|cause| LocalKeyError::File { doing: "write", path: path.to_owned(), cause })
}
