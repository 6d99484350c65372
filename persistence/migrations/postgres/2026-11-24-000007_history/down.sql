DROP TABLE versions;
DROP INDEX changes_seen;
ALTER TABLE changes DROP COLUMN audiences;
