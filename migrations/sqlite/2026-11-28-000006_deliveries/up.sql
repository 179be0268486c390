-- To whom is told what happens: webhooks, those who read the events, and the log of what was sent.
-- Times are UTC milliseconds since 1970-01-01. The secrets are sealed with a key that is not in the database; this
-- is how it is known.
ALTER TABLE shop ADD COLUMN secrets_key BLOB CHECK (length(secrets_key) = 8);

-- Numbers are never used again, and no row is deleted.
CREATE TABLE webhooks (
    id              INTEGER NOT NULL PRIMARY KEY CHECK (id >= 1),
    url             TEXT    NOT NULL,
    -- Patterns of types, with spaces between them.
    types           TEXT    NOT NULL,
    -- The last three are reasons of being disabled.
    state           TEXT    NOT NULL
        CHECK (state = 'active' OR state = 'paused' OR state = 'deleted' OR state = 'gone' OR state = 'failing'),
    secret          BLOB    NOT NULL,
    -- The one before signs too until a moment.
    previous_secret BLOB,
    previous_until  INTEGER,
    created_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL CHECK (version >= 1),
    CHECK ((previous_secret IS NULL) = (previous_until IS NULL))
) STRICT;

-- Those who read the events, each behind a cursor.
CREATE TABLE consumers (
    name          TEXT    NOT NULL PRIMARY KEY,
    -- The event up to which everything is settled; 0 is the beginning.
    cursor        INTEGER NOT NULL CHECK (cursor >= 0),
    -- What is sent once more: the events after one up to another.
    replay_after  INTEGER CHECK (replay_after >= 0),
    replay_until  INTEGER CHECK (replay_until > replay_after),
    failing_since INTEGER,
    -- Whose it is to work off, and until when.
    holder        TEXT,
    held_until    INTEGER,
    CHECK ((replay_after IS NULL) = (replay_until IS NULL))
) STRICT, WITHOUT ROWID;

-- The messages by which something was done. Pruned after a time.
CREATE TABLE inbox (
    consumer   TEXT    NOT NULL,
    -- The event that the message is about.
    message_id INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (consumer, message_id)
) STRICT, WITHOUT ROWID;

-- What became of events at those who read them. What has ended is pruned after a time.
CREATE TABLE deliveries (
    consumer   TEXT    NOT NULL,
    event      INTEGER NOT NULL,
    -- To what the event happened.
    kind       TEXT    NOT NULL,
    subject    INTEGER NOT NULL,
    state      TEXT    NOT NULL
        CHECK (state = 'pending' OR state = 'done' OR state = 'dead' OR state = 'skipped'),
    -- Of what is pending; NULL waits for an earlier one of its subject.
    next_at    INTEGER CHECK (next_at IS NULL OR state = 'pending'),
    -- Since it was to be sent.
    tries      INTEGER NOT NULL CHECK (tries >= 0),
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (consumer, event)
) STRICT, WITHOUT ROWID;
-- Each holds all that is asked of it: SQLite, which knows nothing of a new table, would go along the key otherwise.
CREATE INDEX deliveries_due ON deliveries (consumer, next_at, event) WHERE state = 'pending';
CREATE INDEX deliveries_waiting ON deliveries (consumer, kind, subject, event, next_at) WHERE state = 'pending';
-- Nearly all have arrived.
CREATE INDEX deliveries_by_state ON deliveries (consumer, state, event, next_at) WHERE state <> 'done';

-- Every try at a delivery, with what was answered. Pruned with it.
CREATE TABLE attempts (
    consumer TEXT    NOT NULL,
    event    INTEGER NOT NULL,
    number   INTEGER NOT NULL CHECK (number >= 1),
    at       INTEGER NOT NULL,
    took_ms  INTEGER NOT NULL CHECK (took_ms >= 0),
    status   INTEGER,
    -- The beginning of it.
    body     TEXT,
    -- Why there is none.
    error    TEXT,
    PRIMARY KEY (consumer, event, number)
) STRICT, WITHOUT ROWID;
