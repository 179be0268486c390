-- What happened, and the tables that it changes: each event is the record of one change, of who made it
-- and of the Idempotency-Key by which asking again is known.
ALTER TABLE orders RENAME TO orders_before;
ALTER TABLE order_products RENAME TO order_products_before;
DROP INDEX orders_by_status;
DROP INDEX orders_by_user;
DROP INDEX orders_by_user_and_status;
DROP INDEX orders_by_date;
DROP INDEX orders_by_key_age;

-- Times are UTC milliseconds since 1970-01-01; money is in the currency's minor unit.
CREATE TABLE orders (
    id            INTEGER NOT NULL PRIMARY KEY CHECK (id >= 1),
    user_id       INTEGER NOT NULL CHECK (user_id >= 1),
    -- Ascends with the id, so a period of time is a range of ids.
    order_date    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL CHECK (updated_at >= order_date),
    -- Not IN (…): SQLite would build a temporary table of the words for each row written.
    status        TEXT    NOT NULL
        CHECK (status = 'pending' OR status = 'processing' OR status = 'shipped'
            OR status = 'delivered' OR status = 'cancelled'),
    currency      TEXT    NOT NULL CHECK (length(currency) = 3),
    -- Counts the changes; every update is a compare-and-set on it, and every one has its event.
    version       INTEGER NOT NULL CHECK (version >= 1),
    -- How far its parcels are; NULL where the status says it all.
    fulfillment   TEXT,
    -- The total less what was cancelled; NULL while that is nothing or everything.
    current_total INTEGER,
    -- Of the customer, to be erased: nowhere else.
    email         TEXT,
    ship_to       TEXT,
    -- Where it was placed and in which language; NULL is the shop's own.
    marketplace   TEXT,
    locale        TEXT
) STRICT;
INSERT INTO orders (id, user_id, order_date, updated_at, status, currency, version)
SELECT id, user_id, order_date, updated_at, status, currency, version FROM orders_before ORDER BY id;

-- The lines of an order never change. Those of order n have the ids from (n - 1) * 100 + 1 to n * 100, in
-- their order.
CREATE TABLE order_products (
    id         INTEGER NOT NULL PRIMARY KEY,
    order_id   INTEGER NOT NULL REFERENCES orders (id),
    product_id INTEGER NOT NULL CHECK (product_id >= 1),
    price      INTEGER NOT NULL CHECK (price >= 0),
    quantity   INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 100000),
    -- What was shown when it was ordered, and where that came from; NULL is the product's own.
    name       TEXT,
    model      TEXT,
    name_from  TEXT,
    price_from TEXT,
    CHECK (id BETWEEN order_id * 100 - 99 AND order_id * 100)
) STRICT;
INSERT INTO order_products (id, order_id, product_id, price, quantity)
SELECT order_id * 100 - 99 + position, order_id, product_id, price, quantity
FROM order_products_before ORDER BY order_id, position;

-- The first shipment of an order has the order's id.
CREATE TABLE order_shipments (
    id                INTEGER NOT NULL PRIMARY KEY CHECK (id >= 1),
    order_id          INTEGER NOT NULL REFERENCES orders (id),
    shipping_provider TEXT    NOT NULL,
    tracking_number   TEXT    NOT NULL
) STRICT;
INSERT INTO order_shipments (id, order_id, shipping_provider, tracking_number)
SELECT id, id, shipping_provider, tracking_number FROM orders_before
WHERE shipping_provider IS NOT NULL ORDER BY id;

-- Ids ascend in the order in which readers see them.
CREATE TABLE events (
    id                  INTEGER NOT NULL PRIMARY KEY CHECK (id >= 1),
    -- To what it happened: 'order', and its id.
    kind                TEXT    NOT NULL,
    subject             INTEGER NOT NULL,
    -- The version of the subject that it made.
    version             INTEGER NOT NULL CHECK (version >= 1),
    -- What happened: 'placed' of an order is the type `order.placed`.
    type                TEXT    NOT NULL,
    at                  INTEGER NOT NULL,
    actor_kind          TEXT    NOT NULL,
    actor               INTEGER,
    request_id          TEXT,
    -- JSON.
    data                TEXT    NOT NULL,
    -- The Idempotency-Key of the actor's request, and the SHA-256 by which that request is known.
    idempotency_key     TEXT,
    request_fingerprint BLOB,
    CHECK ((actor_kind = 'user') = (actor IS NOT NULL)),
    CHECK ((idempotency_key IS NULL) = (request_fingerprint IS NULL))
) STRICT;

-- Orders that are there already were placed, by their owners.
INSERT INTO events (id, kind, subject, version, type, at, actor_kind, actor, data,
    idempotency_key, request_fingerprint)
SELECT row_number() OVER (ORDER BY id), 'order', id, 1, 'placed', order_date, 'user', user_id,
    '{"lines":' || (SELECT json_group_array(json_array(product_id, quantity) ORDER BY position)
        FROM order_products_before WHERE order_id = orders_before.id) || '}',
    idempotency_key, request_fingerprint
FROM orders_before ORDER BY id;
-- Of those that were changed since, only what they have become is known.
INSERT INTO events (id, kind, subject, version, type, at, actor_kind, data)
SELECT (SELECT count(*) FROM orders_before) + row_number() OVER (ORDER BY id),
    'order', id, version, 'migrated', updated_at, 'system',
    CASE WHEN shipping_provider IS NULL THEN json_object('to', status)
        ELSE json_object('to', status, 'shippingProvider', shipping_provider, 'trackingNumber', tracking_number)
    END
FROM orders_before WHERE version > 1 ORDER BY id;

DROP TABLE order_products_before;
DROP TABLE orders_before;

-- One for each combination of equalities that the list offers; SQLite appends the id to each.
CREATE INDEX orders_by_status ON orders (status);
CREATE INDEX orders_by_user ON orders (user_id);
CREATE INDEX orders_by_user_and_status ON orders (user_id, status);
-- Turns a moment into an id.
CREATE INDEX orders_by_date ON orders (order_date);
-- A version has one event; and the events of one subject, in their order.
CREATE UNIQUE INDEX events_of_subject ON events (subject, version, kind);
-- Finds the keys still kept when the server starts.
CREATE INDEX events_by_key_age ON events (at) WHERE idempotency_key IS NOT NULL;
