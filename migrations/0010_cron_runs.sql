CREATE TABLE `cron_runs` (
	`cron` text PRIMARY KEY NOT NULL,
	`succeeded_at` integer NOT NULL
);
--> statement-breakpoint
-- The age of a run that never was counts from here.
INSERT INTO cron_runs (cron, succeeded_at)
VALUES ('*/5 * * * *', unixepoch() * 1000), ('*/15 * * * *', unixepoch() * 1000);
