CREATE TABLE `identity_counts` (
	`creator_id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`day` text NOT NULL,
	`created` integer DEFAULT 0 NOT NULL,
	`refused` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `identity_counts_by_team` ON `identity_counts` (`team_id`);--> statement-breakpoint
ALTER TABLE `teams` ADD `new_identities_per_day` integer DEFAULT 2000 NOT NULL;--> statement-breakpoint
ALTER TABLE `identities` ADD `integration_id` text;--> statement-breakpoint
CREATE INDEX `identities_by_integration` ON `identities` (`integration_id`,`created_at`) WHERE integration_id IS NOT NULL;--> statement-breakpoint
ALTER TABLE `people` ADD `managed_at` integer;