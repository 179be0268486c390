-- By what orders are found. One for each combination of equalities that a list offers; SQLite appends the id to
-- each, so that the next page of a list is a range of its index. An order without parcels is unfulfilled, which
-- its NULL does not say.
DROP INDEX orders_by_status;
DROP INDEX orders_by_user_and_status;
CREATE INDEX orders_by_status ON orders (status, coalesce(fulfillment, 'unfulfilled'));
CREATE INDEX orders_by_user_and_status ON orders (user_id, status, coalesce(fulfillment, 'unfulfilled'));
CREATE INDEX orders_by_update ON orders (updated_at);
-- SQLite's lower() knows the letters A to Z only, as does the program.
CREATE INDEX orders_by_email ON orders (lower(email)) WHERE email IS NOT NULL;
CREATE INDEX order_products_by_product ON order_products (product_id, order_id);
CREATE INDEX order_shipments_by_tracking ON order_shipments (tracking_number, order_id)
    WHERE tracking_number IS NOT NULL;
