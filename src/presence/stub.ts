import type { OpenBlock } from "./blocks/block_row.ts";
import type { TeamPresence } from "./object/team_presence_object.ts";

/** A failure of the object's machine, not of the call: safe to ask again, since every verb may be repeated. */
const isPassing = (error: unknown): boolean =>
  error instanceof Error &&
  "retryable" in error &&
  error.retryable === true &&
  !("overloaded" in error && error.overloaded);

/**
 * Calls the presence object of a team, a second time where the first failed in passing. After an exception a stub is
 * spent, hence a new one.
 */
export async function presenceOf<T>(
  objects: Env["TEAM_PRESENCE"],
  teamId: string,
  verb: (team: DurableObjectStub<TeamPresence>) => Promise<T>,
): Promise<T> {
  try {
    return await verb(objects.getByName(teamId));
  } catch (error) {
    if (!isPassing(error)) throw error;
    return await verb(objects.getByName(teamId));
  }
}

/** Calls under way at once: the platform lets six wait for their headers. */
const AT_ONCE = 6;

/** Does the work for each of many teams, a few at a time. What it throws is thrown, and the rest left undone. */
export async function forEachTeam<T>(teams: readonly T[], work: (team: T) => Promise<void>): Promise<void> {
  const queue = teams.values();
  const next = async () => {
    for (const team of queue) await work(team);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

type Team = { teamId: string; directoryVersion: number };

/**
 * A team's open blocks, once D1 has heard of every block that opened or ended, and of the last heartbeats of the person
 * named.
 */
export const openBlocks = (
  objects: Env["TEAM_PRESENCE"],
  { teamId, directoryVersion }: Team,
  personId?: string,
): Promise<OpenBlock[]> => presenceOf(objects, teamId, (team) => team.settle(directoryVersion, personId));
