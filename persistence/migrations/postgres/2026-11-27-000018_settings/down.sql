DROP INDEX jobs_finished;
DROP INDEX jobs_daily_at_work;
DROP TABLE network_settings;
