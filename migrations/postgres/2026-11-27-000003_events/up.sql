-- What happened, and the tables that it changes: each event is the record of one change, of who made it
-- and of the Idempotency-Key by which asking again is known.

-- A server that still runs does nothing in between.
LOCK TABLE orders, order_products IN ACCESS EXCLUSIVE MODE;

-- The lines of an order never change. Those of order n have the ids from (n - 1) * 100 + 1 to n * 100, in
-- their order.
ALTER TABLE order_products RENAME TO order_products_before;
ALTER INDEX order_products_pkey RENAME TO order_products_before_pkey;
ALTER TABLE order_products_before RENAME CONSTRAINT order_products_order_id_fkey TO order_products_before_fkey;
CREATE TABLE order_products (
    id         BIGINT NOT NULL PRIMARY KEY,
    order_id   BIGINT NOT NULL REFERENCES orders (id),
    product_id BIGINT NOT NULL CHECK (product_id >= 1),
    price      BIGINT NOT NULL CHECK (price >= 0),
    quantity   BIGINT NOT NULL CHECK (quantity BETWEEN 1 AND 100000),
    -- What was shown when it was ordered, and where that came from; NULL is the product's own.
    name       TEXT,
    model      TEXT,
    name_from  TEXT,
    price_from TEXT,
    CHECK (id BETWEEN order_id * 100 - 99 AND order_id * 100)
);
INSERT INTO order_products (id, order_id, product_id, price, quantity)
SELECT order_id * 100 - 99 + position, order_id, product_id, price, quantity
FROM order_products_before ORDER BY order_id, position;

-- The first shipment of an order has the order's id.
CREATE TABLE order_shipments (
    id                BIGINT NOT NULL PRIMARY KEY CHECK (id >= 1),
    order_id          BIGINT NOT NULL REFERENCES orders (id),
    shipping_provider TEXT   NOT NULL,
    tracking_number   TEXT   NOT NULL
);
INSERT INTO order_shipments (id, order_id, shipping_provider, tracking_number)
SELECT id, id, shipping_provider, tracking_number FROM orders WHERE shipping_provider IS NOT NULL ORDER BY id;

-- Ids ascend in the order in which readers see them, by settled_events().
CREATE TABLE events (
    id                  BIGINT NOT NULL PRIMARY KEY CHECK (id >= 1),
    -- To what it happened: 'order', and its id.
    kind                TEXT   NOT NULL,
    subject             BIGINT NOT NULL,
    -- The version of the subject that it made.
    version             BIGINT NOT NULL CHECK (version >= 1),
    -- What happened: 'placed' of an order is the type `order.placed`.
    type                TEXT   NOT NULL,
    at                  BIGINT NOT NULL,
    actor_kind          TEXT   NOT NULL,
    actor               BIGINT,
    request_id          TEXT,
    -- JSON.
    data                TEXT   NOT NULL,
    -- The Idempotency-Key of the actor's request, and the SHA-256 by which that request is known.
    idempotency_key     TEXT,
    request_fingerprint BYTEA,
    CHECK ((actor_kind = 'user') = (actor IS NOT NULL)),
    CHECK ((idempotency_key IS NULL) = (request_fingerprint IS NULL))
);

-- Orders that are there already were placed, by their owners.
INSERT INTO events (id, kind, subject, version, type, at, actor_kind, actor, data,
    idempotency_key, request_fingerprint)
SELECT row_number() OVER (ORDER BY id), 'order', id, 1, 'placed', order_date, 'user', user_id,
    '{"lines":' || coalesce((SELECT json_agg(json_build_array(product_id, quantity) ORDER BY position)
        FROM order_products_before WHERE order_id = orders.id)::TEXT, '[]') || '}',
    idempotency_key, request_fingerprint
FROM orders;
-- Of those that were changed since, only what they have become is known.
INSERT INTO events (id, kind, subject, version, type, at, actor_kind, data)
SELECT (SELECT count(*) FROM orders) + row_number() OVER (ORDER BY id),
    'order', id, version, 'migrated', updated_at, 'system',
    CASE WHEN shipping_provider IS NULL THEN json_build_object('to', status)
        ELSE json_build_object(
            'to', status, 'shippingProvider', shipping_provider, 'trackingNumber', tracking_number)
    END
FROM orders WHERE version > 1;

DROP TABLE order_products_before;
-- With them go their checks and the index of keys.
ALTER TABLE orders
    DROP COLUMN shipping_provider,
    DROP COLUMN tracking_number,
    DROP COLUMN idempotency_key,
    DROP COLUMN request_fingerprint,
    -- How far its parcels are; NULL where the status says it all.
    ADD COLUMN fulfillment TEXT,
    -- The total less what was cancelled; NULL while that is nothing or everything.
    ADD COLUMN current_total BIGINT,
    -- Of the customer, to be erased: nowhere else.
    ADD COLUMN email TEXT,
    ADD COLUMN ship_to TEXT,
    -- Where it was placed and in which language; NULL is the shop's own.
    ADD COLUMN marketplace TEXT,
    ADD COLUMN locale TEXT;

-- A version has one event; and the events of one subject, in their order.
CREATE UNIQUE INDEX events_of_subject ON events (subject, version, kind);
-- Of servers that get the same key at once, one does what it asks for.
CREATE UNIQUE INDEX events_by_key ON events (actor, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- The last id given to an event.
CREATE SEQUENCE event_ids AS BIGINT MINVALUE 0 START 0 MAXVALUE 281474976710655;
SELECT setval('event_ids', max(id)) FROM events HAVING count(*) > 0;

DROP FUNCTION allocate_orders(BIGINT, BIGINT);
DROP FUNCTION change_order(BIGINT, BIGINT, TEXT, BIGINT, TEXT, TEXT, BIGINT);
DROP FUNCTION settled_orders();

-- Gives ids in a row to the caller's transaction, for so many orders and events, and the date that none of
-- its orders may be before. `latest` is the latest date among them. However many servers allocate at once,
-- ids and dates ascend together: the first lock is held for these few statements, not until the commit.
--
-- Until the transaction ends it holds a lock for its orders and one for its events, whose keys tell the
-- id before their first: settled_orders() and settled_events() look for them. Advisory keys that begin with
-- 0x4F45 ("OE"), 0x4F52 ("OR") and 0x4F53 are theirs.
CREATE FUNCTION allocate_ids(
    orders BIGINT, latest BIGINT, events BIGINT, OUT first_order BIGINT, OUT earliest BIGINT, OUT first_event BIGINT
)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_lock((x'4F53'::BIGINT << 48));
    SELECT last_value INTO earliest FROM order_dates;
    IF orders > 0 THEN
        SELECT last_value + 1 INTO first_order FROM order_ids;
        PERFORM pg_advisory_xact_lock((x'4F52'::BIGINT << 48) + first_order - 1);
        PERFORM setval('order_ids', first_order + orders - 1), setval('order_dates', greatest(earliest, latest));
    END IF;
    SELECT last_value + 1 INTO first_event FROM event_ids;
    PERFORM pg_advisory_xact_lock((x'4F45'::BIGINT << 48) + first_event - 1);
    PERFORM setval('event_ids', first_event + events - 1);
    PERFORM pg_advisory_unlock((x'4F53'::BIGINT << 48));
EXCEPTION
    WHEN OTHERS OR query_canceled THEN
        PERFORM pg_advisory_unlock((x'4F53'::BIGINT << 48));
        RAISE;
END
$$;

-- Of ids that were given out up to `given`, the one up to which every row that will ever be there is there:
-- of transactions that commit out of order, the later ids are not shown before the earlier ones. Whatever
-- is shown is read after this.
--
-- It waits for the transactions under way that hold a lock of this class, but not long for one that hangs.
-- Whatever was given out before this is found among the locks or is committed: a lock is taken before its
-- ids are given out, and let go of after they are visible.
CREATE FUNCTION settled_ids(class BIGINT, given BIGINT) RETURNS BIGINT
LANGUAGE plpgsql SET lock_timeout = '250ms' AS $$
DECLARE
    before BIGINT;
BEGIN
    FOR before IN
        SELECT ((classid::BIGINT & x'FFFF'::BIGINT) << 32) + objid::BIGINT AS id
        FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 1 AND classid::BIGINT >> 16 = class AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ORDER BY id
    LOOP
        EXIT WHEN before >= given;
        PERFORM pg_advisory_xact_lock_shared((class << 48) + before);
    END LOOP;
    RETURN given;
EXCEPTION
    WHEN lock_not_available THEN
        RETURN before;
END
$$;

-- The id up to which every order is there.
CREATE FUNCTION settled_orders() RETURNS BIGINT
LANGUAGE plpgsql AS $$
BEGIN
    RETURN settled_ids(x'4F52'::BIGINT, (SELECT last_value FROM order_ids));
END
$$;

-- The id up to which every event is there.
CREATE FUNCTION settled_events() RETURNS BIGINT
LANGUAGE plpgsql AS $$
BEGIN
    RETURN settled_ids(x'4F45'::BIGINT, (SELECT last_value FROM event_ids));
END
$$;
