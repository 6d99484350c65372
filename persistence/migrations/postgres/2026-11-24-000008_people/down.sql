DROP TABLE opportunity_reviews;
ALTER TABLE persons DROP COLUMN contact_visibility;
ALTER TABLE persons DROP COLUMN consent;
ALTER TABLE persons DROP COLUMN birth_year;
ALTER TABLE persons DROP COLUMN roles_sought;
ALTER TABLE persons DROP COLUMN phone;
