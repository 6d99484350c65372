-- Searches that people keep. What is new in one is read from the feed of changes.
CREATE TABLE saved_searches (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- `organisations` or `opportunities`.
    target TEXT NOT NULL,
    -- The query string of that list.
    query TEXT NOT NULL,
    -- The place in the feed up to which its owner knows the hits, and the class of readers to which the place belongs.
    audience TEXT NOT NULL,
    place INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX saved_searches_user ON saved_searches (user_id, id);

-- When the people of an organisation last said that its profile is right.
CREATE TABLE confirmations (
    organisation_id BLOB PRIMARY KEY NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    confirmed_at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB
) STRICT;

-- What managers should look at.
CREATE TABLE moderation_cases (
    id BLOB PRIMARY KEY NOT NULL,
    -- `flagged_change`, `proposal` or `report`.
    kind TEXT NOT NULL,
    noun TEXT NOT NULL,
    record_id BLOB NOT NULL,
    -- What was changed, wished or said.
    content TEXT NOT NULL,
    -- `open`, `accepted` or `rejected`.
    status TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    decided_by BLOB,
    decided_at INTEGER,
    note TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX moderation_cases_status ON moderation_cases (status, id);
CREATE INDEX moderation_cases_record ON moderation_cases (record_id);

-- Organisations that look like one and were found to be two; the smaller id first.
CREATE TABLE distinct_organisations (
    first_id BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    second_id BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    decided_at INTEGER NOT NULL,
    PRIMARY KEY (first_id, second_id)
) STRICT;
