-- Opportunities and persons.

CREATE TABLE opportunities (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    unit_id BLOB REFERENCES units (id),
    direction TEXT NOT NULL,
    cooperation TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    description TEXT NOT NULL,
    required TEXT NOT NULL,
    preferred TEXT NOT NULL,
    sought TEXT NOT NULL,
    stage TEXT,
    ipr TEXT,
    budget TEXT NOT NULL,
    starts_on TEXT,
    ends_on TEXT,
    expires_on TEXT,
    anonymous INTEGER NOT NULL,
    status TEXT NOT NULL,
    visibility TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_public INTEGER NOT NULL,
    changed_members INTEGER NOT NULL,
    changed_managers INTEGER NOT NULL
) STRICT;
CREATE INDEX opportunities_organisation ON opportunities (organisation_id);
CREATE INDEX opportunities_unit ON opportunities (unit_id);

CREATE TABLE persons (
    id BLOB PRIMARY KEY NOT NULL,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    titles TEXT,
    email TEXT,
    languages TEXT NOT NULL,
    skills TEXT NOT NULL,
    visibility TEXT NOT NULL,
    invented INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_public INTEGER NOT NULL,
    changed_members INTEGER NOT NULL,
    changed_managers INTEGER NOT NULL
) STRICT;

CREATE TABLE affiliations (
    person_id BLOB NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    unit_id BLOB REFERENCES units (id),
    role TEXT,
    from_on TEXT,
    to_on TEXT,
    PRIMARY KEY (person_id, position)
) STRICT;
CREATE INDEX affiliations_organisation ON affiliations (organisation_id);
CREATE INDEX affiliations_unit ON affiliations (unit_id);
