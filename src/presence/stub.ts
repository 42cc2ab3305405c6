import { forEachConcurrently } from "../lib/concurrency.ts";
import type { OpenBlock } from "./blocks/work.ts";
import type { Heartbeat } from "./heartbeat/heartbeat.ts";
import type { PersonPresence, PresenceFilter } from "./object/person_presence.ts";
import type { TeamPresence } from "./object/team_presence_object.ts";

/** The binding by which teams' objects are called. */
type Objects = Env["TEAM_PRESENCE"];

/** A team, and its account's directory version: the object reads its directory again if it has an older one. */
export type TeamRef = { teamId: string; directoryVersion: number };

/**
 * Calls the object of a team, and once more if the call failed for a transient reason. After an exception a stub is broken
 * (Durable Objects, "Error handling"), so the second call uses a new one.
 */
export async function presenceOf<T>(
  objects: Objects,
  teamId: string,
  call: (team: DurableObjectStub<TeamPresence>) => Promise<T>,
): Promise<T> {
  try {
    return await call(objects.getByName(teamId));
  } catch (error) {
    if (!isTransient(error)) throw error;
    return await call(objects.getByName(teamId));
  }
}

/**
 * Whether an RPC failed for a transient reason. Every RPC method is idempotent, so it can be retried; an overloaded object
 * is not retried, because that would add to the load.
 */
const isTransient = (error: unknown): boolean =>
  error instanceof Error &&
  "retryable" in error &&
  error.retryable === true &&
  !("overloaded" in error && error.overloaded);

/** Sends a heartbeat to the team's object. It is durable when this returns. */
export const sendHeartbeat = (objects: Objects, heartbeat: Heartbeat): Promise<void> =>
  presenceOf(objects, heartbeat.teamId, (team) => team.heartbeat(heartbeat));

/** Lists a page of the team's people with their presence, by name and then id. */
export const listPeople = (
  objects: Objects,
  { teamId, directoryVersion }: TeamRef,
  filter: PresenceFilter,
): Promise<PersonPresence[]> => presenceOf(objects, teamId, (team) => team.people(directoryVersion, filter));

/**
 * Returns a team's open blocks, after its object has sent D1 every block that opened or ended. With `personId`, D1 also has
 * the last heartbeats of that person's open blocks.
 */
export const openBlocks = (
  objects: Objects,
  { teamId, directoryVersion }: TeamRef,
  personId?: string,
): Promise<OpenBlock[]> => presenceOf(objects, teamId, (team) => team.settle(directoryVersion, personId));

/** Has the team's object do all work that is due. */
export const wake = (objects: Objects, { teamId, directoryVersion }: TeamRef): Promise<void> =>
  presenceOf(objects, teamId, (team) => team.wake(directoryVersion));

/**
 * Opens a live socket to the team's object and returns the client's end. `tag` is what the object closes it by: the id of
 * the integration that opened it. The object gets no header of the request, and so no key.
 */
export async function openSocket(
  objects: Objects,
  { teamId, directoryVersion }: TeamRef,
  tag: string,
): Promise<WebSocket> {
  const headers = { Upgrade: "websocket", "X-Directory-Version": String(directoryVersion), "X-Viewer": tag };
  // A socket cannot be returned by an RPC method: only `fetch` hands one over.
  const { webSocket } = await presenceOf(objects, teamId, (team) => team.fetch("https://object/live", { headers }));
  return webSocket!;
}

/** Does the work for each of many teams, a few at a time. */
export const forEachTeam = <T>(teams: readonly T[], work: (team: T) => Promise<void>): Promise<void> =>
  forEachConcurrently(teams, work);
