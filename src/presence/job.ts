import type { Database } from "../db/client.ts";
import { rootCause } from "../lib/root_cause.ts";
import { teamsHeard } from "./directory_store.ts";
import { forEachTeam, presenceOf } from "./stub.ts";

/** Longer than the longest timeout (12 h), so that every block still open belongs to a team heard within it. */
const HEARD_WITHIN_MS = 24 * 3_600_000;
/** Calls to other objects that one run may make: below the platform's 1,000 an invocation. */
const MAX_CALLS = 900;

/**
 * Wakes the objects of teams that may have work left, should their alarms be lost. More teams than one run may call take
 * turns, by the time of the run. One that cannot be woken is logged, and the next run tries it again.
 */
export async function wakeTeams(env: Env, db: Database, now: number, runEveryMs: number): Promise<void> {
  const teams = turn(await teamsHeard(db, now - HEARD_WITHIN_MS), Math.floor(now / runEveryMs));
  await forEachTeam(teams, async ({ teamId, directoryVersion }) => {
    try {
      await presenceOf(env.TEAM_PRESENCE, teamId, (team) => team.wake(directoryVersion));
    } catch (error) {
      console.error("presence: could not wake team", teamId, rootCause(error));
    }
  });
}

/** The part of a list whose turn it is in the n-th run. */
export function turn<T>(list: T[], run: number, size = MAX_CALLS): T[] {
  const parts = Math.max(1, Math.ceil(list.length / size));
  const part = run % parts;
  return list.slice(part * size, (part + 1) * size);
}
