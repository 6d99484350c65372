-- What whoever joins within a period owes for it: `full`, `pro_rata` or `none`.
ALTER TABLE membership_types ADD COLUMN first_due TEXT NOT NULL DEFAULT 'full';

-- How often somebody was reminded of a due since its last day to pay was set, and when last. The latter is set with the former.
ALTER TABLE membership_dues ADD COLUMN reminders INTEGER NOT NULL DEFAULT 0;
ALTER TABLE membership_dues ADD COLUMN reminded_on TEXT;

-- Which type a membership had before a change of it, which it had after, and by whom that was. Nobody knows it of changes before.
CREATE TABLE membership_type_changes (
    membership_id BLOB NOT NULL REFERENCES memberships (id) ON DELETE CASCADE,
    -- The version of the membership after the change.
    version INTEGER NOT NULL,
    from_type TEXT NOT NULL,
    to_type TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    PRIMARY KEY (membership_id, version)
) STRICT;
