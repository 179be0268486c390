//! Products from files and into files.

use std::fs;

use reqwest::Method;
use serde_json::Value;

use crate::{
    shop::{Shop, shops, stop},
    support::{assert_in_use, products},
};

const HEADER: &str = "id,sku,name,price,currency,weight_g,length_mm,width_mm,height_mm,stock_policy,active\n";

/// Everything that a field may be, with what spreadsheets make formulas of.
const VARIED: &str = "11,A-1,\"Mug, \"\"red\"\"\",0,USD,,,,,deny,true
12,=1+1,+cmd|' /C calc'!A0,9223372036854775807,USD,350,100,90,80,backorder,false
13,,-Ünï–☃,1250,USD,,1,2,3,untracked,true
";

fn data(shop: &Shop, query: &str) -> Value {
    serde_json::from_str(&shop.ask(&format!("SELECT data FROM events WHERE {query}"))).unwrap()
}

#[test]
fn what_is_exported_is_imported_and_exported_as_the_same() {
    for (shop, other) in shops().into_iter().zip(shops()) {
        shop.write("varied.csv", &(HEADER.to_owned() + VARIED));
        assert_eq!(
            shop.run(&["products", "import", "varied.csv"]),
            "products: 3 added, 0 changed, 0 unchanged, 0 made inactive\n"
        );
        let exported = shop.run(&["products", "export"]);
        assert!(exported.starts_with(HEADER) && exported.ends_with(VARIED), "{exported}");
        assert!(shop.run(&["products", "export", "all.csv"]).starts_with("wrote 13 products to "));
        assert_eq!(shop.read("all.csv"), exported);
        assert_eq!(
            shop.run(&["products", "import", "all.csv", "--replace"]),
            "products: 0 added, 0 changed, 13 unchanged, 0 made inactive\n"
        );
        // Into another shop, by way of stdin.
        let said = other.pipe(&["products", "import", "-", "--replace"], &exported);
        assert_eq!(said, "products: 3 added, 0 changed, 10 unchanged, 0 made inactive\n");
        assert_eq!(other.run(&["products", "export", "-"]), exported);
        assert_eq!(shop.count("events"), 3);
    }
}

#[test]
fn each_product_has_an_event_that_says_what_became_of_it() {
    for shop in shops() {
        shop.write("new.csv", "name,sku,price\nMug,A,1250\nCup,B,900\n");
        shop.run(&["products", "import", "new.csv"]);
        let created = "kind = 'product' AND subject = 11 AND version = 1";
        let said = data(&shop, created);
        assert_eq!(
            (&said["said"]["to"]["price"], &said["made"]["stockPolicy"]),
            (&1250.into(), &"deny".into())
        );
        let what = format!("SELECT type || ' ' || actor_kind || ' ' || at FROM events WHERE {created}");
        let at = shop.ask("SELECT created_at FROM products WHERE id = 11");
        assert_eq!(shop.ask(&what), format!("created cli {at}"));
        assert_eq!(shop.ask("SELECT max(id) FROM events"), "2");

        shop.write("changed.csv", "name,sku,price,id\nMug,A,1300,\nCup,C,900,12\nJug,D,1,\n");
        assert_eq!(
            shop.run(&["products", "import", "--replace", "changed.csv"]),
            "products: 1 added, 2 changed, 0 unchanged, 10 made inactive\n"
        );
        let said = &data(&shop, "kind = 'product' AND subject = 11 AND version = 2")["said"];
        assert_eq!(*said, serde_json::json!({"from": {"price": 1250}, "to": {"price": 1300}}));
        let said = &data(&shop, "kind = 'product' AND subject = 12 AND version = 2")["said"];
        assert_eq!(*said, serde_json::json!({"from": {"sku": "B"}, "to": {"sku": "C"}}));
        let said = &data(&shop, "kind = 'product' AND subject = 1 AND version = 2")["said"];
        assert_eq!(*said, serde_json::json!({"from": {"active": true}, "to": {"active": false}}));
        assert_eq!(shop.ask("SELECT count(*) || ' ' || min(id) || ' ' || max(id) FROM events"), "15 1 15");
        assert_eq!(shop.count("products WHERE active AND version = 2"), 2);
    }
}

#[test]
fn skus_are_swapped_in_one_import() {
    for shop in shops() {
        shop.write("new.csv", "id,name,sku,price\n11,Mug,A,1\n12,Cup,B,1\n13,Jug,C,1\n");
        shop.run(&["products", "import", "new.csv"]);
        shop.write("turned.csv", "id,name,sku,price\n11,Mug,B,1\n12,Cup,C,1\n13,Jug,A,1\n14,Pot,D,1\n");
        shop.run(&["products", "import", "--replace", "turned.csv"]);
        let turned = "SELECT (SELECT sku FROM products WHERE id = 11) || (SELECT sku FROM products WHERE id = 12) \
                      || (SELECT sku FROM products WHERE id = 13)";
        assert_eq!(shop.ask(turned), "BCA");
        let said = &data(&shop, "kind = 'product' AND subject = 12 AND version = 2")["said"];
        assert_eq!(*said, serde_json::json!({"from": {"sku": "B"}, "to": {"sku": "C"}}));
        shop.write("kept.csv", "id,name,sku,price\n11,Mug,A,1\n");
        assert_eq!(
            shop.refused(&["products", "import", "--replace", "kept.csv"])[1],
            "line 2: sku \"A\" is that of product 13"
        );
    }
}

#[test]
fn every_bad_line_is_named_and_nothing_is_half_done() {
    for shop in shops() {
        shop.write("new.csv", "id,name,sku,price\n11,Mug,A,1\n");
        shop.run(&["products", "import", "new.csv"]);
        let before = (shop.run(&["products", "export"]), shop.count("events"));
        shop.write(
            "bad.csv",
            "id,name,sku,price\n20,Good,G,1\n11,Mug,X,1\n,Cup,A,1\n,,Y,1.5\n20,Twice,T,1\n,Twin,G,1\n",
        );
        let bad = [
            "error: nothing was imported: 5 lines of bad.csv cannot be used",
            "line 3: id 11 is taken",
            "line 4: sku \"A\" is that of product 11",
            "line 5: name is empty; price \"1.5\" is not a whole number",
            "line 6: id 20 is that of an earlier line too",
            "line 7: sku \"G\" is that of an earlier line too",
        ];
        assert_eq!(shop.refused(&["products", "import", "bad.csv"]), bad);
        assert_eq!(shop.refused(&["products", "import", "--dry-run", "bad.csv"]), bad);
        let many = "name,price\n".to_owned() + &"Mug,x\n".repeat(9_000);
        shop.write("many.csv", &many);
        let said = shop.refused(&["products", "import", "--replace", "many.csv"]);
        assert_eq!(said.len(), 102);
        assert_eq!(said[100], "line 101: price \"x\" is not a whole number");
        assert_eq!(said[101], "and 8900 lines more");
        shop.write("header.csv", "name,cost\n");
        let said = shop.refused(&["products", "import", "header.csv"]);
        assert!(said.len() == 1 && said[0].contains("the column \"cost\" is not one of"), "{said:?}");
        let said = shop.refused(&["products", "import", "missing.csv"]);
        assert!(said.len() == 1 && said[0].contains("cannot read missing.csv"), "{said:?}");
        assert_eq!((shop.run(&["products", "export"]), shop.count("events")), before);
    }
}

#[test]
fn a_failure_in_the_middle_leaves_nothing() {
    for shop in shops() {
        shop.run(&["seed", "--orders", "0"]);
        let rows: Vec<_> = (11..=9_010).map(|id| format!("{id},Mug {id},1\n")).collect();
        shop.write("new.csv", &("id,name,price\n".to_owned() + &rows.concat()));
        // The last event cannot be stored.
        shop.fail_at(9_010);
        let said = shop.refused(&["products", "import", "new.csv"]);
        assert!(said.len() == 1 && said[0].starts_with("error: nothing was imported: "), "{said:?}");
        assert!(said[0].contains("no more"), "{said:?}");
        assert_eq!((shop.count("products"), shop.count("events")), (10, 0));
    }
}

#[test]
fn a_dry_run_says_what_would_happen_and_stores_nothing() {
    for shop in shops() {
        shop.run(&["seed", "--orders", "1"]);
        shop.write("new.csv", "id,name,price\n1,Mug,1\n,Cup,1\n");
        let before = (shop.run(&["products", "export"]), shop.count("events"));
        assert_eq!(
            shop.run(&["products", "import", "--dry-run", "--replace", "new.csv"]),
            "products: 1 added, 1 changed, 0 unchanged, 9 made inactive (dry run: nothing was stored)\n"
        );
        assert_eq!((shop.run(&["products", "export"]), shop.count("events")), before);
    }
}

#[test]
fn an_export_is_there_whole_or_not_at_all() {
    for shop in shops() {
        shop.run(&["seed", "--orders", "1"]);
        shop.write("all.csv", "what was there\n");
        shop.run(&["products", "export", "all.csv"]);
        assert!(shop.read("all.csv").starts_with(HEADER));
        assert!(!shop.path("all.csv.part").exists());
        let said = shop.refused(&["products", "export", "missing/all.csv"]);
        assert!(said.len() == 1 && said[0].contains("cannot write missing/all.csv"), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_server_everything_is_read_and_only_postgres_is_written() {
    for shop in shops() {
        let server = shop.serve(&[]);
        shop.write("new.csv", "id,name,price,stock_policy\n9,Board,2500,untracked\n");
        let import = ["products", "import", "--replace", "new.csv"];
        assert!(shop.run(&["products", "export"]).starts_with(HEADER));
        assert!(shop.run(&["products", "import", "--replace", "--dry-run", "new.csv"]).contains("1 changed"));
        if shop.place.file().is_some() {
            assert_in_use(shop.command(&import), "orders.sqlite");
            stop(server);
            continue;
        }
        // Since the import was answered no order has the old price, and what was left out is not sold.
        shop.run(&import);
        assert_eq!(server.place(1, &[(9, 2)]).await["total"], 5000);
        let gone = server.user(1, Method::POST, "/orders").json(&products(&[(1, 1)])).send().await.unwrap();
        assert_eq!(gone.status(), 422);
        let seen = crate::shop::events(&server, "product.changed").await;
        assert_eq!(seen.len(), 10);
        stop(server);
    }
}

#[test]
fn a_shop_keeps_the_currency_with_which_it_was_made() {
    for shop in shops() {
        shop.write("new.csv", "name,price,currency\nMug,1,EUR\n");
        let mut import = shop.command(&["products", "import", "new.csv"]);
        assert!(import.env("CURRENCY", "EUR").status().unwrap().success());
        assert_eq!(shop.ask("SELECT currency FROM products WHERE id = 1"), "EUR");
        let mut import = shop.command(&["products", "import", "new.csv"]);
        assert!(import.env("CURRENCY", "USD").status().unwrap().success());
        assert_eq!(shop.count("products WHERE currency = 'EUR'"), 12);
        shop.write("other.csv", "name,price,currency\nMug,1,USD\n");
        let said = shop.refused(&["products", "import", "other.csv"]);
        assert_eq!(said[1], "line 2: currency USD is not the shop's own, EUR");
    }
}

#[test]
fn links_and_pipes_are_files_too() {
    for shop in shops() {
        shop.write("new.csv", "name,price\nMug,1\n");
        std::os::unix::fs::symlink(shop.path("new.csv"), shop.path("link.csv")).unwrap();
        assert!(shop.run(&["products", "import", "link.csv"]).contains("1 added"));
        shop.run(&["products", "export", "link.csv"]);
        assert!(fs::symlink_metadata(shop.path("link.csv")).unwrap().is_symlink());
        assert!(shop.read("new.csv").starts_with(HEADER));
        assert!(shop.pipe(&["products", "import", "/dev/stdin"], "name,price\nMug,1\n").contains("1 added"));
    }
}
