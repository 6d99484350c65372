-- What an import found and did, so that it can be looked at and taken back.

-- `error`: the row was not taken. `warning`: it was, with something assumed or left out.
ALTER TABLE job_errors ADD COLUMN severity text NOT NULL DEFAULT 'error';
ALTER TABLE job_errors ADD COLUMN input_column text;
ALTER TABLE job_errors ADD COLUMN input_value text;

CREATE TABLE import_duplicates (
    job_id uuid NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position bigint NOT NULL,
    finding jsonb NOT NULL,
    PRIMARY KEY (job_id, position)
);

-- `record_id` refers to the table that `noun` names; the record may be gone.
CREATE TABLE import_records (
    job_id uuid NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position bigint NOT NULL,
    noun text NOT NULL,
    record_id uuid NOT NULL,
    -- How many entries the change log has about the record once the import is done; more mean that it was changed since.
    changes bigint NOT NULL,
    -- The record before it was updated; null if the import made it.
    before jsonb,
    PRIMARY KEY (job_id, position)
);
