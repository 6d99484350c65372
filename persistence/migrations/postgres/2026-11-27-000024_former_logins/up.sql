-- By which addresses somebody signed in before: what was written to them there is theirs, too.
CREATE TABLE former_logins (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- In lower case.
    login text NOT NULL,
    until_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, login)
);

-- Where others still name somebody who was erased: tables, columns and keys.
ALTER TABLE erasures ADD COLUMN mentions jsonb NOT NULL DEFAULT '[]';
