DELETE FROM guardianships WHERE user_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM guardianships AS later WHERE later.user_id = guardianships.user_id AND later.id > guardianships.id);
DROP INDEX guardianships_user;
CREATE UNIQUE INDEX guardianships_user_id_key ON guardianships (user_id);
ALTER TABLE guardianships DROP COLUMN invited;
DROP INDEX guardianships_login;
ALTER TABLE guardianships DROP COLUMN login;
ALTER TABLE persons DROP COLUMN objected_at;
