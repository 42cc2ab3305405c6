import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../db/client.ts";
import { pages } from "../lib/pages.ts";
import { addDays } from "../lib/time_zone.ts";
import { mergedPersonIds, type Tenant } from "../people/store.ts";
import { datesFrom, monthAndDay } from "./calendar.ts";
import { rollUp } from "./rollup_store.ts";
import { findStale, type StalePlace, tickClock } from "./stale_store.ts";
import { type Dates, type PlacedWindow, type TimeWindow, windowAt } from "./window.ts";

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
      CROSS JOIN people a ON a.id IN (${mergedPersonIds(sql`(j.value ->> 1)`)})
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
  const placed = due.map(({ zone, ...one }) => {
    const window = windowAt(one.timeWindow, now, zone);
    return { ...one, ...window, ...partsOf(window) };
  });
  return [...pages(placed)].map((page) => refresh(page, now, always));
}

/** A window as roll-ups are added up to it: whole months, or else days. */
const partsOf = ({ startDate, endDate }: Dates) =>
  startDate.slice(-2) === "01" && addDays(endDate, 1).slice(-2) === "01"
    ? { firstMonth: monthAndDay(startDate)[0], lastMonth: monthAndDay(endDate)[0], days: [] }
    : {
        firstMonth: null,
        lastMonth: null,
        days: [...datesFrom(startDate, endDate)].map(monthAndDay),
      };

type Placed = Omit<Due, "zone"> & PlacedWindow & ReturnType<typeof partsOf>;

const refresh = (page: Placed[], now: number, always: boolean): SQL => {
  const windows = sql`json_each(${JSON.stringify(page)}) w CROSS JOIN people a ON a.id IN (${mergedPersonIds(sql`(w.value ->> 'personId')`)})`;
  // What is still there of somebody merged is counted under their successor; what is archived stays where it was.
  const theirs = sql`rollups r ON r.team_id = (w.value ->> 'teamId') AND r.person_id = a.id
    AND (r.archived = 1 OR a.id = (w.value ->> 'personId'))`;
  // Another zone or person by now: then whoever settles the mark of that change has shown them, or will.
  const whose = sql`(SELECT p.id, coalesce(p.time_zone, t.time_zone) FROM people a
    JOIN people p ON p.id = coalesce(a.merged_into, a.id) JOIN teams t ON t.id = s.team_id WHERE a.id = s.person_id)`;
  const ofDay = (nth: SQL) => sql`json_extract(r.days, '$."' || (d.value ->> 1) || '"[${nth}]')`;
  return sql`
    UPDATE subscriptions AS s SET total_activities = n.total, completed_activities = n.completed, work_ms = n.work_ms,
      start_date = n.value ->> 'startDate', end_date = n.value ->> 'endDate', time_zone = n.value ->> 'timeZone',
      ends_at = n.value ->> 'endsAt', last_refreshed_at = max(s.last_refreshed_at, ${now})
    FROM (
      SELECT value, coalesce(sum(total), 0) AS total, coalesce(sum(completed), 0) AS completed,
        coalesce(sum(work_ms), 0) AS work_ms
      FROM (
        SELECT w.key, w.value, r.total_activities AS total, r.completed_activities AS completed, r.work_ms
        FROM ${windows} CROSS JOIN ${theirs} AND r.month BETWEEN (w.value ->> 'firstMonth') AND (w.value ->> 'lastMonth')
        UNION ALL
        SELECT w.key, w.value, ${ofDay(sql`0`)}, ${ofDay(sql`1`)}, ${ofDay(sql`2`)}
        FROM ${windows} CROSS JOIN json_each(w.value, '$.days') d CROSS JOIN ${theirs} AND r.month = (d.value ->> 0)
        UNION ALL
        SELECT key, value, 0, 0, 0 FROM json_each(${JSON.stringify(page)})
      ) GROUP BY key) n
    WHERE s.id = (n.value ->> 'id') AND s.status = 'active' AND s.time_window = (n.value ->> 'timeWindow')
      AND (n.value ->> 'personId', n.value ->> 'timeZone') = ${whose} AND (${always ? 1 : 0}
      OR (s.total_activities, s.completed_activities, s.work_ms, s.start_date, s.end_date, s.time_zone, s.ends_at)
        IS NOT (n.total, n.completed, n.work_ms, n.value ->> 'startDate', n.value ->> 'endDate', n.value ->> 'timeZone',
          n.value ->> 'endsAt'))`;
};

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
    if (!settled?.rest.length) return;
  }
  await atomically(db, await refreshed());
}
