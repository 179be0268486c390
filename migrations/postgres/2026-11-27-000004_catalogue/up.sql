-- What the shop sells, where it keeps it, and how many pieces there are. Money is in the currency's minor unit.

-- One row, made with the first products.
CREATE TABLE shop (
    id       BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    -- Of all prices.
    currency TEXT    NOT NULL CHECK (length(currency) = 3)
);

CREATE TABLE products (
    id           BIGINT NOT NULL PRIMARY KEY CHECK (id >= 1),
    sku          TEXT,
    name         TEXT    NOT NULL,
    price        BIGINT NOT NULL CHECK (price >= 0),
    currency     TEXT    NOT NULL CHECK (length(currency) = 3),
    -- Of one piece; NULL is unknown.
    weight_g     BIGINT CHECK (weight_g >= 1),
    length_mm    BIGINT CHECK (length_mm >= 1),
    width_mm     BIGINT CHECK (width_mm >= 1),
    height_mm    BIGINT CHECK (height_mm >= 1),
    stock_policy TEXT    NOT NULL
        CHECK (stock_policy = 'untracked' OR stock_policy = 'deny' OR stock_policy = 'backorder'),
    active       BOOLEAN NOT NULL,
    version      BIGINT NOT NULL CHECK (version >= 1),
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    CHECK ((length_mm IS NULL) = (width_mm IS NULL) AND (length_mm IS NULL) = (height_mm IS NULL))
);
CREATE UNIQUE INDEX products_by_sku ON products (sku) WHERE sku IS NOT NULL;
CREATE INDEX products_by_active ON products (active, id);

CREATE TABLE locations (
    id                 BIGINT NOT NULL PRIMARY KEY CHECK (id >= 1),
    code               TEXT    NOT NULL UNIQUE,
    name               TEXT    NOT NULL,
    country            TEXT    NOT NULL CHECK (length(country) = 2),
    -- Millionths of a degree: both or neither.
    latitude_e6        BIGINT CHECK (latitude_e6 BETWEEN -90000000 AND 90000000),
    longitude_e6       BIGINT CHECK (longitude_e6 BETWEEN -180000000 AND 180000000),
    -- The smallest is reserved from first.
    priority           BIGINT NOT NULL CHECK (priority >= 0),
    -- Of a parcel that leaves; NULL is no limit.
    parcel_max_g       BIGINT CHECK (parcel_max_g >= 1),
    parcel_max_mm3     BIGINT CHECK (parcel_max_mm3 >= 1),
    parcel_max_side_mm BIGINT CHECK (parcel_max_side_mm >= 1),
    active             BOOLEAN NOT NULL,
    version            BIGINT NOT NULL CHECK (version >= 1),
    CHECK ((latitude_e6 IS NULL) = (longitude_e6 IS NULL))
);

-- Changed by movements only, but for the limit.
CREATE TABLE stock_levels (
    product_id      BIGINT NOT NULL REFERENCES products (id),
    location_id     BIGINT NOT NULL REFERENCES locations (id),
    on_hand         BIGINT NOT NULL CHECK (on_hand >= 0),
    reserved        BIGINT NOT NULL CHECK (reserved >= 0),
    backorder_limit BIGINT NOT NULL CHECK (backorder_limit >= 0),
    -- By how much a count was below what is reserved.
    short           BIGINT NOT NULL CHECK (short >= 0),
    -- Counts what the shop's people do; orders do not change it.
    version         BIGINT NOT NULL CHECK (version >= 1),
    PRIMARY KEY (product_id, location_id),
    -- The last guard: what is not there is not sold.
    CHECK (reserved <= on_hand + backorder_limit + short)
)
-- Room for the next versions of a row on its own page: the levels of what sells well are written all the time.
WITH (fillfactor = 70);

-- Append-only. Those of event n have the ids from n * 8192 on.
CREATE TABLE stock_movements (
    id             BIGINT NOT NULL PRIMARY KEY,
    product_id     BIGINT NOT NULL,
    location_id    BIGINT NOT NULL,
    kind           TEXT    NOT NULL
        CHECK (kind = 'reserved' OR kind = 'released' OR kind = 'shipped' OR kind = 'received' OR kind = 'added'
            OR kind = 'removed' OR kind = 'returned' OR kind = 'moved_out' OR kind = 'moved_in'),
    quantity       BIGINT NOT NULL CHECK (quantity > 0),
    -- The level after it.
    on_hand_after  BIGINT NOT NULL,
    reserved_after BIGINT NOT NULL,
    -- The line of the order for which it is: its id tells the order.
    line           BIGINT,
    -- The number of the shipment in which it goes.
    shipment       BIGINT,
    -- In somebody's own words.
    reason         TEXT,
    at             BIGINT NOT NULL
);
CREATE INDEX stock_movements_of_product ON stock_movements (product_id, id);
CREATE INDEX stock_movements_of_line ON stock_movements (line) WHERE line IS NOT NULL;

-- By kind first, since numbers of products are numbers of orders too.
DROP INDEX events_of_subject;
CREATE UNIQUE INDEX events_of_subject ON events (kind, subject, version);

-- The gate: an advisory lock. Whoever sells holds it together with others until the end of the transaction;
-- whoever changes products or places holds it alone, taken as the last thing before the commit. So prices
-- are read either before a change is answered and stored before that, or after. Advisory keys that begin
-- with 0x4F47 ("OG") are its.
CREATE FUNCTION close_gate() RETURNS VOID
LANGUAGE SQL AS $$ SELECT pg_advisory_xact_lock(x'4F47'::BIGINT << 48) $$;

-- Locks all levels of these products, in the one order of all who do, and says what is sold on which terms
-- and what there is of it. A product without levels has one row.
CREATE FUNCTION lock_stock(wanted BIGINT[]) RETURNS TABLE (
    product_id BIGINT, price BIGINT, currency TEXT, stock_policy TEXT, active BOOLEAN,
    location_id BIGINT, code TEXT, priority BIGINT, location_active BOOLEAN,
    on_hand BIGINT, reserved BIGINT, backorder_limit BIGINT, version BIGINT
)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(x'4F47'::BIGINT << 48);
    PERFORM FROM stock_levels AS level WHERE level.product_id = ANY (wanted)
        ORDER BY level.product_id, level.location_id FOR NO KEY UPDATE;
    -- Each statement sees what was committed before it, so this one sees what the locks have waited for.
    RETURN QUERY
        SELECT product.id, product.price, product.currency, product.stock_policy, product.active,
            level.location_id, place.code, place.priority, place.active,
            level.on_hand, level.reserved, level.backorder_limit, level.version
        FROM (SELECT * FROM products WHERE products.id = ANY (wanted)) AS product
        LEFT JOIN (SELECT * FROM stock_levels WHERE stock_levels.product_id = ANY (wanted)) AS level
            ON level.product_id = product.id
        LEFT JOIN locations AS place ON place.id = level.location_id;
END
$$;

-- By another name, so that a server of before, which knows no stock, sells nothing more.
ALTER FUNCTION allocate_ids(BIGINT, BIGINT, BIGINT) RENAME TO give_ids;
