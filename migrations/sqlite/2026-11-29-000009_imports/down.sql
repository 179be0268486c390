DROP INDEX orders_by_external_id;
ALTER TABLE orders DROP COLUMN placed_at;
ALTER TABLE orders DROP COLUMN external_id;
