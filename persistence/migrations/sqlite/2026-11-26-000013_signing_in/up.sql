-- Sessions that can be told apart and ended, second factors, invitations, and the letters that go out by mail.

ALTER TABLE users ADD COLUMN language TEXT NOT NULL DEFAULT 'de';

-- How often a key may be used in a minute, if less often than others; and when it was, to the minute.
ALTER TABLE api_keys ADD COLUMN requests_per_minute INTEGER;
ALTER TABLE api_keys ADD COLUMN used_at INTEGER;

-- Whether the login had a second factor.
ALTER TABLE sessions ADD COLUMN second_factor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN used_at INTEGER;
-- What the client calls itself, and the network it came from last.
ALTER TABLE sessions ADD COLUMN client TEXT;
ALTER TABLE sessions ADD COLUMN address TEXT;

CREATE TABLE second_factors (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The seed of the one-time passwords: it must be at hand to compute them.
    seed BLOB NOT NULL,
    -- Null until a first one was typed in: it does not count before.
    confirmed_at INTEGER,
    -- The time step of the last one that was accepted: each is good once.
    last_step INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE recovery_codes (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (user_id, hash)
) STRICT;

-- Someone who is to have an account: invited, or self-registered as a guest. It becomes a user when the letter is answered.
CREATE TABLE invitations (
    id BLOB PRIMARY KEY NOT NULL,
    -- The e-mail address in lower case.
    login TEXT NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    language TEXT NOT NULL,
    organisation_id BLOB REFERENCES organisations (id) ON DELETE CASCADE,
    -- Null for who registered. What somebody offered goes with them.
    invited_by BLOB REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    accepted_at INTEGER
) STRICT;
CREATE INDEX invitations_login ON invitations (login);
CREATE INDEX invitations_organisation ON invitations (organisation_id);
CREATE INDEX invitations_invited_by ON invitations (invited_by);

-- What a letter lets its reader do once. The token itself is computed from the id, never stored.
CREATE TABLE action_tokens (
    id BLOB PRIMARY KEY NOT NULL,
    purpose TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    details TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX action_tokens_user ON action_tokens (user_id);

-- Letters, kept until they are sent.
CREATE TABLE letters (
    id BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    language TEXT NOT NULL,
    details TEXT NOT NULL,
    status TEXT NOT NULL,
    -- Counts the tries; guards the claim of a sender.
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    fault TEXT
) STRICT;
CREATE INDEX letters_due ON letters (status, due_at);
