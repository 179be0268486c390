-- What was counted of orders, by the quarter of an hour of UTC, and by longer stretches that are added up from it.
-- All of it can be counted anew from the events.
CREATE TABLE rollups (
    -- Of what: all orders, a product, or the orders that came to a status.
    kind         TEXT    NOT NULL
        CHECK (kind = 'order' OR kind = 'product' OR kind = 'pending' OR kind = 'processing'
            OR kind = 'shipped' OR kind = 'delivered' OR kind = 'cancelled'),
    -- How long the stretch is, in quarters.
    span         BIGINT  NOT NULL CHECK (span = 1 OR span = 4 OR span = 16 OR span = 96),
    -- The quarter with which it begins, by its number since 1970.
    quarter      BIGINT  NOT NULL CHECK (quarter % span = 0),
    marketplace  TEXT COLLATE "C" NOT NULL,
    currency     TEXT    NOT NULL CHECK (length(currency) = 3),
    -- Of a product; 0 otherwise.
    product_id   BIGINT  NOT NULL CHECK ((product_id > 0) = (kind = 'product')),
    orders       BIGINT  NOT NULL CHECK (orders >= 0),
    units        BIGINT  NOT NULL CHECK (units >= 0),
    -- In the currency's minor unit. A sum stops at the end of its range.
    gross        BIGINT  NOT NULL CHECK (gross >= 0),
    -- Pieces that were cancelled and that left in it, whenever they were ordered.
    cancelled    BIGINT  NOT NULL CHECK (cancelled >= 0),
    shipped      BIGINT  NOT NULL CHECK (shipped >= 0),
    -- Those of them of which it is known how long that took, and the sum of that.
    timed        BIGINT  NOT NULL CHECK (timed >= 0 AND timed <= shipped),
    ship_seconds BIGINT  NOT NULL CHECK (ship_seconds >= 0),
    PRIMARY KEY (kind, span, quarter, marketplace, currency, product_id)
)
-- Room for the next versions of a row on its own page: those of now are written all the time.
WITH (fillfactor = 70);

-- Who counts begins with the first event.
INSERT INTO consumers (name, cursor) VALUES ('rollups', 0);
