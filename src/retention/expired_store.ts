import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { retainedSince } from "../events/retention.ts";
import { DAY_MS } from "../lib/duration.ts";
import type { StatusClasses } from "../presence/blocks/status.ts";
import type { PersonInZone } from "./month_sums.ts";

/** A team that removes its old rows: those before `retainedSince`, in UTC milliseconds. */
export type RetentionPolicy = {
  accountId: string;
  teamId: string;
  timeZone: string;
  statusClasses: StatusClasses;
  retainedSince: number;
};

/** Lists the teams that do not keep their rows for ever. */
export async function listRetentionPolicies(db: Database, now: number): Promise<RetentionPolicy[]> {
  const rows = await db.all<
    Omit<RetentionPolicy, "statusClasses" | "retainedSince"> & { statusClasses: string; retentionDays: number }
  >(sql`
    SELECT account_id AS accountId, id AS teamId, time_zone AS timeZone, status_classes AS statusClasses,
      retention_days AS retentionDays
    FROM teams WHERE retention_days IS NOT NULL ORDER BY id`);
  return rows.map(({ retentionDays, statusClasses, ...team }) => ({
    ...team,
    statusClasses: JSON.parse(statusClasses),
    retainedSince: retainedSince(retentionDays, now)!,
  }));
}

const policiesJson = (policies: readonly RetentionPolicy[]): string =>
  JSON.stringify(policies.map(({ teamId, timeZone, retainedSince }) => ({ teamId, timeZone, retainedSince })));

/** An event to be removed. `completed` is 1 or 0. */
export type ExpiredEvent = PersonInZone & { id: string; occurredAt: number; completed: number };

/** Lists up to `limit` events to be removed: team by team, the oldest of each first. */
export const listExpiredEvents = (
  db: Database,
  policies: readonly RetentionPolicy[],
  limit: number,
): Promise<ExpiredEvent[]> =>
  // CROSS JOIN and INDEXED BY: from each team along its events in the order of time, no further than the limit.
  db.all<ExpiredEvent>(sql`
    SELECT event.id, event.team_id AS teamId, person.id AS personId,
      coalesce(person.time_zone, policy.value ->> 'timeZone') AS timeZone, event.occurred_at AS occurredAt, event.completed
    FROM json_each(${policiesJson(policies)}) AS policy
    CROSS JOIN events AS event INDEXED BY events_by_time ON event.team_id = (policy.value ->> 'teamId')
      AND event.occurred_at < (policy.value ->> 'retainedSince')
    CROSS JOIN identities AS identity ON identity.id = event.identity_id
    CROSS JOIN people AS person ON person.id = identity.person_id
    LIMIT ${limit}`);

/** A person with blocks to be removed, and the instant before which: UTC milliseconds, no later than the team's. */
export type ExpiringPerson = PersonInZone & { accountId: string; statusClasses: StatusClasses; cutoff: number };

/** Identities that have old blocks but no row: they were erased, or never written. The blocks began before `startedBefore`. */
export type OldOrphans = { teamId: string; identityIds: string[]; startedBefore: number };

/**
 * Lists the people of the oldest `limit` blocks to be removed, and the orphans among these blocks. `isComplete` is whether
 * there are no more such blocks. If there are, people of the last team get an earlier cutoff: the end, in UTC, of the day on
 * which the last block began. So a step removes about `limit` blocks, and of each person all blocks before the cutoff.
 */
export async function listExpiringPeople(
  db: Database,
  policies: readonly RetentionPolicy[],
  limit: number,
): Promise<{ people: ExpiringPerson[]; orphans: OldOrphans[]; isComplete: boolean }> {
  type Row = { policy: number; identityId: string; startedAt: number; personId: string | null; timeZone: string };
  // CROSS JOIN and INDEXED BY: as for events.
  const rows = await db.all<Row>(sql`
    SELECT policy.key AS policy, block.identity_id AS identityId, block.started_at AS startedAt, person.id AS personId,
      coalesce(person.time_zone, policy.value ->> 'timeZone') AS timeZone
    FROM json_each(${policiesJson(policies)}) AS policy
    CROSS JOIN blocks AS block INDEXED BY blocks_by_start ON block.team_id = (policy.value ->> 'teamId')
      AND block.started_at < (policy.value ->> 'retainedSince')
    LEFT JOIN identities AS identity ON identity.id = block.identity_id
    LEFT JOIN people AS person ON person.id = identity.person_id
    LIMIT ${limit}`);
  const last = rows.length < limit ? undefined : rows.at(-1);
  const people = new Map<string, ExpiringPerson>();
  for (const { policy, personId, timeZone } of rows) {
    if (personId === null) continue;
    const { accountId, teamId, statusClasses, retainedSince } = policies[policy]!;
    const cutoff = policy === last?.policy ? Math.min(retainedSince, midnightAfter(last.startedAt)) : retainedSince;
    people.set(`${teamId} ${personId}`, { accountId, teamId, personId, timeZone, statusClasses, cutoff });
  }
  const orphanBlocks = Map.groupBy(
    rows.filter(({ personId }) => personId === null),
    ({ policy }) => policy,
  );
  const orphans = [...orphanBlocks].map(([policy, blocks]) => ({
    teamId: policies[policy]!.teamId,
    identityIds: [...new Set(blocks.map(({ identityId }) => identityId))],
    startedBefore: policy === last?.policy ? last.startedAt + 1 : policies[policy]!.retainedSince,
  }));
  return { people: [...people.values()], orphans, isComplete: last === undefined };
}

const midnightAfter = (ms: number): number => (Math.floor(ms / DAY_MS) + 1) * DAY_MS;

/**
 * The part of a block before its person's cutoff. `isWhole`, 1 or 0, is whether this part is the whole block, which is then
 * removed. Of an open block it is always a part: the team's object will write to the row again, and must find it.
 */
export type ExpiredBlock = { id: string; status: string; start: number; end: number; isWhole: number };

/** A person, and every block of theirs that began before the cutoff. */
export type ExpiredBlocks = ExpiringPerson & { blocks: ExpiredBlock[] };

/** Joins every block that began before the cutoff of its person to `json_each(...) AS person`, a list of expiring people. */
export const BLOCKS_BEFORE_CUTOFF = sql`
  CROSS JOIN identities AS identity ON identity.account_id = (person.value ->> 'accountId')
    AND identity.person_id = (person.value ->> 'personId')
  CROSS JOIN blocks AS block INDEXED BY blocks_by_identity ON block.team_id = (person.value ->> 'teamId')
    AND block.identity_id = identity.id AND block.started_at < (person.value ->> 'cutoff')`;

/** Whether a joined block ends by the cutoff; an open block does not. */
export const IS_WHOLE = sql`coalesce(block.ended_at <= (person.value ->> 'cutoff'), 0)`;

/** When the part of a joined block before the cutoff ends. */
export const END_BEFORE_CUTOFF = sql`min(coalesce(block.ended_at, block.last_seen_at), person.value ->> 'cutoff')`;

/**
 * Lists the blocks of people before their cutoffs, up to `limit` blocks. People who do not fit are left out, or get an
 * earlier cutoff, so that each person comes with all their blocks before it.
 */
export async function listExpiredBlocks(
  db: Database,
  people: readonly ExpiringPerson[],
  limit: number,
): Promise<ExpiredBlocks[]> {
  const keys = people.map(({ accountId, teamId, personId, cutoff }) => ({ accountId, teamId, personId, cutoff }));
  const rows = await db.all<ExpiredBlock & { person: number }>(sql`
    SELECT person.key AS person, block.id, block.status, block.started_at AS start, ${END_BEFORE_CUTOFF} AS "end",
      ${IS_WHOLE} AS isWhole
    FROM json_each(${JSON.stringify(keys)}) AS person ${BLOCKS_BEFORE_CUTOFF}
    ORDER BY person.key, block.started_at LIMIT ${limit + 1}`);
  const beyond = rows[limit];
  const blocksOf = Map.groupBy(rows, ({ person }) => person);
  const expired = people.flatMap((person, n): ExpiredBlocks[] => {
    const cutoff = n === beyond?.person ? beyond.start : person.cutoff;
    const blocks = (blocksOf.get(n) ?? [])
      .filter(({ start }) => start < cutoff)
      .map(({ person: _, ...block }) => (block.end <= cutoff ? block : { ...block, end: cutoff, isWhole: 0 }));
    return blocks.length > 0 ? [{ ...person, cutoff, blocks }] : [];
  });
  if (expired.length > 0 || !beyond) return expired;
  // More blocks of one person than fit began at the same instant, where no cutoff can divide them: list them all.
  return listExpiredBlocks(db, [people[beyond.person]!], NO_LIMIT);
}

const NO_LIMIT = 1e12;
