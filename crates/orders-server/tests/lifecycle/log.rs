//! What the log and the banner say.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
};

use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Server, command};

#[tokio::test]
async fn each_request_is_a_line_at_debug_without_personal_data() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let settings = [("LOG_FORMAT", "json"), ("RUST_LOG", "info,actix_server=warn,orders_api=debug")];
    let mut serve = command(&folder.path().join("orders.sqlite"), &settings);
    serve.stderr(File::create(&log).unwrap());
    let mut server = Server::start_by(serve);
    let request = server
        .user(1, Method::GET, "/orders/77")
        .header("X-Request-Id", "checkout-17")
        .header("User-Agent", "somebody's phone");
    assert_eq!(request.send().await.unwrap().status(), 401);
    server.signal("TERM");
    assert!(server.wait().success());

    let text = fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = lines.iter().find(|line| line["message"] == "answered").expect(&text);
    assert_eq!(line["level"], "DEBUG");
    assert_eq!(line["request_id"], "checkout-17");
    assert_eq!((&line["method"], &line["route"]), (&"GET".into(), &"GET /orders/{id}".into()));
    assert_eq!(line["status"], 401);
    assert!(line["ms"].as_f64().unwrap() > 0.0);
    assert_eq!(lines.iter().filter(|line| line["message"] == "answered").count(), 1);
    for personal in ["phone", "127.0.0.1", "user_id", "/orders/77"] {
        assert!(!text.contains(personal), "{personal} is in the log: {text}");
    }
}

#[test]
fn the_banner_shows_the_whole_path_of_the_database() {
    let folder = TempDir::new().unwrap();
    let mut serve = crate::support::serve("sqlite://here.sqlite", &[]);
    let mut child = serve.current_dir(folder.path()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let banner: Vec<String> = lines.take(3).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    let file = folder.path().canonicalize().unwrap().join("here.sqlite");
    assert_eq!(banner[1], format!("database      sqlite://{}", file.display()));
}
