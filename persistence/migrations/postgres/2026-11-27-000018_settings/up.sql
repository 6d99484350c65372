-- What managers set while the network runs: one row, so that every change is guarded by its version.

CREATE TABLE network_settings (
    number bigint PRIMARY KEY NOT NULL CHECK (number = 1),
    -- Members that were set; what is not there is as the server was configured.
    content jsonb NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
INSERT INTO network_settings (number, content, version, created_at, updated_at) VALUES (1, '{}', 1, 'epoch', 'epoch');

-- The day's work is done once at a time, whichever server begins.
CREATE UNIQUE INDEX jobs_daily_at_work ON jobs (kind) WHERE kind = 'daily' AND finished_at IS NULL;
-- For what has ended long ago.
CREATE INDEX jobs_finished ON jobs (finished_at);
