-- Which audiences could see a difference: 1 anonymous, 2 members, 4 managers, added up. What was written before this is
-- nobody's news.
ALTER TABLE changes ADD COLUMN audiences integer NOT NULL DEFAULT 0;
CREATE INDEX changes_seen ON changes (xid, seq) WHERE audiences > 0;

-- What records were before they were changed or removed. The present state is in the record's own table.
CREATE TABLE versions (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    noun text NOT NULL,
    record_id uuid NOT NULL,
    -- Whose record it is, as far as it is an organisation's. No foreign key: a version outlives the organisation.
    organisation_id uuid,
    version bigint NOT NULL,
    content jsonb NOT NULL,
    -- When it ended, by whom, and how.
    ended_at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    operation text NOT NULL
);
CREATE INDEX versions_record ON versions (record_id, seq);
CREATE INDEX versions_organisation ON versions (organisation_id, seq);
