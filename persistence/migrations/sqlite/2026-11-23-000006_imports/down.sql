DROP TABLE import_records;
DROP TABLE import_duplicates;
ALTER TABLE job_errors DROP COLUMN input_value;
ALTER TABLE job_errors DROP COLUMN input_column;
ALTER TABLE job_errors DROP COLUMN severity;
