//! What happens afterwards, when the server is killed again and again: webhooks, mail and fulfilment at work.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use fastrand::Rng;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    sound::assert_sound,
    support::{
        Place, Server,
        receiver::{Got, Receiver},
        smtp::MailServer,
    },
    torture::{seeded, setting},
};

/// 32 bytes in base64.
const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// The shop's operator.
const OPERATOR: i64 = 100;

/// How many clients there are, each with an order after the other.
const CLIENTS: u64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_tells_everything_that_happened_and_plans_each_order_once() {
    torture(&Place::file_in_a_folder(), setting("TORTURE_KILLS").unwrap_or(20)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_tells_everything_that_happened_in_postgres_too() {
    if let Some(place) = Place::postgres() {
        torture(&place, setting("TORTURE_KILLS").unwrap_or(5)).await;
    }
}

async fn torture(place: &Place, kills: u64) {
    let mut rng = seeded();
    // Now and then a connection ends without an answer, and an answer is no success; but never twice for one event.
    let receiver = Receiver::answering(|got, before| {
        let chance = got.id.parse::<u64>().unwrap_or(0) % 97;
        match (before, chance) {
            (0, 0) => None,
            (0, 1) => Some(503),
            _ => Some(200),
        }
    });
    let mail = MailServer::start();
    let (port, smtp) = (receiver.port().to_string(), mail.url());
    let settings = [
        ("SECRETS_KEY", KEY),
        ("WEBHOOKS_ALLOW_HTTP", "true"),
        ("WEBHOOKS_PORTS", port.as_str()),
        ("WEBHOOKS_ALLOW_NETS", "127.0.0.0/8"),
        ("FULFILMENT", "automatic"),
        ("SMTP_URL", smtp.as_str()),
        ("MAIL_FROM", "shop@shop.example"),
    ];
    let server = Server::start_at(&place.url(), &settings);
    let webhook = json!({"url": receiver.url(), "types": ["order.*"]});
    let made = server.operator(Method::POST, "/webhooks", Some(&webhook)).send().await.unwrap();
    assert_eq!(made.status(), 201);
    kill(server, &mut rng).await;
    for _ in 0..kills {
        kill(Server::start_at(&place.url(), &settings), &mut rng).await;
    }
    let mut server = Server::start_at(&place.url(), &settings);
    let events = events(&server).await;
    let expected: Vec<_> = events.iter().filter(|event| kind(event).starts_with("order.")).map(id).collect();
    let all = receiver.wait_until(|got| {
        let came: BTreeSet<_> = got.iter().map(|got| got.id.as_str()).collect();
        expected.iter().all(|id| came.contains(id.as_str()))
    });
    // The worker goes on with what was placed last.
    let events = fulfilled(&server).await;
    assert_told(&events, &all);
    assert_fulfilled_once(&events);
    assert_mailed(&server, &mail, &events).await;
    server.signal("TERM");
    assert!(server.wait().success());
    assert_sound(place);
    println!("{kills} kills, {} events, {} messages, {} mails", events.len(), all.len(), mail.mails().len());
}

fn id(event: &Value) -> String {
    event["id"].as_str().unwrap().to_owned()
}

fn kind(event: &Value) -> &str {
    event["type"].as_str().unwrap()
}

/// Has clients order and ship until the server is killed under them.
async fn kill(server: Server, rng: &mut Rng) {
    let (server, is_over) = (Arc::new(server), Arc::new(AtomicBool::new(false)));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (server, is_over) = (Arc::clone(&server), Arc::clone(&is_over));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    if order(&server, number).await.is_err() {
                        return;
                    }
                }
            })
        })
        .collect();
    // The random moment is what is tested; nothing is waited for.
    tokio::time::sleep(Duration::from_millis(rng.u64(20..700))).await;
    server.signal("KILL");
    is_over.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
}

/// Places an order, and sends every other one on its way: in one parcel, or in two.
async fn order(server: &Server, number: u64) -> Result<(), reqwest::Error> {
    let body = json!({
        "products": [{"id": 1, "quantity": 2}], "email": format!("customer{number}@shop.example"),
    });
    let placed = server.user(1, Method::POST, "/orders").json(&body).send().await?;
    assert_eq!(placed.status(), 201);
    let order: Value = placed.json().await?;
    let (id, line) = (order["id"].as_i64().unwrap(), order["orderProduct"][0]["id"].clone());
    if id % 2 == 0 {
        let shipped = server.user(1, Method::PATCH, &format!("/orders/{id}/status"));
        let shipped = shipped.json(&json!({"status": "shipped"})).send().await?;
        assert_eq!(shipped.status(), 200);
    } else if id % 4 == 1 {
        let part = json!({"lines": [{"orderProductId": line, "quantity": 1}], "status": "shipped"});
        let sent = server.operator(Method::POST, &format!("/orders/{id}/shipments"), Some(&part));
        // The worker may have planned it whole already.
        assert!([201, 409].contains(&sent.send().await?.status().as_u16()));
    }
    Ok(())
}

/// All events, in their order.
async fn events(server: &Server) -> Vec<Value> {
    let request = server.user(OPERATOR, Method::GET, "/events").header("accept", "application/x-ndjson");
    let text = request.send().await.unwrap().text().await.unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// All events, once the worker has looked at every order that was placed.
async fn fulfilled(server: &Server) -> Vec<Value> {
    let deadline = std::time::Instant::now() + Duration::from_mins(1);
    loop {
        let events = events(server).await;
        let of = |wanted: &[&str]| {
            let meant = events.iter().filter(|event| wanted.contains(&kind(event)));
            meant.map(|event| event["subject"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        let moved_on =
            of(&["order.processing", "order.shipped", "order.shipment_created", "order.shipment_changed"]);
        if of(&["order.placed"]).is_subset(&moved_on) {
            return events;
        }
        assert!(std::time::Instant::now() < deadline, "not every order was looked at");
        tokio::task::yield_now().await;
    }
}

/// Every message is an event as it is in the feed, the same each time; of each order the first arrivals are in their
/// order.
fn assert_told(events: &[Value], got: &[Got]) {
    let feed: BTreeMap<_, _> = events.iter().map(|event| (id(event), event)).collect();
    let mut latest: BTreeMap<String, i64> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for got in got {
        let told = got.json();
        assert_eq!(feed.get(&got.id), Some(&&told), "{told}");
        if !seen.insert(got.id.clone()) {
            continue;
        }
        let subject = told["subject"].as_str().unwrap().to_owned();
        let number: i64 = got.id.parse().unwrap();
        let before = latest.insert(subject, number).unwrap_or(0);
        assert!(before < number, "{number} came after {before}");
    }
}

/// No order was planned or moved on twice by the worker.
fn assert_fulfilled_once(events: &[Value]) {
    let mut done = BTreeSet::new();
    let mut planned = 0;
    for event in events.iter().filter(|event| event["data"]["actor"]["kind"] == "worker") {
        let subject = event["subject"].as_str().unwrap();
        assert!(["order.planned", "order.processing"].contains(&kind(event)), "{event}");
        assert!(done.insert((subject.to_owned(), kind(event).to_owned())), "twice: {event}");
        planned += usize::from(kind(event) == "order.planned");
    }
    assert!(planned > 0, "nothing was planned");
}

/// Each parcel that left was written about, and nothing else; what was written again has the same id.
async fn assert_mailed(server: &Server, mail: &MailServer, events: &[Value]) {
    let is_out = |event: &&Value| match kind(event) {
        "order.shipped" => true,
        "order.shipment_created" => event["data"]["status"] == "shipped",
        "order.shipment_changed" => {
            event["data"]["to"] == "shipped" && event["data"]["from"] != event["data"]["to"]
        }
        _ => false,
    };
    let expected: BTreeSet<_> = events.iter().filter(is_out).map(id).collect();
    let mut deadline = std::time::Instant::now() + Duration::from_mins(1);
    let mut before = 0;
    loop {
        let mails = mail.mails();
        let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for mail in &mails {
            let line = mail.lines().find_map(|line| line.strip_prefix("Message-ID: <")).unwrap();
            let event = line.split('.').next().unwrap().to_owned();
            assert!(line.ends_with("@shop.example>"), "{line}");
            texts.entry(event).or_default().insert(line.to_owned());
        }
        let told: BTreeSet<_> = texts.keys().cloned().collect();
        assert!(told.is_subset(&expected), "{:?}", told.difference(&expected).collect::<Vec<_>>());
        assert!(texts.values().all(|ids| ids.len() == 1), "two mails of one event");
        if told == expected {
            return;
        }
        // There may be many to write; each that comes shows that others will.
        if told.len() > before {
            before = told.len();
            deadline = std::time::Instant::now() + Duration::from_mins(1);
        }
        if std::time::Instant::now() > deadline {
            let log = server.user(OPERATOR, Method::GET, "/deliveries?consumer=mail&state=pending");
            let log = log.send().await.unwrap().text().await.unwrap();
            panic!("{:?} are missing; {log}", expected.difference(&told).collect::<Vec<_>>());
        }
        tokio::task::yield_now().await;
    }
}
