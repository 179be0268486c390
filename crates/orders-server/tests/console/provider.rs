//! An OpenID provider on this machine: it asks whether somebody is to be let in, hands out codes, and redeems each once for who shows what
//! belongs to it. It is known as `localhost`, and the server as 127.0.0.1: for a browser two sites.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Url;
use serde_json::{Value, json};

use crate::issuer::SigningKey;

/// As which client the console is known.
pub const CLIENT: &str = "console";

/// What is asked of the token endpoint, by its names.
type Form = BTreeMap<String, String>;

/// What it says otherwise than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    None,
    /// The ID token answers another question.
    Nonce,
    /// The ID token is for another client.
    Client,
    /// The ID token is another provider's.
    Issuer,
    /// Another key has signed the ID token.
    Key,
    /// There is no ID token.
    NoIdToken,
    /// The access token is for another API.
    Audience,
    /// The ID token has expired.
    Expired,
    /// It does not answer.
    Down,
}

struct State {
    lie: Lie,
    user: i64,
    scope: String,
    codes: BTreeMap<String, Form>,
    made: usize,
}

/// A provider. It ends with the process.
#[derive(Clone)]
pub struct Provider {
    pub url: String,
    key: Arc<SigningKey>,
    state: Arc<Mutex<State>>,
}

impl Provider {
    /// One at which this user signs in, and gets this scope.
    pub fn start(user: i64, scope: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let state = State { lie: Lie::None, user, scope: scope.to_owned(), codes: BTreeMap::new(), made: 0 };
        let provider =
            Self { url, key: Arc::new(SigningKey::es256("key")), state: Arc::new(Mutex::new(state)) };
        let serving = provider.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                std::thread::spawn(move || serving.serve(stream));
            }
        });
        provider
    }

    /// From now on it says this otherwise.
    pub fn lies(&self, lie: Lie) {
        self.state.lock().unwrap().lie = lie;
    }

    /// The settings of a server whose people sign in here.
    pub fn settings(&self) -> [(&str, &str); 5] {
        [
            ("AUTH", "jwt"),
            ("JWT_ISSUER", self.url.as_str()),
            ("JWT_AUDIENCE", "orders"),
            ("JWT_ALGORITHMS", "ES256"),
            ("CONSOLE_CLIENT_ID", CLIENT),
        ]
    }

    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut stream = stream;
        let mut first = String::new();
        reader.read_line(&mut first).ok()?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        if self.state.lock().unwrap().lie == Lie::Down {
            return None;
        }
        let target = Url::parse(&self.url).unwrap().join(first.split(' ').nth(1)?).ok()?;
        let query: Form = target.query_pairs().into_owned().collect();
        let (status, kind, text) = match target.path() {
            "/.well-known/openid-configuration" => {
                ("200 OK", "application/json", self.description().to_string())
            }
            "/keys" => ("200 OK", "application/json", json!({"keys": [self.key.jwk]}).to_string()),
            "/authorize" => ("200 OK", "text/html", self.ask(query)),
            "/token" => {
                let body = Url::parse(&format!("http://x/?{}", String::from_utf8(body).ok()?)).ok()?;
                match self.redeem(&body.query_pairs().into_owned().collect()) {
                    Some(tokens) => ("200 OK", "application/json", tokens.to_string()),
                    None => {
                        ("400 Bad Request", "application/json", json!({"error": "invalid_grant"}).to_string())
                    }
                }
            }
            _ => ("404 Not Found", "text/plain", String::new()),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            text.len()
        );
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(text.as_bytes()).ok()
    }

    fn description(&self) -> Value {
        json!({
            "issuer": self.url,
            "jwks_uri": format!("{}/keys", self.url),
            "authorization_endpoint": format!("{}/authorize", self.url),
            "token_endpoint": format!("{}/token", self.url),
        })
    }

    /// A page with a link by which somebody is let in.
    fn ask(&self, query: Form) -> String {
        assert_eq!((query["response_type"].as_str(), query["client_id"].as_str()), ("code", CLIENT));
        assert_eq!(query["code_challenge_method"], "S256");
        assert!(query["scope"].split(' ').any(|scope| scope == "openid"));
        let mut state = self.state.lock().unwrap();
        state.made += 1;
        let code = format!("code-{}", state.made);
        let back = format!("{}?code={code}&state={}", query["redirect_uri"], query["state"]);
        state.codes.insert(code, query);
        let back = back.replace('&', "&amp;");
        format!("<!doctype html><title>Sign in</title><a id=\"allow\" href=\"{back}\">Let me in</a>")
    }

    fn redeem(&self, form: &Form) -> Option<Value> {
        let mut state = self.state.lock().unwrap();
        let asked = state.codes.remove(form.get("code")?)?;
        let challenge = URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(
            &aws_lc_rs::digest::SHA256,
            form.get("code_verifier")?.as_bytes(),
        ));
        let is_fine = form.get("grant_type")? == "authorization_code"
            && form.get("client_id")? == CLIENT
            && form.get("redirect_uri") == asked.get("redirect_uri")
            && asked["code_challenge"] == challenge;
        if !is_fine {
            return None;
        }
        let (lie, now) = (state.lie, SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs());
        let unless = |this: Lie, said: &str| if lie == this { "other".to_owned() } else { said.to_owned() };
        let sub = state.user.to_string();
        let id = json!({
            "iss": unless(Lie::Issuer, &self.url), "aud": unless(Lie::Client, CLIENT), "sub": sub,
            "nonce": unless(Lie::Nonce, &asked["nonce"]), "iat": now,
            "exp": if lie == Lie::Expired { now - 3600 } else { now + 300 },
        });
        let access = json!({
            "iss": self.url, "aud": unless(Lie::Audience, "orders"), "sub": sub, "scope": state.scope, "iat": now,
            "exp": now + 300,
        });
        let id = if lie == Lie::Key { SigningKey::es256("key").token(&id) } else { self.key.token(&id) };
        let id = if lie == Lie::NoIdToken { Value::Null } else { id.into() };
        Some(
            json!({"access_token": self.key.token(&access), "id_token": id, "token_type": "Bearer", "expires_in": 300}),
        )
    }
}
