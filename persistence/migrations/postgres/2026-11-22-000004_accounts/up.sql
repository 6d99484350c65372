-- Who may sign in. Secrets are stored hashed.

CREATE TABLE users (
    id uuid PRIMARY KEY NOT NULL,
    -- The e-mail address in lower case.
    login text NOT NULL UNIQUE,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    organisation_id uuid REFERENCES organisations (id),
    active boolean NOT NULL,
    -- PHC string; null until the user has chosen a password.
    password_hash text,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX users_organisation ON users (organisation_id);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name text NOT NULL,
    scopes jsonb NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,
    expires_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX api_keys_user ON api_keys (user_id);

-- A login that goes on: the family of the refresh tokens that descend from it.
CREATE TABLE sessions (
    id uuid PRIMARY KEY NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    -- Counts the renewals: updating it first makes them come one after another.
    version bigint NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
    hash bytea PRIMARY KEY NOT NULL,
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- The token that this one was given for; null for the first. At most one descends from each.
    parent_hash bytea UNIQUE,
    issued_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
