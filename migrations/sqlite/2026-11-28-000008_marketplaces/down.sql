DROP INDEX orders_by_user_and_marketplace;
DROP INDEX orders_by_marketplace_and_status;
DROP INDEX orders_by_marketplace;
DROP INDEX events_of_marketplace;
ALTER TABLE events DROP COLUMN marketplace;
UPDATE order_products SET name = NULL, model = NULL, name_from = NULL WHERE name IS NOT NULL;
ALTER TABLE orders DROP COLUMN chosen_by;
UPDATE orders SET marketplace = NULL, locale = NULL WHERE marketplace IS NOT NULL OR locale IS NOT NULL;
DROP TABLE product_texts;
DROP TABLE listings;
DROP TABLE marketplace_countries;
DROP TABLE marketplaces;
-- A program of before cannot read them.
DELETE FROM events WHERE kind LIKE 'marketplace/%' OR kind LIKE 'listing/%' OR kind LIKE 'text/%';
