-- The taxonomy and the organisations with all that belongs to them.
-- `deferrable`: a batch may name a row before it comes.

CREATE TABLE skills (
    id uuid PRIMARY KEY NOT NULL,
    uri text NOT NULL UNIQUE,
    kind text NOT NULL,
    status text NOT NULL,
    label jsonb NOT NULL,
    alt_de jsonb NOT NULL,
    alt_en jsonb NOT NULL,
    related jsonb NOT NULL,
    replaced_by uuid REFERENCES skills (id) DEFERRABLE INITIALLY DEFERRED,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE skill_broader (
    skill_id uuid NOT NULL REFERENCES skills (id) ON DELETE CASCADE,
    position integer NOT NULL,
    broader_id uuid NOT NULL REFERENCES skills (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (skill_id, position),
    UNIQUE (skill_id, broader_id)
);
CREATE INDEX skill_broader_broader ON skill_broader (broader_id);

CREATE TABLE organisations (
    id uuid PRIMARY KEY NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    -- The name folded for comparison.
    name_key text NOT NULL,
    short_name text,
    legal_form text,
    register_court text,
    register_type text,
    register_number text,
    vat_id text UNIQUE,
    w_idnr text UNIQUE,
    lei text UNIQUE,
    ror_id text UNIQUE,
    wikidata_id text UNIQUE,
    founded_on date,
    size text,
    headcount bigint,
    industries jsonb NOT NULL,
    summary jsonb NOT NULL,
    description jsonb NOT NULL,
    website text,
    links jsonb NOT NULL,
    locations jsonb NOT NULL,
    languages jsonb NOT NULL,
    contacts jsonb NOT NULL,
    notes text,
    visibility jsonb NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    changed_public timestamptz NOT NULL,
    changed_members timestamptz NOT NULL,
    changed_managers timestamptz NOT NULL,
    -- A number is unique only together with its court and register.
    UNIQUE (register_court, register_type, register_number)
);
CREATE INDEX organisations_name ON organisations (name_key);

CREATE TABLE organisation_external_ids (
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    position integer NOT NULL,
    scheme text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (organisation_id, position),
    UNIQUE (scheme, value)
);

-- A unit goes with its organisation. By itself it goes only when nothing hangs from it any more: what a hidden unit holds
-- must not come to light because the unit was removed.
CREATE TABLE units (
    id uuid PRIMARY KEY NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    parent_id uuid REFERENCES units (id) DEFERRABLE INITIALLY DEFERRED,
    name jsonb NOT NULL,
    kind text NOT NULL,
    summary jsonb NOT NULL,
    website text,
    visibility text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    changed_public timestamptz NOT NULL,
    changed_members timestamptz NOT NULL,
    changed_managers timestamptz NOT NULL
);
CREATE INDEX units_organisation ON units (organisation_id);
CREATE INDEX units_parent ON units (parent_id);

CREATE TABLE skill_claims (
    id uuid PRIMARY KEY NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    unit_id uuid REFERENCES units (id),
    -- The unit if there is one, else the organisation: a null would make the constraint below toothless.
    holder_id uuid NOT NULL,
    skill_id uuid NOT NULL REFERENCES skills (id),
    level integer NOT NULL CHECK (level BETWEEN 1 AND 5),
    evidence jsonb NOT NULL,
    confirmed_at timestamptz,
    expires_on date,
    visibility text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    changed_public timestamptz NOT NULL,
    changed_members timestamptz NOT NULL,
    changed_managers timestamptz NOT NULL,
    UNIQUE (holder_id, skill_id)
);
CREATE INDEX skill_claims_organisation ON skill_claims (organisation_id);
CREATE INDEX skill_claims_unit ON skill_claims (unit_id);
CREATE INDEX skill_claims_skill ON skill_claims (skill_id);

-- `references` is a word of SQL.
CREATE TABLE organisation_references (
    id uuid PRIMARY KEY NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    unit_id uuid REFERENCES units (id),
    kind text NOT NULL,
    title jsonb NOT NULL,
    body jsonb NOT NULL,
    keywords jsonb NOT NULL,
    skills jsonb NOT NULL,
    from_on date,
    to_on date,
    source text,
    link text,
    project_scheme text,
    project_value text,
    visibility text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    changed_public timestamptz NOT NULL,
    changed_members timestamptz NOT NULL,
    changed_managers timestamptz NOT NULL
);
CREATE INDEX organisation_references_organisation ON organisation_references (organisation_id);
CREATE INDEX organisation_references_unit ON organisation_references (unit_id);

CREATE TABLE reference_partners (
    reference_id uuid NOT NULL REFERENCES organisation_references (id) ON DELETE CASCADE,
    position integer NOT NULL,
    organisation_id uuid REFERENCES organisations (id) ON DELETE SET NULL,
    external_scheme text,
    external_value text,
    name text,
    PRIMARY KEY (reference_id, position)
);
CREATE INDEX reference_partners_organisation ON reference_partners (organisation_id);
CREATE INDEX reference_partners_external ON reference_partners (external_scheme, external_value);

CREATE TABLE memberships (
    id uuid PRIMARY KEY NOT NULL,
    organisation_id uuid NOT NULL UNIQUE REFERENCES organisations (id) ON DELETE CASCADE,
    kind text NOT NULL,
    status text NOT NULL,
    since_on date,
    until_on date,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    changed_public timestamptz NOT NULL,
    changed_members timestamptz NOT NULL,
    changed_managers timestamptz NOT NULL
);

CREATE TABLE membership_steps (
    membership_id uuid NOT NULL REFERENCES memberships (id) ON DELETE CASCADE,
    -- The version of the membership after the step.
    version bigint NOT NULL,
    from_status text,
    to_status text NOT NULL,
    at timestamptz NOT NULL,
    reason text,
    PRIMARY KEY (membership_id, version)
);
