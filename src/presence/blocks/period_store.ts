import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import type { Interval } from "../../lib/interval.ts";
import type { Tenant } from "../../people/store.ts";
import { IS_LONG_BLOCK, MAX_SHORT_BLOCK_MS } from "./store.ts";

/** A person on a team, and the windows for which their blocks are read. */
export type PersonWindows = Tenant & { personId: string; windows: Interval[] };

/**
 * A block as a period of one status, up to its end, or to its last heartbeat while it is open. `person` is a position in the
 * list that `listStatusPeriods` was given. Times are UTC milliseconds.
 */
export type StatusPeriod = { person: number; status: string; start: number; end: number };

/**
 * Lists the blocks of many people, who may be on different teams, that overlap their windows, in one query and in no order.
 * Blocks of length 0 are left out. A block that overlaps two windows of a person may be listed twice.
 */
export const listStatusPeriods = (db: Database, people: readonly PersonWindows[]): Promise<StatusPeriod[]> => {
  const end = sql`coalesce(block.ended_at, block.last_seen_at)`;
  const searchStart = sql`(time_window.value ->> 'start') - ${MAX_SHORT_BLOCK_MS}`;
  const windows = sql`json_each(${JSON.stringify(people)}) AS person
    CROSS JOIN json_each(person.value, '$.windows') AS time_window`;
  const isOfPerson = sql`identity.account_id = (person.value ->> 'accountId')
    AND identity.person_id = (person.value ->> 'personId')`;
  const overlaps = sql`block.started_at < (time_window.value ->> 'end') AND ${end} > (time_window.value ->> 'start')
    AND ${end} > block.started_at`;
  // CROSS JOIN and INDEXED BY keep SQLite to the order written: people, windows, then blocks by an index. It would
  // otherwise read all blocks of a team.
  return db.all<StatusPeriod>(sql`
    SELECT person.key AS person, block.status, block.started_at AS start, ${end} AS "end"
    FROM ${windows}
    CROSS JOIN identities AS identity ON ${isOfPerson}
    CROSS JOIN blocks AS block INDEXED BY blocks_by_identity ON block.team_id = (person.value ->> 'teamId')
      AND block.identity_id = identity.id AND block.started_at >= ${searchStart} AND ${overlaps}
    UNION ALL
    SELECT person.key, block.status, block.started_at, ${end}
    FROM ${windows}
    CROSS JOIN blocks AS block INDEXED BY blocks_over_a_day ON block.team_id = (person.value ->> 'teamId')
      AND ${IS_LONG_BLOCK} AND block.last_seen_at >= ${searchStart} AND block.started_at < ${searchStart} AND ${overlaps}
    CROSS JOIN identities AS identity ON identity.id = block.identity_id AND ${isOfPerson}`);
};
