import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../db/client.ts";
import { pages } from "../lib/pages.ts";
import type { Tenant } from "../people/store.ts";
import { rollUp } from "./rollup_store.ts";
import { findStale, type StalePlace, tickClock } from "./stale_store.ts";
import { type PlacedWindow, type TimeWindow, windowAt } from "./window.ts";

/** An active subscription, and whose numbers it shows in which zone. */
export type Due = { id: string; teamId: string; personId: string; zone: string; timeWindow: TimeWindow };

const readDue = (db: Database, from: SQL): Promise<Due[]> =>
  db.all<Due>(sql`
    SELECT s.id, s.team_id AS teamId, p.id AS personId, s.time_window AS timeWindow,
      coalesce(p.time_zone, t.time_zone) AS zone
    ${from} JOIN people p ON p.id = coalesce(a.merged_into, a.id) JOIN teams t ON t.id = s.team_id
    WHERE s.status = 'active'`);

/** The active subscriptions to the numbers of these people. */
const dueFor = (db: Database, people: readonly StalePlace[]): Promise<Due[]> =>
  readDue(
    db,
    sql`FROM json_each(${JSON.stringify(people.map(({ teamId, personId }) => [teamId, personId]))}) j
      CROSS JOIN people a ON a.id IN (SELECT j.value ->> 1 UNION ALL SELECT id FROM people WHERE merged_into = (j.value ->> 1))
      CROSS JOIN subscriptions s ON s.team_id = (j.value ->> 0) AND s.person_id = a.id`,
  );

/** The statements that bring the snapshots of people, of whatever teams, up to their roll-ups as the batch finds them. */
export const refreshPeople = async (db: Database, people: readonly StalePlace[], now: number): Promise<SQL[]> =>
  refreshStatements(await dueFor(db, people), now);

/** Moves subscriptions of all teams whose window is over to the present one, up to `limit` of them; answers how many. */
export async function refreshRolledOver(db: Database, now: number, limit: number): Promise<number> {
  const due = await readDue(
    db,
    sql`FROM (SELECT * FROM subscriptions WHERE status = 'active' AND ends_at <= ${now} ORDER BY ends_at LIMIT ${limit}) s
      JOIN people a ON a.id = s.person_id`,
  );
  await atomically(db, refreshStatements(due, now));
  return due.length;
}

/**
 * The statements that bring the snapshots of subscriptions up to what the roll-ups of their present windows add up to. What
 * is so already writes no row, unless `always`: then it says at least when it was looked at.
 */
function refreshStatements(due: readonly Due[], now: number, { always = false } = {}): SQL[] {
  const placed = due.map(({ zone, timeWindow, ...one }) => ({ ...one, ...windowAt(timeWindow, now, zone) }));
  return [...pages(placed)].map((page) => refresh(page, now, always));
}

const refresh = (page: (Omit<Due, "zone" | "timeWindow"> & PlacedWindow)[], now: number, always: boolean): SQL => sql`
  UPDATE subscriptions AS s SET total_activities = n.total, completed_activities = n.completed, work_ms = n.work_ms,
    start_date = n.start_date, end_date = n.end_date, time_zone = n.time_zone, ends_at = n.ends_at, last_refreshed_at = ${now}
  FROM (
    SELECT w.value ->> 'id' AS id, w.value ->> 'startDate' AS start_date, w.value ->> 'endDate' AS end_date,
      w.value ->> 'timeZone' AS time_zone, w.value ->> 'endsAt' AS ends_at, coalesce(sum(d.value ->> 0), 0) AS total,
      coalesce(sum(d.value ->> 1), 0) AS completed, coalesce(sum(d.value ->> 2), 0) AS work_ms
    FROM json_each(${JSON.stringify(page)}) w
      CROSS JOIN people a ON a.id IN (
        SELECT w.value ->> 'personId' UNION ALL SELECT id FROM people WHERE merged_into = (w.value ->> 'personId'))
      -- What is still there of somebody merged is counted under their successor; what is archived stays where it was.
      LEFT JOIN rollups r ON r.team_id = (w.value ->> 'teamId') AND r.person_id = a.id
        AND (r.archived = 1 OR a.id = (w.value ->> 'personId'))
        AND r.month BETWEEN substr(w.value ->> 'startDate', 1, length(w.value ->> 'startDate') - 3)
          AND substr(w.value ->> 'endDate', 1, length(w.value ->> 'endDate') - 3)
      LEFT JOIN json_each(r.days) d ON r.month || '-' || d.key BETWEEN w.value ->> 'startDate' AND w.value ->> 'endDate'
    GROUP BY w.key) n
  WHERE s.id = n.id AND s.status = 'active' AND (${always ? 1 : 0}
    OR (s.total_activities, s.completed_activities, s.work_ms, s.start_date, s.end_date, s.time_zone, s.ends_at)
      IS NOT (n.total, n.completed, n.work_ms, n.start_date, n.end_date, n.time_zone, n.ends_at))`;

/**
 * Counts what has changed of one person's days, and brings all their snapshots up to it; that of subscription `always`, if
 * one is named, also says that it was refreshed now.
 */
export async function refreshPerson(
  db: Database,
  tenant: Tenant,
  personId: string,
  now: number,
  always?: string,
): Promise<void> {
  const place = { teamId: tenant.teamId, personId };
  const refreshed = async () => {
    const due = await dueFor(db, [place]);
    const isNamed = ({ id }: Due) => id === always;
    return [
      ...refreshStatements(
        due.filter((one) => !isNamed(one)),
        now,
      ),
      ...refreshStatements(due.filter(isNamed), now, { always: true }),
    ];
  };
  for (;;) {
    const tick = await tickClock(db, tenant, personId);
    const stale = tick === null ? null : await findStale(db, tenant, personId, tick);
    if (!stale) break;
    const [settled] = await rollUp(db, [stale], now, refreshed);
    if (!settled?.rest) return;
  }
  await atomically(db, await refreshed());
}
