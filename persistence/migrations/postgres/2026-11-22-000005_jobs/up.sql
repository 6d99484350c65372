-- Long runs, and what the server itself remembers.

CREATE TABLE jobs (
    id uuid PRIMARY KEY NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    total bigint,
    done bigint NOT NULL,
    failed bigint NOT NULL,
    result jsonb NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX jobs_created_by ON jobs (created_by);

CREATE TABLE job_errors (
    job_id uuid NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position bigint NOT NULL,
    -- Line or row of the input, from 1.
    input_row bigint NOT NULL,
    pointer text NOT NULL,
    code text NOT NULL,
    detail text NOT NULL,
    PRIMARY KEY (job_id, position)
);

CREATE TABLE settings (
    name text PRIMARY KEY NOT NULL,
    value bytea NOT NULL,
    changed_at timestamptz NOT NULL
);
