ALTER TABLE membership_steps DROP COLUMN actor_id;
ALTER TABLE membership_steps DROP COLUMN actor_kind;
