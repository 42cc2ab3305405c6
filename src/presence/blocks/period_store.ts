import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import type { Interval } from "../../lib/interval.ts";
import type { Tenant } from "../../people/store.ts";
import { LONG_BLOCK, LOOK_BACK_MS } from "./store.ts";

/** A person on a team, and the stretches of time that are asked about. */
export type Asked = Tenant & { personId: string; stretches: Interval[] };

/** A block of the `person`-th of those asked about, up to its end or its last heartbeat. */
export type HeldStretch = { person: number; status: string; start: number; end: number };

/**
 * What many people, of whatever teams, held in the stretches asked about, in one query. A block that reaches into two of
 * them may come twice. Blocks of length 0 are left out.
 */
export const heldInStretches = (db: Database, asked: readonly Asked[]): Promise<HeldStretch[]> => {
  const held = sql`coalesce(b.ended_at, b.last_seen_at)`;
  // CROSS has SQLite go from people to their blocks, and never through all blocks of a team.
  const stretches = sql`FROM json_each(${JSON.stringify(asked)}) a CROSS JOIN json_each(a.value, '$.stretches') s`;
  const identity = sql`i.account_id = (a.value ->> 'accountId') AND i.person_id = (a.value ->> 'personId')`;
  const reaches = sql`b.started_at < (s.value ->> 'end') AND ${held} > (s.value ->> 'start') AND ${held} > b.started_at`;
  return db.all<HeldStretch>(sql`
    SELECT a.key AS person, b.status, b.started_at AS start, ${held} AS "end" ${stretches}
    CROSS JOIN identities i ON ${identity}
    CROSS JOIN blocks b INDEXED BY blocks_by_identity ON b.team_id = (a.value ->> 'teamId') AND b.identity_id = i.id
      AND b.started_at >= (s.value ->> 'start') - ${LOOK_BACK_MS} AND ${reaches}
    UNION ALL
    SELECT a.key, b.status, b.started_at, ${held} ${stretches}
    CROSS JOIN blocks b INDEXED BY blocks_over_a_day ON b.team_id = (a.value ->> 'teamId') AND ${LONG_BLOCK}
      AND b.last_seen_at >= (s.value ->> 'start') - ${LOOK_BACK_MS}
      AND b.started_at < (s.value ->> 'start') - ${LOOK_BACK_MS} AND ${reaches}
    CROSS JOIN identities i ON i.id = b.identity_id AND ${identity}`);
};
