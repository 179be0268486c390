//! An OpenID provider on this machine: keys made on the fly, and a small HTTP server that publishes
//! them. For every test of tokens.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, crypto, jwk::Jwk};
use serde_json::{Value, json};

/// A private key and how it is published.
#[derive(Clone)]
pub struct SigningKey {
    pub kid: String,
    pub algorithm: Algorithm,
    pub key: EncodingKey,
    /// The public part in DER.
    pub public_der: Vec<u8>,
    pub jwk: Value,
}

/// Making an RSA key takes long, so the tests of a process share one.
static RSA: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::new_rsa("rsa"));

impl SigningKey {
    /// The RSA key of this process.
    pub fn rsa() -> Self {
        RSA.clone()
    }

    /// An RSA key of its own.
    pub fn new_rsa(kid: &str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let key = EncodingKey::from_rsa_pem(pem("PRIVATE KEY", der.as_ref()).as_bytes()).unwrap();
        Self::of(kid, Algorithm::RS256, key, public.as_ref())
    }

    /// A key for ES256.
    pub fn es256(kid: &str) -> Self {
        let rng = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
        let key = EncodingKey::from_ec_der(pkcs8.as_ref());
        Self::of(kid, Algorithm::ES256, key, pair.public_key().as_ref())
    }

    /// A key for EdDSA.
    pub fn eddsa(kid: &str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        let public = pair.public_key().as_ref();
        let x = URL_SAFE_NO_PAD.encode(public);
        Self {
            kid: kid.to_owned(),
            algorithm: Algorithm::EdDSA,
            key: EncodingKey::from_ed_der(pkcs8.as_ref()),
            public_der: public.to_vec(),
            jwk: json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": x}),
        }
    }

    fn of(kid: &str, algorithm: Algorithm, key: EncodingKey, public_der: &[u8]) -> Self {
        let mut jwk = json!(Jwk::from_encoding_key(&key, algorithm).unwrap());
        jwk["kid"] = kid.into();
        jwk["use"] = "sig".into();
        Self { kid: kid.to_owned(), algorithm, key, public_der: public_der.to_vec(), jwk }
    }

    /// The header that an honest provider would write.
    pub fn header(&self) -> Value {
        json!({"alg": format!("{:?}", self.algorithm), "typ": "JWT", "kid": self.kid})
    }

    /// A token of these claims with an honest header.
    pub fn token(&self, claims: &Value) -> String {
        self.sign(&self.header(), &claims.to_string())
    }

    /// A token of this header and this text, signed with this key whatever the header says.
    pub fn sign(&self, header: &Value, claims: &str) -> String {
        signed_by(&self.key, self.algorithm, header, claims)
    }
}

/// A token signed with any key and algorithm.
pub fn signed_by(key: &EncodingKey, algorithm: Algorithm, header: &Value, claims: &str) -> String {
    let message = format!("{}.{}", encoded(header.to_string()), encoded(claims));
    let signature = crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// Base64 as tokens have it.
pub fn encoded(part: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(part)
}

/// DER in PEM.
pub fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// How the provider is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// It hangs up on whoever calls.
    Down,
    /// It answers 500.
    Broken,
    /// It describes another issuer.
    Lying,
    /// It sends whoever asks to where the same is, at another address of its own.
    Elsewhere,
}

/// A running provider; it ends with the process.
pub struct Issuer {
    /// `iss` of its tokens.
    pub url: String,
    state: Arc<Mutex<(Mood, Vec<Value>)>>,
    asked: Arc<AtomicUsize>,
}

impl Issuer {
    /// A provider that publishes these keys.
    pub fn start(keys: &[&SigningKey]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let issuer =
            Self { url, state: Arc::new(Mutex::new((Mood::Well, Vec::new()))), asked: Arc::default() };
        issuer.publish(keys);
        let (state, asked, url) = (Arc::clone(&issuer.state), Arc::clone(&issuer.asked), issuer.url.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (mood, keys) = state.lock().unwrap().clone();
                asked.fetch_add(1, Ordering::SeqCst);
                if mood != Mood::Down {
                    let _ = answer(stream, mood, &keys, &url);
                }
            }
        });
        issuer
    }

    /// Publishes these keys and no others from now on.
    pub fn publish(&self, keys: &[&SigningKey]) {
        self.state.lock().unwrap().1 = keys.iter().map(|key| key.jwk.clone()).collect();
    }

    /// From now on it is like this.
    pub fn be(&self, mood: Mood) {
        self.state.lock().unwrap().0 = mood;
    }

    /// How many requests have come.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn answer(mut stream: TcpStream, mood: Mood, keys: &[Value], url: &str) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? > 0 {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let issuer = if mood == Mood::Lying { "http://127.0.0.1:1" } else { url };
    let path = head.split(' ').nth(1);
    if mood == Mood::Elsewhere
        && let Some(path) = path.filter(|path| !path.starts_with("/moved"))
    {
        return write!(stream, "HTTP/1.1 307 Moved\r\nlocation: /moved{path}\r\ncontent-length: 0\r\n\r\n");
    }
    let (status, body) = match path.map(|path| path.trim_start_matches("/moved")) {
        _ if mood == Mood::Broken => ("500 Internal Server Error", json!({})),
        Some("/.well-known/openid-configuration") => {
            ("200 OK", json!({"issuer": issuer, "jwks_uri": format!("{url}/keys")}))
        }
        Some("/keys") => ("200 OK", json!({ "keys": keys })),
        _ => ("404 Not Found", json!({})),
    };
    let (body, close) = (body.to_string(), "connection: close");
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{close}\r\n\r\n{body}"
    )
}
