-- Sessions that can be told apart and ended, second factors, invitations, and the letters that go out by mail.

ALTER TABLE users ADD COLUMN language text NOT NULL DEFAULT 'de';

-- How often a key may be used in a minute, if less often than others; and when it was, to the minute.
ALTER TABLE api_keys ADD COLUMN requests_per_minute bigint;
ALTER TABLE api_keys ADD COLUMN used_at timestamptz;

-- Whether the login had a second factor.
ALTER TABLE sessions ADD COLUMN second_factor boolean NOT NULL DEFAULT false;
ALTER TABLE sessions ADD COLUMN used_at timestamptz;
-- What the client calls itself, and the network it came from last.
ALTER TABLE sessions ADD COLUMN client text;
ALTER TABLE sessions ADD COLUMN address text;

CREATE TABLE second_factors (
    user_id uuid PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The seed of the one-time passwords: it must be at hand to compute them.
    seed bytea NOT NULL,
    -- Null until a first one was typed in: it does not count before.
    confirmed_at timestamptz,
    -- The time step of the last one that was accepted: each is good once.
    last_step bigint NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE recovery_codes (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (user_id, hash)
);

-- Someone who is to have an account: invited, or self-registered as a guest. It becomes a user when the letter is answered.
CREATE TABLE invitations (
    id uuid PRIMARY KEY NOT NULL,
    -- The e-mail address in lower case.
    login text NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    language text NOT NULL,
    organisation_id uuid REFERENCES organisations (id) ON DELETE CASCADE,
    -- Null for who registered. What somebody offered goes with them.
    invited_by uuid REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz
);
CREATE INDEX invitations_login ON invitations (login);
CREATE INDEX invitations_organisation ON invitations (organisation_id);
CREATE INDEX invitations_invited_by ON invitations (invited_by);

-- What a letter lets its reader do once. The token itself is computed from the id, never stored.
CREATE TABLE action_tokens (
    id uuid PRIMARY KEY NOT NULL,
    purpose text NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    details jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX action_tokens_user ON action_tokens (user_id);

-- Letters, kept until they are sent.
CREATE TABLE letters (
    id uuid PRIMARY KEY NOT NULL,
    kind text NOT NULL,
    recipient text NOT NULL,
    language text NOT NULL,
    details jsonb NOT NULL,
    status text NOT NULL,
    -- Counts the tries; guards the claim of a sender.
    attempts bigint NOT NULL,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    fault text
);
CREATE INDEX letters_due ON letters (status, due_at);
