DROP TRIGGER IF EXISTS blocks_stale_changed;
--> statement-breakpoint
DROP TRIGGER IF EXISTS blocks_stale_new;
--> statement-breakpoint
DROP TRIGGER IF EXISTS blocks_stale_removed;
--> statement-breakpoint
DROP TRIGGER IF EXISTS events_stale_changed;
--> statement-breakpoint
DROP TRIGGER IF EXISTS events_stale_new;
--> statement-breakpoint
DROP TRIGGER IF EXISTS events_stale_removed;
--> statement-breakpoint
DROP TRIGGER IF EXISTS identities_stale_moved;
--> statement-breakpoint
DROP TRIGGER IF EXISTS identities_stale_new;
--> statement-breakpoint
DROP TRIGGER IF EXISTS people_stale;
--> statement-breakpoint
DROP TRIGGER IF EXISTS people_stale_merged;
--> statement-breakpoint
DROP TRIGGER IF EXISTS subscriptions_changed;
--> statement-breakpoint
DROP TRIGGER IF EXISTS teams_stale;
--> statement-breakpoint
CREATE TRIGGER blocks_stale_changed AFTER UPDATE OF status, last_seen_at, ended_at ON blocks
WHEN OLD.status IS NOT NEW.status OR coalesce(OLD.ended_at, OLD.last_seen_at) <> coalesce(NEW.ended_at, NEW.last_seen_at)
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT NEW.team_id, identity.person_id, clock.tick,
    date(iif(OLD.status IS NEW.status,
      min(coalesce(OLD.ended_at, OLD.last_seen_at), coalesce(NEW.ended_at, NEW.last_seen_at)),
      NEW.started_at) / 1000.0, 'unixepoch'),
    date(max(coalesce(OLD.ended_at, OLD.last_seen_at), coalesce(NEW.ended_at, NEW.last_seen_at)) / 1000.0, 'unixepoch')
  FROM identities AS identity JOIN rollup_clock AS clock
  WHERE identity.id = NEW.identity_id
  ON CONFLICT DO UPDATE SET last_date = excluded.last_date WHERE excluded.last_date > last_date;
END;
--> statement-breakpoint
CREATE TRIGGER blocks_stale_new AFTER INSERT ON blocks
WHEN coalesce(NEW.ended_at, NEW.last_seen_at) > NEW.started_at
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT NEW.team_id, identity.person_id, clock.tick,
    date(NEW.started_at / 1000.0, 'unixepoch'),
    date(coalesce(NEW.ended_at, NEW.last_seen_at) / 1000.0, 'unixepoch')
  FROM identities AS identity JOIN rollup_clock AS clock
  WHERE identity.id = NEW.identity_id
  ON CONFLICT DO UPDATE SET last_date = excluded.last_date WHERE excluded.last_date > last_date;
END;
--> statement-breakpoint
CREATE TRIGGER blocks_stale_removed AFTER DELETE ON blocks
WHEN coalesce(OLD.ended_at, OLD.last_seen_at) > OLD.started_at
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT OLD.team_id, identity.person_id, clock.tick,
    date(OLD.started_at / 1000.0, 'unixepoch'),
    date(coalesce(OLD.ended_at, OLD.last_seen_at) / 1000.0, 'unixepoch')
  FROM identities AS identity JOIN rollup_clock AS clock
  WHERE identity.id = OLD.identity_id
  ON CONFLICT DO UPDATE SET last_date = excluded.last_date WHERE excluded.last_date > last_date;
END;
--> statement-breakpoint
CREATE TRIGGER events_stale_changed AFTER UPDATE OF identity_id, occurred_at, completed ON events
WHEN (OLD.identity_id, OLD.occurred_at, OLD.completed) IS NOT (NEW.identity_id, NEW.occurred_at, NEW.completed)
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT NEW.team_id, identity.person_id, clock.tick,
    date(event.occurred_at / 1000.0, 'unixepoch'),
    date(event.occurred_at / 1000.0, 'unixepoch')
  FROM (SELECT OLD.identity_id, OLD.occurred_at UNION SELECT NEW.identity_id, NEW.occurred_at) AS event
    JOIN identities AS identity ON identity.id = event.identity_id
    JOIN rollup_clock AS clock
  WHERE true
  ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
CREATE TRIGGER events_stale_new AFTER INSERT ON events
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT NEW.team_id, identity.person_id, clock.tick,
    date(NEW.occurred_at / 1000.0, 'unixepoch'),
    date(NEW.occurred_at / 1000.0, 'unixepoch')
  FROM identities AS identity JOIN rollup_clock AS clock
  WHERE identity.id = NEW.identity_id
  ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
CREATE TRIGGER events_stale_removed AFTER DELETE ON events
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT OLD.team_id, identity.person_id, clock.tick,
    date(OLD.occurred_at / 1000.0, 'unixepoch'),
    date(OLD.occurred_at / 1000.0, 'unixepoch')
  FROM identities AS identity JOIN rollup_clock AS clock
  WHERE identity.id = OLD.identity_id
  ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
CREATE TRIGGER identities_stale_moved AFTER UPDATE OF person_id ON identities
WHEN OLD.person_id IS NOT NEW.person_id
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT DISTINCT member.team_id, person.id, clock.tick, '0000-01-01', '9999-12-31'
  FROM members AS member
    JOIN (SELECT OLD.person_id AS id UNION SELECT NEW.person_id) AS person
    JOIN rollup_clock AS clock
  WHERE member.person_id IN (OLD.person_id, NEW.person_id)
  ON CONFLICT DO UPDATE SET last_date = excluded.last_date;
END;
--> statement-breakpoint
CREATE TRIGGER identities_stale_new AFTER INSERT ON identities
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT team.id, NEW.person_id, clock.tick, '0000-01-01', '9999-12-31'
  FROM teams AS team JOIN rollup_clock AS clock
  WHERE team.account_id = NEW.account_id
    AND EXISTS (SELECT 1 FROM blocks WHERE team_id = team.id AND identity_id = NEW.id)
  ON CONFLICT DO UPDATE SET last_date = excluded.last_date;
END;
--> statement-breakpoint
CREATE TRIGGER people_stale AFTER UPDATE OF time_zone ON people
WHEN OLD.time_zone IS NOT NEW.time_zone
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT member.team_id, NEW.id, clock.tick, '0000-01-01', '9999-12-31'
  FROM members AS member JOIN rollup_clock AS clock
  WHERE member.person_id = NEW.id
  ON CONFLICT DO UPDATE SET last_date = excluded.last_date;
END;
--> statement-breakpoint
CREATE TRIGGER people_stale_merged AFTER UPDATE OF merged_into ON people
WHEN OLD.merged_into IS NOT NEW.merged_into
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT subscription.team_id, person.id, clock.tick, '0000-01-01', '9999-12-31'
  FROM subscriptions AS subscription
    JOIN teams AS team ON team.id = subscription.team_id
    JOIN (SELECT NEW.id AS id UNION SELECT OLD.merged_into UNION SELECT NEW.merged_into) AS person
    JOIN rollup_clock AS clock
  WHERE team.account_id = NEW.account_id AND subscription.person_id = NEW.id AND subscription.status = 'active'
    AND person.id IS NOT NULL
  ON CONFLICT DO UPDATE SET last_date = excluded.last_date;
END;
--> statement-breakpoint
CREATE TRIGGER subscriptions_changed AFTER UPDATE OF total_activities, completed_activities, work_ms ON subscriptions
WHEN (OLD.total_activities, OLD.completed_activities, OLD.work_ms)
  IS NOT (NEW.total_activities, NEW.completed_activities, NEW.work_ms)
BEGIN
  UPDATE webhooks SET
    message_id = 'msg_' || lower(hex(randomblob(16))),
    queued_at = NEW.last_refreshed_at,
    attempts = 0,
    next_attempt_at = iif(message_id IS NOT NULL AND attempts = 0,
      min(next_attempt_at, NEW.last_refreshed_at),
      NEW.last_refreshed_at)
  WHERE subscription_id = NEW.id AND disabled_at IS NULL
    AND EXISTS (
      SELECT 1 FROM people AS person JOIN members AS member
        ON member.person_id = coalesce(person.merged_into, person.id)
      WHERE person.id = NEW.person_id AND member.team_id = NEW.team_id AND member.removed_at IS NULL);
END;
--> statement-breakpoint
CREATE TRIGGER teams_stale AFTER UPDATE OF time_zone, status_classes ON teams
WHEN (OLD.time_zone, OLD.status_classes) IS NOT (NEW.time_zone, NEW.status_classes)
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT NEW.id, member.person_id, clock.tick, '0000-01-01', '9999-12-31'
  FROM members AS member
    JOIN people AS person ON person.id = member.person_id
    JOIN rollup_clock AS clock
  WHERE member.team_id = NEW.id AND (OLD.status_classes IS NOT NEW.status_classes OR person.time_zone IS NULL)
  ON CONFLICT DO UPDATE SET last_date = excluded.last_date;
END;
