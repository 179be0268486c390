//! Orders of another system.

use std::fmt::Write;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    shop::{Shop, events, shops, stop},
    support::{Server, assert_in_use},
};

const LINES: &str = r#"{"externalId": "A-1", "userId": 1, "placedAt": "2019-05-01T12:00:00+02:00", "status": "delivered", "currency": "EUR", "products": [{"id": 9, "quantity": 7, "price": 1999}, {"id": 1, "quantity": 1, "price": 5}], "tracking": {"provider": "USPS", "number": "23987239825"}, "email": "ada@example.org"}
{"externalId": "=A-2", "userId": 2, "placedAt": "2020-01-01T00:00:00Z", "status": "cancelled", "currency": "USD", "products": [{"id": 3, "quantity": 2, "price": 899}]}
{"externalId": "A-3", "userId": 1, "placedAt": "2020-01-02T00:00:00.5Z", "status": "pending", "currency": "USD", "products": [{"id": 3, "quantity": 1, "price": 0}]}
"#;

const IMPORT: [&str; 2] = ["import", "old.ndjson"];

async fn get(server: &Server, path: &str) -> Value {
    let answer = server.user(100, Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

/// Everything in which something of orders is stored.
fn rows(shop: &Shop) -> [i64; 5] {
    ["orders", "order_products", "order_shipments", "order_shipment_products", "events"]
        .map(|table| shop.count(table))
}

/// Fresh shops, which a server has had.
fn founded() -> Vec<Shop> {
    let shops = shops();
    for shop in &shops {
        shop.run(&["seed", "--orders", "0"]);
    }
    shops
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_order_is_served_with_its_own_name_date_prices_and_events() {
    for shop in founded() {
        let server = shop.serve(&[]);
        let before = server.place(1, &[(9, 1)]).await;
        stop(server);
        shop.write("old.ndjson", LINES);
        assert_eq!(shop.run(&IMPORT), "orders: 3 added, 0 unchanged, 7 events\n");
        let server = shop.serve(&[]);
        let order = get(&server, "/orders/2").await;
        assert_eq!(
            (&order["externalId"], &order["placedAt"]),
            (&json!("A-1"), &json!("2019-05-01T10:00:00.000Z"))
        );
        assert_eq!(
            (&order["status"], &order["currency"], &order["total"]),
            (&json!("delivered"), &json!("EUR"), &json!(13998))
        );
        assert_eq!(
            (&order["shipment"]["trackingNumber"], &order["email"]),
            (&json!("23987239825"), &json!("ada@example.org"))
        );
        assert_eq!((&order["marketplace"], &order["locale"]), (&json!("default"), &Value::Null));
        let date = |order: &Value| order["orderDate"].as_str().unwrap().to_owned();
        assert!(date(&order) >= date(&before) && date(&order).starts_with("20"), "{order}");
        assert_eq!(order["updatedAt"], order["orderDate"]);
        let names: Vec<_> = order.as_object().unwrap().keys().map(String::as_str).collect();
        assert!(names.contains(&"externalId"), "{names:?}");
        assert!(!before.as_object().unwrap().contains_key("externalId"), "{before}");

        let timeline = get(&server, "/orders/2/events").await;
        let told: Vec<_> = timeline.as_array().unwrap().iter().map(|event| &event["type"]).collect();
        assert_eq!(told, ["order.placed", "order.tracked", "order.shipped", "order.delivered"]);
        for version in 1..=4 {
            let then = get(&server, &format!("/orders/2?version={version}")).await;
            assert_eq!(then["externalId"], "A-1");
        }
        assert_eq!(get(&server, "/orders/2?version=4").await["shipments"], order["shipments"]);
        let by_cli = "SELECT count(*) FROM events WHERE kind = 'order' AND actor_kind = 'cli'";
        assert_eq!(shop.ask(by_cli), "7");
        let ids: Vec<_> = events(&server, "order.*").await.iter().map(|event| event["id"].clone()).collect();
        assert_eq!(ids.len(), 8);

        // Lives on as any other, and so do those that are placed since.
        let moved =
            server.user(100, Method::PATCH, "/orders/4/status").json(&json!({"status": "processing"}));
        assert_eq!(moved.send().await.unwrap().status(), 200);
        assert_eq!(server.place(2, &[(9, 1)]).await["id"], 5);
        stop(server);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_found_by_what_it_is_called_elsewhere() {
    for shop in founded() {
        shop.write("old.ndjson", LINES);
        shop.run(&IMPORT);
        let server = shop.serve(&[]);
        for (query, ids) in [
            ("externalId=A-1", vec![1]),
            ("externalId=%3DA-2&sort=-id", vec![2]),
            ("externalId=%20A-3%20&from=2021-01-01T00:00:00Z", vec![3]),
            ("externalId=A-3&to=2021-01-01T00:00:00Z", vec![]),
            ("externalId=A-3&after=3", vec![]),
            ("externalId=a-1", vec![]),
        ] {
            let found = get(&server, &format!("/orders?{query}")).await;
            let found: Vec<_> =
                found.as_array().unwrap().iter().map(|order| order["id"].as_i64().unwrap()).collect();
            assert_eq!(found, ids, "{query}");
        }
        for query in ["externalId=", "externalId=A-1&userId=1"] {
            let refused = server.user(100, Method::GET, &format!("/orders?{query}")).send().await.unwrap();
            assert_eq!(refused.status(), 422, "{query}");
        }
        let csv = server.user(100, Method::GET, "/orders?externalId=%3DA-2").header("accept", "text/csv");
        let text = csv.send().await.unwrap().text().await.unwrap();
        assert!(text.ends_with(",,,'=A-2,2020-01-01T00:00:00.000Z\r\n"), "{text}");
        stop(server);
    }
}

#[test]
fn importing_twice_makes_nothing_twice_and_another_content_is_a_bad_line() {
    for shop in founded() {
        shop.write("old.ndjson", LINES);
        shop.run(&IMPORT);
        let before = rows(&shop);
        let same = "orders: 0 added, 3 unchanged, 0 events";
        assert_eq!(shop.run(&IMPORT), format!("{same}\n"));
        assert_eq!(
            shop.run(&["import", "--dry-run", "old.ndjson"]),
            format!("{same} (dry run: nothing was stored)\n")
        );
        assert_eq!(rows(&shop), before);
        let more = format!("{LINES}{}", LINES.lines().next().unwrap().replace("A-1", "A-4"));
        assert_eq!(shop.pipe(&["import", "-"], &more), "orders: 1 added, 3 unchanged, 4 events\n");
        let other = more.replace("\"price\": 1999", "\"price\": 1998").replace("A-4", "A-5");
        shop.write("old.ndjson", &other);
        let before = rows(&shop);
        assert_eq!(
            shop.refused(&IMPORT),
            [
                "error: nothing was imported: 1 line of old.ndjson cannot be used",
                "line 1: price 1998 is not 1999, as order 1 of this externalId has it",
            ]
        );
        assert_eq!(rows(&shop), before);
    }
}

#[test]
fn every_bad_line_is_named_and_then_nothing_is_imported() {
    for shop in founded() {
        let before = rows(&shop);
        let mut text = LINES.to_owned();
        text.push_str(
            &LINES.lines().next().unwrap().replace("\"id\": 9", "\"id\": 99").replace("A-1", "B-1"),
        );
        text.push_str("\n\n{\"externalId\": \"B-2\"}\n");
        text.push_str(LINES.lines().nth(1).unwrap());
        shop.write("old.ndjson", &text);
        let expected = [
            "error: nothing was imported: 3 lines of old.ndjson cannot be used",
            "line 4: product 99 does not exist",
            "line 6: userId is missing; placedAt is missing; status is missing; currency is missing; products is missing",
            "line 7: externalId \"=A-2\" is that of line 2 too",
        ];
        assert_eq!(shop.refused(&IMPORT), expected);
        assert_eq!(shop.refused(&["import", "--dry-run", "old.ndjson"]), expected);
        let mut many = String::new();
        for line in 1..=250 {
            writeln!(many, "{{\"userId\": {line}}}").unwrap();
        }
        shop.write("old.ndjson", &many);
        let said = shop.refused(&IMPORT);
        assert_eq!(said.len(), 102);
        assert!(said[100].starts_with("line 100: ") && said[101] == "and 150 lines more", "{said:?}");
        shop.write("old.ndjson", LINES);
        shop.fail_at(3);
        let said = shop.refused(&IMPORT);
        assert!(said.len() == 1 && said[0].contains("no more"), "{said:?}");
        assert_eq!(rows(&shop), before);
    }
}

#[test]
fn what_came_of_it_is_said_as_json_if_one_likes() {
    for shop in founded() {
        shop.write("old.ndjson", LINES);
        let said = |arguments: &[&str]| {
            let output = shop.command(arguments).output().unwrap();
            let said: Value = serde_json::from_slice(&output.stdout).unwrap();
            (output.status.code(), said)
        };
        let expected =
            json!({"dryRun": true, "added": 3, "unchanged": 0, "events": 7, "badLines": 0, "first": []});
        assert_eq!(said(&["import", "--dry-run", "--json", "old.ndjson"]), (Some(0), expected));
        shop.write("old.ndjson", "5\n");
        let first = json!([{"line": 1, "reason": "it is not an object, but 5"}]);
        let expected =
            json!({"dryRun": false, "added": 0, "unchanged": 0, "events": 0, "badLines": 1, "first": first});
        assert_eq!(said(&["import", "--json", "old.ndjson"]), (Some(1), expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn history_moves_no_stock_and_what_is_open_holds_what_it_would_if_it_were_placed_here() {
    for shop in founded() {
        shop.write("products.csv", "id,name,price,stock_policy\n11,Mug,1,deny\n");
        shop.run(&["products", "import", "products.csv"]);
        shop.add_places(&["MAIN"]).await;
        shop.write("counts.csv", "product,location,on_hand\n11,MAIN,5\n");
        shop.run(&["stock", "import", "counts.csv"]);
        let line = |name: &str, status: &str| {
            let line = LINES.lines().nth(1).unwrap().replace("\"id\": 3", "\"id\": 11");
            line.replace("=A-2", name).replace("cancelled", status)
        };
        let level = "SELECT on_hand || ' ' || reserved FROM stock_levels WHERE product_id = 11";
        shop.write(
            "old.ndjson",
            &[line("1", "delivered"), line("2", "shipped"), line("3", "cancelled")].join("\n"),
        );
        assert_eq!(shop.run(&IMPORT), "orders: 3 added, 0 unchanged, 7 events\n");
        assert_eq!((shop.ask(level), shop.count("stock_movements")), ("5 0".to_owned(), 1));

        let open = [line("4", "pending"), line("5", "processing"), line("6", "pending")];
        shop.write("old.ndjson", &open.join("\n"));
        let expected = [
            "error: nothing was imported: 1 line of old.ndjson cannot be used",
            "line 3: product 11 is wanted 2 times, and 1 can be reserved",
        ];
        assert_eq!(shop.refused(&["import", "--dry-run", "old.ndjson"]), expected);
        assert_eq!(shop.refused(&IMPORT), expected);
        assert_eq!((shop.ask(level), shop.count("stock_movements")), ("5 0".to_owned(), 1));
        shop.write("old.ndjson", &open[..2].join("\n"));
        assert_eq!(shop.run(&IMPORT), "orders: 2 added, 0 unchanged, 3 events\n");
        assert_eq!(shop.run(&IMPORT), "orders: 0 added, 2 unchanged, 0 events\n");
        assert_eq!((shop.ask(level), shop.count("stock_movements")), ("5 4".to_owned(), 3));

        // What it holds it sends and gives back, as any other.
        let server = shop.serve(&[]);
        let change = |path: &'static str| server.user(100, Method::PATCH, path);
        let shipped = change("/orders/4/status").json(&json!({"status": "shipped"})).send().await.unwrap();
        assert_eq!(shipped.status(), 200);
        assert_eq!(server.user(2, Method::PATCH, "/orders/5/cancel").send().await.unwrap().status(), 200);
        stop(server);
        assert_eq!(shop.ask(level), "3 0");
        let held = "SELECT sum(quantity) FROM stock_movements WHERE line IS NOT NULL AND kind = 'reserved'";
        assert_eq!(shop.ask(held), "4");
        let behind = "SELECT count(*) FROM stock_movements AS moved JOIN events ON events.id = moved.id / 8192 \
                      WHERE moved.kind = 'reserved' AND events.type = 'placed'";
        assert_eq!(shop.ask(behind), "2");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_its_importers_alone_and_postgres_goes_on_selling() {
    for shop in founded() {
        let mut text = String::new();
        for number in 0..20_000 {
            text.push_str(&LINES.lines().next().unwrap().replace("A-1", &format!("A-{number}")));
            text.push('\n');
        }
        shop.write("old.ndjson", &text);
        let server = shop.serve(&[]);
        if shop.place.file().is_some() {
            assert_in_use(shop.command(&IMPORT), "orders.sqlite");
            stop(server);
            continue;
        }
        let importing = tokio::task::spawn_blocking(move || {
            let said = shop.run(&IMPORT);
            (shop, said)
        });
        let mut placed = 0;
        while !importing.is_finished() {
            server.place(1, &[(9, 1)]).await;
            placed += 1;
        }
        let (shop, said) = importing.await.unwrap();
        assert_eq!(said, "orders: 20000 added, 0 unchanged, 80000 events\n");
        assert!(placed > 0);
        assert_eq!(shop.count("orders"), 20_000 + placed);
        let ascending = "SELECT count(*) FROM orders AS one JOIN orders AS next ON next.id = one.id + 1 \
                         WHERE next.order_date < one.order_date";
        assert_eq!(shop.ask(ascending), "0");
        stop(server);
    }
}
