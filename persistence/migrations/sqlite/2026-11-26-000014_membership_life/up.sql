-- The types of membership that the association has. What memberships name may be one of them, by its code, or any other text.
CREATE TABLE membership_types (
    id BLOB PRIMARY KEY NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    -- For a year, in cents; `fees` has other ones for some size classes.
    fee_cents INTEGER NOT NULL CHECK (fee_cents >= 0),
    fees TEXT NOT NULL,
    -- `calendar_year` or `from_entry`.
    period TEXT NOT NULL,
    due_days INTEGER NOT NULL,
    grace_days INTEGER NOT NULL,
    -- What an application must come with, and from which kinds of organisations it may.
    kinds TEXT NOT NULL,
    fields TEXT NOT NULL,
    documents TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE membership_applications (
    id BLOB PRIMARY KEY NOT NULL,
    type_id BLOB NOT NULL REFERENCES membership_types (id),
    -- `applied`, `under_review`, `accepted` or `rejected`.
    status TEXT NOT NULL,
    -- The organisation, who writes for it, and what they say.
    content TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    -- The decision: by whom, when, why, and what came of it.
    decided_by BLOB,
    decided_at INTEGER,
    reason TEXT,
    membership_id BLOB REFERENCES memberships (id) ON DELETE SET NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK ((status IN ('accepted', 'rejected')) = (decided_at IS NOT NULL))
) STRICT;
CREATE INDEX membership_applications_status ON membership_applications (status, id);
CREATE INDEX membership_applications_type ON membership_applications (type_id);

CREATE TABLE application_documents (
    id BLOB PRIMARY KEY NOT NULL,
    application_id BLOB NOT NULL REFERENCES membership_applications (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE INDEX application_documents_application ON application_documents (application_id);

-- What a membership costs in a period.
CREATE TABLE membership_dues (
    id BLOB PRIMARY KEY NOT NULL,
    membership_id BLOB NOT NULL REFERENCES memberships (id) ON DELETE CASCADE,
    first_on TEXT NOT NULL,
    last_on TEXT NOT NULL,
    amount_cents INTEGER NOT NULL CHECK (amount_cents >= 0),
    due_on TEXT NOT NULL,
    -- `open`, `paid` or `waived`; that one is overdue follows from its day.
    status TEXT NOT NULL,
    paid_on TEXT,
    note TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (membership_id, first_on),
    CHECK (first_on <= last_on),
    CHECK ((status = 'paid') = (paid_on IS NOT NULL))
) STRICT;
CREATE INDEX membership_dues_status ON membership_dues (status, due_on);

-- Who speaks for a member; who is removed from the directory is removed here.
CREATE TABLE membership_representatives (
    membership_id BLOB NOT NULL REFERENCES memberships (id) ON DELETE CASCADE,
    -- `main` or `dues`.
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT,
    person_id BLOB REFERENCES persons (id) ON DELETE CASCADE,
    PRIMARY KEY (membership_id, role)
) STRICT;
CREATE INDEX membership_representatives_person ON membership_representatives (person_id);

-- Memberships that cover others (level 0), and those that are covered (level 1). The reference names the level, so that no two
-- writers can make a covered membership cover another one.
CREATE TABLE membership_coverings (
    membership_id BLOB PRIMARY KEY NOT NULL REFERENCES memberships (id) ON DELETE CASCADE,
    level INTEGER NOT NULL,
    covered_by BLOB,
    covering_level INTEGER,
    UNIQUE (membership_id, level),
    FOREIGN KEY (covered_by, covering_level) REFERENCES membership_coverings (membership_id, level) ON DELETE CASCADE,
    CHECK ((level = 0 AND covered_by IS NULL AND covering_level IS NULL)
        OR (level = 1 AND covered_by IS NOT NULL AND covering_level IS NOT NULL AND covering_level = 0))
) STRICT;
CREATE INDEX membership_coverings_covered_by ON membership_coverings (covered_by, covering_level);

-- The last day of a member who has resigned, until it has come, and why.
ALTER TABLE memberships ADD COLUMN resigns_on TEXT;
ALTER TABLE memberships ADD COLUMN resign_reason TEXT;
-- The day from which a step counts, where it is not the day on which it was taken.
ALTER TABLE membership_steps ADD COLUMN effective_on TEXT;
