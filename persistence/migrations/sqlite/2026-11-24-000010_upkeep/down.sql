DROP TABLE distinct_organisations;
DROP TABLE moderation_cases;
DROP TABLE confirmations;
DROP TABLE saved_searches;
