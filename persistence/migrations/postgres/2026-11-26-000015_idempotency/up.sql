-- What was asked for under a key of the client's, once: the row is written with the effect, the answer after it.

CREATE TABLE idempotency_keys (
    -- Whose key it is: a user, an API key, a network.
    owner text NOT NULL,
    key text NOT NULL,
    -- SHA-256 of method, address and body.
    fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL,
    -- Null while it is being made, and where it must not be kept.
    status bigint,
    headers jsonb,
    body bytea,
    CONSTRAINT idempotency_keys_owner_key_key PRIMARY KEY (owner, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
