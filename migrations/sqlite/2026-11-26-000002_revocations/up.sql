-- Since when a user has to show a newer token: one row for each user whose tokens were ever revoked.
CREATE TABLE revocations (
    user_id    INTEGER NOT NULL PRIMARY KEY CHECK (user_id >= 1),
    -- UTC milliseconds since 1970-01-01. A token that was made then or before counts for nothing.
    revoked_at INTEGER NOT NULL
) STRICT;
