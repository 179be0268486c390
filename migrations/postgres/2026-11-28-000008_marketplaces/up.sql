-- Where products are shown and sold, with prices and names of their own. Money is in the currency's minor unit.

-- None is ever deleted.
CREATE TABLE marketplaces (
    code               TEXT    NOT NULL PRIMARY KEY CHECK (length(code) BETWEEN 2 AND 16),
    name               TEXT    NOT NULL,
    -- Of its prices.
    currency           TEXT    NOT NULL CHECK (length(currency) = 3),
    default_locale     TEXT    NOT NULL,
    time_zone          TEXT    NOT NULL,
    price_includes_tax BOOLEAN NOT NULL,
    -- The host that leads to it.
    host               TEXT    UNIQUE,
    active             BOOLEAN NOT NULL,
    version            BIGINT NOT NULL CHECK (version >= 1)
);

-- A country leads to one marketplace, always the same.
CREATE TABLE marketplace_countries (
    country     TEXT NOT NULL PRIMARY KEY CHECK (length(country) = 2),
    marketplace TEXT NOT NULL REFERENCES marketplaces (code)
);

-- On what terms a marketplace sells a product. The default one has none: there the product's own price counts.
CREATE TABLE listings (
    product_id  BIGINT NOT NULL REFERENCES products (id),
    marketplace TEXT    NOT NULL REFERENCES marketplaces (code) CHECK (marketplace <> 'default'),
    price       BIGINT NOT NULL CHECK (price >= 0),
    model       TEXT,
    active      BOOLEAN NOT NULL,
    version     BIGINT NOT NULL CHECK (version >= 1),
    PRIMARY KEY (product_id, marketplace)
);
-- What a marketplace shows, by product.
CREATE INDEX listings_of_marketplace ON listings (marketplace, active, product_id);

-- What a product is called in a language.
CREATE TABLE product_texts (
    product_id  BIGINT NOT NULL REFERENCES products (id),
    -- '' is every marketplace that has no text of its own.
    marketplace TEXT    NOT NULL,
    locale      TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    description TEXT,
    version     BIGINT NOT NULL CHECK (version >= 1),
    PRIMARY KEY (product_id, marketplace, locale)
);

-- A shop that is there already has the one marketplace.
INSERT INTO marketplaces
SELECT 'default', 'Default', currency, 'en', 'UTC', FALSE, NULL, TRUE, 1 FROM shop;

-- What had chosen the marketplace in which an order was placed; NULL is nothing, so it is the default one. Its column
-- `marketplace` is NULL of the default one, `locale` of orders from before. So are the names of lines from before:
-- `name_from` is `de/de-AT`, or `/de` of a text for all, and the price is that of the order's marketplace.
ALTER TABLE orders ADD COLUMN chosen_by TEXT;
-- Of what happened in a marketplace; NULL of an order is the default one.
ALTER TABLE events ADD COLUMN marketplace TEXT;
CREATE INDEX events_of_marketplace ON events (marketplace, id) WHERE marketplace IS NOT NULL;

-- As those of lists: no two begin with the same, hence the nothing that is appended and the zero before the user. The
-- default marketplace is NULL.
CREATE INDEX orders_by_marketplace ON orders (coalesce(marketplace, 'default'), id);
CREATE INDEX orders_by_marketplace_and_status
    ON orders ((coalesce(marketplace, 'default') || ''), status, coalesce(fulfillment, 'unfulfilled'), id);
CREATE INDEX orders_by_user_and_marketplace ON orders ((0 + user_id), coalesce(marketplace, 'default'), id);

-- Locks as before, and says the products' own names and whether marketplaces say anything of them too.
DROP FUNCTION lock_stock(BIGINT[]);
CREATE FUNCTION lock_stock(wanted BIGINT[]) RETURNS TABLE (
    product_id BIGINT, price BIGINT, currency TEXT, stock_policy TEXT, active BOOLEAN, name TEXT, is_named BOOLEAN,
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
        SELECT product.id, product.price, product.currency, product.stock_policy, product.active, product.name,
            EXISTS (SELECT FROM product_texts WHERE product_texts.product_id = product.id),
            level.location_id, place.code, place.priority, place.active,
            level.on_hand, level.reserved, level.backorder_limit, level.version
        FROM (SELECT * FROM products WHERE products.id = ANY (wanted)) AS product
        LEFT JOIN (SELECT * FROM stock_levels WHERE stock_levels.product_id = ANY (wanted)) AS level
            ON level.product_id = product.id
        LEFT JOIN locations AS place ON place.id = level.location_id;
END
$$;

-- By another name, so that a server of before, which knows no marketplaces, sells nothing more.
ALTER FUNCTION next_ids(BIGINT, BIGINT, BIGINT) RENAME TO new_ids;
