ALTER TABLE `teams` RENAME COLUMN `archived_until` TO `counted_until`;--> statement-breakpoint
ALTER TABLE `rollups` RENAME COLUMN `archived` TO `counted`;
