import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { addDays } from "../lib/time_zone.ts";
import { mergedPersonIds, type Tenant } from "../people/store.ts";
import type { StatusClasses } from "../presence/blocks/status.ts";
import { LONG_BLOCK, LOOK_BACK_MS } from "../presence/blocks/store.ts";
import { utcDate } from "./calendar.ts";
import { FIRST_DATE, LAST_DATE, type Mark } from "./marks.ts";

/** Somebody on a team whose roll-ups may be wrong, and what it takes to count them anew. */
export type StalePerson = Tenant & {
  personId: string;
  zone: string;
  classes: StatusClasses;
  marks: Mark[];
  /** The first UTC date on which there is anything for a mark without end; null where there is nothing, or no such mark. */
  earliest: string | null;
};

/** How long one run of cron has the work to itself, should it die: until the next one. */
const LEASE_MS = 15 * 60_000;

/**
 * Moves the clock on for the sake of one person: marks made before carry an earlier tick than the one this gives, are never
 * touched again, and so may be settled by what is read from now on. Null, and nothing done, where they have no mark.
 */
export async function tickClock(db: Database, { teamId }: Tenant, personId: string): Promise<number | null> {
  const [row] = await db.all<{ tick: number }>(sql`
    UPDATE rollup_clock SET tick = tick + 1
    WHERE EXISTS (SELECT 1 FROM stale_days WHERE team_id = ${teamId} AND person_id = ${personId}) RETURNING tick`);
  return row?.tick ?? null;
}

/** Moves the clock on for a run of cron, which then has the work to itself; null while another one has it. */
export async function leaseClock(db: Database, now: number): Promise<number | null> {
  const [row] = await db.all<{ tick: number }>(sql`
    UPDATE rollup_clock SET tick = tick + 1, leased_until = ${now + LEASE_MS} WHERE leased_until <= ${now} RETURNING tick`);
  return row?.tick ?? null;
}

/** Moves the clock on for whoever has the lease: what they marked again themselves may be settled too. */
export async function moveClock(db: Database): Promise<number> {
  const { tick } = await db.get<{ tick: number }>(sql`UPDATE rollup_clock SET tick = tick + 1 RETURNING tick`);
  return tick;
}

/** Ends the lease taken at `leasedAt`. */
export const releaseClock = (db: Database, leasedAt: number): Promise<unknown> =>
  db.run(sql`UPDATE rollup_clock SET leased_until = 0 WHERE leased_until = ${leasedAt + LEASE_MS}`);

/** The stale days of one person, marked before `tick`; null where there are none. */
export async function findStale(
  db: Database,
  { teamId }: Tenant,
  personId: string,
  tick: number,
): Promise<StalePerson | null> {
  const marks = sql`s.team_id = ${teamId} AND s.person_id = ${personId} AND s.tick < ${tick}`;
  const [person] = await readStale(db, marks, sql``);
  return person ?? null;
}

/** Where a page of stale people ended. */
export type StalePlace = { teamId: string; personId: string };

/**
 * A page of stale people of all teams, in order, after `after`: those somebody has subscribed to, and of the others those
 * whose days are over everywhere: until then a day is counted once more for nothing.
 */
export function listStale(
  db: Database,
  tick: number,
  now: number,
  after: StalePlace,
  limit: number,
): Promise<StalePerson[]> {
  const place = sql`(s.team_id, s.person_id) > (${after.teamId}, ${after.personId})`;
  const due = sql`${place} AND s.tick < ${tick} AND ${isDue(now)}`;
  // The page is of people, each with all their marks.
  const page = sql`JOIN (SELECT DISTINCT s.team_id, s.person_id FROM stale_days s WHERE ${due}
    ORDER BY s.team_id, s.person_id LIMIT ${limit}) q ON q.team_id = s.team_id AND q.person_id = s.person_id`;
  return readStale(db, sql`s.tick < ${tick}`, page);
}

/** Whether there is anything for `listStale`, or a window that has rolled over. */
export async function isAnythingDue(db: Database, now: number): Promise<boolean> {
  const row = await db.get<{ due: number }>(sql`
    SELECT EXISTS (SELECT 1 FROM stale_days s WHERE ${isDue(now)})
      OR EXISTS (SELECT 1 FROM subscriptions WHERE status = 'active' AND ends_at <= ${now}) AS due`);
  return row.due === 1;
}

/**
 * For how long, in milliseconds, the oldest change of somebody subscribed to on the team has waited to be counted, or a
 * window that is over to be moved on; 0 where nothing waits.
 */
export async function refreshLag(db: Database, { teamId }: Tenant, now: number): Promise<number> {
  const { since } = await db.get<{ since: number | null }>(sql`
    SELECT min(at) AS since FROM (
      SELECT s.since AS at FROM stale_days s WHERE s.team_id = ${teamId} AND ${isSubscribed}
      UNION ALL
      SELECT max(ends_at, updated_at) FROM subscriptions WHERE team_id = ${teamId} AND status = 'active' AND ends_at <= ${now})`);
  return since === null ? 0 : Math.max(0, now - since);
}

/** Whether mark `s` is cron's to settle now: somebody waits for it, or its first day is over in every zone. */
const isDue = (now: number): SQL => sql`(s.first_date < ${addDays(utcDate(now), -1)} OR ${isSubscribed})`;

/** Whether the person of mark `s`, or somebody merged into them, is subscribed to. */
const isSubscribed = sql`EXISTS (
  SELECT 1 FROM subscriptions b
  WHERE b.team_id = s.team_id AND b.person_id IN (${mergedPersonIds(sql`s.person_id`)}) AND b.status = 'active')`;

type Row = Mark &
  Tenant & { personId: string; zone: string; classes: string; firstMs: number | null; firstMonth: string | null };

async function readStale(db: Database, condition: SQL, page: SQL): Promise<StalePerson[]> {
  const isEndless = sql`s.last_date = ${LAST_DATE}`;
  const from = sql`unixepoch(s.first_date) * 1000`;
  const month = sql`iif(s.first_date = ${FIRST_DATE}, '', substr(date(s.first_date, '-1 day'), 1, 7))`;
  // The first of each identity is the first entry of an index; the first of them all at once would be a look at everything.
  const first = (table: SQL, at: SQL, since: SQL) => sql`(SELECT min((SELECT min(${at}) FROM ${table}
    WHERE team_id = s.team_id AND identity_id = i.id AND ${at} >= ${since})) FROM identities i WHERE i.person_id = s.person_id)`;
  // What a block of over a day may reach into is not looked for any closer: there are few.
  const long = sql`(SELECT min(started_at) FROM blocks WHERE team_id = s.team_id AND ${LONG_BLOCK}
    AND last_seen_at >= ${from} - ${LOOK_BACK_MS} AND started_at < ${from})`;
  const rows = await db.all<Row>(sql`
    SELECT t.account_id AS accountId, s.team_id AS teamId, s.person_id AS personId, s.tick, s.first_date AS firstDate,
      s.last_date AS lastDate, coalesce(p.time_zone, t.time_zone) AS zone, t.status_classes AS classes,
      iif(${isEndless}, min(coalesce(${first(sql`events`, sql`occurred_at`, from)}, 1e18), coalesce(${long}, 1e18),
        coalesce(${first(sql`blocks`, sql`started_at`, sql`${from} - ${LOOK_BACK_MS}`)}, 1e18)), NULL) AS firstMs,
      iif(${isEndless}, (SELECT min(month) FROM rollups WHERE team_id = s.team_id AND person_id = s.person_id
        AND month >= ${month} AND archived = 0 AND days <> '{}'), NULL) AS firstMonth
    FROM stale_days s ${page} JOIN people p ON p.id = s.person_id JOIN teams t ON t.id = s.team_id
    WHERE ${condition} ORDER BY s.team_id, s.person_id`);
  const people = new Map<string, StalePerson>();
  for (const { accountId, teamId, personId, zone, classes, ...row } of rows) {
    const key = `${teamId} ${personId}`;
    let person = people.get(key);
    if (!person) {
      person = { accountId, teamId, personId, zone, classes: JSON.parse(classes), marks: [], earliest: null };
      people.set(key, person);
    }
    const { tick, firstDate, lastDate } = row;
    person.marks.push({ tick, firstDate, lastDate });
    const earliest = earliestOf(row);
    if (earliest !== null && (person.earliest === null || earliest < person.earliest)) person.earliest = earliest;
  }
  return [...people.values()];
}

/** No later than anything there is: a month of a local calendar begins up to a day earlier in UTC. */
function earliestOf({ firstMs, firstMonth }: Pick<Row, "firstMs" | "firstMonth">): string | null {
  const dates = [
    ...(firstMs !== null && firstMs < 1e18 ? [utcDate(firstMs)] : []),
    ...(firstMonth === null ? [] : [addDays(`${firstMonth}-01`, -1)]),
  ];
  return dates.sort()[0] ?? null;
}
