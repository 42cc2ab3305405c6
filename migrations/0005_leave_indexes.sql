DROP INDEX `member_absences_by_person`;--> statement-breakpoint
CREATE INDEX `member_absences_by_person` ON `member_absences` (`person_id`,`team_id`,`date`);--> statement-breakpoint
CREATE INDEX `blocks_on_leave` ON `blocks` (`team_id`,`last_seen_at`) WHERE trim(replace(replace(lower(status), '-', ' '), '_', ' ')) IN ('vacation', 'sick', 'leave', 'holiday', 'out of office', 'ooo');