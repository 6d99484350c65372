-- The keys that sign access tokens: one signs, the one before is accepted while its tokens live, the next is published beforehand.

CREATE TABLE signing_keys (
    number INTEGER PRIMARY KEY NOT NULL,
    -- The 32 bytes of an Ed25519 private key.
    seed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    -- From when on it signs.
    active_at INTEGER NOT NULL
) STRICT;
