-- What an import found and did, so that it can be looked at and taken back.

-- `error`: the row was not taken. `warning`: it was, with something assumed or left out.
ALTER TABLE job_errors ADD COLUMN severity TEXT NOT NULL DEFAULT 'error';
ALTER TABLE job_errors ADD COLUMN input_column TEXT;
ALTER TABLE job_errors ADD COLUMN input_value TEXT;

CREATE TABLE import_duplicates (
    job_id BLOB NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    finding TEXT NOT NULL,
    PRIMARY KEY (job_id, position)
) STRICT;

-- `record_id` refers to the table that `noun` names; the record may be gone.
CREATE TABLE import_records (
    job_id BLOB NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    noun TEXT NOT NULL,
    record_id BLOB NOT NULL,
    -- How many entries the change log has about the record once the import is done; more mean that it was changed since.
    changes INTEGER NOT NULL,
    -- The record before it was updated; null if the import made it.
    before TEXT,
    PRIMARY KEY (job_id, position)
) STRICT;
