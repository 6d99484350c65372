-- Who took a step. Nobody knows it of the steps taken before.
ALTER TABLE membership_steps ADD COLUMN actor_kind text;
ALTER TABLE membership_steps ADD COLUMN actor_id uuid;
