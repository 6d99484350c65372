ALTER TABLE erasures DROP COLUMN mentions;
DROP TABLE former_logins;
