-- What was asked for under a key of the client's, once: the row is written with the effect, the answer after it.

CREATE TABLE idempotency_keys (
    -- Whose key it is: a user, an API key, a network.
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    -- SHA-256 of method, address and body.
    fingerprint BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    -- Null while it is being made, and where it must not be kept.
    status INTEGER,
    headers TEXT,
    body BLOB,
    CONSTRAINT idempotency_keys_owner_key_key PRIMARY KEY (owner, key)
) STRICT;
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
