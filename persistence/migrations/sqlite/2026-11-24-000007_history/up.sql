-- Which audiences could see a difference: 1 anonymous, 2 members, 4 managers, added up. What was written before this is
-- nobody's news.
ALTER TABLE changes ADD COLUMN audiences INTEGER NOT NULL DEFAULT 0;
CREATE INDEX changes_seen ON changes (seq) WHERE audiences > 0;

-- What records were before they were changed or removed. The present state is in the record's own table.
CREATE TABLE versions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    noun TEXT NOT NULL,
    record_id BLOB NOT NULL,
    -- Whose record it is, as far as it is an organisation's. No foreign key: a version outlives the organisation.
    organisation_id BLOB,
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    -- When it ended, by whom, and how.
    ended_at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    operation TEXT NOT NULL
) STRICT;
CREATE INDEX versions_record ON versions (record_id, seq);
CREATE INDEX versions_organisation ON versions (organisation_id, seq);
