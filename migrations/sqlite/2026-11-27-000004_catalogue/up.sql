-- What the shop sells, where it keeps it, and how many pieces there are. Money is in the currency's minor unit.

-- One row, made with the first products.
CREATE TABLE shop (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- Of all prices.
    currency TEXT    NOT NULL CHECK (length(currency) = 3)
) STRICT;

CREATE TABLE products (
    id           INTEGER NOT NULL PRIMARY KEY CHECK (id >= 1),
    sku          TEXT,
    name         TEXT    NOT NULL,
    price        INTEGER NOT NULL CHECK (price >= 0),
    currency     TEXT    NOT NULL CHECK (length(currency) = 3),
    -- Of one piece; NULL is unknown.
    weight_g     INTEGER CHECK (weight_g >= 1),
    length_mm    INTEGER CHECK (length_mm >= 1),
    width_mm     INTEGER CHECK (width_mm >= 1),
    height_mm    INTEGER CHECK (height_mm >= 1),
    stock_policy TEXT    NOT NULL
        CHECK (stock_policy = 'untracked' OR stock_policy = 'deny' OR stock_policy = 'backorder'),
    active       INTEGER NOT NULL CHECK (active = 0 OR active = 1),
    version      INTEGER NOT NULL CHECK (version >= 1),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    CHECK ((length_mm IS NULL) = (width_mm IS NULL) AND (length_mm IS NULL) = (height_mm IS NULL))
) STRICT;
CREATE UNIQUE INDEX products_by_sku ON products (sku) WHERE sku IS NOT NULL;
CREATE INDEX products_by_active ON products (active);

CREATE TABLE locations (
    id                 INTEGER NOT NULL PRIMARY KEY CHECK (id >= 1),
    code               TEXT    NOT NULL UNIQUE,
    name               TEXT    NOT NULL,
    country            TEXT    NOT NULL CHECK (length(country) = 2),
    -- Millionths of a degree: both or neither.
    latitude_e6        INTEGER CHECK (latitude_e6 BETWEEN -90000000 AND 90000000),
    longitude_e6       INTEGER CHECK (longitude_e6 BETWEEN -180000000 AND 180000000),
    -- The smallest is reserved from first.
    priority           INTEGER NOT NULL CHECK (priority >= 0),
    -- Of a parcel that leaves; NULL is no limit.
    parcel_max_g       INTEGER CHECK (parcel_max_g >= 1),
    parcel_max_mm3     INTEGER CHECK (parcel_max_mm3 >= 1),
    parcel_max_side_mm INTEGER CHECK (parcel_max_side_mm >= 1),
    active             INTEGER NOT NULL CHECK (active = 0 OR active = 1),
    version            INTEGER NOT NULL CHECK (version >= 1),
    CHECK ((latitude_e6 IS NULL) = (longitude_e6 IS NULL))
) STRICT;

-- Changed by movements only, but for the limit.
CREATE TABLE stock_levels (
    product_id      INTEGER NOT NULL REFERENCES products (id),
    location_id     INTEGER NOT NULL REFERENCES locations (id),
    on_hand         INTEGER NOT NULL CHECK (on_hand >= 0),
    reserved        INTEGER NOT NULL CHECK (reserved >= 0),
    backorder_limit INTEGER NOT NULL CHECK (backorder_limit >= 0),
    -- By how much a count was below what is reserved.
    short           INTEGER NOT NULL CHECK (short >= 0),
    -- Counts what the shop's people do; orders do not change it.
    version         INTEGER NOT NULL CHECK (version >= 1),
    PRIMARY KEY (product_id, location_id),
    -- The last guard: what is not there is not sold.
    CHECK (reserved <= on_hand + backorder_limit + short)
) STRICT, WITHOUT ROWID;

-- Append-only. Those of event n have the ids from n * 8192 on.
CREATE TABLE stock_movements (
    id             INTEGER NOT NULL PRIMARY KEY,
    product_id     INTEGER NOT NULL,
    location_id    INTEGER NOT NULL,
    kind           TEXT    NOT NULL
        CHECK (kind = 'reserved' OR kind = 'released' OR kind = 'shipped' OR kind = 'received' OR kind = 'added'
            OR kind = 'removed' OR kind = 'returned' OR kind = 'moved_out' OR kind = 'moved_in'),
    quantity       INTEGER NOT NULL CHECK (quantity > 0),
    -- The level after it.
    on_hand_after  INTEGER NOT NULL,
    reserved_after INTEGER NOT NULL,
    -- The line of the order for which it is: its id tells the order.
    line           INTEGER,
    -- The number of the shipment in which it goes.
    shipment       INTEGER,
    -- In somebody's own words.
    reason         TEXT,
    at             INTEGER NOT NULL
) STRICT;
CREATE INDEX stock_movements_of_product ON stock_movements (product_id);
CREATE INDEX stock_movements_of_line ON stock_movements (line) WHERE line IS NOT NULL;

-- By kind first, since numbers of products are numbers of orders too.
DROP INDEX events_of_subject;
CREATE UNIQUE INDEX events_of_subject ON events (kind, subject, version);
