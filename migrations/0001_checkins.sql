CREATE TABLE `checkin_tags` (
	`team_id` text NOT NULL,
	`tag` text NOT NULL,
	`completed_at` integer NOT NULL,
	`checkin_id` text NOT NULL,
	PRIMARY KEY(`team_id`, `tag`, `completed_at`, `checkin_id`),
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`checkin_id`) REFERENCES `checkins`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `checkin_tags_by_checkin` ON `checkin_tags` (`checkin_id`);--> statement-breakpoint
CREATE TABLE `checkins` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`report_id` text NOT NULL,
	`person_id` text NOT NULL,
	`date` text NOT NULL,
	`slug` text NOT NULL,
	`next` text,
	`blockers` text,
	`previous` text,
	`previous_completed` text,
	`completed_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`report_id`) REFERENCES `reports`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `checkins_by_report` ON `checkins` (`report_id`,`person_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `checkins_by_slug` ON `checkins` (`team_id`,`slug`);--> statement-breakpoint
CREATE INDEX `checkins_latest` ON `checkins` (`team_id`,completed_at DESC,date DESC,`id`);--> statement-breakpoint
CREATE INDEX `checkins_by_person` ON `checkins` (`team_id`,`person_id`,`date`);--> statement-breakpoint
CREATE TABLE `comments` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`checkin_id` text NOT NULL,
	`person_id` text NOT NULL,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	`removed_at` integer,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`checkin_id`) REFERENCES `checkins`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `comments_by_checkin` ON `comments` (`checkin_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `comments_by_time` ON `comments` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `member_absences` (
	`team_id` text NOT NULL,
	`person_id` text NOT NULL,
	`date` text NOT NULL,
	PRIMARY KEY(`team_id`, `date`, `person_id`),
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `reactions` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`checkin_id` text NOT NULL,
	`person_id` text NOT NULL,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	`removed_at` integer,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`checkin_id`) REFERENCES `checkins`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `reactions_by_checkin` ON `reactions` (`checkin_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `reactions_by_time` ON `reactions` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `reactions_by_kind` ON `reactions` (`checkin_id`,`person_id`,`body`) WHERE removed_at IS NULL;--> statement-breakpoint
CREATE TABLE `reports` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`date` text NOT NULL,
	`previous_date` text NOT NULL,
	`questions` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `reports_by_date` ON `reports` (`team_id`,`date`);--> statement-breakpoint
CREATE TABLE `team_absences` (
	`team_id` text NOT NULL,
	`date` text NOT NULL,
	PRIMARY KEY(`team_id`, `date`),
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
ALTER TABLE `teams` ADD `work_days` text DEFAULT '[1,2,3,4,5]' NOT NULL;--> statement-breakpoint
ALTER TABLE `teams` ADD `questions` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `teams` ADD `status_classes` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `events` ADD `html` text;--> statement-breakpoint
ALTER TABLE `members` ADD `removed_at` integer;--> statement-breakpoint
CREATE INDEX `members_by_username` ON `members` (`team_id`,`username`);--> statement-breakpoint
ALTER TABLE `people` ADD `last_name` text;--> statement-breakpoint
ALTER TABLE `people` ADD `former_id` text;--> statement-breakpoint
CREATE UNIQUE INDEX `people_by_former_id` ON `people` (`account_id`,`former_id`);