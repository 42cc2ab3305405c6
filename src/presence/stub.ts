import type { OpenBlock } from "./blocks/block_row.ts";
import type { Heartbeat } from "./heartbeat/heartbeat.ts";
import type { PersonPresence, PresenceFilter } from "./object/person_presence.ts";
import type { HeartbeatOutcome, ObjectMetrics, TeamPresence } from "./object/team_presence_object.ts";

/** The binding by which teams' objects are called. */
type Objects = Env["TEAM_PRESENCE"];

/** A team, and its account's directory version: the object reads its directory again if it has an older one. */
export type TeamRef = { teamId: string; directoryVersion: number };

/** Sends a heartbeat to the team's object. It is durable when this returns. */
export const sendHeartbeat = (objects: Objects, heartbeat: Heartbeat): Promise<HeartbeatOutcome> =>
  callObject(objects, heartbeat.teamId, (object) => object.recordHeartbeat(heartbeat));

/** Lists a page of the team's people with their presence, by name and then id. */
export const listPeople = (
  objects: Objects,
  { teamId, directoryVersion }: TeamRef,
  filter: PresenceFilter,
): Promise<PersonPresence[]> => callObject(objects, teamId, (object) => object.listPeople(directoryVersion, filter));

/**
 * Has the team's object send D1 every block that opened or ended, and returns the blocks that are open. With `personId`, D1
 * also has the last heartbeats of that person's open blocks when this returns.
 */
export const flushBlocks = (
  objects: Objects,
  { teamId, directoryVersion }: TeamRef,
  personId?: string,
): Promise<OpenBlock[]> => callObject(objects, teamId, (object) => object.flush(directoryVersion, personId));

/** Has the team's object do all work that is due, and read its directory if it has an older version. */
export const wakeObject = (objects: Objects, { teamId, directoryVersion }: TeamRef): Promise<void> =>
  callObject(objects, teamId, (object) => object.wake(directoryVersion));

/** Closes every live socket of the team. */
export const closeSockets = (objects: Objects, teamId: string): Promise<void> =>
  callObject(objects, teamId, (object) => object.closeSockets());

/** Reads what operators monitor of the team's object. */
export const readObjectMetrics = (objects: Objects, { teamId, directoryVersion }: TeamRef): Promise<ObjectMetrics> =>
  callObject(objects, teamId, (object) => object.readMetrics(directoryVersion));

/** Removes everything about identities from the team's object; nothing about them is on the way to D1 when this returns. */
export const removeIdentities = (objects: Objects, teamId: string, identityIds: string[]): Promise<void> =>
  callObject(objects, teamId, (object) => object.removeIdentities(identityIds));

/** Removes everything from the team's object, for good. */
export const eraseObject = (objects: Objects, teamId: string): Promise<void> =>
  callObject(objects, teamId, (object) => object.erase());

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
  const { webSocket } = await callObject(objects, teamId, (object) => object.fetch("https://object/live", { headers }));
  return webSocket!;
}

/**
 * Calls the object of a team, and once more if the call failed for a transient reason. After an exception a stub is broken
 * (Durable Objects, "Error handling"), so the second call uses a new one.
 */
async function callObject<T>(
  objects: Objects,
  teamId: string,
  call: (object: DurableObjectStub<TeamPresence>) => Promise<T>,
): Promise<T> {
  try {
    return await call(objectOf(objects, teamId));
  } catch (error) {
    if (!isTransient(error)) throw error;
    return await call(objectOf(objects, teamId));
  }
}

/** Finds the object of a team. To keep its data in the EU, return `objects.jurisdiction("eu").getByName(teamId)`. */
const objectOf = (objects: Objects, teamId: string) => objects.getByName(teamId);

/**
 * Whether an RPC failed for a transient reason. Every RPC method is idempotent, so it can be retried; an overloaded object
 * is not retried, because that would add to the load.
 */
const isTransient = (error: unknown): boolean =>
  error instanceof Error &&
  "retryable" in error &&
  error.retryable === true &&
  !("overloaded" in error && error.overloaded);
