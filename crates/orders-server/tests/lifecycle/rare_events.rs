//! Events that are rare among many others: each look is bounded, and all of them are found.

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Server, seed_thousands};

fn ask(server: &Server, path: &str) -> RequestBuilder {
    server.user(100, Method::GET, path)
}

#[tokio::test]
async fn one_event_of_its_type_behind_twenty_thousand_others_is_found_in_every_form() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("orders.sqlite");
    seed_thousands(&file, 5);
    let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    conn.batch_execute(
        "UPDATE events SET type = 'migrated', data = '{\"to\":\"shipped\"}' WHERE id = (SELECT max(id) FROM events)",
    )
    .unwrap();
    drop(conn);
    let server = Server::start_on(&file, &[]);

    let (mut path, mut looks) = ("/events?type=order.migrated".to_owned(), 0);
    let found = loop {
        let answer = ask(&server, &path).send().await.unwrap();
        let link = answer.headers()["link"].to_str().unwrap().to_owned();
        let page: Vec<Value> = answer.json().await.unwrap();
        looks += 1;
        assert!(looks < 10, "not found");
        if let Some(event) = page.first() {
            break event["id"].clone();
        }
        path = link.trim_start_matches('<').split('>').next().unwrap().to_owned();
    };
    assert!(looks > 1, "a page looked through {found} events");

    let lines = ask(&server, "/events?type=order.migrated").header("accept", "application/x-ndjson");
    let lines = lines.send().await.unwrap().text().await.unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|event| &event["id"]).collect::<Vec<_>>(), [&found]);

    let stream = ask(&server, "/events?type=order.migrated").header("accept", "text/event-stream");
    let (mut stream, mut text) = (stream.send().await.unwrap(), String::new());
    while !text.contains("data: ") {
        text.push_str(std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert!(text.contains(&format!("id: {}\n", found.as_str().unwrap())), "{text}");
}
