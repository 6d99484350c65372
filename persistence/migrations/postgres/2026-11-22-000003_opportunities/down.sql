DROP TABLE affiliations;
DROP TABLE persons;
DROP TABLE opportunities;
