ALTER TABLE membership_steps DROP COLUMN effective_on;
ALTER TABLE memberships DROP COLUMN resign_reason;
ALTER TABLE memberships DROP COLUMN resigns_on;
DROP TABLE membership_coverings;
DROP TABLE membership_representatives;
DROP TABLE membership_dues;
DROP TABLE application_documents;
DROP TABLE membership_applications;
DROP TABLE membership_types;
