DROP TABLE attempts;
DROP TABLE deliveries;
DROP TABLE inbox;
DROP TABLE consumers;
DROP TABLE webhooks;
ALTER TABLE shop DROP COLUMN secrets_key;
-- A program of before cannot read them.
DELETE FROM events WHERE kind = 'webhook';
