-- Times are UTC milliseconds since 1970-01-01; money is in the currency's minor unit.
CREATE TABLE orders (
    id                  BIGINT NOT NULL PRIMARY KEY CHECK (id >= 1),
    user_id             BIGINT NOT NULL CHECK (user_id >= 1),
    -- Ascends with the id, so a period of time is a range of ids.
    order_date          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL CHECK (updated_at >= order_date),
    status              TEXT   NOT NULL
        CHECK (status = 'pending' OR status = 'processing' OR status = 'shipped'
            OR status = 'delivered' OR status = 'cancelled'),
    currency            TEXT   NOT NULL CHECK (length(currency) = 3),
    -- The shipment: both or neither, and never on a cancelled order.
    shipping_provider   TEXT,
    tracking_number     TEXT,
    -- Counts the changes; every update is a compare-and-set on it.
    version             BIGINT NOT NULL CHECK (version >= 1),
    -- The Idempotency-Key that made the order and the SHA-256 of that request's body.
    idempotency_key     TEXT,
    request_fingerprint BYTEA,
    CHECK ((shipping_provider IS NULL) = (tracking_number IS NULL)),
    CHECK (status <> 'cancelled' OR shipping_provider IS NULL),
    CHECK ((idempotency_key IS NULL) = (request_fingerprint IS NULL))
);

-- One for each combination of equalities that the list offers.
CREATE INDEX orders_by_status ON orders (status, id);
CREATE INDEX orders_by_user ON orders (user_id, id);
CREATE INDEX orders_by_user_and_status ON orders (user_id, status, id);
-- Turns a moment into an id.
CREATE INDEX orders_by_date ON orders (order_date, id);
-- Of servers that get the same key at once, one makes the order.
CREATE UNIQUE INDEX orders_by_key ON orders (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- The lines of an order never change. Their wire ids derive from order_id and position.
CREATE TABLE order_products (
    order_id   BIGINT  NOT NULL REFERENCES orders (id),
    position   INTEGER NOT NULL CHECK (position BETWEEN 0 AND 99),
    product_id BIGINT  NOT NULL CHECK (product_id >= 1),
    price      BIGINT  NOT NULL CHECK (price >= 0),
    quantity   BIGINT  NOT NULL CHECK (quantity BETWEEN 1 AND 100000),
    PRIMARY KEY (order_id, position)
);

-- Two registers outside of transactions: the last id given to an order, and the newest date.
-- An id fits 48 bits, since allocate_orders() puts it into the key of a lock.
CREATE SEQUENCE order_ids AS BIGINT MINVALUE 0 START 0 MAXVALUE 281474976710655;
CREATE SEQUENCE order_dates AS BIGINT MINVALUE -9223372036854775808 START -9223372036854775808;

-- Gives `count` ids in a row to the caller's transaction, and the date that none of its orders may
-- be before. `latest` is the latest date among them. However many servers allocate at once, ids and
-- dates ascend together: the first lock is held for these few statements, not until the commit.
--
-- Until the transaction ends it holds the second lock, whose key tells the id before its first:
-- settled_orders() looks for it. Advisory keys that begin with 0x4F52 ("OR") and 0x4F53 are theirs.
CREATE FUNCTION allocate_orders(count BIGINT, latest BIGINT, OUT first_id BIGINT, OUT earliest BIGINT)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_lock((x'4F53'::BIGINT << 48));
    SELECT last_value + 1 INTO first_id FROM order_ids;
    SELECT last_value INTO earliest FROM order_dates;
    PERFORM pg_advisory_xact_lock((x'4F52'::BIGINT << 48) + first_id - 1);
    PERFORM setval('order_ids', first_id + count - 1), setval('order_dates', greatest(earliest, latest));
    PERFORM pg_advisory_unlock((x'4F53'::BIGINT << 48));
EXCEPTION
    WHEN OTHERS OR query_canceled THEN
        PERFORM pg_advisory_unlock((x'4F53'::BIGINT << 48));
        RAISE;
END
$$;

-- The id up to which every order that will ever be there is there: of transactions that commit out
-- of order, the later ids are not listed before the earlier ones. A list shows orders up to it, read
-- after it was asked for.
--
-- It waits for the transactions under way, but not long for one that hangs. Whatever was given out
-- before this is found among the locks or is committed: a lock is taken before its ids are given
-- out, and let go of after they are visible.
CREATE FUNCTION settled_orders() RETURNS BIGINT
LANGUAGE plpgsql SET lock_timeout = '250ms' AS $$
DECLARE
    given BIGINT;
    before BIGINT;
BEGIN
    SELECT last_value INTO given FROM order_ids;
    FOR before IN
        SELECT ((classid::BIGINT & x'FFFF'::BIGINT) << 32) + objid::BIGINT AS id
        FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 1 AND classid::BIGINT >> 16 = x'4F52'::BIGINT AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ORDER BY id
    LOOP
        EXIT WHEN before >= given;
        PERFORM pg_advisory_xact_lock_shared((x'4F52'::BIGINT << 48) + before);
    END LOOP;
    RETURN given;
EXCEPTION
    WHEN lock_not_available THEN
        RETURN before;
END
$$;

-- Changes an order if it is still at the version `seen`. Whether it was. Called once for each change of
-- a batch, in their order: by id, so that two servers cannot wait for each other.
CREATE FUNCTION change_order(
    changed BIGINT, seen BIGINT, new_status TEXT, at BIGINT, provider TEXT, number TEXT, new_version BIGINT
) RETURNS BOOLEAN
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orders
    SET status = new_status, updated_at = at, shipping_provider = provider, tracking_number = number,
        version = new_version
    WHERE id = changed AND version = seen;
    RETURN found;
END
$$;
