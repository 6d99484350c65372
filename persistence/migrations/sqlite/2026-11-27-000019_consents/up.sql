-- Who agreed to what, to which words; who is which person of the directory; who asks for a restriction or objects; guardians of minors.

ALTER TABLE users ADD COLUMN person_id BLOB REFERENCES persons (id) ON DELETE SET NULL;
CREATE UNIQUE INDEX users_person_id_key ON users (person_id);

ALTER TABLE persons ADD COLUMN restriction TEXT NOT NULL DEFAULT 'null';
ALTER TABLE persons ADD COLUMN matching INTEGER NOT NULL DEFAULT 1;

CREATE TABLE consent_texts (
    id BLOB PRIMARY KEY NOT NULL,
    purpose TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    de TEXT NOT NULL,
    en TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (purpose, version)
) STRICT;

-- A guardian who is asked whether a minor may have an account. The letter's token is computed from the id, never stored.
CREATE TABLE guardianships (
    id BLOB PRIMARY KEY NOT NULL,
    -- The minor.
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    birth_year INTEGER NOT NULL,
    guardian_name TEXT NOT NULL,
    guardian_email TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    consented_at INTEGER,
    withdrawn_at INTEGER,
    -- The account that came of it.
    user_id BLOB REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX guardianships_user_id_key ON guardianships (user_id);
CREATE INDEX guardianships_expires ON guardianships (expires_at);

ALTER TABLE invitations ADD COLUMN person_id BLOB REFERENCES persons (id) ON DELETE SET NULL;
ALTER TABLE invitations ADD COLUMN guardianship_id BLOB REFERENCES guardianships (id) ON DELETE CASCADE;
CREATE INDEX invitations_person ON invitations (person_id);
CREATE INDEX invitations_guardianship ON invitations (guardianship_id);

-- Entries are never changed but for the day on which they ended.
CREATE TABLE consents (
    id BLOB PRIMARY KEY NOT NULL,
    -- Whom it concerns: a user, a person, or a minor who has no account yet.
    user_id BLOB REFERENCES users (id) ON DELETE CASCADE,
    person_id BLOB REFERENCES persons (id) ON DELETE CASCADE,
    guardianship_id BLOB REFERENCES guardianships (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    -- The text that was shown, and the SHA-256 of its words in that language.
    text_version INTEGER,
    language TEXT,
    sha256 TEXT,
    source TEXT NOT NULL,
    evidence TEXT,
    given_by TEXT NOT NULL,
    guardian TEXT,
    given_at INTEGER NOT NULL,
    expires_at INTEGER,
    withdrawn_at INTEGER,
    -- When what it allowed was taken back, after a withdrawal or its last day.
    settled_at INTEGER,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (purpose, text_version) REFERENCES consent_texts (purpose, version),
    CHECK (user_id IS NOT NULL OR person_id IS NOT NULL OR guardianship_id IS NOT NULL),
    CHECK (user_id IS NULL OR person_id IS NULL),
    CHECK ((text_version IS NULL) = (sha256 IS NULL)),
    CHECK (given_by <> 'guardian' OR guardian IS NOT NULL)
) STRICT;
CREATE INDEX consents_user ON consents (user_id, id);
CREATE INDEX consents_person ON consents (person_id, id);
CREATE INDEX consents_guardianship ON consents (guardianship_id);
CREATE INDEX consents_expires ON consents (expires_at) WHERE settled_at IS NULL;

-- What was agreed to until now.
INSERT INTO consents (id, person_id, purpose, source, evidence, given_by, guardian, given_at, actor_kind, created_at)
SELECT id, id, 'profile_publication', 'record', json_extract(consent, '$.how'), json_extract(consent, '$.by'), json_extract(consent, '$.name'),
    CAST(strftime('%s', json_extract(consent, '$.at')) AS INTEGER) * 1000000, 'system', changed_managers
FROM persons WHERE consent <> 'null' AND (json_extract(consent, '$.by') <> 'guardian' OR json_extract(consent, '$.name') IS NOT NULL);
