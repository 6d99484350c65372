DROP TABLE membership_type_changes;
ALTER TABLE membership_dues DROP COLUMN reminded_on;
ALTER TABLE membership_dues DROP COLUMN reminders;
ALTER TABLE membership_types DROP COLUMN first_due;
