import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { keptSince } from "../events/horizon.ts";
import type { StatusClasses } from "../presence/blocks/status.ts";
import type { Somebody } from "./month_sums.ts";

const DAY_MS = 24 * 3_600_000;

/** A team that does not keep everything, and since when it keeps what there is. */
export type Keeper = {
  accountId: string;
  teamId: string;
  zone: string;
  classes: StatusClasses;
  /** UTC milliseconds: what was before is to go. */
  keptSince: number;
};

/** The teams that keep nothing older than some days: the one query of this slice that is for no team but for all. */
export async function listKeepers(db: Database, now: number): Promise<Keeper[]> {
  const rows = await db.all<Omit<Keeper, "classes" | "keptSince"> & { classes: string; retentionDays: number }>(sql`
    SELECT account_id AS accountId, id AS teamId, time_zone AS zone, status_classes AS classes,
      retention_days AS retentionDays
    FROM teams WHERE retention_days IS NOT NULL ORDER BY id`);
  return rows.map(({ retentionDays, classes, ...team }) => ({
    ...team,
    classes: JSON.parse(classes),
    keptSince: keptSince(retentionDays, now)!,
  }));
}

/** As SQL is told of teams. */
const told = (teams: readonly Keeper[]): string =>
  JSON.stringify(teams.map(({ teamId, zone, keptSince }) => ({ teamId, zone, keptSince })));

/** An event older than its team keeps. `completed`: 1 or 0. */
export type ExpiredEvent = Somebody & { id: string; occurredAt: number; completed: number };

/** Up to `limit` events that are to go: all of one team before any of the next, oldest first. */
export const expiredEvents = (db: Database, teams: readonly Keeper[], limit: number): Promise<ExpiredEvent[]> =>
  // CROSS has SQLite go from teams along the index by time, as far as the limit and no further.
  db.all<ExpiredEvent>(sql`
    SELECT e.id, e.team_id AS teamId, p.id AS personId, coalesce(p.time_zone, t.value ->> 'zone') AS zone,
      e.occurred_at AS occurredAt, e.completed
    FROM json_each(${told(teams)}) t
    CROSS JOIN events e INDEXED BY events_by_time ON e.team_id = (t.value ->> 'teamId')
      AND e.occurred_at < (t.value ->> 'keptSince')
    CROSS JOIN identities i ON i.id = e.identity_id
    CROSS JOIN people p ON p.id = i.person_id
    LIMIT ${limit}`);

/** Somebody of whom blocks are to go, and the instant before which: UTC milliseconds, no later than the team's. */
export type Expiring = Somebody & { accountId: string; classes: StatusClasses; cut: number };

/**
 * People with blocks that began before what their team keeps, those of the oldest `limit` blocks; and blocks that are of
 * nobody, because their identity was erased or never came. Where there are more, the last team's people are to be dealt
 * with a day at a time: so many blocks, and what else those people had on the last one's day, in UTC.
 */
export async function expiringPeople(
  db: Database,
  teams: readonly Keeper[],
  limit: number,
): Promise<{ people: Expiring[]; orphans: string[]; isAll: boolean }> {
  const rows = await db.all<{ n: number; id: string; startedAt: number; personId: string | null; zone: string }>(sql`
    SELECT t.key AS n, b.id, b.started_at AS startedAt, p.id AS personId, coalesce(p.time_zone, t.value ->> 'zone') AS zone
    FROM json_each(${told(teams)}) t
    CROSS JOIN blocks b INDEXED BY blocks_by_start ON b.team_id = (t.value ->> 'teamId')
      AND b.started_at < (t.value ->> 'keptSince')
    LEFT JOIN identities i ON i.id = b.identity_id
    LEFT JOIN people p ON p.id = i.person_id
    LIMIT ${limit}`);
  const last = rows.length < limit ? undefined : rows.at(-1);
  const people = new Map<string, Expiring>();
  for (const { n, personId, zone } of rows) {
    if (personId === null) continue;
    const { accountId, teamId, classes, keptSince } = teams[n]!;
    const cut = n === last?.n ? Math.min(keptSince, midnightAfter(last.startedAt)) : keptSince;
    people.set(`${teamId} ${personId}`, { accountId, teamId, personId, zone, classes, cut });
  }
  const orphans = rows.filter(({ personId }) => personId === null).map(({ id }) => id);
  return { people: [...people.values()], orphans, isAll: last === undefined };
}

const midnightAfter = (ms: number): number => (Math.floor(ms / DAY_MS) + 1) * DAY_MS;

/**
 * What a block has before the cut of its person. `gone`, 1 or 0: nothing is left of it after that. One still open stays in
 * any case: its team's object will write to it again, and must find it cut.
 */
export type ExpiredBlock = { id: string; status: string; start: number; end: number; gone: number };

/** Somebody, and every block of theirs that began before `cut`. */
export type Expired = Expiring & { blocks: ExpiredBlock[] };

/** Every block `b` of the person `a.value` that began before their cut: to be joined to people as `Expiring` has them. */
export const BLOCKS_BEFORE_CUT = sql`
  CROSS JOIN identities i ON i.account_id = (a.value ->> 'accountId') AND i.person_id = (a.value ->> 'personId')
  CROSS JOIN blocks b INDEXED BY blocks_by_identity ON b.team_id = (a.value ->> 'teamId') AND b.identity_id = i.id
    AND b.started_at < (a.value ->> 'cut')`;

/**
 * The blocks of people before their cuts, up to `limit` of them; never more than is there of somebody before the cut that
 * they are given back with. Who does not fit any more is left out, or has an earlier cut.
 */
export async function expiredBlocks(db: Database, people: readonly Expiring[], limit: number): Promise<Expired[]> {
  const asked = people.map(({ accountId, teamId, personId, cut }) => ({ accountId, teamId, personId, cut }));
  const rows = await db.all<ExpiredBlock & { n: number }>(sql`
    SELECT a.key AS n, b.id, b.status, b.started_at AS start, min(coalesce(b.ended_at, b.last_seen_at), a.value ->> 'cut') AS "end",
      coalesce(b.ended_at <= (a.value ->> 'cut'), 0) AS gone
    FROM json_each(${JSON.stringify(asked)}) a ${BLOCKS_BEFORE_CUT}
    ORDER BY a.key, b.started_at LIMIT ${limit + 1}`);
  const beyond = rows[limit];
  const blocksOf = Map.groupBy(rows, ({ n }) => n);
  const expired = people.flatMap((person, n): Expired[] => {
    const cut = n === beyond?.n ? beyond.start : person.cut;
    const blocks = (blocksOf.get(n) ?? [])
      .filter(({ start }) => start < cut)
      .map(({ n: _, ...block }) => (block.end <= cut ? block : { ...block, end: cut, gone: 0 }));
    return blocks.length > 0 ? [{ ...person, cut, blocks }] : [];
  });
  if (expired.length > 0 || !beyond) return expired;
  // More of somebody's blocks than fit begin at one instant, where no cut could part them: all of theirs, then.
  return expiredBlocks(db, [people[beyond.n]!], EVERY_BLOCK);
}

const EVERY_BLOCK = 1e12;
