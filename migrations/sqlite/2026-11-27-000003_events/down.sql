ALTER TABLE orders RENAME TO orders_since;
ALTER TABLE order_products RENAME TO order_products_since;
DROP INDEX orders_by_status;
DROP INDEX orders_by_user;
DROP INDEX orders_by_user_and_status;
DROP INDEX orders_by_date;

CREATE TABLE orders (
    id                  INTEGER NOT NULL PRIMARY KEY CHECK (id >= 1),
    user_id             INTEGER NOT NULL CHECK (user_id >= 1),
    order_date          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL CHECK (updated_at >= order_date),
    status              TEXT    NOT NULL
        CHECK (status = 'pending' OR status = 'processing' OR status = 'shipped'
            OR status = 'delivered' OR status = 'cancelled'),
    currency            TEXT    NOT NULL CHECK (length(currency) = 3),
    shipping_provider   TEXT,
    tracking_number     TEXT,
    version             INTEGER NOT NULL CHECK (version >= 1),
    idempotency_key     TEXT,
    request_fingerprint BLOB,
    CHECK ((shipping_provider IS NULL) = (tracking_number IS NULL)),
    CHECK (status <> 'cancelled' OR shipping_provider IS NULL),
    CHECK ((idempotency_key IS NULL) = (request_fingerprint IS NULL))
) STRICT;
INSERT INTO orders
SELECT orders_since.id, user_id, order_date, updated_at, status, currency, shipping_provider, tracking_number,
    orders_since.version, idempotency_key, request_fingerprint
FROM orders_since
LEFT JOIN order_shipments ON order_shipments.id = orders_since.id
LEFT JOIN events ON subject = orders_since.id AND events.version = 1 AND kind = 'order'
ORDER BY orders_since.id;

CREATE TABLE order_products (
    order_id   INTEGER NOT NULL REFERENCES orders (id),
    position   INTEGER NOT NULL CHECK (position BETWEEN 0 AND 99),
    product_id INTEGER NOT NULL CHECK (product_id >= 1),
    price      INTEGER NOT NULL CHECK (price >= 0),
    quantity   INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 100000),
    PRIMARY KEY (order_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO order_products
SELECT order_id, id - (order_id * 100 - 99), product_id, price, quantity FROM order_products_since ORDER BY id;

DROP TABLE events;
DROP TABLE order_shipments;
DROP TABLE order_products_since;
DROP TABLE orders_since;

CREATE INDEX orders_by_status ON orders (status);
CREATE INDEX orders_by_user ON orders (user_id);
CREATE INDEX orders_by_user_and_status ON orders (user_id, status);
CREATE INDEX orders_by_date ON orders (order_date);
CREATE INDEX orders_by_key_age ON orders (order_date) WHERE idempotency_key IS NOT NULL;
