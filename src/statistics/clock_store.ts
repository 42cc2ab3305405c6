import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { MINUTE_MS } from "../lib/duration.ts";
import type { Tenant } from "../people/store.ts";

/** How long a run of cron holds the lease if it dies: until the next run. */
const LEASE_MS = 15 * MINUTE_MS;

/** The statement that advances the clock, for a batch that settles marks of its own. */
export const ADVANCE_CLOCK = sql`UPDATE rollup_clock SET tick = tick + 1`;

/**
 * Advances the clock if a person has marks that reach the UTC date `from`, and returns the new tick; null, and no write,
 * where they have none. Marks of earlier ticks do not change any more, and rows that are read from now on include every change that made these marks.
 */
export async function advanceClockFor(
  db: Database,
  { teamId }: Tenant,
  personId: string,
  from: string,
): Promise<number | null> {
  const [row] = await db.all<{ tick: number }>(sql`${ADVANCE_CLOCK}
    WHERE EXISTS (SELECT 1 FROM stale_days WHERE team_id = ${teamId} AND person_id = ${personId} AND last_date >= ${from})
    RETURNING tick`);
  return row?.tick ?? null;
}

/** Advances the clock and takes the lease on recounting; null, and no write, while another run of cron holds it. */
export async function leaseClock(db: Database, now: number): Promise<number | null> {
  const [row] = await db.all<{ tick: number }>(sql`
    UPDATE rollup_clock SET tick = tick + 1, leased_until = ${now + LEASE_MS}
    WHERE leased_until <= ${now}
    RETURNING tick`);
  return row?.tick ?? null;
}

/** Advances the clock, so that the holder of the lease can settle the marks that it has made again itself. */
export async function advanceClock(db: Database): Promise<number> {
  const { tick } = await db.get<{ tick: number }>(sql`${ADVANCE_CLOCK} RETURNING tick`);
  return tick;
}

/** Ends the lease that was taken at `leasedAt`. A later lease stays. */
export const releaseClock = (db: Database, leasedAt: number): Promise<unknown> =>
  db.run(sql`UPDATE rollup_clock SET leased_until = 0 WHERE leased_until = ${leasedAt + LEASE_MS}`);
