import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { DAY_MS } from "../../lib/duration.ts";
import type { Interval } from "../../lib/interval.ts";
import type { Tenant } from "../../people/store.ts";
import type { Leave } from "./block_row.ts";
import { IS_LONG_BLOCK } from "./store.ts";

/**
 * SQL condition: whether a block's status means leave. SQLite uses the index `blocks_on_leave` only for exactly this
 * expression. The words are those that `NOT_WORKING` (status.ts) has for leave; a team that reclassifies one changes only
 * what counts as work.
 */
export const IS_LEAVE = sql.raw(
  "trim(replace(replace(lower(status), '-', ' '), '_', ' ')) IN ('vacation', 'sick', 'leave', 'holiday', 'out of office', 'ooo')",
);

/**
 * Lists the times of the team's people on leave that overlap a window, in no order. An open block is listed up to the last
 * heartbeat that D1 has of it: it appears within moments, and its end is up to 15 minutes behind.
 */
export const listLeave = (db: Database, { accountId, teamId }: Tenant, { start, end }: Interval): Promise<Leave[]> => {
  const overlaps = sql`block.team_id = ${teamId} AND block.started_at < ${end} AND ${IS_LEAVE}`;
  // A block that is not long and began before the end of the window has its last heartbeat within a day of it.
  const searchEnd = end + DAY_MS;
  return db.all<Leave>(sql`
    WITH leave AS (
      SELECT identity_id, started_at, last_seen_at FROM blocks AS block INDEXED BY blocks_on_leave
      WHERE ${overlaps} AND block.last_seen_at >= ${start} AND block.last_seen_at < ${searchEnd}
      UNION ALL
      SELECT identity_id, started_at, last_seen_at FROM blocks AS block INDEXED BY blocks_over_a_day
      WHERE ${overlaps} AND ${IS_LONG_BLOCK} AND block.last_seen_at >= ${searchEnd}
    )
    SELECT identity.person_id AS personId, leave.started_at AS firstSeenAt, leave.last_seen_at AS lastSeenAt
    FROM leave CROSS JOIN identities AS identity ON identity.id = leave.identity_id
    WHERE identity.account_id = ${accountId}`);
};
