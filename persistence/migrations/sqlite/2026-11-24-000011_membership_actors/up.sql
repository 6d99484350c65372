-- Who took a step. Nobody knows it of the steps taken before.
ALTER TABLE membership_steps ADD COLUMN actor_kind TEXT;
ALTER TABLE membership_steps ADD COLUMN actor_id BLOB;
