import { type SQL, sql } from "drizzle-orm";
import { abortUnless, atomically, type Database, isAborted } from "../db/client.ts";
import { pages } from "../lib/pages.ts";
import { ADVANCE_CLOCK } from "../statistics/clock_store.ts";
import {
  BLOCKS_BEFORE_CUTOFF,
  END_BEFORE_CUTOFF,
  type ExpiredBlocks,
  type ExpiredEvent,
  IS_WHOLE,
} from "./expired_store.ts";
import type { MonthNumbers, PersonInZone } from "./month_sums.ts";

/**
 * Removes events and keeps their numbers, `months`, as counted roll-ups, in one atomic batch. Returns false, and changes
 * nothing, where an event is no longer as it was read. Snapshots do not change at any moment: the batch takes from the live
 * roll-ups what it adds to the counted ones, even where the live ones are not up to date. Counted numbers stay with the
 * person, the time zone and the dates for which they were counted, whatever is merged or changed later.
 */
export function removeEvents(db: Database, events: readonly ExpiredEvent[], months: MonthNumbers[]): Promise<boolean> {
  const rows = events.map(({ id, personId, occurredAt, completed }) => [id, personId, occurredAt, completed]);
  const conditions = [...pages(rows)].map(
    (page) => sql`(
      SELECT count(*) FROM json_each(${JSON.stringify(page)}) AS read
      CROSS JOIN events AS event ON event.id = (read.value ->> 0) AND event.occurred_at = (read.value ->> 2)
        AND event.completed = (read.value ->> 3)
      CROSS JOIN identities AS identity ON identity.id = event.identity_id AND identity.person_id = (read.value ->> 1)
    ) = ${page.length}`,
  );
  const removal = [...pages(events.map(({ id }) => id))].map(
    (ids) => sql`DELETE FROM events WHERE id IN ${valuesOf(ids)}`,
  );
  return removeCounted(db, events, conditions, months, [...removal, refuseCounted(events)]);
}

/** Makes the teams refuse events from the removed time: a tool may send them again, and they would count twice. */
const refuseCounted = (events: readonly ExpiredEvent[]): SQL => {
  const untilOf = new Map<string, number>();
  for (const { teamId, occurredAt } of events) untilOf.set(teamId, Math.max(untilOf.get(teamId) ?? 0, occurredAt + 1));
  return sql`
    UPDATE teams SET counted_until = max(coalesce(counted_until, 0), counted.value ->> 1)
    FROM json_each(${JSON.stringify([...untilOf])}) AS counted WHERE teams.id = (counted.value ->> 0)`;
};

/**
 * Removes blocks as `removeEvents` does events: of each person, every block before the cutoff. A block that ends by the
 * cutoff is removed, and a longer block begins at the cutoff from then on. A block that has only grown beyond the cutoff
 * since it was read counts as unchanged.
 */
export function removeBlocks(db: Database, people: readonly ExpiredBlocks[], months: MonthNumbers[]): Promise<boolean> {
  const rows = people.flatMap(({ personId, cutoff, blocks }) =>
    blocks.map(({ id, status, start, end, isWhole }) => ({ id, personId, cutoff, status, start, end, isWhole })),
  );
  const areAsRead = [...pages(rows)].map(
    // The alias is `person` because END_BEFORE_CUTOFF and IS_WHOLE read the cutoff of `person`.
    (page) => sql`(
      SELECT count(*) FROM json_each(${JSON.stringify(page)}) AS person
      CROSS JOIN blocks AS block ON block.id = (person.value ->> 'id') AND block.status = (person.value ->> 'status')
        AND block.started_at = (person.value ->> 'start') AND ${END_BEFORE_CUTOFF} = (person.value ->> 'end')
        AND ${IS_WHOLE} = (person.value ->> 'isWhole')
      CROSS JOIN identities AS identity
        ON identity.id = block.identity_id AND identity.person_id = (person.value ->> 'personId')
    ) = ${page.length}`,
  );
  // Another block before the cutoff would have to be counted together with those that were read.
  const keys = people.map(({ accountId, teamId, personId, cutoff }) => ({ accountId, teamId, personId, cutoff }));
  const areAll = sql`(
    SELECT count(*) FROM json_each(${JSON.stringify(keys)}) AS person ${BLOCKS_BEFORE_CUTOFF}) = ${rows.length}`;
  const removed = rows.filter(({ isWhole }) => isWhole === 1).map(({ id }) => id);
  const shortened = rows.filter(({ isWhole }) => isWhole === 0).map(({ id, cutoff }) => [id, cutoff]);
  return removeCounted(db, people, [...areAsRead, areAll], months, [
    ...[...pages(removed)].map((ids) => sql`DELETE FROM blocks WHERE id IN ${valuesOf(ids)}`),
    ...[...pages(shortened)].map(
      (page) => sql`
        UPDATE blocks SET started_at = shortened.value ->> 1
        FROM json_each(${JSON.stringify(page)}) AS shortened WHERE blocks.id = (shortened.value ->> 0)`,
    ),
  ]);
}

const valuesOf = (ids: string[]): SQL => sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;

/** Why a batch is aborted: a row changed since it was read. */
const CHANGED = "changed";

/** Moves the numbers of months from live to counted roll-ups and runs `removal`, if all conditions hold. */
async function removeCounted(
  db: Database,
  people: readonly PersonInZone[],
  conditions: SQL[],
  months: MonthNumbers[],
  removal: SQL[],
): Promise<boolean> {
  const keys = new Map(people.map(({ teamId, personId }) => [`${teamId} ${personId}`, [teamId, personId]]));
  try {
    await atomically(db, [
      ...conditions.map((condition) => abortUnless(condition, CHANGED)),
      // From here on, the marks of the present tick are those that the triggers make for this batch's own removals.
      ADVANCE_CLOCK,
      ...[...pages(months)].flatMap(moveNumbers),
      ...removal,
      ...[...pages(keys.values())].flatMap(settleOwnMarks),
    ]);
    return true;
  } catch (error) {
    if (isAborted(error, CHANGED)) return false;
    throw error;
  }
}

/**
 * Moves numbers from live to counted roll-ups, day by day. Where a live roll-up has not counted yet what is taken from it,
 * its numbers are negative until it is counted again, for which it has a mark already; the sum of both is right throughout.
 */
function moveNumbers(months: MonthNumbers[]): SQL[] {
  const moved = sql`json_each(${JSON.stringify(months)})`;
  return [
    sql`
    WITH
      moved_month AS (
        SELECT value ->> 'teamId' AS team_id, value ->> 'personId' AS person_id, value ->> 'month' AS month,
          value -> 'days' AS days
        FROM ${moved}),
      moved_day AS (
        SELECT team_id, person_id, month, day.key AS day, day.value ->> 0 AS total, day.value ->> 1 AS completed,
          day.value ->> 2 AS work_ms
        FROM moved_month CROSS JOIN json_each(moved_month.days) AS day),
      part AS (
        SELECT team_id, person_id, month, 1 AS counted, day, total, completed, work_ms FROM moved_day
        UNION ALL
        SELECT team_id, person_id, month, 0, day, -total, -completed, -work_ms FROM moved_day
        UNION ALL
        -- CROSS JOIN: from each month to its two roll-ups by their key.
        SELECT rollup.team_id, rollup.person_id, rollup.month, rollup.counted, day.key, day.value ->> 0,
          day.value ->> 1, day.value ->> 2
        FROM moved_month
          CROSS JOIN rollups AS rollup ON rollup.team_id = moved_month.team_id
            AND rollup.person_id = moved_month.person_id AND rollup.month = moved_month.month
          CROSS JOIN json_each(rollup.days) AS day),
      day_sum AS (
        SELECT team_id, person_id, month, counted, day, sum(total) AS total, sum(completed) AS completed,
          sum(work_ms) AS work_ms
        FROM part GROUP BY team_id, person_id, month, counted, day),
      month_sum AS (
        SELECT team_id, person_id, month, counted,
          json_group_object(day, json_array(total, completed, work_ms))
            FILTER (WHERE (total, completed, work_ms) IS NOT (0, 0, 0)) AS days,
          sum(total) AS total, sum(completed) AS completed, sum(work_ms) AS work_ms
        FROM day_sum GROUP BY team_id, person_id, month, counted)
    INSERT INTO rollups (team_id, person_id, month, counted, days, total_activities, completed_activities, work_ms)
    SELECT team_id, person_id, month, counted, days, total, completed, work_ms FROM month_sum WHERE true
    ON CONFLICT DO UPDATE SET days = excluded.days, total_activities = excluded.total_activities,
      completed_activities = excluded.completed_activities, work_ms = excluded.work_ms`,
    // A live roll-up without a day would make recounts look for something to count in its month.
    sql`
    DELETE FROM rollups WHERE counted = 0 AND days = '{}' AND (team_id, person_id, month) IN (
      SELECT value ->> 'teamId', value ->> 'personId', value ->> 'month' FROM ${moved})`,
  ];
}

/**
 * Settles the marks that the triggers made for this batch: its removals need no recount. Older marks of the same people are
 * made again under the present tick. A recount that is under way has read rows that are removed now; without its marks it
 * saves nothing, and the next recount reads what is left.
 */
function settleOwnMarks(people: string[][]): SQL[] {
  const marks = sql`json_each(${JSON.stringify(people)}) AS person CROSS JOIN rollup_clock AS clock
    CROSS JOIN stale_days AS mark ON mark.team_id = (person.value ->> 0) AND mark.person_id = (person.value ->> 1)`;
  const deleteMarks = (condition: SQL) => sql`
    DELETE FROM stale_days WHERE (team_id, person_id, tick, first_date) IN (
      SELECT mark.team_id, mark.person_id, mark.tick, mark.first_date FROM ${marks} AND ${condition})`;
  return [
    deleteMarks(sql`mark.tick = clock.tick`),
    sql`
    INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date, since)
    SELECT mark.team_id, mark.person_id, clock.tick, mark.first_date, max(mark.last_date), min(mark.since) FROM ${marks}
    GROUP BY mark.team_id, mark.person_id, mark.first_date`,
    deleteMarks(sql`mark.tick < clock.tick`),
  ];
}
