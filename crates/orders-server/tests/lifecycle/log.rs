//! What the log and the banner say.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Server, command, orders, products, url_of};

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

#[tokio::test]
async fn no_log_at_any_level_and_no_metric_has_what_is_known_of_a_customer() {
    let folder = TempDir::new().unwrap();
    let (file, log) = (folder.path().join("orders.sqlite"), folder.path().join("log"));
    let mut serve = command(&file, &[("LOG_FORMAT", "json"), ("RUST_LOG", "trace")]);
    serve.stderr(File::create(&log).unwrap());
    let mut server = Server::start_by(serve);
    let secrets =
        ["ada.private@example.org", "Augusta Secret", "12 Hidden Square", "Kept-Quiet", "whispered"];
    let [email, name, street, city, note] = secrets;
    let to = |country: &str| json!({"name": name, "lines": [street], "city": city, "country": country});
    let mut body = products(&[(9, 2)]);
    body["email"] = json!(email);
    body["shipTo"] = to("GB");
    let line = json!([{"orderProductId": 1, "quantity": 1}]);
    let cancellation = json!({"lines": line, "reason": "other", "note": note});
    let broken = format!("{{\"email\": \"{email}\", \"shipTo\": {{\"name\": \"{name}\"");
    for (method, path, body, status) in [
        (Method::POST, "/orders", body.to_string(), 201),
        (Method::POST, "/orders", broken, 400),
        (Method::PATCH, "/orders/1/contact", json!({"email": name, "shipTo": to("XX")}).to_string(), 422),
        (Method::PATCH, "/orders/1/contact", json!({"shipTo": to("FR")}).to_string(), 200),
        (Method::POST, "/orders/1/cancellations", cancellation.to_string(), 201),
        (
            Method::POST,
            "/orders/1/cancellations",
            cancellation.to_string().replace("quantity\":1", "quantity\":2"),
            409,
        ),
        (Method::PATCH, "/orders/1/cancel", String::new(), 200),
        (Method::PATCH, "/orders/1/contact", json!({"shipTo": to("DE")}).to_string(), 409),
        (Method::GET, "/metrics", String::new(), 200),
        (Method::GET, &format!("/orders?email={email}"), "1".to_owned(), 403),
        (Method::GET, &format!("/orders?email={email}&userId=1"), "100".to_owned(), 422),
        (Method::GET, &format!("/orders?email={email}@"), "100".to_owned(), 422),
        (Method::GET, &format!("/orders?email={email}"), "100".to_owned(), 200),
        (Method::GET, &format!("/orders/1?email={email}"), String::new(), 422),
    ] {
        // Of a list the body says who asks.
        let user = body.parse().unwrap_or(1);
        let request = server.user(user, method, path).header("content-type", "application/json");
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
        let text = answer.text().await.unwrap();
        let is_quiet = !secrets.iter().any(|secret| text.contains(secret));
        assert!(is_quiet || status < 300, "{path}: {text}");
        assert!(is_quiet || path != "/metrics", "{text}");
    }
    server.signal("TERM");
    assert!(server.wait().success());
    let forget = |user: &str| {
        let mut forget = orders();
        forget.args(["forget", "--user", user, "--database-url", &url_of(&file)]).env("RUST_LOG", "trace");
        let output = forget.output().unwrap();
        assert!(output.status.success());
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    let text = fs::read_to_string(&log).unwrap() + &forget("1");
    assert!(text.contains("answered") && text.contains("emptied"), "{text}");
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} is in the log: {text}");
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
