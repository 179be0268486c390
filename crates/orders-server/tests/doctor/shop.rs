//! A shop in which everything has happened that can, and what the doctor says of it.

use std::{collections::BTreeSet, process::Output};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_postgres::{Client, NoTls};

use crate::support::{Place, Server, orders, receiver::Receiver};

/// 32 bytes in base64.
const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// A kind of difference, and of what.
pub type Found = BTreeSet<(String, String)>;

pub struct Shop {
    pub place: Place,
}

/// A fresh database of each kind that this machine has.
pub fn shops() -> impl Iterator<Item = Shop> {
    let places = [Some(Place::file_in_a_folder()), Place::postgres()];
    places.into_iter().flatten().map(|place| Shop { place })
}

impl Shop {
    /// What a command that is given the database comes to.
    pub fn output(&self, arguments: &[&str]) -> Output {
        orders().args(arguments).env("DATABASE_URL", self.place.url()).output().unwrap()
    }

    /// Runs a command, which must succeed.
    pub fn run(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.output(arguments);
        assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    }

    /// What the doctor says with these flags: its code and document.
    pub fn doctor(&self, flags: &[&str]) -> (Option<i32>, Value) {
        let Output { status, stdout, stderr } =
            self.output(&[&["doctor", "--json", "--most", "1000"], flags].concat());
        let document = serde_json::from_slice(&stdout);
        let said = String::from_utf8_lossy(&stderr).into_owned();
        (status.code(), document.unwrap_or_else(|error| panic!("{error}: {said}")))
    }

    #[track_caller]
    pub fn assert_clean(&self) {
        let (code, document) = self.doctor(&[]);
        assert_eq!((code, &document["clean"]), (Some(0), &json!(true)), "{document:#}");
    }

    /// A server that sends to this receiver.
    pub fn serve(&self, receiver: &Receiver) -> Server {
        let port = receiver.port().to_string();
        Server::start_at(
            &self.place.url(),
            &[
                ("SECRETS_KEY", KEY),
                ("WEBHOOKS_ALLOW_HTTP", "true"),
                ("WEBHOOKS_PORTS", &port),
                ("WEBHOOKS_ALLOW_NETS", "127.0.0.0/8"),
            ],
        )
    }

    /// [`Place::ask`].
    pub fn ask(&self, query: &str) -> String {
        self.place.ask(query)
    }

    fn file(&self) -> SqliteConnection {
        SqliteConnection::establish(self.place.file().unwrap().to_str().unwrap()).unwrap()
    }

    /// Changes what is stored, past all that keeps it whole.
    pub fn plant(&self, statement: &str) {
        match &self.place {
            Place::File(_) => {
                let loose = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;";
                let done = self.file().batch_execute(&format!("{loose} {statement}"));
                done.unwrap_or_else(|error| panic!("{statement}: {error}"));
            }
            Place::Postgres(database) => {
                database.execute(&format!("SET session_replication_role = replica; {statement}"));
            }
        }
    }

    /// Adds a movement by which a line of this order holds a piece more, which the level has too.
    pub fn hold_another(&self, order: i64) {
        self.plant(&format!(
            "INSERT INTO stock_movements (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, line, at) \
             SELECT (SELECT max(id) FROM events) * 8192 + 8000, product_id, location_id, 'reserved', 1, on_hand, reserved + 1, \
             {order} * 100 - 99, 0 FROM stock_levels WHERE product_id = 200; \
             UPDATE stock_levels SET reserved = reserved + 1 WHERE product_id = 200"
        ));
    }
}

/// Somebody who holds locks in PostgreSQL.
pub struct Locker(Client);

impl Locker {
    /// Does this in a transaction, which goes on.
    pub async fn begin(url: &str, statements: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(&format!("BEGIN; {statements}")).await.unwrap();
        Self(client)
    }

    /// Commits once somebody waits for it.
    pub async fn commit_when_waited_for(self) {
        let waits =
            "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))";
        while self.0.query(waits, &[]).await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        self.0.batch_execute("COMMIT").await.unwrap();
    }
}

/// What a document says was found.
pub fn found(document: &Value) -> Found {
    let kinds = document["kinds"].as_array().unwrap().iter();
    let of_kind = |kind: &Value| {
        let word = kind["kind"].as_str().unwrap().to_owned();
        let first = kind["first"].as_array().unwrap().clone();
        first.into_iter().map(move |one| (word.clone(), one["subject"].as_str().unwrap().to_owned()))
    };
    kinds.flat_map(of_kind).collect()
}

/// Sends a request of the operator, which must succeed.
pub async fn send(server: &Server, method: Method, path: &str, body: &Value) {
    let answer = server.operator(method, path, Some(body)).send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{path}: {status} {text}");
}

/// Orders of what is counted, by the number of the product, on a server of a full shop.
pub async fn order(server: &Server, products: &[(i64, i64)], key: Option<&str>) -> i64 {
    let request = server.user(1, Method::POST, "/orders").json(&crate::support::products(products));
    let request = match key {
        Some(key) => request.header("idempotency-key", key),
        None => request,
    };
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 201);
    answer.json::<Value>().await.unwrap()["id"].as_i64().unwrap()
}

/// Fills a shop with one of everything; it is served no more.
pub async fn fill(shop: &Shop) {
    shop.run(&[
        "seed",
        "--products",
        "40",
        "--locations",
        "2",
        "--marketplaces",
        "2",
        "--orders",
        "400",
        "--users",
        "5",
    ]);
    // One that takes nothing, so that deliveries wait.
    let receiver = Receiver::answering(|got, _| if got.body.is_empty() { None } else { Some(503) });
    let mut server = shop.serve(&receiver);
    server.add_place("MAIN").await;
    server.add_place("BACK").await;
    for id in 101..=112 {
        let product = json!({"id": id, "name": "a thing", "price": 100 + id, "stockPolicy": "deny"});
        server.add_product(&product).await;
        for (place, pieces) in [("MAIN", 60), ("BACK", 30)] {
            let count = json!({"onHand": pieces, "reason": "count"});
            send(&server, Method::PUT, &format!("/products/{id}/stock/{place}"), &count).await;
        }
    }
    let webhook = json!({"url": receiver.url(), "types": ["order.*"]});
    send(&server, Method::POST, "/webhooks", &webhook).await;
    // From one place to another.
    let transfer = json!({"product": 101, "from": "MAIN", "to": "BACK", "quantity": 5, "reason": "room"});
    send(&server, Method::POST, "/stock/transfers", &transfer).await;
    send(&server, Method::PATCH, "/products/102", &json!({"price": 7})).await;

    // Sent in parts, from places, and cancelled in part.
    let parts = order(&server, &[(101, 4), (102, 3)], None).await;
    let base = format!("/orders/{parts}");
    let first = (parts - 1) * 100 + 1;
    let lines = |pieces: i64| json!([{"orderProductId": first, "quantity": pieces}]);
    send(
        &server,
        Method::POST,
        &format!("{base}/shipments"),
        &json!({"lines": lines(2), "location": "BACK"}),
    )
    .await;
    send(&server, Method::PATCH, &format!("{base}/shipments/1"), &json!({"status": "shipped"})).await;
    let unwanted = json!({"reason": "customer", "lines": lines(1), "note": "Ada Lovelace does not want it"});
    send(&server, Method::POST, &format!("{base}/cancellations"), &unwanted).await;
    let unwanted = json!({"reason": "inventory", "lines": lines(1)});
    send(&server, Method::POST, &format!("{base}/cancellations"), &unwanted).await;
    // Planned, delivered, called off.
    let planned = order(&server, &[(103, 2)], Some("one")).await;
    send(&server, Method::POST, &format!("/orders/{planned}/plan"), &json!({})).await;
    let delivered = order(&server, &[(104, 2)], Some("two")).await;
    for status in ["processing", "shipped", "delivered"] {
        let to = json!({"status": status});
        send(&server, Method::PATCH, &format!("/orders/{delivered}/status"), &to).await;
    }
    let cancelled = order(&server, &[(105, 2)], None).await;
    send(&server, Method::PATCH, &format!("/orders/{cancelled}/cancel"), &json!({})).await;
    // Changed so often that an event says how far it has come.
    let often = order(&server, &[(106, 1)], None).await;
    for number in 0..17 {
        let tracking = json!({"shippingProvider": "UPS", "trackingNumber": format!("1Z{number}")});
        send(&server, Method::PATCH, &format!("/orders/{often}/tracking"), &tracking).await;
    }
    for product in 107..=112 {
        order(&server, &[(product, 1)], None).await;
    }
    // Until something waits for something earlier.
    receiver.wait(3);
    server.signal("TERM");
    assert!(server.wait().success());
    shop.run(&["forget", "--user", "2"]);
}
