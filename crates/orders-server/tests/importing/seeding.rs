//! Products, places and stock that `orders seed` makes.

use crate::shop::shops;

#[test]
fn seeded_stock_is_the_sum_of_its_movements_and_no_order_holds_any() {
    for shop in shops() {
        let said = shop.run(&["seed", "--products", "300", "--locations", "2", "--orders", "50"]);
        let levels = shop.count("stock_levels");
        assert!(
            said.starts_with(&format!("added 300 products, 2 places and {levels} levels\nadded 50 orders")),
            "{said}"
        );
        assert_eq!(shop.count("products WHERE id > 10 AND stock_policy = 'untracked'"), 30);
        assert_eq!(shop.count("products WHERE id > 10 AND stock_policy = 'backorder'"), 30);
        assert!(levels >= 270, "{levels}");
        let unproven = "stock_levels AS level WHERE reserved <> 0 OR version <> 1 OR on_hand <> (SELECT sum(quantity) \
                        FROM stock_movements AS moved WHERE moved.product_id = level.product_id \
                        AND moved.location_id = level.location_id AND moved.kind = 'added')";
        assert_eq!(shop.count(unproven), 0);
        let counted = "order_products AS line WHERE EXISTS (SELECT 1 FROM products WHERE products.id = line.product_id \
                       AND stock_policy <> 'untracked')";
        assert_eq!(shop.count(counted), 0);
        assert!(shop.count("order_products WHERE product_id > 10") > 0);
        assert_eq!(shop.count("events WHERE kind = 'product' AND type = 'created'"), 300);
        assert_eq!(shop.count("events WHERE kind LIKE 'location/%'"), 2);
        assert_eq!(shop.count("events WHERE kind LIKE 'stock/%'"), levels);

        // More come after them, at the same places.
        let said = shop.run(&["seed", "--products", "10", "--orders", "0"]);
        assert!(said.starts_with("added 10 products, 0 places and "), "{said}");
        assert_eq!((shop.count("products"), shop.count("locations")), (320, 2));
        // What is seeded can be exported and imported.
        shop.run(&["products", "export", "products.csv"]);
        assert!(
            shop.run(&["products", "import", "--replace", "products.csv"]).contains(" 320 unchanged, 0 made")
        );
        shop.run(&["stock", "export", "stock.csv"]);
        assert!(shop.run(&["stock", "import", "stock.csv"]).starts_with("levels: 0 added, 0 changed, "));
    }
}

#[test]
fn without_a_product_that_nobody_counts_no_order_is_seeded() {
    for shop in shops() {
        shop.write("all.csv", "name,price\nMug,1\n");
        shop.run(&["products", "import", "--replace", "all.csv"]);
        let said = shop.refused(&["seed", "--orders", "1"]);
        assert!(said.len() == 1 && said[0].contains("no active product is untracked"), "{said:?}");
    }
}

#[test]
fn seeded_orders_are_spread_over_the_marketplaces_that_are_founded() {
    for shop in shops() {
        let said = shop.run(&["seed", "--products", "300", "--marketplaces", "8", "--orders", "400"]);
        let (listings, texts) = (shop.count("listings"), shop.count("product_texts"));
        assert!(
            said.contains(&format!("\nadded 8 marketplaces, {listings} listings and {texts} texts\n")),
            "{said}"
        );
        assert_eq!((shop.count("marketplaces"), shop.count("marketplace_countries")), (9, 11));
        assert!((1_800..2_480).contains(&listings) && texts == 800, "{listings} {texts}");
        let prices = "events WHERE kind LIKE 'listing/%' AND type = 'created' AND actor_kind = 'cli' \
                      AND marketplace IS NOT NULL";
        assert_eq!(shop.count(prices), listings);

        // Everywhere something was ordered, in the currency of the marketplace and at its prices.
        assert_eq!(shop.ask("SELECT count(DISTINCT coalesce(marketplace, 'default')) FROM orders"), "9");
        let of =
            "orders LEFT JOIN marketplaces ON marketplaces.code = coalesce(orders.marketplace, 'default')";
        assert_eq!(
            shop.count(&format!(
                "{of} WHERE marketplaces.currency IS NULL OR marketplaces.currency <> orders.currency"
            )),
            0
        );
        let lines = "order_products JOIN orders ON orders.id = order_products.order_id";
        let otherwise = "NOT EXISTS (SELECT 1 FROM listings WHERE listings.marketplace = orders.marketplace \
                         AND listings.product_id = order_products.product_id AND listings.price = order_products.price)";
        assert_eq!(shop.count(&format!("{lines} WHERE orders.marketplace IS NOT NULL AND {otherwise}")), 0);
        assert!(shop.count("order_products WHERE name_from = 'ch/de-CH'") > 0);
        assert_eq!(shop.count("order_products WHERE name IS NULL"), 0);
        let happened = "events WHERE kind = 'order' AND type = 'placed' AND marketplace = 'jp'";
        assert_eq!(shop.count(happened), shop.count("orders WHERE marketplace = 'jp'"));

        // Again: what is there stays.
        let said = shop.run(&["seed", "--marketplaces", "2", "--orders", "10"]);
        assert!(said.starts_with("added 0 marketplaces, 0 listings and 0 texts\nadded 10 orders"), "{said}");
        // What is seeded can be exported and imported.
        shop.run(&["products", "export", "products.csv"]);
        let said = shop.run(&["products", "import", "--replace", "products.csv"]);
        assert!(said.contains(&format!("listings: 0 added, 0 changed, {listings} unchanged")), "{said}");
    }
}

#[test]
fn marketplaces_that_are_there_already_stay_as_they_are() {
    for shop in shops() {
        shop.run(&["seed", "--marketplaces", "1", "--orders", "0"]);
        assert_eq!((shop.count("marketplaces"), shop.count("listings")), (2, 0));
        shop.write("own.csv", "id,name,price,stock_policy,price:de\n11,Mug,100,untracked,77\n");
        shop.run(&["products", "import", "own.csv"]);
        shop.run(&["seed", "--marketplaces", "3", "--orders", "50"]);
        assert_eq!(shop.count("marketplaces"), 4);
        assert_eq!(shop.ask("SELECT price FROM listings WHERE product_id = 11 AND marketplace = 'de'"), "77");
        let said = shop.command(&["seed", "--marketplaces", "9"]).output().unwrap();
        assert_eq!(said.status.code(), Some(2));
    }
}

#[test]
fn without_the_flag_nothing_is_sold_in_marketplaces() {
    for shop in shops() {
        shop.run(&["seed", "--orders", "20"]);
        assert_eq!(
            (shop.count("marketplaces"), shop.count("listings"), shop.count("product_texts")),
            (1, 0, 0)
        );
        assert_eq!(shop.count("orders WHERE marketplace IS NULL AND chosen_by IS NULL"), 20);
    }
}
