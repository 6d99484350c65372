-- Searches that people keep. What is new in one is read from the feed of changes.
CREATE TABLE saved_searches (
    id uuid PRIMARY KEY NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name text NOT NULL,
    -- `organisations` or `opportunities`.
    target text NOT NULL,
    -- The query string of that list.
    query text NOT NULL,
    -- The place in the feed up to which its owner knows the hits, and the class of readers to which the place belongs.
    audience text NOT NULL,
    place bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX saved_searches_user ON saved_searches (user_id, id);

-- When the people of an organisation last said that its profile is right.
CREATE TABLE confirmations (
    organisation_id uuid PRIMARY KEY NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    confirmed_at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid
);

-- What managers should look at.
CREATE TABLE moderation_cases (
    id uuid PRIMARY KEY NOT NULL,
    -- `flagged_change`, `proposal` or `report`.
    kind text NOT NULL,
    noun text NOT NULL,
    record_id uuid NOT NULL,
    -- What was changed, wished or said.
    content jsonb NOT NULL,
    -- `open`, `accepted` or `rejected`.
    status text NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    decided_by uuid,
    decided_at timestamptz,
    note text,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX moderation_cases_status ON moderation_cases (status, id);
CREATE INDEX moderation_cases_record ON moderation_cases (record_id);

-- Organisations that look like one and were found to be two; the smaller id first.
CREATE TABLE distinct_organisations (
    first_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    second_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (first_id, second_id)
);
