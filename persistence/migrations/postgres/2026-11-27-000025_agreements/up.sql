-- Since when somebody objects; guardians who are asked again, and what is known by an address.

-- Kept while a consent takes the objection back for a time only. Those of before are as old as the record at most.
ALTER TABLE persons ADD COLUMN objected_at timestamptz;
UPDATE persons SET objected_at = changed_managers WHERE NOT matching;

-- The minor's address without regard to case, as in users.
ALTER TABLE guardianships ADD COLUMN login text NOT NULL DEFAULT '';
UPDATE guardianships SET login = lower(email);
CREATE INDEX guardianships_login ON guardianships (login);

-- True where somebody invited the minor: without the invitation there is nothing to agree to.
ALTER TABLE guardianships ADD COLUMN invited boolean NOT NULL DEFAULT false;
UPDATE guardianships SET invited = true WHERE id IN (SELECT guardianship_id FROM invitations WHERE invited_by IS NOT NULL);

-- A user has as many as guardians were asked; the last one counts.
DROP INDEX guardianships_user_id_key;
CREATE INDEX guardianships_user ON guardianships (user_id);
