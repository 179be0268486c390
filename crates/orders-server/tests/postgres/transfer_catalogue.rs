//! `orders transfer` of what is kept beside orders: products, places, stock, the ledger and their events.

use std::process::{Command, Output};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    support::{Server, assert_refused, orders, postgres, seed_at, serve, url_of},
    together::{ask, wait_until, wait_until_forgotten},
};

fn transfer(from: &str, to: &str) -> Command {
    let mut command = orders();
    command.args(["transfer", "--from", from, "--to", to]);
    command
}

fn done(mut command: Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// Has so many products, with stock at two places, and so many orders made.
fn seed(url: &str, products: &str, orders: &str) {
    let mut seed = self::orders();
    seed.args([
        "seed",
        "--products",
        products,
        "--locations",
        "2",
        "--orders",
        orders,
        "--database-url",
        url,
    ]);
    done(seed);
}

/// What a server shows of everything, but orders.
const BUT_ORDERS: [&str; 5] = [
    "/products?limit=500",
    "/locations",
    "/products/12/stock",
    "/products/12/movements",
    "/events?limit=1000",
];

async fn shown(server: &Server, paths: &[&str]) -> Vec<Value> {
    let mut shown = Vec::new();
    for path in paths {
        let answer = server.user(100, Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        shown.push(answer.json().await.unwrap());
    }
    shown
}

/// A database whose table does not keep what it is given.
fn altering(table: &str, alter: &str) -> Option<postgres::Database> {
    let database = postgres::database()?;
    let mut migrate = orders();
    migrate.args(["migrate", "--database-url", &database.url()]);
    done(migrate);
    database.execute(&format!(
        "CREATE FUNCTION alter() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {alter} RETURN NEW; END $$;
         CREATE TRIGGER alter BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION alter()"
    ));
    Some(database)
}

fn stop(mut server: Server) {
    server.signal("TERM");
    assert!(server.wait().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_transfer_products_stock_and_events_are_the_same_and_go_on() {
    let Some(database) = postgres::database() else { return };
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("orders.sqlite");
    seed(&url_of(&file), "100", "20");
    let server = Server::start_on(&file, &[]);
    // What orders hold is in the ledger, with the key of a delivery.
    let (order, delivery) = (
        server.place(1, &[(12, 1)]).await,
        json!({"location": "SEED-1", "kind": "received", "quantity": 5, "reason": "truck"}),
    );
    let deliver = |server: &Server| {
        let deliver =
            server.user(100, Method::POST, "/products/12/movements").header("Idempotency-Key", "\"truck\"");
        deliver.json(&delivery).send()
    };
    let first: Value = deliver(&server).await.unwrap().json().await.unwrap();
    for (method, path, body) in [
        (
            Method::POST,
            "/marketplaces",
            json!({"code": "de", "name": "Deutschland", "currency": "EUR",
            "defaultLocale": "de", "timeZone": "Europe/Berlin", "countries": ["DE"]}),
        ),
        (Method::PUT, "/products/12/listings/de", json!({"price": 5, "model": "L-5"})),
        (Method::PUT, "/products/12/texts/de/de-AT", json!({"name": "Lampe", "description": "hell"})),
    ] {
        assert_eq!(server.user(100, method, path).json(&body).send().await.unwrap().status(), 201, "{path}");
    }
    let german = json!({"products": [{"id": 12, "quantity": 1}], "marketplace": "de"});
    let sold = server.user(1, Method::POST, "/orders").header("Accept-Language", "de-AT").json(&german);
    let sold: Value = sold.send().await.unwrap().json().await.unwrap();
    assert_eq!(sold["orderProduct"][0]["name"], "Lampe");
    let before = shown(&server, &BUT_ORDERS).await;
    stop(server);

    // A database that was served, and whose products nobody has touched, is as good as an empty one.
    stop(Server::start_at(&database.url(), &[("CURRENCY", "EUR")]));
    let said = done(transfer(&url_of(&file), &database.url()));
    let lines: Vec<_> = said.lines().collect();
    assert!(lines[0].starts_with("copied 22 orders; each is the same"), "{said}");
    assert!(
        lines[1]
            .starts_with("so are 110 products, 2 marketplaces, 1 countries, 1 listings, 1 texts, 2 places, "),
        "{said}"
    );
    let server = Server::start_at(&database.url(), &[]);
    assert_eq!(shown(&server, &BUT_ORDERS).await, before);
    assert_eq!(ask(&database.url(), "SELECT currency FROM shop").await, "USD");
    let again = deliver(&server).await.unwrap();
    assert_eq!(again.headers()["Idempotency-Replayed"], "true");
    assert_eq!(again.json::<Value>().await.unwrap(), first);
    let path = format!("/orders/{}", sold["id"]);
    let read: Value = server.user(1, Method::GET, &path).send().await.unwrap().json().await.unwrap();
    assert_eq!(read, sold);
    for order in [&order, &sold] {
        let path = format!("/orders/{}/cancel", order["id"]);
        assert_eq!(server.user(1, Method::PATCH, &path).send().await.unwrap().status(), 200);
    }
    let held = "SELECT sum(reserved) || ' ' || (SELECT max(id) = (SELECT last_value FROM event_ids) FROM events) FROM stock_levels";
    assert_eq!(ask(&database.url(), held).await, "0 true");
    let last = before[4].as_array().unwrap().len();
    assert_eq!(ask(&database.url(), "SELECT max(id) FROM events").await, (last + 2).to_string());
}

/// An order with parcels in two states, a part that is not wanted any more, and somebody to reach; so often
/// changed that an event says how far it had come.
async fn parcelled(server: &Server) {
    let mut body = crate::support::products(&[(12, 9), (13, 1)]);
    body["email"] = json!("ada@example.org");
    assert_eq!(server.user(1, Method::POST, "/orders").json(&body).send().await.unwrap().status(), 201);
    let line = |pieces: i64| json!([{"orderProductId": 1, "quantity": pieces}]);
    let tracked = |number: i64| json!({"shippingProvider": "DHL", "trackingNumber": number.to_string()});
    let mut calls = vec![
        (Method::PUT, "/products/12/stock/SEED-2", json!({"onHand": 20, "reason": "count"})),
        (Method::POST, "/orders/1/shipments", json!({"lines": line(2), "location": "SEED-2"})),
        (Method::POST, "/orders/1/shipments", json!({"lines": line(4), "status": "shipped"})),
        (
            Method::POST,
            "/orders/1/cancellations",
            json!({"lines": line(1), "reason": "customer", "note": "enough"}),
        ),
    ];
    calls.extend((0..16).map(|number| (Method::PATCH, "/orders/1/shipments/1", tracked(number))));
    for (method, path, body) in calls {
        let answer = server.operator(method, path, Some(&body)).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_transfer_parcels_cancellations_and_contacts_are_the_same_and_go_on() {
    let Some(database) = postgres::database() else { return };
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("orders.sqlite");
    seed(&url_of(&file), "20", "0");
    let server = Server::start_on(&file, &[]);
    parcelled(&server).await;
    let paths = [
        "/orders/1",
        "/orders/1/shipments",
        "/orders/1/cancellations",
        "/orders/1?version=19",
        "/orders/1?version=5",
    ];
    let paths = [&paths[..], &BUT_ORDERS].concat();
    let before = shown(&server, &paths).await;
    stop(server);
    for (table, alter) in [
        ("order_shipments", "NEW.tracking_number := 'x'; NEW.shipping_provider := 'x';"),
        ("order_shipment_products", "NEW.quantity := 1;"),
        ("order_cancellations", "NEW.note := NULL;"),
        ("order_cancelled_products", "NEW.quantity := 2;"),
        ("orders", "NEW.email := NULL;"),
    ] {
        let Some(altering) = altering(table, alter) else { return };
        assert_refused(transfer(&url_of(&file), &altering.url()), &["order 1"]);
        assert_refused(serve(&altering.url(), &[]), &["is not finished: run it again"]);
    }
    assert_eq!((&before[0]["email"], &before[2][0]["note"]), (&json!("ada@example.org"), &json!("enough")));
    done(transfer(&url_of(&file), &database.url()));
    let server = Server::start_at(&database.url(), &[]);
    assert_eq!(shown(&server, &paths).await, before);
    let shipped = server.operator(Method::PATCH, "/orders/1/status", Some(&json!({"status": "shipped"})));
    assert_eq!(shipped.send().await.unwrap().status(), 200);
    assert_eq!(ask(&database.url(), "SELECT sum(reserved) FROM stock_levels").await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_was_killed_among_the_levels_goes_on() {
    let Some(database) = postgres::database() else { return };
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("orders.sqlite");
    seed(&url_of(&file), "5000", "10");
    let mut migrate = orders();
    migrate.args(["migrate", "--database-url", &database.url()]);
    done(migrate);
    database.execute(
        "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF (SELECT count(*) FROM stock_levels) > 2000 THEN PERFORM pg_sleep(3); END IF;
             RETURN NULL;
         END $$;
         CREATE TRIGGER dawdle AFTER INSERT ON stock_levels FOR EACH STATEMENT EXECUTE FUNCTION dawdle()",
    );
    let target = format!("{}?application_name=transfer", database.url());
    let mut running = transfer(&url_of(&file), &target).spawn().unwrap();
    let count = "SELECT count(*) FROM stock_levels";
    wait_until("the first levels", || async { ask(&database.url(), count).await != "0" }).await;
    running.kill().unwrap();
    running.wait().unwrap();
    wait_until_forgotten(&database, "transfer").await;
    database.execute("DROP FUNCTION dawdle CASCADE");
    assert_refused(serve(&database.url(), &[]), &["is not finished: run it again"]);
    assert!(
        done(transfer(&url_of(&file), &database.url()))
            .contains("so are 5010 products, 1 marketplaces, 0 countries, 0 listings, 0 texts, 2 places, ")
    );
    let (from, to) = (Server::start_on(&file, &[]), Server::start_at(&database.url(), &[]));
    assert_eq!(shown(&to, &BUT_ORDERS).await, shown(&from, &BUT_ORDERS).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_with_products_places_or_stock_of_its_own_is_refused() {
    if postgres::shared().is_none() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("orders.sqlite");
    seed_at(&url_of(&file), 3);
    for (path, method, body) in [
        ("/products", Method::POST, json!({"name": "Mug", "price": 1})),
        ("/products/9", Method::PATCH, json!({"price": 1})),
        ("/locations", Method::POST, json!({"code": "MAIN", "name": "Main", "country": "DE"})),
    ] {
        let Some(database) = postgres::database() else { return };
        let server = Server::start_at(&database.url(), &[]);
        let done = server.user(100, method, path).json(&body).send().await.unwrap();
        assert!(done.status().is_success(), "{path}: {}", done.status());
        stop(server);
        let of_its_own = "the database holds products, places, stock or webhooks of its own already";
        assert_refused(transfer(&url_of(&file), &database.url()), &[of_its_own]);
        assert_eq!(ask(&database.url(), "SELECT count(*) >= 10 FROM products").await, "t");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_does_not_keep_what_it_is_given_fails_the_transfer() {
    if postgres::shared().is_none() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("orders.sqlite");
    seed(&url_of(&file), "20", "1");
    for (table, alter, reason) in [
        (
            "products",
            "IF NEW.id = 12 THEN NEW.updated_at := 1; END IF;",
            "of the products, 12/0 is not the same",
        ),
        ("locations", "NEW.name := 'x';", "of the places, 1/0 is not the same"),
        ("stock_levels", "NEW.version := 7;", "of the levels, 12/"),
        ("stock_movements", "NEW.reason := NULL;", "of the movements, "),
        ("events", "IF NEW.kind <> 'order' THEN NEW.data := '{}'; END IF;", "of the other events, "),
        ("stock_movements", "RETURN NULL;", "of the movements, "),
    ] {
        let Some(database) = altering(table, alter) else { return };
        assert_refused(transfer(&url_of(&file), &database.url()), &[reason]);
        assert_refused(serve(&database.url(), &[]), &["is not finished: run it again"]);
    }
}
