-- What managers set while the network runs: one row, so that every change is guarded by its version.

CREATE TABLE network_settings (
    number INTEGER PRIMARY KEY NOT NULL CHECK (number = 1),
    -- Members that were set; what is not there is as the server was configured.
    content TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO network_settings (number, content, version, created_at, updated_at) VALUES (1, '{}', 1, 0, 0);

-- The day's work is done once at a time, whichever server begins.
CREATE UNIQUE INDEX jobs_daily_at_work ON jobs (kind) WHERE kind = 'daily' AND finished_at IS NULL;
-- For what has ended long ago.
CREATE INDEX jobs_finished ON jobs (finished_at);
