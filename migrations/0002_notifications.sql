CREATE TABLE `deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`subscription_id` text NOT NULL,
	`team_id` text NOT NULL,
	`message_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`attempted_at` integer NOT NULL,
	`duration_ms` integer NOT NULL,
	`status_code` integer,
	`error` text,
	FOREIGN KEY (`subscription_id`) REFERENCES `subscriptions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `deliveries_by_subscription` ON `deliveries` (`subscription_id`,`attempted_at`,`id`);--> statement-breakpoint
CREATE TABLE `rollup_clock` (
	`id` integer PRIMARY KEY NOT NULL,
	`tick` integer NOT NULL,
	`leased_until` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `rollups` (
	`team_id` text NOT NULL,
	`person_id` text NOT NULL,
	`month` text NOT NULL,
	`archived` integer DEFAULT false NOT NULL,
	`days` text NOT NULL,
	`total_activities` integer NOT NULL,
	`completed_activities` integer NOT NULL,
	`work_ms` integer NOT NULL,
	PRIMARY KEY(`team_id`, `person_id`, `month`, `archived`),
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `stale_days` (
	`team_id` text NOT NULL,
	`person_id` text NOT NULL,
	`tick` integer NOT NULL,
	`first_date` text NOT NULL,
	`last_date` text NOT NULL,
	`since` integer DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)) NOT NULL,
	PRIMARY KEY(`team_id`, `person_id`, `tick`, `first_date`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `subscriptions` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`person_id` text NOT NULL,
	`time_window` text NOT NULL,
	`status` text NOT NULL,
	`total_activities` integer NOT NULL,
	`completed_activities` integer NOT NULL,
	`work_ms` integer NOT NULL,
	`start_date` text NOT NULL,
	`end_date` text NOT NULL,
	`time_zone` text NOT NULL,
	`ends_at` integer NOT NULL,
	`last_refreshed_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `subscriptions_by_window` ON `subscriptions` (`team_id`,`person_id`,`time_window`) WHERE status = 'active';--> statement-breakpoint
CREATE INDEX `subscriptions_by_time` ON `subscriptions` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `subscriptions_by_end` ON `subscriptions` (`ends_at`) WHERE status = 'active';--> statement-breakpoint
CREATE TABLE `webhooks` (
	`subscription_id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`url` text NOT NULL,
	`secret_version` integer DEFAULT 1 NOT NULL,
	`message_id` text,
	`queued_at` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` integer,
	`failing_since` integer,
	`disabled_at` integer,
	`failures` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`subscription_id`) REFERENCES `subscriptions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `webhooks_due` ON `webhooks` (`next_attempt_at`) WHERE message_id IS NOT NULL AND disabled_at IS NULL;--> statement-breakpoint
CREATE INDEX `webhooks_by_team` ON `webhooks` (`team_id`);--> statement-breakpoint
DROP INDEX `events_by_identity`;--> statement-breakpoint
CREATE INDEX `events_by_identity` ON `events` (`identity_id`,`team_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `subscriptions_by_person` ON `subscriptions` (`person_id`);--> statement-breakpoint
CREATE INDEX `comments_by_person` ON `comments` (`person_id`);--> statement-breakpoint
CREATE INDEX `reactions_by_person` ON `reactions` (`person_id`);--> statement-breakpoint
CREATE INDEX `member_absences_by_person` ON `member_absences` (`person_id`);--> statement-breakpoint
DROP INDEX `checkins_by_person`;--> statement-breakpoint
CREATE INDEX `checkins_by_person` ON `checkins` (`person_id`,`team_id`,`date`);--> statement-breakpoint
ALTER TABLE `events` ADD `completed` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `teams` ADD `stores_details` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `teams` ADD `retention_days` integer;--> statement-breakpoint
ALTER TABLE `teams` ADD `archived_until` integer;--> statement-breakpoint
ALTER TABLE `teams` ADD `events_accepted` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE `events` SET `completed` = lower(trim(CASE json_type(`details`, '$.status') WHEN 'text' THEN `details` ->> '$.status' ELSE `details` ->> '$.state' END))
	IN ('completed', 'complete', 'done', 'closed', 'resolved', 'merged', 'success', 'succeeded', 'passed', 'shipped', 'deployed', 'released', 'approved')
	WHERE json_type(`details`, '$.status') = 'text' OR json_type(`details`, '$.state') = 'text';--> statement-breakpoint
INSERT INTO `rollup_clock` (`id`, `tick`, `leased_until`) VALUES (1, 1, 0);
