-- What went with a record that was removed and has no history of its own, until the record comes back. No foreign key: it is
-- kept because the record is gone.
CREATE TABLE remains (
    record_id BLOB PRIMARY KEY NOT NULL,
    removed_at INTEGER NOT NULL,
    content TEXT NOT NULL
) STRICT;
