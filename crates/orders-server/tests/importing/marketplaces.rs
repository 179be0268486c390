//! Listings and texts in files of products.

use std::ops::Range;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    shop::{Shop, events, shops, stop},
    support::{Server, assert_in_use},
};

const HEADER: &str = "id,sku,name,price,currency,weight_g,length_mm,width_mm,height_mm,stock_policy,active";

/// The columns of marketplaces as they are exported of [`NEW`].
const COLUMNS: &str = "price:de,model:de,active:de,price:jp,model:jp,active:jp,name:-:de,description:-:de,\
                       name:de:de-AT,description:de:de-AT";

/// Two products with what marketplaces say of them, and one of which they say nothing.
const NEW: &str =
    "id,sku,name,price,stock_policy,price:de,model:de,active:de,price:jp,name:-:de,description:-:de,\
                   name:de:de-at
11,A,Mug,1250,untracked,1899,M-1,,1980,Becher,\"hart,\nleicht\",Häferl
12,B,Cup,900,untracked,999,,false,,Tasse,,
13,C,Jug,700,untracked,,,,,,,
";

async fn set_up(server: &Server) {
    for (code, currency, locale) in [("de", "EUR", "de"), ("jp", "JPY", "ja")] {
        let body = json!({"code": code, "name": code, "currency": currency, "defaultLocale": locale,
            "timeZone": "UTC", "priceIncludesTax": true, "countries": []});
        let made = server.user(100, Method::POST, "/marketplaces").json(&body).send().await.unwrap();
        assert_eq!(made.status(), 201, "{}", made.text().await.unwrap());
    }
}

/// Fresh shops that are in `de` and `jp`.
fn in_two_marketplaces() -> Vec<Shop> {
    let shops = shops();
    for shop in &shops {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let server = shop.serve(&[]);
            set_up(&server).await;
            stop(server);
        });
    }
    shops
}

/// Columns of names in so many languages.
fn names(which: Range<usize>) -> String {
    which.map(|index| format!(",name:-:en-x{index:04}")).collect::<Vec<_>>().concat()
}

fn said(shop: &Shop, kind: &str, subject: i64, version: i64) -> Value {
    let query = format!(
        "SELECT data FROM events WHERE kind = '{kind}' AND subject = {subject} AND version = {version}"
    );
    serde_json::from_str::<Value>(&shop.ask(&query)).unwrap()["said"].take()
}

#[test]
fn what_marketplaces_say_is_exported_and_imported_as_the_same() {
    for (shop, other) in in_two_marketplaces().into_iter().zip(in_two_marketplaces()) {
        shop.write("new.csv", NEW);
        assert_eq!(
            shop.run(&["products", "import", "new.csv"]),
            "products: 3 added, 0 changed, 0 unchanged, 0 made inactive\n\
             listings: 3 added, 0 changed, 0 unchanged\ntexts: 3 added, 0 changed, 0 unchanged\n"
        );
        let exported = shop.run(&["products", "export"]);
        assert!(exported.starts_with(&format!("{HEADER},{COLUMNS}\n")), "{exported}");
        let ends = "11,A,Mug,1250,USD,,,,,untracked,true,1899,M-1,true,1980,,true,Becher,\"hart,\nleicht\",Häferl,\n\
                    12,B,Cup,900,USD,,,,,untracked,true,999,,false,,,,Tasse,,,\n\
                    13,C,Jug,700,USD,,,,,untracked,true,,,,,,,,,,\n";
        assert!(exported.ends_with(ends), "{exported}");
        let happened = shop.count("events");
        shop.write("all.csv", &exported);
        assert_eq!(
            shop.run(&["products", "import", "--replace", "all.csv"]),
            "products: 0 added, 0 changed, 13 unchanged, 0 made inactive\n\
             listings: 0 added, 0 changed, 3 unchanged\ntexts: 0 added, 0 changed, 3 unchanged\n"
        );
        assert_eq!((shop.count("events"), shop.run(&["products", "export"])), (happened, exported.clone()));
        other.pipe(&["products", "import", "-", "--replace"], &exported);
        assert_eq!(other.run(&["products", "export", "-"]), exported);
    }
}

#[test]
fn a_shop_in_one_marketplace_is_exported_without_others() {
    for shop in shops() {
        shop.run(&["seed", "--orders", "0"]);
        let exported = shop.run(&["products", "export"]);
        assert_eq!(exported.lines().next(), Some(HEADER));
    }
}

#[test]
fn each_listing_and_text_has_an_event_that_says_what_became_of_it() {
    for shop in in_two_marketplaces() {
        shop.write("new.csv", NEW);
        shop.run(&["products", "import", "new.csv"]);
        let listed = "FROM events WHERE kind = 'listing/de' AND subject = 11 AND version = 1";
        let what = format!("SELECT type || ' ' || actor_kind || ' ' || marketplace {listed}");
        assert_eq!(shop.ask(&what), "created cli de");
        let to = json!({"to": {"price": 1899, "model": "M-1", "active": true}});
        assert_eq!(said(&shop, "listing/de", 11, 1), to);
        assert_eq!(
            said(&shop, "text/-/de", 11, 1),
            json!({"to": {"name": "Becher", "description": "hart,\nleicht"}})
        );
        assert_eq!(shop.count("events WHERE kind = 'text/de/de-AT' AND marketplace = 'de'"), 1);
        // A product's event comes before those of what marketplaces say of it.
        let order = "SELECT (SELECT id FROM events WHERE kind = 'product' AND subject = 12) \
                     - (SELECT id FROM events WHERE kind = 'listing/de' AND subject = 11)";
        assert_eq!(shop.ask(order), "4");

        // What is empty stays; one of many changes of each kind is stored.
        shop.write(
            "changed.csv",
            "id,sku,name,price,stock_policy,price:de,price:jp,name:-:de\n\
             11,A,Mug,1250,untracked,1999,,Tasse\n12,B,Cup,900,untracked,,500,Tasse\n",
        );
        assert_eq!(
            shop.run(&["products", "import", "--replace", "changed.csv"]),
            "products: 0 added, 0 changed, 2 unchanged, 11 made inactive\n\
             listings: 1 added, 1 changed, 0 unchanged\ntexts: 0 added, 1 changed, 1 unchanged\n"
        );
        let from_to = json!({"from": {"price": 1899, "model": "M-1"}, "to": {"price": 1999, "model": null}});
        assert_eq!(said(&shop, "listing/de", 11, 2), from_to);
        assert_eq!(
            said(&shop, "text/-/de", 11, 2),
            json!({"from": {"name": "Becher", "description": "hart,\nleicht"},
                "to": {"name": "Tasse", "description": null}})
        );
        assert_eq!(
            shop.ask("SELECT price FROM listings WHERE product_id = 11 AND marketplace = 'jp'"),
            "1980"
        );
        assert_eq!(
            shop.ask("SELECT version FROM listings WHERE product_id = 12 AND marketplace = 'de'"),
            "1"
        );
        assert_eq!(
            shop.ask("SELECT price FROM listings WHERE product_id = 12 AND marketplace = 'jp'"),
            "500"
        );
    }
}

#[test]
fn a_bad_field_of_a_marketplace_is_named_and_nothing_is_half_done() {
    for shop in in_two_marketplaces() {
        let before = (shop.run(&["products", "export"]), shop.count("events"));
        shop.write(
            "bad.csv",
            "name,price,price:de,model:de,name:-:de\nMug,1,5,,Becher\nCup,1,5.5,,\nJug,x,,M-1,\nPot,1,1,,a\tb\n",
        );
        let bad = [
            "error: nothing was imported: 3 lines of bad.csv cannot be used",
            "line 3: price:de \"5.5\" is not a whole number",
            "line 4: price \"x\" is not a whole number; price:de is empty, and model:de is not",
            "line 5: name:-:de \"a\\tb\" has a control character",
        ];
        assert_eq!(shop.refused(&["products", "import", "bad.csv"]), bad);
        assert_eq!(shop.refused(&["products", "import", "--dry-run", "bad.csv"]), bad);
        for (columns, expected) in [
            ("price:fr", "there is no marketplace \"fr\"; there are de, jp"),
            (
                "price:default",
                "the column price:default is not taken: the prices of default are the products' own",
            ),
            ("name:-:x", "\"x\" is not a language tag such as de, de-AT or zh-Hant-HK"),
            ("model:jp", "the column model:jp is there, and price:jp is missing"),
        ] {
            shop.write("header.csv", &format!("name,price,{columns}\nMug,1,\n"));
            let said = shop.refused(&["products", "import", "header.csv"]);
            assert!(said.len() == 1 && said[0].contains(expected), "{said:?}");
        }
        assert_eq!((shop.run(&["products", "export"]), shop.count("events")), before);
    }
}

#[test]
fn a_failure_of_a_listing_in_the_middle_leaves_nothing() {
    for shop in in_two_marketplaces() {
        let before = shop.count("events");
        let rows: Vec<_> = (11..=9_010).map(|id| format!("{id},Mug {id},1,{id},Becher {id}\n")).collect();
        shop.write("new.csv", &("id,name,price,price:de,name:-:de\n".to_owned() + &rows.concat()));
        let tried = shop.run(&["products", "import", "--dry-run", "new.csv"]);
        assert!(tried.contains("listings: 9000 added, 0 changed, 0 unchanged (dry run"), "{tried}");
        shop.fail_at(9_010);
        shop.refused(&["products", "import", "new.csv"]);
        let stored = ["products", "listings", "product_texts"].map(|table| shop.count(table));
        assert_eq!((stored, shop.count("events")), ([10, 0, 0], before));
    }
}

#[test]
fn lines_of_many_columns_are_stored_in_pieces() {
    for shop in in_two_marketplaces() {
        let header = format!("id,name,price,price:de{}\n", names(0..20));
        let rows = |price: i64, name: &str| -> String {
            let names = format!(",{name}").repeat(20);
            let row = |id| format!("{id},Mug {id},1,{}{names}\n", price + id);
            (11..=2_010).map(row).collect::<Vec<_>>().concat()
        };
        shop.write("new.csv", &(header.clone() + &rows(0, "Mug")));
        let said = shop.run(&["products", "import", "new.csv"]);
        assert!(said.contains("texts: 40000 added"), "{said}");
        shop.write("changed.csv", &(header + &rows(1, "Cup")));
        let said = shop.run(&["products", "import", "--replace", "changed.csv"]);
        assert!(said.contains("listings: 0 added, 2000 changed, 0 unchanged"), "{said}");
        assert!(said.contains("texts: 0 added, 40000 changed, 0 unchanged"), "{said}");
        assert_eq!(shop.count("listings WHERE price = product_id + 1 AND version = 2"), 2_000);
        assert_eq!(shop.count("product_texts WHERE name = 'Cup' AND version = 2"), 40_000);
        assert_eq!(shop.count("events WHERE kind LIKE 'text/-/en-%' AND type = 'changed'"), 40_000);
    }
}

#[test]
fn a_product_has_five_hundred_texts_at_most() {
    for shop in in_two_marketplaces() {
        let all = format!("id,name,price{}\n11,Mug,1{}\n", names(0..501), ",Mug".repeat(501));
        shop.write("all.csv", &all);
        let said = shop.refused(&["products", "import", "all.csv"]);
        assert_eq!(said[1], "line 2: it has name:-:en-x0500, and its product has 500 texts already");
        let most = format!("id,name,price{}\n11,Mug,1{}\n", names(0..500), ",Mug".repeat(500));
        shop.write("most.csv", &most);
        assert!(shop.run(&["products", "import", "most.csv"]).contains("texts: 500 added"));
        shop.write("one.csv", &format!("id,name,price{}\n11,Mug,1,Mug\n", names(500..501)));
        let said = shop.refused(&["products", "import", "--replace", "one.csv"]);
        assert_eq!(said[1], "line 2: it has name:-:en-x0500, and its product has 500 texts already");
        shop.write("known.csv", &format!("id,name,price{}\n11,Mug,1,Cup\n", names(499..500)));
        assert!(
            shop.run(&["products", "import", "--replace", "known.csv"]).contains("texts: 0 added, 1 changed")
        );
        assert_eq!(shop.count("product_texts"), 500);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_server_what_was_imported_is_sold_at_once() {
    for shop in shops() {
        let server = shop.serve(&[]);
        set_up(&server).await;
        shop.write("new.csv", NEW);
        let import = ["products", "import", "new.csv"];
        if shop.place.file().is_some() {
            assert_in_use(shop.command(&import), "orders.sqlite");
            stop(server);
            continue;
        }
        shop.run(&import);
        let order = json!({"products": [{"id": 11, "quantity": 2}], "marketplace": "de"});
        for (price, total) in [(1899, 3798), (1999, 3998)] {
            shop.write(
                "changed.csv",
                &format!("id,name,price,stock_policy,price:de\n11,Mug,1250,untracked,{price}\n"),
            );
            shop.run(&["products", "import", "--replace", "changed.csv"]);
            let placed = server.user(1, Method::POST, "/orders").json(&order).send().await.unwrap();
            let placed: Value = placed.json().await.unwrap();
            assert_eq!((&placed["total"], &placed["currency"]), (&total.into(), &"EUR".into()), "{placed}");
        }
        let seen = events(&server, "listing.changed").await;
        assert_eq!(seen.len(), 2, "{seen:?}");
        stop(server);
    }
}
