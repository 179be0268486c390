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
