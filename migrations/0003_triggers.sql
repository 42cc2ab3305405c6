-- Marks the days whose roll-ups a change may have made wrong, whoever made the change. What touches days that can be told
-- marks these; what touches somebody's whole history (another person, another zone, other classes) marks all of it, which
-- whoever settles the mark narrows down to the days on which there is anything.
CREATE TRIGGER `events_stale_new` AFTER INSERT ON `events` BEGIN
	INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
	SELECT NEW.team_id, i.person_id, c.tick, date(NEW.occurred_at / 1000.0, 'unixepoch'), date(NEW.occurred_at / 1000.0, 'unixepoch')
	FROM identities i JOIN rollup_clock c WHERE i.id = NEW.identity_id
	ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
CREATE TRIGGER `events_stale_changed` AFTER UPDATE OF `identity_id`, `occurred_at`, `completed` ON `events`
WHEN (OLD.identity_id, OLD.occurred_at, OLD.completed) IS NOT (NEW.identity_id, NEW.occurred_at, NEW.completed) BEGIN
	INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
	SELECT NEW.team_id, i.person_id, c.tick, date(e.occurred_at / 1000.0, 'unixepoch'), date(e.occurred_at / 1000.0, 'unixepoch')
	FROM (SELECT OLD.identity_id, OLD.occurred_at UNION SELECT NEW.identity_id, NEW.occurred_at) e
		JOIN identities i ON i.id = e.identity_id JOIN rollup_clock c WHERE true
	ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
CREATE TRIGGER `events_stale_removed` AFTER DELETE ON `events` BEGIN
	INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
	SELECT OLD.team_id, i.person_id, c.tick, date(OLD.occurred_at / 1000.0, 'unixepoch'), date(OLD.occurred_at / 1000.0, 'unixepoch')
	FROM identities i JOIN rollup_clock c WHERE i.id = OLD.identity_id
	ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
-- A block of length 0 counts for nothing, and most begin as one.
CREATE TRIGGER `blocks_stale_new` AFTER INSERT ON `blocks` WHEN coalesce(NEW.ended_at, NEW.last_seen_at) > NEW.started_at BEGIN
	INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
	SELECT NEW.team_id, i.person_id, c.tick, date(NEW.started_at / 1000.0, 'unixepoch'),
		date(coalesce(NEW.ended_at, NEW.last_seen_at) / 1000.0, 'unixepoch')
	FROM identities i JOIN rollup_clock c WHERE i.id = NEW.identity_id
	ON CONFLICT DO UPDATE SET last_date = excluded.last_date WHERE excluded.last_date > last_date;
END;
--> statement-breakpoint
-- A block that only goes on, or ends, changes the days from its former end to its new one.
CREATE TRIGGER `blocks_stale_changed` AFTER UPDATE OF `status`, `last_seen_at`, `ended_at` ON `blocks`
WHEN OLD.status IS NOT NEW.status OR coalesce(OLD.ended_at, OLD.last_seen_at) <> coalesce(NEW.ended_at, NEW.last_seen_at) BEGIN
	INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
	SELECT NEW.team_id, i.person_id, c.tick,
		date(iif(OLD.status IS NEW.status,
			min(coalesce(OLD.ended_at, OLD.last_seen_at), coalesce(NEW.ended_at, NEW.last_seen_at)), NEW.started_at) / 1000.0, 'unixepoch'),
		date(max(coalesce(OLD.ended_at, OLD.last_seen_at), coalesce(NEW.ended_at, NEW.last_seen_at)) / 1000.0, 'unixepoch')
	FROM identities i JOIN rollup_clock c WHERE i.id = NEW.identity_id
	ON CONFLICT DO UPDATE SET last_date = excluded.last_date WHERE excluded.last_date > last_date;
END;
--> statement-breakpoint
CREATE TRIGGER `blocks_stale_removed` AFTER DELETE ON `blocks` WHEN coalesce(OLD.ended_at, OLD.last_seen_at) > OLD.started_at BEGIN
	INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
	SELECT OLD.team_id, i.person_id, c.tick, date(OLD.started_at / 1000.0, 'unixepoch'),
		date(coalesce(OLD.ended_at, OLD.last_seen_at) / 1000.0, 'unixepoch')
	FROM identities i JOIN rollup_clock c WHERE i.id = OLD.identity_id
	ON CONFLICT DO UPDATE SET last_date = excluded.last_date WHERE excluded.last_date > last_date;
END;
--> statement-breakpoint
-- A team's object may have sent blocks before anybody told D1 whose they are.
CREATE TRIGGER `identities_stale_new` AFTER INSERT ON `identities` BEGIN
	INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
	SELECT t.id, NEW.person_id, c.tick, '0000-01-01', '9999-12-31'
	FROM teams t JOIN rollup_clock c
	WHERE t.account_id = NEW.account_id AND EXISTS (SELECT 1 FROM blocks WHERE team_id = t.id AND identity_id = NEW.id)
	ON CONFLICT DO UPDATE SET last_date = excluded.last_date;
END;
--> statement-breakpoint
-- Merged, or a merge undone: the days of both change.
CREATE TRIGGER `identities_stale_moved` AFTER UPDATE OF `person_id` ON `identities` WHEN OLD.person_id IS NOT NEW.person_id BEGIN
	INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
	SELECT DISTINCT m.team_id, p.id, c.tick, '0000-01-01', '9999-12-31'
	FROM members m JOIN (SELECT OLD.person_id AS id UNION SELECT NEW.person_id) p JOIN rollup_clock c
	WHERE m.person_id IN (OLD.person_id, NEW.person_id)
	ON CONFLICT DO UPDATE SET last_date = excluded.last_date;
END;
--> statement-breakpoint
-- Who has no identity has no days that could change, but shows another's numbers from now on.
CREATE TRIGGER `people_stale_merged` AFTER UPDATE OF `merged_into` ON `people` WHEN OLD.merged_into IS NOT NEW.merged_into BEGIN
	INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
	SELECT s.team_id, p.id, c.tick, '0000-01-01', '9999-12-31'
	FROM subscriptions s JOIN teams t ON t.id = s.team_id
		JOIN (SELECT NEW.id AS id UNION SELECT OLD.merged_into UNION SELECT NEW.merged_into) p JOIN rollup_clock c
	WHERE t.account_id = NEW.account_id AND s.person_id = NEW.id AND s.status = 'active' AND p.id IS NOT NULL
	ON CONFLICT DO UPDATE SET last_date = excluded.last_date;
END;
--> statement-breakpoint
CREATE TRIGGER `people_stale` AFTER UPDATE OF `time_zone` ON `people` WHEN OLD.time_zone IS NOT NEW.time_zone BEGIN
	INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
	SELECT m.team_id, NEW.id, c.tick, '0000-01-01', '9999-12-31'
	FROM members m JOIN rollup_clock c WHERE m.person_id = NEW.id
	ON CONFLICT DO UPDATE SET last_date = excluded.last_date;
END;
--> statement-breakpoint
-- The team's zone is that of people who have none.
CREATE TRIGGER `teams_stale` AFTER UPDATE OF `time_zone`, `status_classes` ON `teams`
WHEN (OLD.time_zone, OLD.status_classes) IS NOT (NEW.time_zone, NEW.status_classes) BEGIN
	INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
	SELECT NEW.id, m.person_id, c.tick, '0000-01-01', '9999-12-31'
	FROM members m JOIN people p ON p.id = m.person_id JOIN rollup_clock c
	WHERE m.team_id = NEW.id AND (OLD.status_classes IS NOT NEW.status_classes OR p.time_zone IS NULL)
	ON CONFLICT DO UPDATE SET last_date = excluded.last_date;
END;
--> statement-breakpoint
-- A message for whoever asked to be told; one that still waits gives way to it.
CREATE TRIGGER `subscriptions_changed` AFTER UPDATE OF `total_activities`, `completed_activities`, `work_ms` ON `subscriptions`
WHEN (OLD.total_activities, OLD.completed_activities, OLD.work_ms) IS NOT (NEW.total_activities, NEW.completed_activities, NEW.work_ms) BEGIN
	UPDATE webhooks SET message_id = 'msg_' || lower(hex(randomblob(16))), queued_at = NEW.last_refreshed_at, attempts = 0,
		-- It keeps the place of the one that waits, or those behind would never have their turn.
		next_attempt_at = iif(message_id IS NOT NULL AND attempts = 0, min(next_attempt_at, NEW.last_refreshed_at), NEW.last_refreshed_at)
	WHERE subscription_id = NEW.id AND disabled_at IS NULL
		-- Nobody is told of somebody who left the team.
		AND EXISTS (SELECT 1 FROM people p JOIN members m ON m.person_id = coalesce(p.merged_into, p.id)
			WHERE p.id = NEW.person_id AND m.team_id = NEW.team_id AND m.removed_at IS NULL);
END;
--> statement-breakpoint
-- What there is already has no roll-ups yet.
INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
SELECT DISTINCT m.team_id, m.person_id, 1, '0000-01-01', '9999-12-31' FROM members m;
