-- What whoever joins within a period owes for it: `full`, `pro_rata` or `none`.
ALTER TABLE membership_types ADD COLUMN first_due text NOT NULL DEFAULT 'full';

-- How often somebody was reminded of a due since its last day to pay was set, and when last. The latter is set with the former.
ALTER TABLE membership_dues ADD COLUMN reminders integer NOT NULL DEFAULT 0;
ALTER TABLE membership_dues ADD COLUMN reminded_on date;

-- Which type a membership had before a change of it, which it had after, and by whom that was. Nobody knows it of changes before.
CREATE TABLE membership_type_changes (
    membership_id uuid NOT NULL REFERENCES memberships (id) ON DELETE CASCADE,
    -- The version of the membership after the change.
    version bigint NOT NULL,
    from_type text NOT NULL,
    to_type text NOT NULL,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    PRIMARY KEY (membership_id, version)
);
