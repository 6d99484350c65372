DROP TABLE audit_head;
DROP TABLE audit_details;
DROP TABLE audit_records;
DROP TABLE audit_entries;
