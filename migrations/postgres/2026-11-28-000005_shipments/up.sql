-- The parcels in which an order leaves, and what of it is not wanted any more.
ALTER TABLE order_shipments RENAME TO order_shipments_before;
ALTER INDEX order_shipments_pkey RENAME TO order_shipments_before_pkey;

-- Times are UTC milliseconds since 1970-01-01. Numbers are never used again, and no row is deleted.
CREATE TABLE order_shipments (
    -- The first has its order's id, the others lie 2^48 apart.
    id                BIGINT NOT NULL CHECK (id = (number - 1) * 281474976710656 + order_id),
    order_id          BIGINT NOT NULL REFERENCES orders (id),
    number            BIGINT NOT NULL CHECK (number BETWEEN 1 AND 32),
    -- From where it leaves; NULL is where its pieces are held.
    location_id       BIGINT REFERENCES locations (id),
    status            TEXT    NOT NULL
        CHECK (status = 'planned' OR status = 'shipped' OR status = 'delivered' OR status = 'cancelled'),
    shipping_provider TEXT,
    tracking_number   TEXT,
    -- NULL is unknown.
    weight_g          BIGINT CHECK (weight_g >= 0),
    -- Why it was planned so, as JSON.
    reasons           TEXT,
    created_at        BIGINT NOT NULL,
    shipped_at        BIGINT,
    delivered_at      BIGINT,
    PRIMARY KEY (order_id, number),
    CHECK ((shipping_provider IS NULL) = (tracking_number IS NULL)),
    CHECK ((shipped_at IS NOT NULL) = (status = 'shipped' OR status = 'delivered')),
    CHECK ((delivered_at IS NOT NULL) = (status = 'delivered'))
);

-- What is in a parcel.
CREATE TABLE order_shipment_products (
    shipment_id BIGINT NOT NULL,
    line        BIGINT NOT NULL REFERENCES order_products (id),
    quantity    BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (shipment_id, line)
);

-- What of an order is not wanted any more, while the rest is. Append-only.
CREATE TABLE order_cancellations (
    order_id BIGINT NOT NULL REFERENCES orders (id),
    number   BIGINT NOT NULL CHECK (number >= 1),
    reason   TEXT    NOT NULL,
    -- In somebody's own words, to be erased: nowhere else.
    note     TEXT,
    -- The event that says so.
    event    BIGINT NOT NULL,
    PRIMARY KEY (order_id, number)
);
CREATE TABLE order_cancelled_products (
    order_id BIGINT NOT NULL,
    number   BIGINT NOT NULL,
    line     BIGINT NOT NULL REFERENCES order_products (id),
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, number, line)
);

-- An order that was tracked or sent has one parcel, with all that was ordered; what became of it the events
-- say, as far as there were any.
INSERT INTO order_shipments (id, order_id, number, status, shipping_provider, tracking_number, created_at,
    shipped_at, delivered_at)
SELECT orders.id, orders.id, 1,
    CASE orders.status WHEN 'pending' THEN 'planned' WHEN 'processing' THEN 'planned' ELSE orders.status END,
    COALESCE(parcel.shipping_provider, tracked.provider), COALESCE(parcel.tracking_number, tracked.number),
    COALESCE(past.made, orders.updated_at),
    CASE WHEN orders.status IN ('shipped', 'delivered')
        THEN COALESCE(past.shipped, past.migrated, orders.updated_at) END,
    CASE orders.status WHEN 'delivered' THEN COALESCE(past.delivered, past.migrated, orders.updated_at) END
FROM orders
LEFT JOIN order_shipments_before AS parcel ON parcel.id = orders.id
LEFT JOIN (SELECT subject,
        min(CASE WHEN type <> 'delivered' AND (data::JSON ->> 'shippingProvider' IS NOT NULL OR type = 'shipped'
            OR data::JSON ->> 'to' IN ('shipped', 'delivered')) THEN at END) AS made,
        max(CASE type WHEN 'shipped' THEN at END) AS shipped,
        max(CASE type WHEN 'migrated' THEN at END) AS migrated,
        max(CASE type WHEN 'delivered' THEN at END) AS delivered,
        max(CASE WHEN data::JSON ->> 'shippingProvider' IS NOT NULL THEN version END) AS tracked
    FROM events WHERE kind = 'order' AND type IN ('tracked', 'shipped', 'migrated', 'delivered') GROUP BY subject) AS past
    ON past.subject = orders.id
LEFT JOIN (SELECT subject, version, data::JSON ->> 'shippingProvider' AS provider, data::JSON ->> 'trackingNumber' AS number
    FROM events WHERE kind = 'order' AND type IN ('tracked', 'migrated')) AS tracked
    ON orders.status = 'cancelled' AND tracked.subject = orders.id AND tracked.version = past.tracked
WHERE parcel.id IS NOT NULL OR orders.status IN ('shipped', 'delivered') OR tracked.subject IS NOT NULL
ORDER BY orders.id;
INSERT INTO order_shipment_products (shipment_id, line, quantity)
SELECT parcel.id, line.id, line.quantity FROM order_shipments AS parcel
JOIN order_products AS line ON line.id BETWEEN parcel.order_id * 100 - 99 AND parcel.order_id * 100
ORDER BY line.id;

-- From here on `fulfillment` is there where the order has parcels, and `current_total` where a part was cancelled.
UPDATE orders SET fulfillment = CASE WHEN status IN ('shipped', 'delivered') THEN status ELSE 'unfulfilled' END
WHERE id IN (SELECT order_id FROM order_shipments);

DROP TABLE order_shipments_before;

-- By another name, so that a server of before, which knows no parcels, changes nothing more.
ALTER FUNCTION give_ids(BIGINT, BIGINT, BIGINT) RENAME TO next_ids;
