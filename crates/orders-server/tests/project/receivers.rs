//! The examples of receivers: each takes what a server sends, and nothing else.

use std::{
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant, SystemTime},
};

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::{clients::typescript, file, python, root, support::Server, webhook_receiver};

/// A secret that no server has made.
const ANOTHER: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The other one of the two secrets that receivers are given.
const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// A receiver in a process of its own. Dropping it ends it.
struct Process(Child);

impl Process {
    /// The command, with these secrets and this port.
    fn start(mut command: Command, port: u16, secrets: &str) -> Self {
        command.env("PORT", port.to_string()).env("SECRETS", secrets).stdout(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    /// The first line that it writes.
    fn line(&mut self) -> String {
        let mut lines = BufReader::new(self.0.stdout.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        // Read on, so that it never writes to nobody.
        std::thread::spawn(move || lines.for_each(drop));
        line
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn seconds() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

/// What the secret makes of a message, as the specification has it.
fn signature(secret: &str, id: &str, sent: u64, body: &str) -> String {
    let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let tag = sign(&Key::new(HMAC_SHA256, &key), format!("{id}.{sent}.{body}").as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(tag))
}

/// A server with a webhook that leads to a free port, which it is told is allowed; the port and the webhook's secret.
async fn server() -> (Server, u16, String) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let ports = port.to_string();
    let server = Server::start_with(&[
        ("WEBHOOKS_ALLOW_HTTP", "true"),
        ("WEBHOOKS_ALLOW_NETS", "127.0.0.0/8"),
        ("WEBHOOKS_PORTS", &ports),
    ]);
    let body = json!({"url": format!("http://127.0.0.1:{port}/orders"), "types": ["order.*"]});
    let added = server.operator(Method::POST, "/webhooks", Some(&body)).send().await.unwrap();
    let secret = added.json::<Value>().await.unwrap()["secret"].as_str().unwrap().to_owned();
    (server, port, secret)
}

/// Waits until the receiver takes connections.
fn listens(port: u16) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < deadline, "the receiver does not listen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// What the receiver answers to a test that the server sends now.
async fn test(server: &Server) -> Value {
    let answer = server.operator(Method::POST, "/webhooks/1/test", None).send().await.unwrap();
    answer.json::<Value>().await.unwrap()["status"].clone()
}

/// Messages that are made for the purpose, each with what is to be answered.
async fn takes_what_is_genuine(port: u16, secret: &str) {
    let (id, body) = ("7", r#"{"id":"7","type":"order.placed","subject":"orders/1"}"#);
    let (now, client) = (seconds(), Client::new());
    let by = |secret| signature(secret, id, now, body);
    let both = format!("{} {}", by(ANOTHER), by(secret));
    let too_old = now - 360;
    for (message, sent, signatures, body, expected) in [
        ("a good one", now, by(secret), body, 204),
        ("two signatures, of which the second fits", now, both, body, 204),
        ("the other one of its secrets", now, by(OTHER), body, 204),
        ("another body", now, by(secret), &body.replace("orders/1", "orders/2"), 401),
        ("another time", now - 1, by(secret), body, 401),
        ("too old", too_old, signature(secret, id, too_old, body), body, 401),
        ("too new", now + 360, signature(secret, id, now + 360, body), body, 401),
        ("another secret", now, by(ANOTHER), body, 401),
        ("half a signature", now, by(secret)[..20].to_owned(), body, 401),
        ("another version", now, by(secret).replace("v1,", "v2,"), body, 401),
    ] {
        let request = client.post(format!("http://127.0.0.1:{port}/orders")).body(body.to_owned());
        let request = request.header("webhook-id", id).header("webhook-timestamp", sent.to_string());
        let answer = request.header("webhook-signature", signatures).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{message}");
    }
    let bare = client.post(format!("http://127.0.0.1:{port}/orders")).body(body).send().await.unwrap();
    assert_eq!(bare.status(), 401, "without the headers");
}

/// A receiver that was given `OTHER` and the secret of the server's webhook.
async fn takes_what_the_server_sends(server: &Server, port: u16, secret: &str) {
    listens(port);
    assert_eq!(test(server).await, 204);
    takes_what_is_genuine(port, secret).await;
    // For a day messages are signed with the new secret and with the old one.
    let rotated = server.operator(Method::POST, "/webhooks/1/secret", None).send().await.unwrap();
    assert_ne!(rotated.json::<Value>().await.unwrap()["secret"], secret);
    assert_eq!(test(server).await, 204);
    // Again, and it has neither.
    assert_eq!(server.operator(Method::POST, "/webhooks/1/secret", None).send().await.unwrap().status(), 200);
    assert_eq!(test(server).await, 401);
}

/// The same of a receiver that is another program.
async fn process_takes_it(command: Command) {
    let (server, port, secret) = server().await;
    let mut process = Process::start(command, port, &format!("{OTHER} {secret}"));
    listens(port);
    server.place(1, &[(9, 7)]).await;
    assert_eq!(process.line(), "2 order.placed orders/1");
    takes_what_the_server_sends(&server, port, &secret).await;
}

#[tokio::test]
async fn the_receiver_in_rust_takes_what_is_signed_and_nothing_else() {
    let (server, port, secret) = server().await;
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let secrets = format!("{OTHER} {secret}");
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(webhook_receiver::serve(listener, &secrets))
    });
    takes_what_the_server_sends(&server, port, &secret).await;
}

#[tokio::test]
async fn the_receiver_in_python_takes_what_is_signed_and_nothing_else() {
    let Some(mut command) = python::with_module("standardwebhooks", "standardwebhooks") else { return };
    command.arg(root().join("examples/receiver.py")).stderr(Stdio::null());
    process_takes_it(command).await;
}

#[tokio::test]
async fn the_receiver_on_the_page_takes_what_is_signed_and_nothing_else() {
    let Some(mut command) = python::with_module("http.server", "python3") else { return };
    let page = file("docs/delivery.md");
    let (_, code) = page.split_once("```python\n").unwrap();
    let (code, _) = code.split_once("```").unwrap();
    command.args(["-c", code]).stderr(Stdio::null());
    process_takes_it(command).await;
}

#[tokio::test]
async fn the_receiver_in_typescript_takes_what_is_signed_and_nothing_else() {
    let Some(build) = typescript() else { return };
    let mut command = Command::new("node");
    command.arg(build.path().join("build/receiver.js"));
    process_takes_it(command).await;
}
