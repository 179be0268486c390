-- Where products are shown and sold, with prices and names of their own. Money is in the currency's minor unit.

-- None is ever deleted.
CREATE TABLE marketplaces (
    code               TEXT    NOT NULL PRIMARY KEY CHECK (length(code) BETWEEN 2 AND 16),
    name               TEXT    NOT NULL,
    -- Of its prices.
    currency           TEXT    NOT NULL CHECK (length(currency) = 3),
    default_locale     TEXT    NOT NULL,
    time_zone          TEXT    NOT NULL,
    price_includes_tax INTEGER NOT NULL CHECK (price_includes_tax = 0 OR price_includes_tax = 1),
    -- The host that leads to it.
    host               TEXT    UNIQUE,
    active             INTEGER NOT NULL CHECK (active = 0 OR active = 1),
    version            INTEGER NOT NULL CHECK (version >= 1)
) STRICT, WITHOUT ROWID;

-- A country leads to one marketplace, always the same.
CREATE TABLE marketplace_countries (
    country     TEXT NOT NULL PRIMARY KEY CHECK (length(country) = 2),
    marketplace TEXT NOT NULL REFERENCES marketplaces (code)
) STRICT, WITHOUT ROWID;

-- On what terms a marketplace sells a product. The default one has none: there the product's own price counts.
CREATE TABLE listings (
    product_id  INTEGER NOT NULL REFERENCES products (id),
    marketplace TEXT    NOT NULL REFERENCES marketplaces (code) CHECK (marketplace <> 'default'),
    price       INTEGER NOT NULL CHECK (price >= 0),
    model       TEXT,
    active      INTEGER NOT NULL CHECK (active = 0 OR active = 1),
    version     INTEGER NOT NULL CHECK (version >= 1),
    PRIMARY KEY (product_id, marketplace)
) STRICT, WITHOUT ROWID;
-- What a marketplace shows, by product.
CREATE INDEX listings_of_marketplace ON listings (marketplace, active, product_id);

-- What a product is called in a language.
CREATE TABLE product_texts (
    product_id  INTEGER NOT NULL REFERENCES products (id),
    -- '' is every marketplace that has no text of its own.
    marketplace TEXT    NOT NULL,
    locale      TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    description TEXT,
    version     INTEGER NOT NULL CHECK (version >= 1),
    PRIMARY KEY (product_id, marketplace, locale)
) STRICT, WITHOUT ROWID;

-- A shop that is there already has the one marketplace.
INSERT INTO marketplaces
SELECT 'default', 'Default', currency, 'en', 'UTC', 0, NULL, 1, 1 FROM shop;

-- What had chosen the marketplace in which an order was placed; NULL is nothing, so it is the default one. Its column
-- `marketplace` is NULL of the default one, `locale` of orders from before. So are the names of lines from before:
-- `name_from` is `de/de-AT`, or `/de` of a text for all, and the price is that of the order's marketplace.
ALTER TABLE orders ADD COLUMN chosen_by TEXT;
-- Of what happened in a marketplace; NULL of an order is the default one.
ALTER TABLE events ADD COLUMN marketplace TEXT;
CREATE INDEX events_of_marketplace ON events (marketplace) WHERE marketplace IS NOT NULL;

-- As those of lists. The default marketplace is NULL.
CREATE INDEX orders_by_marketplace ON orders (coalesce(marketplace, 'default'));
CREATE INDEX orders_by_marketplace_and_status
    ON orders (coalesce(marketplace, 'default'), status, coalesce(fulfillment, 'unfulfilled'));
CREATE INDEX orders_by_user_and_marketplace ON orders (user_id, coalesce(marketplace, 'default'));
