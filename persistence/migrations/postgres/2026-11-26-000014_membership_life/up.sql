-- The types of membership that the association has. What memberships name may be one of them, by its code, or any other text.
CREATE TABLE membership_types (
    id uuid PRIMARY KEY NOT NULL,
    code text NOT NULL UNIQUE,
    name jsonb NOT NULL,
    description jsonb NOT NULL,
    -- For a year, in cents; `fees` has other ones for some size classes.
    fee_cents bigint NOT NULL CHECK (fee_cents >= 0),
    fees jsonb NOT NULL,
    -- `calendar_year` or `from_entry`.
    period text NOT NULL,
    due_days integer NOT NULL,
    grace_days integer NOT NULL,
    -- What an application must come with, and from which kinds of organisations it may.
    kinds jsonb NOT NULL,
    fields jsonb NOT NULL,
    documents jsonb NOT NULL,
    is_open boolean NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE membership_applications (
    id uuid PRIMARY KEY NOT NULL,
    type_id uuid NOT NULL REFERENCES membership_types (id),
    -- `applied`, `under_review`, `accepted` or `rejected`.
    status text NOT NULL,
    -- The organisation, who writes for it, and what they say.
    content jsonb NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    -- The decision: by whom, when, why, and what came of it.
    decided_by uuid,
    decided_at timestamptz,
    reason text,
    membership_id uuid REFERENCES memberships (id) ON DELETE SET NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((status IN ('accepted', 'rejected')) = (decided_at IS NOT NULL))
);
CREATE INDEX membership_applications_status ON membership_applications (status, id);
CREATE INDEX membership_applications_type ON membership_applications (type_id);

CREATE TABLE application_documents (
    id uuid PRIMARY KEY NOT NULL,
    application_id uuid NOT NULL REFERENCES membership_applications (id) ON DELETE CASCADE,
    code text NOT NULL,
    file_name text NOT NULL,
    media_type text NOT NULL,
    bytes bytea NOT NULL
);
CREATE INDEX application_documents_application ON application_documents (application_id);

-- What a membership costs in a period.
CREATE TABLE membership_dues (
    id uuid PRIMARY KEY NOT NULL,
    membership_id uuid NOT NULL REFERENCES memberships (id) ON DELETE CASCADE,
    first_on date NOT NULL,
    last_on date NOT NULL,
    amount_cents bigint NOT NULL CHECK (amount_cents >= 0),
    due_on date NOT NULL,
    -- `open`, `paid` or `waived`; that one is overdue follows from its day.
    status text NOT NULL,
    paid_on date,
    note text,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (membership_id, first_on),
    CHECK (first_on <= last_on),
    CHECK ((status = 'paid') = (paid_on IS NOT NULL))
);
CREATE INDEX membership_dues_status ON membership_dues (status, due_on);

-- Who speaks for a member; who is removed from the directory is removed here.
CREATE TABLE membership_representatives (
    membership_id uuid NOT NULL REFERENCES memberships (id) ON DELETE CASCADE,
    -- `main` or `dues`.
    role text NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    phone text,
    person_id uuid REFERENCES persons (id) ON DELETE CASCADE,
    PRIMARY KEY (membership_id, role)
);
CREATE INDEX membership_representatives_person ON membership_representatives (person_id);

-- Memberships that cover others (level 0), and those that are covered (level 1). The reference names the level, so that no two
-- writers can make a covered membership cover another one.
CREATE TABLE membership_coverings (
    membership_id uuid PRIMARY KEY NOT NULL REFERENCES memberships (id) ON DELETE CASCADE,
    level integer NOT NULL,
    covered_by uuid,
    covering_level integer,
    UNIQUE (membership_id, level),
    FOREIGN KEY (covered_by, covering_level) REFERENCES membership_coverings (membership_id, level) ON DELETE CASCADE,
    CHECK ((level = 0 AND covered_by IS NULL AND covering_level IS NULL)
        OR (level = 1 AND covered_by IS NOT NULL AND covering_level IS NOT NULL AND covering_level = 0))
);
CREATE INDEX membership_coverings_covered_by ON membership_coverings (covered_by, covering_level);

-- The last day of a member who has resigned, until it has come, and why.
ALTER TABLE memberships ADD COLUMN resigns_on date;
ALTER TABLE memberships ADD COLUMN resign_reason text;
-- The day from which a step counts, where it is not the day on which it was taken.
ALTER TABLE membership_steps ADD COLUMN effective_on date;
