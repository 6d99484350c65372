-- By which addresses somebody signed in before: what was written to them there is theirs, too.
CREATE TABLE former_logins (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- In lower case.
    login TEXT NOT NULL,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, login)
) STRICT, WITHOUT ROWID;

-- Where others still name somebody who was erased: tables, columns and keys.
ALTER TABLE erasures ADD COLUMN mentions TEXT NOT NULL DEFAULT '[]';
