-- The taxonomy and the organisations with all that belongs to them.
-- `deferrable`: a batch may name a row before it comes.

CREATE TABLE skills (
    id BLOB PRIMARY KEY NOT NULL,
    uri TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    label TEXT NOT NULL,
    alt_de TEXT NOT NULL,
    alt_en TEXT NOT NULL,
    related TEXT NOT NULL,
    replaced_by BLOB REFERENCES skills (id) DEFERRABLE INITIALLY DEFERRED,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE skill_broader (
    skill_id BLOB NOT NULL REFERENCES skills (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    broader_id BLOB NOT NULL REFERENCES skills (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (skill_id, position),
    UNIQUE (skill_id, broader_id)
) STRICT;
CREATE INDEX skill_broader_broader ON skill_broader (broader_id);

CREATE TABLE organisations (
    id BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The name folded for comparison.
    name_key TEXT NOT NULL,
    short_name TEXT,
    legal_form TEXT,
    register_court TEXT,
    register_type TEXT,
    register_number TEXT,
    vat_id TEXT UNIQUE,
    w_idnr TEXT UNIQUE,
    lei TEXT UNIQUE,
    ror_id TEXT UNIQUE,
    wikidata_id TEXT UNIQUE,
    founded_on TEXT,
    size TEXT,
    headcount INTEGER,
    industries TEXT NOT NULL,
    summary TEXT NOT NULL,
    description TEXT NOT NULL,
    website TEXT,
    links TEXT NOT NULL,
    locations TEXT NOT NULL,
    languages TEXT NOT NULL,
    contacts TEXT NOT NULL,
    notes TEXT,
    visibility TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_public INTEGER NOT NULL,
    changed_members INTEGER NOT NULL,
    changed_managers INTEGER NOT NULL,
    -- A number is unique only together with its court and register.
    UNIQUE (register_court, register_type, register_number)
) STRICT;
CREATE INDEX organisations_name ON organisations (name_key);

CREATE TABLE organisation_external_ids (
    organisation_id BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (organisation_id, position),
    UNIQUE (scheme, value)
) STRICT;

-- A unit goes with its organisation. By itself it goes only when nothing hangs from it any more: what a hidden unit holds
-- must not come to light because the unit was removed.
CREATE TABLE units (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    parent_id BLOB REFERENCES units (id) DEFERRABLE INITIALLY DEFERRED,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    summary TEXT NOT NULL,
    website TEXT,
    visibility TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_public INTEGER NOT NULL,
    changed_members INTEGER NOT NULL,
    changed_managers INTEGER NOT NULL
) STRICT;
CREATE INDEX units_organisation ON units (organisation_id);
CREATE INDEX units_parent ON units (parent_id);

CREATE TABLE skill_claims (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    unit_id BLOB REFERENCES units (id),
    -- The unit if there is one, else the organisation: a null would make the constraint below toothless.
    holder_id BLOB NOT NULL,
    skill_id BLOB NOT NULL REFERENCES skills (id),
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 5),
    evidence TEXT NOT NULL,
    confirmed_at INTEGER,
    expires_on TEXT,
    visibility TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_public INTEGER NOT NULL,
    changed_members INTEGER NOT NULL,
    changed_managers INTEGER NOT NULL,
    UNIQUE (holder_id, skill_id)
) STRICT;
CREATE INDEX skill_claims_organisation ON skill_claims (organisation_id);
CREATE INDEX skill_claims_unit ON skill_claims (unit_id);
CREATE INDEX skill_claims_skill ON skill_claims (skill_id);

-- `references` is a word of SQL.
CREATE TABLE organisation_references (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    unit_id BLOB REFERENCES units (id),
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    keywords TEXT NOT NULL,
    skills TEXT NOT NULL,
    from_on TEXT,
    to_on TEXT,
    source TEXT,
    link TEXT,
    project_scheme TEXT,
    project_value TEXT,
    visibility TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_public INTEGER NOT NULL,
    changed_members INTEGER NOT NULL,
    changed_managers INTEGER NOT NULL
) STRICT;
CREATE INDEX organisation_references_organisation ON organisation_references (organisation_id);
CREATE INDEX organisation_references_unit ON organisation_references (unit_id);

CREATE TABLE reference_partners (
    reference_id BLOB NOT NULL REFERENCES organisation_references (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    organisation_id BLOB REFERENCES organisations (id) ON DELETE SET NULL,
    external_scheme TEXT,
    external_value TEXT,
    name TEXT,
    PRIMARY KEY (reference_id, position)
) STRICT;
CREATE INDEX reference_partners_organisation ON reference_partners (organisation_id);
CREATE INDEX reference_partners_external ON reference_partners (external_scheme, external_value);

CREATE TABLE memberships (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL UNIQUE REFERENCES organisations (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    since_on TEXT,
    until_on TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_public INTEGER NOT NULL,
    changed_members INTEGER NOT NULL,
    changed_managers INTEGER NOT NULL
) STRICT;

CREATE TABLE membership_steps (
    membership_id BLOB NOT NULL REFERENCES memberships (id) ON DELETE CASCADE,
    -- The version of the membership after the step.
    version INTEGER NOT NULL,
    from_status TEXT,
    to_status TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT,
    PRIMARY KEY (membership_id, version)
) STRICT;
