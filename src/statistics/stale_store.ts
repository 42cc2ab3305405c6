import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { addDays } from "../lib/time_zone.ts";
import { mergedPersonIds, type Tenant } from "../people/store.ts";
import type { StatusClasses } from "../presence/blocks/status.ts";
import { IS_LONG_BLOCK, MAX_SHORT_BLOCK_MS } from "../presence/blocks/store.ts";
import { utcDate } from "./calendar.ts";
import { FIRST_DATE, MAX_DAYS_OF_PERSON, type Mark } from "./marks.ts";

/** A person on a team. */
export type TeamPerson = { teamId: string; personId: string };

/** A person with marked days on a team, and what counting them needs. */
export type StalePerson = Tenant & {
  personId: string;
  timeZone: string;
  statusClasses: StatusClasses;
  marks: Mark[];
  /** The first UTC date with anything to count for a long mark; null where there is nothing, or no such mark. */
  earliest: string | null;
};

/** Finds the marks of one person from before `tick` that reach the UTC date `from`; null where there are none. */
export async function findStalePerson(
  db: Database,
  { teamId }: Tenant,
  personId: string,
  tick: number,
  from: string,
): Promise<StalePerson | null> {
  const [person] = await readStalePeople(db, sql`SELECT ${teamId} AS team_id, ${personId} AS person_id`, tick, from);
  return person ?? null;
}

/**
 * Lists a page of people of all teams with days marked before `tick`, in order and after `after`. Only people whose recount
 * is due (see `isDue`), but each with all their marks.
 */
export const listStalePeople = (
  db: Database,
  tick: number,
  now: number,
  after: TeamPerson,
  limit: number,
): Promise<StalePerson[]> =>
  readStalePeople(
    db,
    sql`SELECT DISTINCT mark.team_id, mark.person_id FROM stale_days AS mark
      WHERE (mark.team_id, mark.person_id) > (${after.teamId}, ${after.personId}) AND mark.tick < ${tick} AND ${isDue(now)}
      ORDER BY mark.team_id, mark.person_id LIMIT ${limit}`,
    tick,
  );

/** Matches a subscription whose window has ended by `now`, unless its team is archived: that one waits until it is back. */
export const hasEndedWindow = (now: number): SQL => sql`status = 'active' AND ends_at <= ${now} AND NOT EXISTS (
  SELECT 1 FROM teams WHERE teams.id = subscriptions.team_id AND teams.archived_at IS NOT NULL)`;

/** Whether any recount is due, or any subscription's window has ended. */
export async function isAnyDue(db: Database, now: number): Promise<boolean> {
  const row = await db.get<{ due: number }>(sql`
    SELECT EXISTS (SELECT 1 FROM stale_days AS mark WHERE ${isDue(now)})
      OR EXISTS (SELECT 1 FROM subscriptions WHERE ${hasEndedWindow(now)}) AS due`);
  return row.due === 1;
}

/**
 * Returns how long, in milliseconds, the team's oldest change has waited for a subscription to show it: a marked day, or a
 * window that has ended. 0 where nothing waits.
 */
export async function refreshLag(db: Database, { teamId }: Tenant, now: number): Promise<number> {
  const { since } = await db.get<{ since: number | null }>(sql`
    WITH waiting AS (
      SELECT mark.since FROM stale_days AS mark WHERE mark.team_id = ${teamId} AND ${IS_SUBSCRIBED}
      UNION ALL
      SELECT max(ends_at, updated_at) FROM subscriptions
      WHERE team_id = ${teamId} AND status = 'active' AND ends_at <= ${now})
    SELECT min(since) AS since FROM waiting`);
  return since === null ? 0 : Math.max(0, now - since);
}

/** Whether there is an active subscription to the person of a mark, or to a person merged into them. */
const IS_SUBSCRIBED = sql`EXISTS (
  SELECT 1 FROM subscriptions AS subscription
  WHERE subscription.team_id = mark.team_id AND subscription.status = 'active'
    AND subscription.person_id IN (${mergedPersonIds(sql`mark.person_id`)}))`;

/**
 * Whether cron recounts for a mark now. The numbers of a person without a subscription are not shown yet, so they wait until
 * the first marked day has ended in every time zone: counted earlier, the day would be counted again after each change.
 */
const isDue = (now: number): SQL => sql`(mark.first_date < ${addDays(utcDate(now), -1)} OR ${IS_SUBSCRIBED})`;

const MARK_START_MS = sql`unixepoch(mark.first_date) * 1000`;

/**
 * The person's first row after a mark's start. One look into the index for each identity: a minimum over all identities at
 * once would read every row of the person.
 */
const firstOf = (table: SQL, column: SQL, from: SQL): SQL => sql`(
  SELECT min((SELECT min(${column}) FROM ${table}
    WHERE team_id = mark.team_id AND identity_id = identity.id AND ${column} >= ${from}))
  FROM identities AS identity WHERE identity.person_id = mark.person_id)`;

/** The team's first block of over a day that may reach past a mark's start, of any person: there are few such blocks. */
const FIRST_LONG_BLOCK = sql`(
  SELECT min(started_at) FROM blocks
  WHERE team_id = mark.team_id AND ${IS_LONG_BLOCK} AND last_seen_at >= ${MARK_START_MS} - ${MAX_SHORT_BLOCK_MS}
    AND started_at < ${MARK_START_MS})`;

/** The first month with numbers in a roll-up, which a recount may remove. A local month may begin a day before the UTC month. */
const FIRST_MONTH = sql`(
  SELECT min(month) FROM rollups
  WHERE team_id = mark.team_id AND person_id = mark.person_id AND counted = 0 AND days <> '{}'
    AND month >= iif(mark.first_date = ${FIRST_DATE}, '', substr(date(mark.first_date, '-1 day'), 1, 7)))`;

type MarkRow = Mark &
  Tenant & { personId: string; timeZone: string; statusClasses: string } & Record<
    "firstEventAt" | "firstBlockAt" | "firstLongBlockAt",
    number | null
  > & { firstMonth: string | null };

/** Reads the marks before `tick`, and up to `from` or later, of people, whom `people` selects as (team_id, person_id). */
async function readStalePeople(db: Database, people: SQL, tick: number, from = FIRST_DATE): Promise<StalePerson[]> {
  // Only long marks need to know where there is anything to count: see `planRecount`.
  const longestShort = sql`date(mark.first_date, ${`+${MAX_DAYS_OF_PERSON} days`})`;
  const ifLong = (value: SQL) => sql`CASE WHEN mark.last_date > ${longestShort} THEN ${value} END`;
  const rows = await db.all<MarkRow>(sql`
    WITH stale_person AS (${people})
    SELECT team.account_id AS accountId, mark.team_id AS teamId, mark.person_id AS personId,
      coalesce(person.time_zone, team.time_zone) AS timeZone, team.status_classes AS statusClasses,
      mark.tick, mark.first_date AS firstDate, mark.last_date AS lastDate,
      ${ifLong(firstOf(sql`events`, sql`occurred_at`, MARK_START_MS))} AS firstEventAt,
      ${ifLong(firstOf(sql`blocks`, sql`started_at`, sql`${MARK_START_MS} - ${MAX_SHORT_BLOCK_MS}`))} AS firstBlockAt,
      ${ifLong(FIRST_LONG_BLOCK)} AS firstLongBlockAt,
      ${ifLong(FIRST_MONTH)} AS firstMonth
    FROM stale_person
      CROSS JOIN stale_days AS mark
        ON mark.team_id = stale_person.team_id AND mark.person_id = stale_person.person_id AND mark.tick < ${tick}
          AND mark.last_date >= ${from}
      JOIN people AS person ON person.id = mark.person_id
      JOIN teams AS team ON team.id = mark.team_id
    ORDER BY mark.team_id, mark.person_id`);
  const stale = Map.groupBy(rows, ({ teamId, personId }) => `${teamId} ${personId}`);
  return [...stale.values()].map((ofPerson) => {
    const { accountId, teamId, personId, timeZone, statusClasses } = ofPerson[0]!;
    const marks = ofPerson.map(({ tick, firstDate, lastDate }) => ({ tick, firstDate, lastDate }));
    const earliest = ofPerson.flatMap(firstDates).sort()[0] ?? null;
    return { accountId, teamId, personId, timeZone, statusClasses: JSON.parse(statusClasses), marks, earliest };
  });
}

/** UTC dates before which a mark has nothing to count. */
const firstDates = ({ firstEventAt, firstBlockAt, firstLongBlockAt, firstMonth }: MarkRow): string[] => [
  ...[firstEventAt, firstBlockAt, firstLongBlockAt].filter((at) => at !== null).map(utcDate),
  ...(firstMonth === null ? [] : [addDays(`${firstMonth}-01`, -1)]),
];
