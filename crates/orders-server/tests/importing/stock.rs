//! Counts from files and into files.

use reqwest::Method;
use serde_json::Value;

use crate::{
    shop::{Shop, events, shops, stop},
    support::{assert_in_use, products},
};

const HEADER: &str = "product,sku,location,on_hand,backorder_limit,reason\n";

/// A shop with two products that are counted, and two places.
async fn stocked(shop: &Shop) {
    shop.write("products.csv", "id,sku,name,price,stock_policy\n11,A,Mug,1,deny\n12,B-12,Cup,1,backorder\n");
    shop.run(&["products", "import", "products.csv"]);
    shop.add_places(&["MAIN", "EAST"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_imported_and_exported_as_the_same() {
    for shop in shops() {
        stocked(&shop).await;
        shop.write(
            "counts.csv",
            "sku,product,location,on_hand,backorder_limit\n,11,MAIN,5,\nA,,EAST,0,\n,B-12,MAIN,3,7\n",
        );
        assert_eq!(shop.run(&["stock", "import", "counts.csv"]), "levels: 3 added, 0 changed, 0 unchanged\n");
        let exported = shop.run(&["stock", "export"]);
        assert_eq!(exported, format!("{HEADER}11,A,MAIN,5,0,\n11,A,EAST,0,0,\n12,B-12,MAIN,3,7,\n"));
        let before = (shop.count("events"), shop.count("stock_movements"));
        assert_eq!(
            shop.pipe(&["stock", "import", "-"], &exported),
            "levels: 0 added, 0 changed, 3 unchanged\n"
        );
        assert_eq!((shop.count("events"), shop.count("stock_movements")), before);
        assert!(shop.run(&["stock", "export", "all.csv"]).starts_with("wrote 3 levels to "));
        assert_eq!(shop.read("all.csv"), exported);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_a_count_with_its_movement_and_event() {
    for shop in shops() {
        stocked(&shop).await;
        let first = shop.count("events");
        shop.write("counts.csv", &format!("{HEADER}11,,MAIN,5,,moved in\n11,,EAST,2,,\n"));
        shop.run(&["stock", "import", "counts.csv"]);
        shop.write("counts.csv", &format!("{HEADER}11,,MAIN,3,4,\n"));
        assert_eq!(
            shop.run(&["stock", "import", "--dry-run", "counts.csv"]),
            "levels: 0 added, 1 changed, 0 unchanged (dry run: nothing was stored)\n"
        );
        assert_eq!(shop.run(&["stock", "import", "counts.csv"]), "levels: 0 added, 1 changed, 0 unchanged\n");
        let level = "SELECT on_hand || ' ' || reserved || ' ' || backorder_limit || ' ' || version \
                     FROM stock_levels WHERE product_id = 11 AND location_id = 1";
        assert_eq!(shop.ask(level), "3 0 4 2");
        let server = shop.serve(&[]);
        let path = "/products/11/movements";
        let ledger: Vec<Value> =
            server.user(100, Method::GET, path).send().await.unwrap().json().await.unwrap();
        let told: Vec<_> = ledger
            .iter()
            .map(|moved| {
                let text = |name: &str| moved[name].as_str().unwrap().to_owned();
                (
                    text("location"),
                    text("kind"),
                    moved["quantity"].as_i64(),
                    moved["onHandAfter"].as_i64(),
                    text("reason"),
                )
            })
            .collect();
        let line = |location: &str, kind: &str, quantity, after, reason: &str| {
            (location.to_owned(), kind.to_owned(), Some(quantity), Some(after), reason.to_owned())
        };
        assert_eq!(
            told,
            [
                line("MAIN", "added", 5, 5, "moved in"),
                line("EAST", "added", 2, 2, "import"),
                line("MAIN", "removed", 2, 3, "import"),
            ]
        );
        let counted = events(&server, "stock.counted").await;
        let subjects: Vec<_> = counted.iter().map(|event| event["subject"].as_str().unwrap()).collect();
        assert_eq!(subjects, ["stock/11/MAIN", "stock/11/EAST", "stock/11/MAIN"]);
        let ids: Vec<_> = ledger.iter().map(|moved| moved["eventId"].as_i64().unwrap()).collect();
        assert_eq!(ids, [first + 1, first + 2, first + 3]);
        stop(server);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_below_what_orders_hold_makes_the_level_short_and_names_them() {
    for shop in shops() {
        stocked(&shop).await;
        shop.write("counts.csv", &format!("{HEADER}11,,MAIN,5,,\n"));
        shop.run(&["stock", "import", "counts.csv"]);
        let server = shop.serve(&[]);
        let order = server.place(1, &[(11, 4)]).await;
        stop(server);
        shop.write("counts.csv", &format!("{HEADER}11,,MAIN,1,,\n"));
        shop.run(&["stock", "import", "counts.csv"]);
        let level =
            "SELECT on_hand || ' ' || reserved || ' ' || short FROM stock_levels WHERE product_id = 11";
        assert_eq!(shop.ask(level), "1 4 3");
        let said = shop.ask("SELECT data FROM events WHERE type = 'short'");
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((&said["said"]["short"], &said["said"]["orders"][0]), (&3.into(), &order["id"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_line_is_named_and_nothing_is_half_done() {
    for shop in shops() {
        stocked(&shop).await;
        let before = (shop.count("events"), shop.count("stock_levels"));
        shop.write(
            "bad.csv",
            &format!("{HEADER}11,,MAIN,5,,\n99,,MAIN,1,,\nC,,MAIN,1,,\n11,,WEST,1,,\n11,B-12,EAST,1,,\nA,,MAIN,6,,\n12,,MAIN,x,,\n"),
        );
        assert_eq!(
            shop.refused(&["stock", "import", "bad.csv"]),
            [
                "error: nothing was imported: 6 lines of bad.csv cannot be used",
                "line 3: product 99 does not exist",
                "line 4: sku \"C\" does not exist",
                "line 5: location WEST does not exist",
                "line 6: sku \"B-12\" is not that of product 11",
                "line 7: product 11 at MAIN is in an earlier line too",
                "line 8: on_hand \"x\" is not a whole number",
            ]
        );
        assert_eq!((shop.count("events"), shop.count("stock_levels")), before);
        shop.write("good.csv", &format!("{HEADER}12,,MAIN,5,,\n11,,MAIN,5,,\n"));
        shop.fail_at(11);
        let said = shop.refused(&["stock", "import", "good.csv"]);
        assert!(said.len() == 1 && said[0].contains("no more"), "{said:?}");
        assert_eq!((shop.count("events"), shop.count("stock_levels")), before);
        assert_eq!(shop.count("stock_movements"), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_beside_a_server_that_sells_lose_nothing() {
    const ORDERS: i64 = 40;

    for shop in shops() {
        stocked(&shop).await;
        shop.write("counts.csv", &format!("{HEADER}12,,MAIN,5,,\n11,,MAIN,1000,,\n"));
        let import = ["stock", "import", "counts.csv"];
        if shop.place.file().is_some() {
            let server = shop.serve(&[]);
            assert_in_use(shop.command(&import), "orders.sqlite");
            stop(server);
            continue;
        }
        shop.run(&import);
        let server = shop.serve(&[]);
        let selling = async {
            for _ in 0..ORDERS {
                let order = server.user(1, Method::POST, "/orders").json(&products(&[(11, 1), (12, 1)]));
                let status = order.send().await.unwrap().status();
                assert!([201, 409].contains(&status.as_u16()), "{status}");
            }
        };
        let counting = tokio::task::spawn_blocking(move || {
            for on_hand in 0..10 {
                shop.write(
                    "more.csv",
                    &format!("{HEADER}12,,MAIN,{},,\n11,,MAIN,{},,\n", 20 + on_hand, 900 + on_hand),
                );
                shop.run(&["stock", "import", "more.csv"]);
            }
            shop
        });
        let ((), counted) = tokio::join!(selling, counting);
        let shop = counted.unwrap();
        stop(server);
        for product in [11, 12] {
            let held = format!(
                "SELECT (SELECT sum(reserved) FROM stock_levels WHERE product_id = {product}) \
                 - coalesce((SELECT sum(quantity) FROM order_products WHERE product_id = {product}), 0)"
            );
            assert_eq!(shop.ask(&held), "0");
            let moved = format!(
                "SELECT (SELECT sum(on_hand) FROM stock_levels WHERE product_id = {product}) \
                 - (SELECT sum(CASE kind WHEN 'added' THEN quantity WHEN 'removed' THEN -quantity ELSE 0 END) \
                 FROM stock_movements WHERE product_id = {product})"
            );
            assert_eq!(shop.ask(&moved), "0");
        }
    }
}
