DROP INDEX order_shipments_by_tracking;
DROP INDEX order_products_by_product;
DROP INDEX orders_by_email;
DROP INDEX orders_by_update;
DROP INDEX orders_by_user_and_status;
DROP INDEX orders_by_status;
CREATE INDEX orders_by_status ON orders (status, id);
CREATE INDEX orders_by_user_and_status ON orders (user_id, status, id);
