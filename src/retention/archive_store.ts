import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database, violates } from "../db/client.ts";
import { pages } from "../lib/pages.ts";
import { BLOCKS_BEFORE_CUT, type Expired, type ExpiredEvent } from "./expired_store.ts";
import type { Month, Somebody } from "./month_sums.ts";

/**
 * Removes events that came to `months`, and keeps these numbers: all in one atomic batch, which does nothing, and says
 * false, unless each event is still there as it was read, of the same person. Numbers do not change by it at any moment:
 * what it adds to the archived roll-ups it takes from the live ones, however far those lag behind. What is archived stays
 * with the person, the zone and the dates it was counted for, whoever is merged, parted or moves later.
 */
export function archiveEvents(db: Database, events: readonly ExpiredEvent[], months: Month[]): Promise<boolean> {
  const rows = events.map(({ id, personId, occurredAt, completed }) => [id, personId, occurredAt, completed]);
  const isAsRead = [...pages(rows)].map(
    (page) => sql`(SELECT count(*) FROM json_each(${JSON.stringify(page)}) r
      CROSS JOIN events e ON e.id = (r.value ->> 0) AND e.occurred_at = (r.value ->> 2) AND e.completed = (r.value ->> 3)
      CROSS JOIN identities i ON i.id = e.identity_id AND i.person_id = (r.value ->> 1)) = ${page.length}`,
  );
  const removal = [...pages(events.map(({ id }) => id))].map(
    (ids) => sql`DELETE FROM events WHERE id IN ${listed(ids)}`,
  );
  return archive(db, events, isAsRead, months, [...removal, refuseFromNowOn(events)]);
}

/** From now on teams refuse events as old as these: whatever they keep then, tools may send some of these again. */
const refuseFromNowOn = (events: readonly ExpiredEvent[]): SQL => {
  const until = new Map<string, number>();
  for (const { teamId, occurredAt } of events) until.set(teamId, Math.max(until.get(teamId) ?? 0, occurredAt + 1));
  return sql`UPDATE teams SET archived_until = max(coalesce(archived_until, 0), u.value ->> 1)
    FROM json_each(${JSON.stringify([...until])}) u WHERE teams.id = (u.value ->> 0)`;
};

/**
 * As `archiveEvents`, of every block of people before their cuts: what lies before goes, and a block that goes on beyond
 * begins at the cut. One that has gone on since it was read is still as it was before the cut.
 */
export function archiveBlocks(db: Database, people: readonly Expired[], months: Month[]): Promise<boolean> {
  const rows = people.flatMap(({ personId, cut, blocks }) =>
    blocks.map(({ id, status, start, end, gone }) => [id, personId, cut, status, start, end, gone]),
  );
  const isAsRead = [...pages(rows)].map(
    (page) => sql`(SELECT count(*) FROM json_each(${JSON.stringify(page)}) r
      CROSS JOIN blocks b ON b.id = (r.value ->> 0) AND b.status = (r.value ->> 3) AND b.started_at = (r.value ->> 4)
        AND min(coalesce(b.ended_at, b.last_seen_at), r.value ->> 2) = (r.value ->> 5)
        AND coalesce(b.ended_at <= (r.value ->> 2), 0) = (r.value ->> 6)
      CROSS JOIN identities i ON i.id = b.identity_id AND i.person_id = (r.value ->> 1)) = ${page.length}`,
  );
  const asked = people.map(({ accountId, teamId, personId, cut }) => ({ accountId, teamId, personId, cut }));
  // Nor may there be any more of them: they would have to be counted together with those that were read.
  const areAll = sql`(SELECT count(*) FROM json_each(${JSON.stringify(asked)}) a ${BLOCKS_BEFORE_CUT}) = ${rows.length}`;
  const gone = people.flatMap(({ blocks }) => blocks.filter(({ gone }) => gone === 1).map(({ id }) => id));
  const cut = people.flatMap(({ cut, blocks }) => blocks.filter(({ gone }) => gone === 0).map(({ id }) => [id, cut]));
  return archive(db, people, [...isAsRead, areAll], months, [
    ...[...pages(gone)].map((ids) => sql`DELETE FROM blocks WHERE id IN ${listed(ids)}`),
    ...[...pages(cut)].map(
      (page) => sql`UPDATE blocks SET started_at = c.value ->> 1 FROM json_each(${JSON.stringify(page)}) c
        WHERE blocks.id = (c.value ->> 0)`,
    ),
  ]);
}

/** Removes blocks that are of nobody, and so never counted for anything; unless they have become somebody's. */
export async function removeOrphans(db: Database, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.run(sql`DELETE FROM blocks WHERE id IN ${listed(ids)}
    AND NOT EXISTS (SELECT 1 FROM identities WHERE id = blocks.identity_id)`);
}

const listed = (ids: string[]): SQL => sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;

/** Moves the numbers of `months` from the live roll-ups to the archived ones and runs `removal`, if all of `isAsRead` hold. */
async function archive(
  db: Database,
  people: readonly Somebody[],
  isAsRead: SQL[],
  months: Month[],
  removal: SQL[],
): Promise<boolean> {
  const places = new Map(people.map(({ teamId, personId }) => [`${teamId} ${personId}`, [teamId, personId]]));
  try {
    await atomically(db, [
      ...isAsRead.map(refuseUnless),
      // From here on, marks are this batch's own.
      sql`UPDATE rollup_clock SET tick = tick + 1`,
      ...[...pages(months)].flatMap(moveNumbers),
      ...removal,
      ...[...pages(places.values())].flatMap(settleMarks),
    ]);
    return true;
  } catch (error) {
    if (violates(error, CLOCK)) return false;
    throw error;
  }
}

const CLOCK = "rollup_clock.id";

/** There is one clock: a second one is refused, and the whole batch with it. */
const refuseUnless = (condition: SQL): SQL =>
  sql`INSERT INTO rollup_clock (id, tick, leased_until) SELECT 1, 0, 0 WHERE NOT ${condition}`;

/**
 * Days are added up one by one. Where the live roll-up does not know yet of what is taken from it, it is short by that
 * until it is counted anew, which a mark sees to already; the sum is as it was.
 */
function moveNumbers(months: Month[]): SQL[] {
  const ofMonth = sql`r.team_id = (m.value ->> 'teamId') AND r.person_id = (m.value ->> 'personId')
    AND r.month = (m.value ->> 'month')`;
  const moved = sql`json_each(${JSON.stringify(months)}) m`;
  return [
    sql`INSERT INTO rollups (team_id, person_id, month, archived, days, total_activities, completed_activities, work_ms)
      SELECT m.value ->> 'teamId', m.value ->> 'personId', m.value ->> 'month', n.archived, n.days, n.total, n.completed,
        n.work_ms
      FROM (
        SELECT month_key, archived, json_group_object(day, json_array(total, completed, work_ms))
          FILTER (WHERE (total, completed, work_ms) IS NOT (0, 0, 0)) AS days,
          sum(total) AS total, sum(completed) AS completed, sum(work_ms) AS work_ms
        FROM (
          SELECT month_key, archived, day, sum(total) AS total, sum(completed) AS completed, sum(work_ms) AS work_ms
          FROM (
            SELECT m.key AS month_key, to_row.archived, d.key AS day, to_row.sign * (d.value ->> 0) AS total,
              to_row.sign * (d.value ->> 1) AS completed, to_row.sign * (d.value ->> 2) AS work_ms
            FROM ${moved} CROSS JOIN json_each(m.value, '$.days') d
              CROSS JOIN (SELECT 1 AS archived, 1 AS sign UNION ALL SELECT 0, -1) to_row
            UNION ALL
            SELECT m.key, r.archived, d.key, d.value ->> 0, d.value ->> 1, d.value ->> 2
            FROM ${moved} CROSS JOIN rollups r ON ${ofMonth} CROSS JOIN json_each(r.days) d)
          GROUP BY month_key, archived, day)
        GROUP BY month_key, archived) n
      JOIN ${moved} ON m.key = n.month_key WHERE true
      ON CONFLICT DO UPDATE SET days = excluded.days, total_activities = excluded.total_activities,
        completed_activities = excluded.completed_activities, work_ms = excluded.work_ms`,
    // A row of nothing would say that there is something to count in its month.
    sql`DELETE FROM rollups WHERE archived = 0 AND days = '{}' AND (team_id, person_id, month) IN (
      SELECT m.value ->> 'teamId', m.value ->> 'personId', m.value ->> 'month' FROM ${moved})`,
  ];
}

/**
 * Nothing is to be counted anew for what this batch removed: its own marks go. Those that were there before are made anew,
 * under the present tick: whoever is counting for them has read what is no longer there, and so has nothing to save.
 */
function settleMarks(people: string[][]): SQL[] {
  const marks = sql`json_each(${JSON.stringify(people)}) p CROSS JOIN rollup_clock c
    CROSS JOIN stale_days s ON s.team_id = (p.value ->> 0) AND s.person_id = (p.value ->> 1)`;
  const keys = (condition: SQL) => sql`DELETE FROM stale_days WHERE (team_id, person_id, tick, first_date) IN (
    SELECT s.team_id, s.person_id, s.tick, s.first_date FROM ${marks} AND ${condition})`;
  return [
    keys(sql`s.tick = c.tick`),
    sql`INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date, since)
      SELECT s.team_id, s.person_id, c.tick, s.first_date, max(s.last_date), min(s.since) FROM ${marks}
      GROUP BY s.team_id, s.person_id, s.first_date`,
    keys(sql`s.tick < c.tick`),
  ];
}
