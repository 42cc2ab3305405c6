import type { SystemContext } from "../auth/actor.ts";
import { forEachConcurrently } from "../lib/concurrency.ts";
import { DAY_MS } from "../lib/duration.ts";
import { rootCause } from "../lib/root_cause.ts";
import { listActiveTeams, wakeTeam } from "./service.ts";

/** Longer than the longest presence timeout (12 hours): every open block belongs to a team that was active within it. */
const ACTIVE_WITHIN_MS = DAY_MS;

/** The most teams that one run wakes: below the platform's limit of 1,000 calls of other objects per invocation. */
const MAX_TEAMS = 900;

/**
 * Wakes the objects of active teams, in case an alarm was lost. Where there are more teams than one run may call, the runs
 * take them in batches, by the time of the run. A team that fails is logged, and tried again by a later run.
 */
export async function wakeTeams(context: SystemContext, runEveryMs: number): Promise<void> {
  const teams = await listActiveTeams(context, context.now - ACTIVE_WITHIN_MS);
  const batch = batchOfRun(teams, Math.floor(context.now / runEveryMs));
  await forEachConcurrently(batch, async (team) => {
    try {
      await wakeTeam(context, team);
    } catch (error) {
      console.error("presence: could not wake team", team.teamId, rootCause(error));
    }
  });
}

/** Returns the items of the n-th run: consecutive runs go through all batches of `size`, and then begin again. */
export function batchOfRun<T>(items: T[], run: number, size = MAX_TEAMS): T[] {
  const batches = Math.max(1, Math.ceil(items.length / size));
  const batch = run % batches;
  return items.slice(batch * size, (batch + 1) * size);
}
