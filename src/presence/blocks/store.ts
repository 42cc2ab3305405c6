import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { DAY_MS, HOUR_MS } from "../../lib/duration.ts";
import type { Interval } from "../../lib/interval.ts";
import { pages } from "../../lib/pages.ts";
import type { Tenant } from "../../people/store.ts";
import { storesDetails } from "../details_store.ts";
import type { BlockWrite } from "../object/stored_stream.ts";
import type { BlockRow, BlockState } from "./block_row.ts";

/**
 * Writes blocks as the team's object has them. A block that D1 has with the same content writes no row. Details are left
 * out where the team stores none: the object may not know that setting yet.
 *
 * The triggers `blocks_stale_new` and `blocks_stale_changed` mark the days whose statistics must be counted again.
 */
export async function saveBlocks(db: Database, { teamId }: Tenant, rows: BlockWrite[]): Promise<void> {
  // Without `WHERE true`, SQLite would read ON CONFLICT as the condition of a join.
  await db.run(sql`
    INSERT INTO blocks
      (id, team_id, identity_id, integration_id, source, status, details, started_at, last_seen_at, ended_at)
    SELECT block.value ->> 'id', ${teamId}, block.value ->> 'identityId', block.value ->> 'integrationId',
      block.value ->> 'source', block.value ->> 'status',
      CASE WHEN ${storesDetails({ teamId })} THEN block.value ->> 'details' END,
      block.value ->> 'startedAt', block.value ->> 'lastSeenAt', block.value ->> 'endedAt'
    FROM json_each(${JSON.stringify(rows)}) AS block WHERE true
    ON CONFLICT (id) DO UPDATE SET
      status = excluded.status, details = excluded.details, last_seen_at = excluded.last_seen_at, ended_at = excluded.ended_at
    WHERE (blocks.status, blocks.details, blocks.last_seen_at, blocks.ended_at)
      IS NOT (excluded.status, excluded.details, excluded.last_seen_at, excluded.ended_at)`);
}

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
  personIds?: readonly string[] | undefined;
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
  return readBlocks(db, tenant, filter, { sql: sql`${after} ${NEWEST_FIRST} LIMIT ${limit}`, isLimited: true });
};

/**
 * Which blocks of a window to read. Without details, many blocks take much less memory. `oldest`: only the first of them by
 * start and id, after a position.
 */
export type WindowQuery = {
  window: Interval;
  personIds?: readonly string[] | undefined;
  withDetails: boolean;
  oldest?: { limit: number; after: { at: number; id: string } | null };
};

/**
 * Lists every block of the team that overlaps the window, the newest first, or the `oldest`. Without `withDetails`, the
 * details are null, and blocks with the same start are in no order.
 */
export const listBlocksOfWindow = (
  db: Database,
  tenant: Tenant,
  { window: { start, end }, personIds, withDetails, oldest }: WindowQuery,
): Promise<BlockRow[]> => {
  // A person's blocks are in the order of their start in the index: without the ids, D1 reads each once and sorts none.
  const newest = withDetails ? NEWEST_FIRST : sql`ORDER BY started_at DESC`;
  const page = { sql: oldest ? oldestFirst(oldest) : newest, isLimited: oldest !== undefined };
  return readBlocks(db, tenant, { personIds, from: start, to: end }, page, withDetails);
};

/** Reads the states of blocks of the team by their ids. Without `withDetails`, the details are null. */
export async function listBlockStates(
  db: Database,
  { teamId }: Pick<Tenant, "teamId">,
  blockIds: string[],
  withDetails: boolean,
): Promise<BlockState[]> {
  const states: BlockState[] = [];
  for (const page of pages(blockIds)) {
    // CROSS JOIN: each id is looked up by the primary key.
    const rows = await db.all<BlockState>(sql`
      SELECT block.id, block.last_seen_at AS lastSeenAt, block.ended_at AS endedAt,
        ${withDetails ? sql`block.details` : sql`NULL AS details`}
      FROM json_each(${JSON.stringify(page)}) AS wanted CROSS JOIN blocks AS block ON block.id = wanted.value
      WHERE block.team_id = ${teamId}`);
    states.push(...rows);
  }
  return states;
}

const oldestFirst = ({ limit, after }: NonNullable<WindowQuery["oldest"]>): SQL => sql`
  ${after ? sql`AND (started_at, id) > (${after.at}, ${after.id})` : sql``} ORDER BY started_at, id LIMIT ${limit}`;

/**
 * Finds the start of the block that follows the first `count` blocks that begin within the window; null where no more than
 * these begin in it. Reads as many rows of an index as it skips.
 */
export async function findStartAfter(
  db: Database,
  { teamId }: Tenant,
  { start, end }: Interval,
  count: number,
): Promise<number | null> {
  const row = await db.get<{ at: number } | undefined>(sql`
    SELECT started_at AS at FROM blocks WHERE team_id = ${teamId} AND started_at >= ${start} AND started_at < ${end}
    ORDER BY started_at LIMIT 1 OFFSET ${count}`);
  return row?.at ?? null;
}

/** Lists the first `limit` people of the team, by id, who have a block that overlaps the window. */
export async function listPeopleWithBlocks(
  db: Database,
  tenant: Tenant,
  { start, end }: Interval,
  limit: number,
): Promise<string[]> {
  const { accountId, teamId } = tenant;
  const filter = { from: start, to: end };
  const hasBlock = sql`EXISTS (
    SELECT 1 FROM identities identity CROSS JOIN blocks INDEXED BY blocks_by_identity
      ON blocks.team_id = ${teamId} AND blocks.identity_id = identity.id AND started_at >= ${start - MAX_SHORT_BLOCK_MS}
    WHERE identity.person_id = member.person_id AND +identity.account_id = ${accountId} ${conditionsOf(filter)})`;
  const hasLongBlock = sql`member.person_id IN (
    SELECT identity.person_id FROM blocks JOIN identities identity ON identity.id = blocks.identity_id
    WHERE blocks.id IN (${idsOfLongBlocks(tenant, filter)}))`;
  const rows = await db.all<{ id: string }>(sql`
    SELECT member.person_id AS id FROM members member
    WHERE member.team_id = ${teamId} AND (${hasBlock} OR ${hasLongBlock}) ORDER BY member.person_id LIMIT ${limit}`);
  return rows.map(({ id }) => id);
}

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

/** ORDER BY, and perhaps LIMIT (`isLimited`) and a condition on `started_at` and `id` before them. */
type PageEnd = { sql: SQL; isLimited: boolean };

/**
 * Reads blocks in two steps: finds their ids, which needs only indexes, and then reads these rows and their identities.
 * `page` is the end of both steps.
 */
async function readBlocks(
  db: Database,
  tenant: Tenant,
  filter: BlockFilter,
  page: PageEnd,
  withDetails = true,
): Promise<BlockRow[]> {
  const isOfPeople = filter.personIds ? sql`AND identity.person_id IN (${listOf(filter.personIds)})` : sql``;
  // CROSS JOIN: SQLite would otherwise read all blocks of the team, in the wanted order, and pick out the candidates.
  return db.all<BlockRow>(sql`
    WITH candidate AS (SELECT id FROM (${idsByStart(tenant, filter, page)}) ${withLongBlocks(tenant, filter)}),
    found AS (
      SELECT block.id, identity.person_id AS personId, identity.identifier, block.integration_id AS integrationId,
        block.source, block.status, ${withDetails ? sql`block.details` : sql`NULL AS details`},
        block.started_at AS startedAt, block.last_seen_at AS lastSeenAt, block.ended_at AS endedAt, block.started_at
      FROM candidate CROSS JOIN blocks AS block ON block.id = candidate.id
      JOIN identities AS identity ON identity.id = block.identity_id
      WHERE block.team_id = ${tenant.teamId} ${isOfPeople}
    )
    SELECT * FROM found WHERE true ${page.sql}`);
}

/** Selects the ids of a page of blocks. With a window, it misses the long blocks that began too long before it. */
function idsByStart({ accountId, teamId }: Tenant, filter: BlockFilter, page: PageEnd): SQL {
  const { personIds, from } = filter;
  const isNearWindow = from === undefined ? sql`` : sql`AND started_at >= ${from - MAX_SHORT_BLOCK_MS}`;
  const conditions = sql`${isNearWindow} ${conditionsOf(filter)} ${page.sql}`;
  if (personIds === undefined) return sql`SELECT id FROM blocks WHERE team_id = ${teamId} ${conditions}`;
  // One page for each identity: a single search for all identities would read and sort all blocks of the person. CROSS JOIN
  // and the unary plus: SQLite reads the identities of these people, not those of the whole account.
  const identitiesOf = sql`(${listOf(personIds)}) AS wanted
    CROSS JOIN identities AS identity ON identity.person_id = wanted.value AND +identity.account_id = ${accountId}`;
  if (!page.isLimited) {
    return sql`
      SELECT blocks.id FROM ${identitiesOf} CROSS JOIN blocks INDEXED BY blocks_by_identity
      WHERE team_id = ${teamId} AND identity_id = identity.id ${isNearWindow} ${conditionsOf(filter)}`;
  }
  return sql`
    SELECT block.id FROM ${identitiesOf} CROSS JOIN blocks AS block ON block.id IN (
      SELECT id FROM blocks INDEXED BY blocks_by_identity
      WHERE team_id = ${teamId} AND identity_id = identity.id ${conditions})`;
}

const listOf = (ids: readonly string[]): SQL => sql`SELECT value FROM json_each(${JSON.stringify(ids)})`;

/** Adds the ids of the long blocks that `idsByStart` misses. */
const withLongBlocks = (tenant: Tenant, { from, ...filter }: BlockFilter): SQL =>
  from === undefined ? sql`` : sql`UNION ALL ${idsOfLongBlocks(tenant, { ...filter, from })}`;

/** Selects the ids of the long blocks of a window that began too long before it. They are few, so there is no limit. */
function idsOfLongBlocks({ teamId }: Tenant, filter: BlockFilter & { from: number }): SQL {
  const searchStart = filter.from - MAX_SHORT_BLOCK_MS;
  return sql`SELECT id FROM blocks WHERE team_id = ${teamId} AND ${IS_LONG_BLOCK}
    AND last_seen_at >= ${searchStart} AND started_at < ${searchStart} ${conditionsOf(filter)}`;
}

/** SQL conditions for a filter, except for its person. A block of length 0 at the start of a window overlaps it. */
const conditionsOf = ({ from, to, status, source }: BlockFilter): SQL => sql`
  ${to === undefined ? sql`` : sql`AND started_at < ${to}`}
  ${from === undefined ? sql`` : sql`AND (ended_at IS NULL OR ended_at > ${from} OR started_at >= ${from})`}
  ${status === undefined ? sql`` : sql`AND lower(trim(status)) = lower(trim(${status}))`}
  ${source === undefined ? sql`` : sql`AND source = ${source}`}`;
