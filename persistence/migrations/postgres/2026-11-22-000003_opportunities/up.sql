-- Opportunities and persons.

CREATE TABLE opportunities (
    id uuid PRIMARY KEY NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    unit_id uuid REFERENCES units (id),
    direction text NOT NULL,
    cooperation text NOT NULL,
    title jsonb NOT NULL,
    summary jsonb NOT NULL,
    description jsonb NOT NULL,
    required jsonb NOT NULL,
    preferred jsonb NOT NULL,
    sought jsonb NOT NULL,
    stage text,
    ipr text,
    budget jsonb NOT NULL,
    starts_on date,
    ends_on date,
    expires_on date,
    anonymous boolean NOT NULL,
    status text NOT NULL,
    visibility text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    changed_public timestamptz NOT NULL,
    changed_members timestamptz NOT NULL,
    changed_managers timestamptz NOT NULL
);
CREATE INDEX opportunities_organisation ON opportunities (organisation_id);
CREATE INDEX opportunities_unit ON opportunities (unit_id);

CREATE TABLE persons (
    id uuid PRIMARY KEY NOT NULL,
    given_name text NOT NULL,
    family_name text NOT NULL,
    titles text,
    email text,
    languages jsonb NOT NULL,
    skills jsonb NOT NULL,
    visibility text NOT NULL,
    invented boolean NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    changed_public timestamptz NOT NULL,
    changed_members timestamptz NOT NULL,
    changed_managers timestamptz NOT NULL
);

CREATE TABLE affiliations (
    person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    position integer NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    unit_id uuid REFERENCES units (id),
    role text,
    from_on date,
    to_on date,
    PRIMARY KEY (person_id, position)
);
CREATE INDEX affiliations_organisation ON affiliations (organisation_id);
CREATE INDEX affiliations_unit ON affiliations (unit_id);
