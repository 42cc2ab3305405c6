/** A trigger of the database: what runs it, why there is one, and the statement that creates it. */
export type Trigger = { name: string; table: string; reason: string; sql: string };

/**
 * Every trigger of the database, in the order of their names. All but one mark days: they write to `stale_days` which days
 * of which person must be counted again (see src/statistics/README.md). Triggers do this, not the code that writes, so
 * that no statement can forget it: not one added later, not an import, not an operator's `wrangler d1 execute`.
 *
 * A mark holds UTC dates. A change whose days are known marks these days. A change of a whole history (another person,
 * another time zone, other classes of statuses) marks '0000-01-01' to '9999-12-31'; the recount reads only the days of
 * these on which there is anything.
 *
 * To add or change a trigger: change it here, create an empty migration with `npm run migration NAME -- --custom`, and run
 * `npm run triggers migrations/NNNN_NAME.sql`, which fills it. To rebuild a table (drizzle-kit generates "__new_..." for
 * what SQLite cannot alter): generate the migration as usual, and run the same command, which wraps it. Unwrapped, SQLite
 * refuses to rename the new table while a trigger of another table names it, and drops the old table's triggers silently.
 */
export const TRIGGERS: readonly Trigger[] = [
  {
    name: "blocks_stale_changed",
    table: "blocks",
    reason:
      "A block that goes on or ends changes the days from its former end to its new end. Another status changes all its days.",
    sql: `CREATE TRIGGER blocks_stale_changed AFTER UPDATE OF status, last_seen_at, ended_at ON blocks
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
END`,
  },
  {
    name: "blocks_stale_new",
    table: "blocks",
    reason: "A new block changes the days that it covers. A block of length 0, as most begin, counts for nothing.",
    sql: `CREATE TRIGGER blocks_stale_new AFTER INSERT ON blocks
WHEN coalesce(NEW.ended_at, NEW.last_seen_at) > NEW.started_at
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT NEW.team_id, identity.person_id, clock.tick,
    date(NEW.started_at / 1000.0, 'unixepoch'),
    date(coalesce(NEW.ended_at, NEW.last_seen_at) / 1000.0, 'unixepoch')
  FROM identities AS identity JOIN rollup_clock AS clock
  WHERE identity.id = NEW.identity_id
  ON CONFLICT DO UPDATE SET last_date = excluded.last_date WHERE excluded.last_date > last_date;
END`,
  },
  {
    name: "blocks_stale_removed",
    table: "blocks",
    reason: "A removed block changes the days that it covered.",
    sql: `CREATE TRIGGER blocks_stale_removed AFTER DELETE ON blocks
WHEN coalesce(OLD.ended_at, OLD.last_seen_at) > OLD.started_at
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT OLD.team_id, identity.person_id, clock.tick,
    date(OLD.started_at / 1000.0, 'unixepoch'),
    date(coalesce(OLD.ended_at, OLD.last_seen_at) / 1000.0, 'unixepoch')
  FROM identities AS identity JOIN rollup_clock AS clock
  WHERE identity.id = OLD.identity_id
  ON CONFLICT DO UPDATE SET last_date = excluded.last_date WHERE excluded.last_date > last_date;
END`,
  },
  {
    name: "events_stale_changed",
    table: "events",
    reason: "An event that moves to another time or person, or is completed, changes its former day and its new one.",
    sql: `CREATE TRIGGER events_stale_changed AFTER UPDATE OF identity_id, occurred_at, completed ON events
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
END`,
  },
  {
    name: "events_stale_new",
    table: "events",
    reason: "A new event changes its day.",
    sql: `CREATE TRIGGER events_stale_new AFTER INSERT ON events
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT NEW.team_id, identity.person_id, clock.tick,
    date(NEW.occurred_at / 1000.0, 'unixepoch'),
    date(NEW.occurred_at / 1000.0, 'unixepoch')
  FROM identities AS identity JOIN rollup_clock AS clock
  WHERE identity.id = NEW.identity_id
  ON CONFLICT DO NOTHING;
END`,
  },
  {
    name: "events_stale_removed",
    table: "events",
    reason: "A removed event changes its day.",
    sql: `CREATE TRIGGER events_stale_removed AFTER DELETE ON events
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT OLD.team_id, identity.person_id, clock.tick,
    date(OLD.occurred_at / 1000.0, 'unixepoch'),
    date(OLD.occurred_at / 1000.0, 'unixepoch')
  FROM identities AS identity JOIN rollup_clock AS clock
  WHERE identity.id = OLD.identity_id
  ON CONFLICT DO NOTHING;
END`,
  },
  {
    name: "identities_stale_moved",
    table: "identities",
    reason: "A merge, or its undoing, moves the blocks and events of an identity from one person to another.",
    sql: `CREATE TRIGGER identities_stale_moved AFTER UPDATE OF person_id ON identities
WHEN OLD.person_id IS NOT NEW.person_id
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT DISTINCT member.team_id, person.id, clock.tick, '0000-01-01', '9999-12-31'
  FROM members AS member
    JOIN (SELECT OLD.person_id AS id UNION SELECT NEW.person_id) AS person
    JOIN rollup_clock AS clock
  WHERE member.person_id IN (OLD.person_id, NEW.person_id)
  ON CONFLICT DO UPDATE SET last_date = excluded.last_date;
END`,
  },
  {
    name: "identities_stale_new",
    table: "identities",
    reason: "A team's object may have sent blocks to D1 before the row of their identity was written.",
    sql: `CREATE TRIGGER identities_stale_new AFTER INSERT ON identities
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT team.id, NEW.person_id, clock.tick, '0000-01-01', '9999-12-31'
  FROM teams AS team JOIN rollup_clock AS clock
  WHERE team.account_id = NEW.account_id
    AND EXISTS (SELECT 1 FROM blocks WHERE team_id = team.id AND identity_id = NEW.id)
  ON CONFLICT DO UPDATE SET last_date = excluded.last_date;
END`,
  },
  {
    name: "people_stale",
    table: "people",
    reason: "In another time zone, each event and block of a person may be on another local day.",
    sql: `CREATE TRIGGER people_stale AFTER UPDATE OF time_zone ON people
WHEN OLD.time_zone IS NOT NEW.time_zone
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT member.team_id, NEW.id, clock.tick, '0000-01-01', '9999-12-31'
  FROM members AS member JOIN rollup_clock AS clock
  WHERE member.person_id = NEW.id
  ON CONFLICT DO UPDATE SET last_date = excluded.last_date;
END`,
  },
  {
    name: "people_stale_merged",
    table: "people",
    reason:
      "A person without an identity has no days that a merge could change, but their subscriptions show the numbers of another person from now on.",
    sql: `CREATE TRIGGER people_stale_merged AFTER UPDATE OF merged_into ON people
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
END`,
  },
  {
    name: "subscriptions_changed",
    table: "subscriptions",
    reason:
      "Queues the webhook message of each subscription whose numbers changed, and of no other. src/subscriptions/webhooks/delivery_store.ts explains the rules, and why this is a trigger.",
    sql: `CREATE TRIGGER subscriptions_changed AFTER UPDATE OF total_activities, completed_activities, work_ms ON subscriptions
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
END`,
  },
  {
    name: "teams_stale",
    table: "teams",
    reason:
      "Other classes of statuses change the working time of every member. Another time zone of the team moves the days of members who have none of their own.",
    sql: `CREATE TRIGGER teams_stale AFTER UPDATE OF time_zone, status_classes ON teams
WHEN (OLD.time_zone, OLD.status_classes) IS NOT (NEW.time_zone, NEW.status_classes)
BEGIN
  INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
  SELECT NEW.id, member.person_id, clock.tick, '0000-01-01', '9999-12-31'
  FROM members AS member
    JOIN people AS person ON person.id = member.person_id
    JOIN rollup_clock AS clock
  WHERE member.team_id = NEW.id AND (OLD.status_classes IS NOT NEW.status_classes OR person.time_zone IS NULL)
  ON CONFLICT DO UPDATE SET last_date = excluded.last_date;
END`,
  },
];

const BREAKPOINT = "\n--> statement-breakpoint\n";

/** Writes a migration that drops every trigger, runs the migration `rebuild`, and creates every trigger again. */
export function recreateTriggers(rebuild = ""): string {
  const dropped = TRIGGERS.map(({ name }) => `DROP TRIGGER IF EXISTS ${name};`);
  const created = TRIGGERS.map(({ sql }) => `${sql};`);
  const statements = [...dropped, ...(rebuild.trim() === "" ? [] : [rebuild.trim()]), ...created];
  return `${statements.join(BREAKPOINT)}\n`;
}
