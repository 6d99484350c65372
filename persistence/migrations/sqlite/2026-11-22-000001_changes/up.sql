-- What was changed, by whom, when. One writer at a time, so `seq` is the order of commit.
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    origin BLOB NOT NULL,
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    noun TEXT NOT NULL,
    record_id BLOB NOT NULL,
    operation TEXT NOT NULL
) STRICT;
CREATE INDEX changes_record ON changes (record_id, seq);
