import { type SQL, sql } from "drizzle-orm";
import type { BlockRow } from "../../api/rollcall/block_body.ts";
import type { Database } from "../../db/client.ts";
import type { Cursor } from "../../lib/cursor.ts";
import type { Interval } from "../../lib/interval.ts";
import type { Tenant } from "../../people/store.ts";
import type { TeamPerson } from "../object/person_presence.ts";
import type { BlockWrite } from "../object/stored_stream.ts";

/**
 * Writes blocks as the object knows them, but for details where the team stores none, be it that the object has not heard
 * of that yet. A block that D1 already has word for word costs no row.
 */
export async function saveBlocks(db: Database, { teamId }: Tenant, rows: BlockWrite[]): Promise<void> {
  await db.run(sql`
    INSERT INTO blocks
      (id, team_id, identity_id, integration_id, source, status, details, started_at, last_seen_at, ended_at)
    SELECT b.value ->> 'id', ${teamId}, b.value ->> 'identityId', b.value ->> 'integrationId', b.value ->> 'source',
      b.value ->> 'status', CASE WHEN ${storesDetails(teamId)} THEN b.value ->> 'details' END,
      b.value ->> 'startedAt', b.value ->> 'lastSeenAt', b.value ->> 'endedAt'
    FROM json_each(${JSON.stringify(rows)}) b WHERE true
    ON CONFLICT (id) DO UPDATE SET
      status = excluded.status, details = excluded.details, last_seen_at = excluded.last_seen_at, ended_at = excluded.ended_at
    WHERE (blocks.status, blocks.details, blocks.last_seen_at, blocks.ended_at)
      IS NOT (excluded.status, excluded.details, excluded.last_seen_at, excluded.ended_at)`);
}

/** Whether a team stores details; read once a statement. */
export const storesDetails = (teamId: string): SQL => sql`(SELECT stores_details FROM teams WHERE id = ${teamId})`;

/** Removes blocks that were on their way while their identities were erased. */
export async function removeOrphans(db: Database, { teamId }: Tenant, identityIds: string[]): Promise<void> {
  if (identityIds.length === 0) return;
  await db.run(sql`
    DELETE FROM blocks WHERE team_id = ${teamId} AND identity_id IN (
      SELECT e.value FROM json_each(${JSON.stringify(identityIds)}) e
      WHERE NOT EXISTS (SELECT 1 FROM identities WHERE id = e.value))`);
}

/** Which blocks to read: those that overlap [from, to), as far as the two are given. */
export type BlockFilter = {
  personId?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
  /** Compared trimmed and case-folded, as ASCII. */
  status?: string | undefined;
  source?: string | undefined;
};

/**
 * How far before a window its blocks are looked for by their start: a day, and the longest timeout (12 h) that may lie
 * between a block's last heartbeat and its end. Those that began even earlier are in the index of blocks over a day.
 */
export const LOOK_BACK_MS = (24 + 13) * 3_600_000;
/** As the index `blocks_over_a_day` has it. */
export const LONG_BLOCK = sql`last_seen_at - started_at > 86400000`;

/** Blocks newest first, after `cursor`; reads no more of the history than the page and the window need. */
export async function listBlocks(
  db: Database,
  tenant: Tenant,
  filter: BlockFilter,
  limit: number,
  cursor?: Cursor,
): Promise<BlockRow[]> {
  const after = cursor ? sql`AND (started_at, id) < (${cursor.at}, ${cursor.id})` : sql``;
  return readBlocks(db, tenant, filter, sql`${after} ORDER BY started_at DESC, id DESC LIMIT ${limit}`);
}

/** Every block that overlaps the window, newest first. */
export const blocksWithin = (db: Database, tenant: Tenant, window: Interval, personId?: string): Promise<BlockRow[]> =>
  readBlocks(db, tenant, { personId, from: window.start, to: window.end }, sql`ORDER BY started_at DESC, id DESC`);

/** As `blocksWithin`, without details: what numbers are made of, however many blocks there are. */
export const heldWithin = (db: Database, tenant: Tenant, window: Interval, personId?: string): Promise<BlockRow[]> =>
  readBlocks(db, tenant, { personId, from: window.start, to: window.end }, sql`ORDER BY started_at DESC`, sql`NULL`);

/** `page`: what orders and cuts a list of block ids, and then the list of blocks. */
async function readBlocks(
  db: Database,
  tenant: Tenant,
  filter: BlockFilter,
  page: SQL,
  details = sql`b.details`,
): Promise<BlockRow[]> {
  const { from, to, status, source } = filter;
  const conditions = sql`
    ${to === undefined ? sql`` : sql`AND started_at < ${to}`}
    ${from === undefined ? sql`` : sql`AND (ended_at IS NULL OR ended_at > ${from} OR started_at >= ${from})`}
    ${status === undefined ? sql`` : sql`AND lower(trim(status)) = lower(trim(${status}))`}
    ${source === undefined ? sql`` : sql`AND source = ${source}`}`;
  const recent = from === undefined ? sql`` : sql`AND started_at >= ${from - LOOK_BACK_MS}`;
  const ids = candidates(tenant, filter.personId, sql`${recent} ${conditions} ${page}`);
  // Few enough to be read whole: only blocks of over a day that were still going on when the window began.
  const long =
    from === undefined
      ? sql``
      : sql`UNION ALL SELECT id FROM blocks WHERE team_id = ${tenant.teamId} AND ${LONG_BLOCK}
          AND last_seen_at >= ${from - LOOK_BACK_MS} AND started_at < ${from - LOOK_BACK_MS} ${conditions}`;
  const mine = filter.personId === undefined ? sql`` : sql`AND i.person_id = ${filter.personId}`;
  return db.all<BlockRow>(sql`
    SELECT * FROM (
      SELECT b.id, i.person_id AS personId, i.identifier, b.integration_id AS integrationId, b.source, b.status, ${details} AS details,
        b.started_at AS startedAt, b.last_seen_at AS lastSeenAt, b.ended_at AS endedAt, b.started_at
      -- CROSS keeps SQLite from walking all blocks of the team in the order wanted, in search of those named.
      FROM (SELECT id FROM (${ids}) ${long}) named CROSS JOIN blocks b ON b.id = named.id
      JOIN identities i ON i.id = b.identity_id
      WHERE b.team_id = ${tenant.teamId} ${mine}
    ) WHERE true ${page}`);
}

/** The ids of blocks that `conditions` take: of a person, each identity's through its own index. */
const candidates = ({ accountId, teamId }: Tenant, personId: string | undefined, conditions: SQL): SQL =>
  personId === undefined
    ? sql`SELECT id FROM blocks WHERE team_id = ${teamId} ${conditions}`
    : sql`SELECT c.id FROM identities i JOIN blocks c ON c.id IN (
        SELECT id FROM blocks INDEXED BY blocks_by_identity WHERE team_id = ${teamId} AND identity_id = i.id ${conditions}
      ) WHERE i.account_id = ${accountId} AND i.person_id = ${personId}`;

/** The names and zones of people of a team, by name. */
export const peopleOf = (db: Database, { accountId, teamId }: Tenant, personIds: string[]): Promise<TeamPerson[]> =>
  db.all<TeamPerson>(sql`
    SELECT p.id AS personId, p.name, coalesce(p.time_zone, t.time_zone) AS timeZone
    FROM json_each(${JSON.stringify(personIds)}) a CROSS JOIN people p ON p.id = a.value JOIN teams t ON t.id = ${teamId}
    WHERE p.account_id = ${accountId} ORDER BY p.name, p.id`);
