ALTER TABLE `webhooks` ADD `previous_secret_version` integer;--> statement-breakpoint
ALTER TABLE `webhooks` ADD `previous_secret_until` integer;