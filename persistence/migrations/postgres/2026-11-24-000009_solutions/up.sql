-- Solutions, and logos of organisations.

CREATE TABLE solutions (
    id uuid PRIMARY KEY NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    unit_id uuid REFERENCES units (id),
    title jsonb NOT NULL,
    summary jsonb NOT NULL,
    description jsonb NOT NULL,
    skills jsonb NOT NULL,
    maturity text NOT NULL,
    links jsonb NOT NULL,
    display_place text,
    display_since date,
    display_until date,
    confirmed_at timestamptz NOT NULL,
    lapsed boolean NOT NULL,
    visibility text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    changed_public timestamptz NOT NULL,
    changed_members timestamptz NOT NULL,
    changed_managers timestamptz NOT NULL,
    -- A display has a place and a beginning.
    CHECK ((display_place IS NULL) = (display_since IS NULL)),
    CHECK (display_until IS NULL OR display_since IS NOT NULL)
);
CREATE INDEX solutions_organisation ON solutions (organisation_id);
CREATE INDEX solutions_unit ON solutions (unit_id);

-- Apart from the organisations, which are read often and as a whole.
CREATE TABLE logos (
    organisation_id uuid PRIMARY KEY NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    -- Tells one picture from another.
    digest text NOT NULL,
    large bytea NOT NULL,
    small bytea NOT NULL
);
