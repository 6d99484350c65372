-- The audit log: who did and who read what, chained so that nothing can be changed, taken out or cut off unnoticed.

CREATE TABLE audit_entries (
    -- 1, 2, 3 … without a gap, in the order of the commits.
    seq bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    actor_kind text NOT NULL,
    -- No reference: who is gone has done what was done.
    actor_id uuid,
    operation text,
    -- Of forgetting and of pruning: up to which entry.
    upto bigint,
    -- Of pruning: the code of that entry, from which the chain goes on.
    anchor bytea,
    -- SHA-256 of the records and of the details.
    records_digest bytea NOT NULL,
    details_digest bytea NOT NULL,
    -- HMAC-SHA-256 of all this and of the code of the entry before.
    mac bytea NOT NULL
);
CREATE INDEX audit_entries_at ON audit_entries (at, seq);
CREATE INDEX audit_entries_actor ON audit_entries (actor_id, seq);

-- Which records an entry is about. Ids only: whose they are is known as long as the record is there.
CREATE TABLE audit_records (
    seq bigint NOT NULL,
    position bigint NOT NULL,
    noun text NOT NULL,
    record_id uuid NOT NULL,
    operation text NOT NULL,
    PRIMARY KEY (seq, position)
);
CREATE INDEX audit_records_record ON audit_records (record_id, seq);

-- What is said about an entry in words: from where, why. It can be forgotten, and the chain holds all the same.
CREATE TABLE audit_details (
    seq bigint PRIMARY KEY,
    -- JSON, byte for byte what was digested.
    content text NOT NULL
);

-- Where the chain ends. Who appends holds this row until the commit.
CREATE TABLE audit_head (
    id bigint PRIMARY KEY CHECK (id = 1),
    seq bigint NOT NULL,
    mac bytea NOT NULL
);
INSERT INTO audit_head (id, seq, mac) VALUES (1, 0, decode(repeat('00', 32), 'hex'));
