-- The audit log: who did and who read what, chained so that nothing can be changed, taken out or cut off unnoticed.

CREATE TABLE audit_entries (
    -- 1, 2, 3 … without a gap, in the order of the commits.
    seq INTEGER PRIMARY KEY NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    -- No reference: who is gone has done what was done.
    actor_id BLOB,
    operation TEXT,
    -- Of forgetting and of pruning: up to which entry.
    upto INTEGER,
    -- Of pruning: the code of that entry, from which the chain goes on.
    anchor BLOB,
    -- SHA-256 of the records and of the details.
    records_digest BLOB NOT NULL,
    details_digest BLOB NOT NULL,
    -- HMAC-SHA-256 of all this and of the code of the entry before.
    mac BLOB NOT NULL
) STRICT;
CREATE INDEX audit_entries_at ON audit_entries (at, seq);
CREATE INDEX audit_entries_actor ON audit_entries (actor_id, seq);

-- Which records an entry is about. Ids only: whose they are is known as long as the record is there.
CREATE TABLE audit_records (
    seq INTEGER NOT NULL,
    position INTEGER NOT NULL,
    noun TEXT NOT NULL,
    record_id BLOB NOT NULL,
    operation TEXT NOT NULL,
    PRIMARY KEY (seq, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_records_record ON audit_records (record_id, seq);

-- What is said about an entry in words: from where, why. It can be forgotten, and the chain holds all the same.
CREATE TABLE audit_details (
    seq INTEGER PRIMARY KEY NOT NULL,
    -- JSON, byte for byte what was digested.
    content TEXT NOT NULL
) STRICT;

-- Where the chain ends. Who appends holds this row until the commit.
CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    seq INTEGER NOT NULL,
    mac BLOB NOT NULL
) STRICT;
INSERT INTO audit_head (id, seq, mac) VALUES (1, 0, zeroblob(32));
