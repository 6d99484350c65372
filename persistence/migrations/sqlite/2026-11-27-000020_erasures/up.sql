-- Who was erased: ids that stand for nobody, so that an erasure can be repeated after a backup was played back.

CREATE TABLE erasures (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB,
    person_id BLOB,
    -- Addresses, name and number by which copies are found; emptied when they are gone.
    words TEXT NOT NULL,
    -- How many rows of which table went.
    result TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    created_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX erasures_unfinished ON erasures (id) WHERE finished_at IS NULL;
