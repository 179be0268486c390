-- By what orders are found. One for each combination of equalities that a list offers, with the id at its end, so
-- that the next page of a list is a range of its index. No two begin with the same, hence the zero: of an index that
-- begins with what is asked for, a plan may read all there is of it and sort that, if it seems to be little when the
-- plan is made. An order without parcels is unfulfilled, which its NULL does not say.
DROP INDEX orders_by_status;
DROP INDEX orders_by_user_and_status;
CREATE INDEX orders_by_status ON orders (status, coalesce(fulfillment, 'unfulfilled'), id);
CREATE INDEX orders_by_user_and_status ON orders ((user_id + 0), status, coalesce(fulfillment, 'unfulfilled'), id);
CREATE INDEX orders_by_update ON orders (updated_at, id);
-- In this collation lower() knows the letters A to Z only, as does the program.
CREATE INDEX orders_by_email ON orders (lower(email COLLATE "C"), id) WHERE email IS NOT NULL;
CREATE INDEX order_products_by_product ON order_products (product_id, order_id);
CREATE INDEX order_shipments_by_tracking ON order_shipments (tracking_number, order_id)
    WHERE tracking_number IS NOT NULL;
