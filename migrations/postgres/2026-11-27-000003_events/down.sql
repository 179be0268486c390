-- A server that still runs does nothing in between.
LOCK TABLE orders, order_products, order_shipments, events IN ACCESS EXCLUSIVE MODE;

DROP FUNCTION IF EXISTS change_order(BIGINT, BIGINT, TEXT, BIGINT, TEXT, TEXT, BIGINT);
DROP FUNCTION settled_events();
DROP FUNCTION settled_orders();
DROP FUNCTION settled_ids(BIGINT, BIGINT);
DROP FUNCTION allocate_ids(BIGINT, BIGINT, BIGINT);
DROP SEQUENCE event_ids;

ALTER TABLE orders
    DROP COLUMN fulfillment,
    DROP COLUMN current_total,
    DROP COLUMN email,
    DROP COLUMN ship_to,
    DROP COLUMN marketplace,
    DROP COLUMN locale,
    ADD COLUMN shipping_provider TEXT,
    ADD COLUMN tracking_number TEXT,
    ADD COLUMN idempotency_key TEXT,
    ADD COLUMN request_fingerprint BYTEA;
UPDATE orders
SET shipping_provider = shipment.shipping_provider, tracking_number = shipment.tracking_number
FROM order_shipments AS shipment WHERE shipment.id = orders.id;
UPDATE orders
SET idempotency_key = event.idempotency_key, request_fingerprint = event.request_fingerprint
FROM events AS event
WHERE subject = orders.id AND event.version = 1 AND kind = 'order' AND event.idempotency_key IS NOT NULL;
ALTER TABLE orders
    ADD CHECK ((shipping_provider IS NULL) = (tracking_number IS NULL)),
    ADD CHECK (status <> 'cancelled' OR shipping_provider IS NULL),
    ADD CHECK ((idempotency_key IS NULL) = (request_fingerprint IS NULL));
CREATE UNIQUE INDEX orders_by_key ON orders (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

DROP TABLE events;
DROP TABLE order_shipments;
ALTER TABLE order_products RENAME TO order_products_since;
ALTER INDEX order_products_pkey RENAME TO order_products_since_pkey;
ALTER TABLE order_products_since RENAME CONSTRAINT order_products_order_id_fkey TO order_products_since_fkey;
CREATE TABLE order_products (
    order_id   BIGINT  NOT NULL REFERENCES orders (id),
    position   INTEGER NOT NULL CHECK (position BETWEEN 0 AND 99),
    product_id BIGINT  NOT NULL CHECK (product_id >= 1),
    price      BIGINT  NOT NULL CHECK (price >= 0),
    quantity   BIGINT  NOT NULL CHECK (quantity BETWEEN 1 AND 100000),
    PRIMARY KEY (order_id, position)
);
INSERT INTO order_products
SELECT order_id, id - (order_id * 100 - 99), product_id, price, quantity FROM order_products_since ORDER BY id;
DROP TABLE order_products_since;

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
