ALTER FUNCTION next_ids(BIGINT, BIGINT, BIGINT) RENAME TO give_ids;
ALTER TABLE order_shipments RENAME TO order_shipments_after;
ALTER INDEX order_shipments_pkey RENAME TO order_shipments_after_pkey;
CREATE TABLE order_shipments (
    id                BIGINT NOT NULL PRIMARY KEY CHECK (id >= 1),
    order_id          BIGINT NOT NULL REFERENCES orders (id),
    shipping_provider TEXT    NOT NULL,
    tracking_number   TEXT    NOT NULL
);
INSERT INTO order_shipments (id, order_id, shipping_provider, tracking_number)
SELECT order_id, order_id, shipping_provider, tracking_number FROM order_shipments_after AS parcel
WHERE shipping_provider IS NOT NULL AND status <> 'cancelled' AND number = (SELECT min(number)
    FROM order_shipments_after AS other WHERE other.order_id = parcel.order_id
    AND other.shipping_provider IS NOT NULL AND other.status <> 'cancelled')
ORDER BY order_id;

UPDATE orders SET fulfillment = NULL, current_total = NULL, email = NULL, ship_to = NULL
WHERE fulfillment IS NOT NULL OR current_total IS NOT NULL OR email IS NOT NULL OR ship_to IS NOT NULL;
-- What a program of before cannot read.
DELETE FROM events WHERE kind = 'order' AND type IN ('planned', 'shipment_created', 'shipment_changed',
    'partially_cancelled', 'contact_changed');

DROP TABLE order_cancelled_products;
DROP TABLE order_cancellations;
DROP TABLE order_shipment_products;
DROP TABLE order_shipments_after;
