//! What a collector of traces gets, and what it costs that there is none.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    Server,
    collector::{Collector, Recorded},
    command, ends_within, failure, orders, products,
    receiver::Receiver,
    url_of,
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// Nothing is sent before the end, so what comes was flushed by it.
const ONLY_AT_THE_END: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "3600000");

/// More than an end takes that waits for everything in vain.
const END: Duration = Duration::from_secs(30);

/// `traceparent` of a caller who records, or not.
fn caller(is_sampled: bool) -> String {
    format!("00-{TRACE}-{SPAN}-0{}", u8::from(is_sampled))
}

/// Places an order within a trace.
async fn place(server: &Server, traceparent: &str) {
    let request = server.user(1, Method::POST, "/orders").header("traceparent", traceparent);
    assert_eq!(request.json(&products(&[(9, 1)])).send().await.unwrap().status(), 201);
}

/// What may be sent to this receiver.
fn sending(receiver: &Receiver) -> Vec<(&'static str, String)> {
    vec![
        ("WEBHOOKS_ALLOW_HTTP", "true".to_owned()),
        ("WEBHOOKS_PORTS", receiver.port().to_string()),
        ("WEBHOOKS_ALLOW_NETS", "127.0.0.0/8".to_owned()),
    ]
}

async fn add_webhook(server: &Server, receiver: &Receiver) {
    let body = json!({"url": receiver.url(), "types": ["order.*"]});
    let answer = server.operator(Method::POST, "/webhooks", Some(&body)).send().await.unwrap();
    assert_eq!(answer.status(), 201);
}

/// The one span of this name.
fn one<'a>(spans: &'a [Recorded], name: &str) -> &'a Recorded {
    let mut named = spans.iter().filter(|span| span.name == name);
    match (named.next(), named.next()) {
        (Some(only), None) => only,
        _ => panic!("not one {name}: {spans:?}"),
    }
}

/// The events of an order.
async fn timeline(server: &Server, order: i64) -> Vec<Value> {
    let answer = server.user(1, Method::GET, &format!("/orders/{order}/events")).send().await.unwrap();
    answer.json().await.unwrap()
}

#[tokio::test]
async fn a_request_and_what_comes_of_it_are_spans_of_the_callers_trace_and_an_end_sends_them() {
    let (collector, receiver) = (Collector::start(), Receiver::start());
    let url = collector.url();
    let sending = sending(&receiver);
    let mut settings = vec![("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()), ONLY_AT_THE_END];
    settings.push(("OTEL_SERVICE_NAME", "shop"));
    settings.extend(sending.iter().map(|(name, value)| (*name, value.as_str())));
    let mut server = Server::start_with(&settings);
    add_webhook(&server, &receiver).await;
    place(&server, &caller(true)).await;
    let got = receiver.wait(1);
    let events = timeline(&server, 1).await;
    server.signal("TERM");
    assert!(server.ends_within(END).success());

    let spans = collector.spans();
    let of_trace: Vec<_> = spans.iter().filter(|span| span.trace == TRACE).cloned().collect();
    let [request, commit, webhook] = ["POST /orders", "commit", "webhook"].map(|name| one(&of_trace, name));
    assert_eq!((request.parent.as_str(), request.kind), (SPAN, 2));
    assert_eq!((&commit.parent, commit.kind), (&request.id, 1));
    assert_eq!((&webhook.parent, webhook.kind), (&request.id, 3));
    assert_eq!(of_trace.len(), 3, "{of_trace:?}");
    let said = |name: &str| request.attributes[name].as_str();
    assert_eq!(said("http.route"), "/orders");
    assert_eq!((said("http.request.method"), said("http.response.status_code")), ("POST", "201"));
    assert_eq!(webhook.attributes["http.response.status_code"], "200");
    assert_eq!(request.resource["service.name"], "shop");
    assert!(spans.iter().all(|span| !span.has_failed), "{spans:?}");
    // What was not asked for in a trace begins one.
    let other = one(&spans, "POST /webhooks");
    assert!(other.parent.is_empty() && other.trace != TRACE, "{other:?}");
    // The event tells of the request as its cause, and the receiver of the try.
    assert_eq!(events[0]["traceparent"], format!("00-{TRACE}-{}-01", request.id));
    assert_eq!(got[0].json()["traceparent"], events[0]["traceparent"]);
    assert_eq!(got[0].traceparent, format!("00-{TRACE}-{}-01", webhook.id));
}

#[tokio::test]
async fn what_the_caller_does_not_record_is_passed_on_and_not_recorded_and_neither_are_looks_at_health() {
    let collector = Collector::start();
    let url = collector.url();
    let mut server = Server::start_with(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &url), ONLY_AT_THE_END]);
    place(&server, &caller(false)).await;
    assert_eq!(timeline(&server, 1).await[0]["traceparent"], caller(false));
    for path in ["/health/live", "/health/ready", "/metrics"] {
        assert_eq!(server.anyone(Method::GET, path).send().await.unwrap().status(), 200);
    }
    server.signal("TERM");
    assert!(server.ends_within(END).success());
    let spans = collector.spans();
    assert_eq!(spans.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(), ["GET /orders/{id}/events"]);
}

#[tokio::test]
async fn the_sampler_is_the_one_that_is_set() {
    let collector = Collector::start();
    let url = collector.url();
    let sampler = ("OTEL_TRACES_SAMPLER", "parentbased_always_off");
    let mut server = Server::start_with(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &url), ONLY_AT_THE_END, sampler]);
    server.place(1, &[(9, 1)]).await;
    assert_eq!(timeline(&server, 1).await[0].get("traceparent"), None);
    place(&server, &caller(true)).await;
    server.signal("TERM");
    assert!(server.ends_within(END).success());
    let spans = collector.spans();
    assert!(spans.iter().all(|span| span.trace == TRACE) && spans.len() == 2, "{spans:?}");
}

#[tokio::test]
async fn a_collector_that_does_not_answer_loses_no_request_and_holds_up_no_end() {
    // It takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = TempDir::new().unwrap();
    let (file, log) = (folder.path().join("orders.sqlite"), folder.path().join("log"));
    let url = format!("http://{}", silent.local_addr().unwrap());
    let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "1")];
    let mut serve = command(&file, &settings);
    serve.stderr(std::fs::File::create(&log).unwrap());
    let mut server = Server::start_by(serve);
    for _ in 0..20 {
        place(&server, &caller(true)).await;
    }
    let lost = r#"orders_trace_spans_total{outcome="lost"} "#;
    let deadline = Instant::now() + END;
    loop {
        let text = server.anyone(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
        if text.lines().filter_map(|line| line.strip_prefix(lost)).any(|count| count != "0") {
            break;
        }
        assert!(Instant::now() < deadline, "{text}");
        tokio::task::yield_now().await;
    }
    assert_eq!(timeline(&server, 20).await.len(), 1);
    server.signal("TERM");
    assert!(server.ends_within(END).success());
    let said = std::fs::read_to_string(&log).unwrap();
    assert_eq!(said.matches("the collector does not take traces").count(), 1, "{said}");
}

#[tokio::test]
async fn nothing_personal_is_in_a_span_whatever_is_asked() {
    let collector = Collector::start();
    let url = collector.url();
    let mut server = Server::start_with(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &url), ONLY_AT_THE_END]);
    let secrets = ["ada.private@example.org", "Augusta Secret", "Hidden-Agent", "X4711", "BREW"];
    let mut body = products(&[(9, 2)]);
    body["email"] = json!(secrets[0]);
    body["shipTo"] = json!({"name": secrets[1], "lines": ["1 Street"], "city": "Paris", "country": "FR"});
    let brew = Method::from_bytes(b"BREW").unwrap();
    for (method, path, body, status) in [
        (Method::POST, "/orders".to_owned(), body.to_string(), 201),
        (Method::POST, "/orders".to_owned(), format!("{{\"email\":\"{}\"", secrets[0]), 400),
        (Method::GET, format!("/orders?email={}", secrets[0]), String::new(), 403),
        (Method::GET, format!("/{}/{}", secrets[2], secrets[3]), String::new(), 404),
        (Method::GET, format!("/orders/{}", secrets[3]), String::new(), 400),
        (brew, "/orders".to_owned(), String::new(), 405),
    ] {
        let request =
            server.user(1, method, &path).header("user-agent", secrets[2]).header("X-Request-Id", secrets[3]);
        let answer = request.header("content-type", "application/json").body(body).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
    }
    server.signal("TERM");
    assert!(server.ends_within(END).success());
    let spans = collector.spans();
    for span in &spans {
        for name in span.attributes.keys() {
            let known = ["http.request.method", "http.response.status_code", "http.route", "error.type"];
            assert!(known.contains(&name.as_str()), "{span:?}");
        }
    }
    let mut names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["GET", "GET /orders", "GET /orders/{id}", "POST /orders", "POST /orders", "_OTHER", "commit"]
    );
    let bytes = collector.bytes();
    for secret in secrets {
        assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret} was sent");
    }
}

#[tokio::test]
async fn a_worker_that_works_off_and_ends_sends_its_spans() {
    let (collector, receiver) = (Collector::start(), Receiver::start());
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("orders.sqlite");
    let sending = sending(&receiver);
    let mut settings: Vec<_> = sending.iter().map(|(name, value)| (*name, value.as_str())).collect();
    settings.push(("ROLE", "api"));
    let mut server = Server::start_by(command(&file, &settings));
    add_webhook(&server, &receiver).await;
    place(&server, &caller(true)).await;
    server.signal("TERM");
    assert!(server.ends_within(END).success());

    let mut work = orders();
    work.args(["worker", "--once"]).env("DATABASE_URL", url_of(&file));
    work.envs(sending.iter().map(|(name, value)| (*name, value.as_str())));
    work.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url()).env(ONLY_AT_THE_END.0, ONLY_AT_THE_END.1);
    assert!(ends_within(&mut work.spawn().unwrap(), END).success());
    let spans = collector.spans();
    let webhook = one(&spans, "webhook");
    assert_eq!((webhook.trace.as_str(), webhook.parent.as_str()), (TRACE, SPAN));
    assert_eq!(receiver.got()[0].traceparent, format!("00-{TRACE}-{}-01", webhook.id));
}

#[test]
fn a_collector_or_a_sampler_that_is_none_is_refused_with_its_name() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("orders.sqlite");
    let endpoint = |url: &'static str| vec![("OTEL_EXPORTER_OTLP_ENDPOINT", url)];
    let sampled = |name: &'static str, part: &'static str| {
        let mut settings = endpoint("http://127.0.0.1:4318");
        settings.push(("OTEL_TRACES_SAMPLER", name));
        settings.extend((!part.is_empty()).then_some(("OTEL_TRACES_SAMPLER_ARG", part)));
        settings
    };
    for (settings, expected) in [
        (endpoint("localhost:4318"), "OTEL_EXPORTER_OTLP_ENDPOINT"),
        (endpoint("http://somebody:s3cret@localhost:4318"), "OTEL_EXPORTER_OTLP_HEADERS"),
        (endpoint("http://localhost:4318/?token=s3cret"), "OTEL_EXPORTER_OTLP_ENDPOINT"),
        (sampled("sometimes", ""), "OTEL_TRACES_SAMPLER"),
        (sampled("always_on", "0.5"), "OTEL_TRACES_SAMPLER_ARG"),
        (sampled("traceidratio", "1.5"), "OTEL_TRACES_SAMPLER_ARG"),
        (sampled("traceidratio", "half"), "OTEL_TRACES_SAMPLER_ARG"),
    ] {
        let (code, said) = failure(command(&file, &settings));
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(expected) && !said.contains("s3cret"), "{said}");
    }
}
