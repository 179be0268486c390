-- Times are UTC milliseconds since 1970-01-01; money is in the currency's minor unit.
CREATE TABLE orders (
    id                  INTEGER NOT NULL PRIMARY KEY CHECK (id >= 1),
    user_id             INTEGER NOT NULL CHECK (user_id >= 1),
    -- Ascends with the id, so a period of time is a range of ids.
    order_date          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL CHECK (updated_at >= order_date),
    -- Not IN (…): SQLite would build a temporary table of the words for each row written.
    status              TEXT    NOT NULL
        CHECK (status = 'pending' OR status = 'processing' OR status = 'shipped'
            OR status = 'delivered' OR status = 'cancelled'),
    currency            TEXT    NOT NULL CHECK (length(currency) = 3),
    -- The shipment: both or neither, and never on a cancelled order.
    shipping_provider   TEXT,
    tracking_number     TEXT,
    -- Counts the changes; every update is a compare-and-set on it.
    version             INTEGER NOT NULL CHECK (version >= 1),
    -- The Idempotency-Key that made the order and the SHA-256 of that request's body.
    idempotency_key     TEXT,
    request_fingerprint BLOB,
    CHECK ((shipping_provider IS NULL) = (tracking_number IS NULL)),
    CHECK (status <> 'cancelled' OR shipping_provider IS NULL),
    CHECK ((idempotency_key IS NULL) = (request_fingerprint IS NULL))
) STRICT;

-- One for each combination of equalities that the list offers; SQLite appends the id to each.
CREATE INDEX orders_by_status ON orders (status);
CREATE INDEX orders_by_user ON orders (user_id);
CREATE INDEX orders_by_user_and_status ON orders (user_id, status);
-- Turns a moment into an id.
CREATE INDEX orders_by_date ON orders (order_date);
-- Finds the keys still kept when the server starts, and those to forget.
CREATE INDEX orders_by_key_age ON orders (order_date) WHERE idempotency_key IS NOT NULL;

-- The lines of an order never change. Their wire ids derive from order_id and position.
CREATE TABLE order_products (
    order_id   INTEGER NOT NULL REFERENCES orders (id),
    position   INTEGER NOT NULL CHECK (position BETWEEN 0 AND 99),
    product_id INTEGER NOT NULL CHECK (product_id >= 1),
    price      INTEGER NOT NULL CHECK (price >= 0),
    quantity   INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 100000),
    PRIMARY KEY (order_id, position)
) STRICT, WITHOUT ROWID;
