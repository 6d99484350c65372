-- Who was erased: ids that stand for nobody, so that an erasure can be repeated after a backup was played back.

CREATE TABLE erasures (
    id uuid PRIMARY KEY,
    user_id uuid,
    person_id uuid,
    -- Addresses, name and number by which copies are found; emptied when they are gone.
    words jsonb NOT NULL,
    -- How many rows of which table went.
    result jsonb NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    created_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX erasures_unfinished ON erasures (id) WHERE finished_at IS NULL;
