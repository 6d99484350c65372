-- Who agreed to what, to which words; who is which person of the directory; who asks for a restriction or objects; guardians of minors.

ALTER TABLE users ADD COLUMN person_id uuid REFERENCES persons (id) ON DELETE SET NULL;
CREATE UNIQUE INDEX users_person_id_key ON users (person_id);

ALTER TABLE persons ADD COLUMN restriction jsonb NOT NULL DEFAULT 'null';
ALTER TABLE persons ADD COLUMN matching boolean NOT NULL DEFAULT true;

CREATE TABLE consent_texts (
    id uuid PRIMARY KEY NOT NULL,
    purpose text NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    de text NOT NULL,
    en text NOT NULL,
    valid_from timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (purpose, version)
);

-- A guardian who is asked whether a minor may have an account. The letter's token is computed from the id, never stored.
CREATE TABLE guardianships (
    id uuid PRIMARY KEY NOT NULL,
    -- The minor.
    email text NOT NULL,
    name text NOT NULL,
    language text NOT NULL,
    birth_year integer NOT NULL,
    guardian_name text NOT NULL,
    guardian_email text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    consented_at timestamptz,
    withdrawn_at timestamptz,
    -- The account that came of it.
    user_id uuid REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX guardianships_user_id_key ON guardianships (user_id);
CREATE INDEX guardianships_expires ON guardianships (expires_at);

ALTER TABLE invitations ADD COLUMN person_id uuid REFERENCES persons (id) ON DELETE SET NULL;
ALTER TABLE invitations ADD COLUMN guardianship_id uuid REFERENCES guardianships (id) ON DELETE CASCADE;
CREATE INDEX invitations_person ON invitations (person_id);
CREATE INDEX invitations_guardianship ON invitations (guardianship_id);

-- Entries are never changed but for the day on which they ended.
CREATE TABLE consents (
    id uuid PRIMARY KEY NOT NULL,
    -- Whom it concerns: a user, a person, or a minor who has no account yet.
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    person_id uuid REFERENCES persons (id) ON DELETE CASCADE,
    guardianship_id uuid REFERENCES guardianships (id) ON DELETE CASCADE,
    purpose text NOT NULL,
    -- The text that was shown, and the SHA-256 of its words in that language.
    text_version bigint,
    language text,
    sha256 text,
    source text NOT NULL,
    evidence text,
    given_by text NOT NULL,
    guardian text,
    given_at timestamptz NOT NULL,
    expires_at timestamptz,
    withdrawn_at timestamptz,
    -- When what it allowed was taken back, after a withdrawal or its last day.
    settled_at timestamptz,
    actor_kind text NOT NULL,
    actor_id uuid,
    created_at timestamptz NOT NULL,
    FOREIGN KEY (purpose, text_version) REFERENCES consent_texts (purpose, version),
    CHECK (user_id IS NOT NULL OR person_id IS NOT NULL OR guardianship_id IS NOT NULL),
    CHECK (user_id IS NULL OR person_id IS NULL),
    CHECK ((text_version IS NULL) = (sha256 IS NULL)),
    CHECK (given_by <> 'guardian' OR guardian IS NOT NULL)
);
CREATE INDEX consents_user ON consents (user_id, id);
CREATE INDEX consents_person ON consents (person_id, id);
CREATE INDEX consents_guardianship ON consents (guardianship_id);
CREATE INDEX consents_expires ON consents (expires_at) WHERE settled_at IS NULL;

-- What was agreed to until now.
INSERT INTO consents (id, person_id, purpose, source, evidence, given_by, guardian, given_at, actor_kind, created_at)
SELECT id, id, 'profile_publication', 'record', consent ->> 'how', consent ->> 'by', consent ->> 'name',
    (consent ->> 'at')::timestamptz, 'system', changed_managers
FROM persons WHERE consent <> 'null'::jsonb AND (consent ->> 'by' <> 'guardian' OR consent ->> 'name' IS NOT NULL);
