import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { DAY_MS, HOUR_MS } from "../../lib/duration.ts";
import type { Interval } from "../../lib/interval.ts";
import type { Tenant } from "../../people/store.ts";
import { storesDetails } from "../details_store.ts";
import type { BlockWrite } from "../object/stored_stream.ts";
import type { BlockRow } from "./block_row.ts";

/**
 * Writes blocks as the team's object has them. A block that D1 has with the same content writes no row. Details are left
 * out where the team stores none: the object may not know that setting yet.
 *
 * The triggers `blocks_stale_new` and `blocks_stale_changed` mark the days whose statistics must be counted again.
 */
export async function saveBlocks(db: Database, tenant: Tenant, rows: BlockWrite[]): Promise<void> {
  await db.run(upsertBlocks(tenant, JSON.stringify(rows)));
}

/**
 * Makes the statement of `saveBlocks`. `rows` is a JSON array of `BlockWrite`. Blocks for which `condition` does not hold
 * are not written; it may read the row as `block.value`.
 */
export const upsertBlocks = ({ teamId }: Pick<Tenant, "teamId">, rows: string, condition = sql`true`): SQL =>
  // Without WHERE, SQLite would read ON CONFLICT as the condition of a join.
  sql`
    INSERT INTO blocks
      (id, team_id, identity_id, integration_id, source, status, details, started_at, last_seen_at, ended_at)
    SELECT block.value ->> 'id', ${teamId}, block.value ->> 'identityId', block.value ->> 'integrationId',
      block.value ->> 'source', block.value ->> 'status',
      CASE WHEN ${storesDetails({ teamId })} THEN block.value ->> 'details' END,
      block.value ->> 'startedAt', block.value ->> 'lastSeenAt', block.value ->> 'endedAt'
    FROM json_each(${rows}) AS block WHERE ${condition}
    ON CONFLICT (id) DO UPDATE SET
      status = excluded.status, details = excluded.details, last_seen_at = excluded.last_seen_at, ended_at = excluded.ended_at
    WHERE (blocks.status, blocks.details, blocks.last_seen_at, blocks.ended_at)
      IS NOT (excluded.status, excluded.details, excluded.last_seen_at, excluded.ended_at)`;

/**
 * Removes the blocks of those identities that do not exist: erased while the blocks were being sent, or never written. Only
 * blocks that began before `startedBefore`, in UTC milliseconds.
 */
export async function removeOrphans(
  db: Database,
  { teamId }: Pick<Tenant, "teamId">,
  identityIds: string[],
  startedBefore = Number.MAX_SAFE_INTEGER,
): Promise<void> {
  if (identityIds.length === 0) return;
  await db.run(sql`
    DELETE FROM blocks WHERE team_id = ${teamId} AND started_at < ${startedBefore} AND identity_id IN (
      SELECT orphan.value FROM json_each(${JSON.stringify(identityIds)}) AS orphan
      WHERE NOT EXISTS (SELECT 1 FROM identities WHERE id = orphan.value))`);
}

/**
 * Which blocks to read; an absent field does not restrict. `from` (inclusive) and `to` (exclusive), in UTC milliseconds,
 * select the blocks that overlap this window.
 */
export type BlockFilter = {
  personId?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
  /** Compared trimmed and without regard to the case of ASCII letters. */
  status?: string | undefined;
  source?: string | undefined;
};

/** How many blocks to read, and where the previous page ended. */
export type Page = { limit: number; cursor?: { at: number; id: string } | undefined };

/** Lists up to `limit` blocks of the team, the newest first, ties by id. */
export const listBlocks = (
  db: Database,
  tenant: Tenant,
  filter: BlockFilter,
  { limit, cursor }: Page,
): Promise<BlockRow[]> => {
  const after = cursor ? sql`AND (started_at, id) < (${cursor.at}, ${cursor.id})` : sql``;
  return readBlocks(db, tenant, filter, sql`${after} ${NEWEST_FIRST} LIMIT ${limit}`);
};

/** Which blocks of a window to read. Without details, many blocks take much less memory. */
export type WindowQuery = { window: Interval; personId?: string | undefined; withDetails: boolean };

/**
 * Lists every block of the team that overlaps the window, the newest first. Without `withDetails`, the details are null, and
 * blocks with the same start are in no order.
 */
export const listBlocksOfWindow = (
  db: Database,
  tenant: Tenant,
  { window: { start, end }, personId, withDetails }: WindowQuery,
): Promise<BlockRow[]> => {
  // A person's blocks are in the order of their start in the index: without the ids, D1 reads each once and sorts none.
  const order = withDetails ? NEWEST_FIRST : sql`ORDER BY started_at DESC`;
  return readBlocks(db, tenant, { personId, from: start, to: end }, order, withDetails);
};

const NEWEST_FIRST = sql`ORDER BY started_at DESC, id DESC`;

/**
 * SQL condition: whether a block is long, with more than a day from its start to its last heartbeat. SQLite uses the index
 * `blocks_over_a_day` only for exactly this expression.
 */
export const IS_LONG_BLOCK = sql.raw(`last_seen_at - started_at > ${DAY_MS}`);

/**
 * The longest time from start to end of a block that is not long, in milliseconds: 24 hours up to its last heartbeat, then
 * 12 hours, the longest presence timeout, and 1 hour as a margin. A query of a window reads blocks by their start from this
 * long before the window, and finds the long blocks that began even earlier by the index `blocks_over_a_day`.
 */
export const MAX_SHORT_BLOCK_MS = DAY_MS + 13 * HOUR_MS;

/**
 * Reads blocks in two steps: finds their ids, which needs only indexes, and then reads these rows and their identities.
 * `page` is the end of both steps: ORDER BY and LIMIT, and perhaps a condition on `started_at` and `id` before them.
 */
async function readBlocks(
  db: Database,
  tenant: Tenant,
  filter: BlockFilter,
  page: SQL,
  withDetails = true,
): Promise<BlockRow[]> {
  const isOfPerson = filter.personId === undefined ? sql`` : sql`AND identity.person_id = ${filter.personId}`;
  // CROSS JOIN: SQLite would otherwise read all blocks of the team, in the wanted order, and pick out the candidates.
  return db.all<BlockRow>(sql`
    WITH candidate AS (SELECT id FROM (${idsByStart(tenant, filter, page)}) ${idsOfLongBlocks(tenant, filter)}),
    found AS (
      SELECT block.id, identity.person_id AS personId, identity.identifier, block.integration_id AS integrationId,
        block.source, block.status, ${withDetails ? sql`block.details` : sql`NULL AS details`},
        block.started_at AS startedAt, block.last_seen_at AS lastSeenAt, block.ended_at AS endedAt, block.started_at
      FROM candidate CROSS JOIN blocks AS block ON block.id = candidate.id
      JOIN identities AS identity ON identity.id = block.identity_id
      WHERE block.team_id = ${tenant.teamId} ${isOfPerson}
    )
    SELECT * FROM found WHERE true ${page}`);
}

/** Selects the ids of a page of blocks. With a window, it misses the long blocks that began too long before it. */
function idsByStart({ accountId, teamId }: Tenant, filter: BlockFilter, page: SQL): SQL {
  const { personId, from } = filter;
  const isNearWindow = from === undefined ? sql`` : sql`AND started_at >= ${from - MAX_SHORT_BLOCK_MS}`;
  const conditions = sql`${isNearWindow} ${conditionsOf(filter)} ${page}`;
  if (personId === undefined) return sql`SELECT id FROM blocks WHERE team_id = ${teamId} ${conditions}`;
  // One page for each identity: a single search for all identities would read and sort all blocks of the person.
  return sql`
    SELECT block.id FROM identities AS identity JOIN blocks AS block ON block.id IN (
      SELECT id FROM blocks INDEXED BY blocks_by_identity
      WHERE team_id = ${teamId} AND identity_id = identity.id ${conditions}
    ) WHERE identity.account_id = ${accountId} AND identity.person_id = ${personId}`;
}

/** Adds the ids of the long blocks that `idsByStart` misses. They are few, so there is no limit. */
function idsOfLongBlocks({ teamId }: Tenant, filter: BlockFilter): SQL {
  const { from } = filter;
  if (from === undefined) return sql``;
  const searchStart = from - MAX_SHORT_BLOCK_MS;
  return sql`UNION ALL SELECT id FROM blocks WHERE team_id = ${teamId} AND ${IS_LONG_BLOCK}
    AND last_seen_at >= ${searchStart} AND started_at < ${searchStart} ${conditionsOf(filter)}`;
}

/** SQL conditions for a filter, except for its person. A block of length 0 at the start of a window overlaps it. */
const conditionsOf = ({ from, to, status, source }: BlockFilter): SQL => sql`
  ${to === undefined ? sql`` : sql`AND started_at < ${to}`}
  ${from === undefined ? sql`` : sql`AND (ended_at IS NULL OR ended_at > ${from} OR started_at >= ${from})`}
  ${status === undefined ? sql`` : sql`AND lower(trim(status)) = lower(trim(${status}))`}
  ${source === undefined ? sql`` : sql`AND source = ${source}`}`;
