-- Solutions, and logos of organisations.

CREATE TABLE solutions (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    unit_id BLOB REFERENCES units (id),
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    description TEXT NOT NULL,
    skills TEXT NOT NULL,
    maturity TEXT NOT NULL,
    links TEXT NOT NULL,
    display_place TEXT,
    display_since TEXT,
    display_until TEXT,
    confirmed_at INTEGER NOT NULL,
    lapsed INTEGER NOT NULL,
    visibility TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_public INTEGER NOT NULL,
    changed_members INTEGER NOT NULL,
    changed_managers INTEGER NOT NULL,
    -- A display has a place and a beginning.
    CHECK ((display_place IS NULL) = (display_since IS NULL)),
    CHECK (display_until IS NULL OR display_since IS NOT NULL)
) STRICT;
CREATE INDEX solutions_organisation ON solutions (organisation_id);
CREATE INDEX solutions_unit ON solutions (unit_id);

-- Apart from the organisations, which are read often and as a whole.
CREATE TABLE logos (
    organisation_id BLOB PRIMARY KEY NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    -- Tells one picture from another.
    digest TEXT NOT NULL,
    large BLOB NOT NULL,
    small BLOB NOT NULL
) STRICT;
