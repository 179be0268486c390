-- What an order is called in the system from which it was imported, and when it was placed there; NULL of all others.
ALTER TABLE orders ADD COLUMN external_id TEXT;
ALTER TABLE orders ADD COLUMN placed_at INTEGER CHECK ((placed_at IS NULL) = (external_id IS NULL));
-- Importing twice makes nothing twice.
CREATE UNIQUE INDEX orders_by_external_id ON orders (external_id) WHERE external_id IS NOT NULL;
