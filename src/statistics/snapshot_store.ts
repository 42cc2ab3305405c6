import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../db/client.ts";
import { pages } from "../lib/pages.ts";
import { addDays } from "../lib/time_zone.ts";
import { mergedPersonIds, type Tenant } from "../people/store.ts";
import { datesFrom, monthAndDay } from "./calendar.ts";
import { hasEndedWindow, type TeamPerson } from "./stale_store.ts";
import { type LocalWindow, type TimeWindow, type WindowDates, windowAt } from "./window.ts";

/** An active subscription. `personId` and `timeZone` are of the person it was made for, or of the one they were merged into. */
type ActiveSubscription = { id: string; teamId: string; personId: string; timeZone: string; timeWindow: TimeWindow };

/** Reads active subscriptions; `from` is a FROM clause with `subscription`, and with `subscriber`, the person it was made for. */
const readActive = (db: Database, from: SQL): Promise<ActiveSubscription[]> =>
  db.all<ActiveSubscription>(sql`
    SELECT subscription.id, subscription.team_id AS teamId, person.id AS personId,
      subscription.time_window AS timeWindow, coalesce(person.time_zone, team.time_zone) AS timeZone
    ${from}
      JOIN people AS person ON person.id = coalesce(subscriber.merged_into, subscriber.id)
      JOIN teams AS team ON team.id = subscription.team_id
    WHERE subscription.status = 'active'`);

/**
 * Makes the statements that refresh the snapshots of people, who may be on different teams, from the roll-ups that the batch
 * finds. `requestedId` is a subscription whose refresh was requested: it shows the time of the refresh even where its
 * numbers are the same.
 */
export async function refreshStatements(
  db: Database,
  people: readonly TeamPerson[],
  now: number,
  requestedId?: string,
): Promise<SQL[]> {
  const keys = JSON.stringify(people.map(({ teamId, personId }) => [teamId, personId]));
  // CROSS JOIN: SQLite goes from each person to their subscriptions by an index, and not through all subscriptions.
  const rows = await readActive(
    db,
    sql`FROM json_each(${keys}) AS wanted
      CROSS JOIN people AS subscriber ON subscriber.id IN (${mergedPersonIds(sql`(wanted.value ->> 1)`)})
      CROSS JOIN subscriptions AS subscription
        ON subscription.team_id = (wanted.value ->> 0) AND subscription.person_id = subscriber.id`,
  );
  // A subscription is read twice where both a merged person and the person they were merged into are wanted.
  const active = [...new Map(rows.map((row) => [row.id, row])).values()];
  return [
    ...snapshotUpdates(
      active.filter(({ id }) => id !== requestedId),
      now,
    ),
    ...snapshotUpdates(
      active.filter(({ id }) => id === requestedId),
      now,
      { isRequested: true },
    ),
  ];
}

/** Refreshes the snapshots of one person: see `refreshStatements`. */
export async function refreshSnapshots(
  db: Database,
  { teamId }: Pick<Tenant, "teamId">,
  personId: string,
  now: number,
  requestedId?: string,
): Promise<void> {
  await atomically(db, await refreshStatements(db, [{ teamId, personId }], now, requestedId));
}

/** Moves up to `limit` subscriptions of all teams whose window has ended to their present window; returns how many it moved. */
export async function moveEndedWindows(db: Database, now: number, limit: number): Promise<number> {
  const active = await readActive(
    db,
    sql`FROM (SELECT * FROM subscriptions WHERE ${hasEndedWindow(now)} ORDER BY ends_at LIMIT ${limit})
        AS subscription
      JOIN people AS subscriber ON subscriber.id = subscription.person_id`,
  );
  await atomically(db, snapshotUpdates(active, now));
  return active.length;
}

function snapshotUpdates(active: readonly ActiveSubscription[], now: number, { isRequested = false } = {}): SQL[] {
  const windows = active.map(({ timeZone, ...subscription }) => {
    const window = windowAt(subscription.timeWindow, now, timeZone);
    return { ...subscription, ...window, ...rollupsOf(window) };
  });
  return [...pages(windows)].map((page) => updateSnapshots(page, now, isRequested));
}

/** Which roll-ups add up to a window: those of whole months, or else single days of months. */
const rollupsOf = ({ startDate, endDate }: WindowDates) =>
  startDate.endsWith("-01") && addDays(endDate, 1).endsWith("-01")
    ? { firstMonth: monthAndDay(startDate)[0], lastMonth: monthAndDay(endDate)[0], days: [] }
    : { firstMonth: null, lastMonth: null, days: [...datesFrom(startDate, endDate)].map(monthAndDay) };

/** A subscription with its present window, and the roll-ups that add up to it. */
type SubscriptionWindow = Omit<ActiveSubscription, "timeZone"> & LocalWindow & ReturnType<typeof rollupsOf>;

/**
 * Updates the snapshots of subscriptions to the sums of their windows. A snapshot that is right already writes no row,
 * unless its refresh was requested. The trigger `subscriptions_changed` queues the webhook message of each subscription
 * whose numbers this changes: see src/db/triggers.ts.
 */
const updateSnapshots = (windows: SubscriptionWindow[], now: number, isRequested: boolean): SQL => {
  const dayNumber = (index: SQL) => sql`json_extract(rollup.days, '$."' || (day.value ->> 1) || '"[${index}]')`;
  return sql`
  WITH
    target AS (
      SELECT value ->> 'id' AS id, value ->> 'teamId' AS team_id, value ->> 'personId' AS person_id,
        value ->> 'timeWindow' AS time_window, value ->> 'timeZone' AS time_zone, value ->> 'startDate' AS start_date,
        value ->> 'endDate' AS end_date, value ->> 'endsAt' AS ends_at,
        value ->> 'firstMonth' AS first_month, value ->> 'lastMonth' AS last_month, value -> 'days' AS days
      FROM json_each(${JSON.stringify(windows)})),
    -- A merge moves the identities of a person, so their events and blocks are counted for the person they were merged
    -- into. Counted numbers stay with the person for whom they were counted, and are added.
    whole_month AS (
      SELECT target.*, rollup.total_activities, rollup.completed_activities, rollup.work_ms
      FROM target CROSS JOIN people AS person ON person.id IN (${mergedPersonIds(sql`target.person_id`)})
        CROSS JOIN rollups AS rollup ON rollup.team_id = target.team_id AND rollup.person_id = person.id
          AND rollup.month BETWEEN target.first_month AND target.last_month
          AND (rollup.counted = 1 OR person.id = target.person_id)),
    single_day AS (
      SELECT target.*, ${dayNumber(sql`0`)}, ${dayNumber(sql`1`)}, ${dayNumber(sql`2`)}
      FROM target CROSS JOIN people AS person ON person.id IN (${mergedPersonIds(sql`target.person_id`)})
        CROSS JOIN json_each(target.days) AS day
        CROSS JOIN rollups AS rollup ON rollup.team_id = target.team_id AND rollup.person_id = person.id
          AND rollup.month = (day.value ->> 0) AND (rollup.counted = 1 OR person.id = target.person_id)),
    -- Without any roll-up, the numbers are 0.
    part AS (
      SELECT * FROM whole_month UNION ALL SELECT * FROM single_day UNION ALL SELECT *, 0, 0, 0 FROM target),
    snapshot AS (
      SELECT id, person_id, time_window, time_zone, start_date, end_date, ends_at,
        coalesce(sum(total_activities), 0) AS total_activities,
        coalesce(sum(completed_activities), 0) AS completed_activities, coalesce(sum(work_ms), 0) AS work_ms
      FROM part GROUP BY id)
  UPDATE subscriptions AS subscription SET
    total_activities = snapshot.total_activities, completed_activities = snapshot.completed_activities,
    work_ms = snapshot.work_ms, start_date = snapshot.start_date, end_date = snapshot.end_date,
    time_zone = snapshot.time_zone, ends_at = snapshot.ends_at,
    last_refreshed_at = max(subscription.last_refreshed_at, ${now})
  FROM snapshot
  WHERE subscription.id = snapshot.id AND subscription.status = 'active'
    AND subscription.time_window = snapshot.time_window
    -- If the person was merged or changed their zone meanwhile, the recount of that change updates the snapshot.
    AND (snapshot.person_id, snapshot.time_zone) = (
      SELECT person.id, coalesce(person.time_zone, team.time_zone)
      FROM people AS subscriber
        JOIN people AS person ON person.id = coalesce(subscriber.merged_into, subscriber.id)
        JOIN teams AS team ON team.id = subscription.team_id
      WHERE subscriber.id = subscription.person_id)
    AND (${isRequested ? 1 : 0}
      OR (subscription.total_activities, subscription.completed_activities, subscription.work_ms, subscription.start_date,
          subscription.end_date, subscription.time_zone, subscription.ends_at)
        IS NOT (snapshot.total_activities, snapshot.completed_activities, snapshot.work_ms, snapshot.start_date,
          snapshot.end_date, snapshot.time_zone, snapshot.ends_at))`;
};
