DROP FUNCTION change_order(BIGINT, BIGINT, TEXT, BIGINT, TEXT, TEXT, BIGINT);
DROP FUNCTION settled_orders();
DROP FUNCTION allocate_orders(BIGINT, BIGINT);
DROP SEQUENCE order_dates;
DROP SEQUENCE order_ids;
DROP TABLE IF EXISTS orders_transfer;
DROP TABLE order_products;
DROP TABLE orders;
