import { rootCause } from "../lib/root_cause.ts";
import type { OpenBlock } from "./blocks/block_row.ts";
import type { Heartbeat, HeartbeatOutcome } from "./heartbeat/heartbeat.ts";
import type { KeyChange, PresentedKey, SocketRefusal } from "./object/key_state.ts";
import type { PersonPresence, PresenceFilter } from "./object/person_presence.ts";
import type { ObjectMetrics, TeamPresence } from "./object/team_presence_object.ts";

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
 * Has the team's object send D1 the blocks that opened or ended, up to some megabytes: after a long outage of D1, its alarm
 * sends the others. With `personId`, sends that person's in any case, and D1 also has the last heartbeats of their open
 * blocks when this returns.
 */
export const flushBlocks = (
  objects: Objects,
  { teamId, directoryVersion }: TeamRef,
  personId?: string,
): Promise<void> => callObject(objects, teamId, (object) => object.flush(directoryVersion, personId));

/** Blocks per call of `findOpenBlocks`: 200 with details have some megabytes at most, 5,000 without have less than one. */
const BLOCKS_PER_CALL = { withDetails: 200, withoutDetails: 5_000 };

/**
 * Returns, page by page, the present state of those of the blocks that are open. Without `withDetails`, the details are
 * null. D1 has the end of a block that is missing in the answer.
 */
export async function findOpenBlocks(
  objects: Objects,
  teamId: string,
  blockIds: string[],
  withDetails: boolean,
): Promise<OpenBlock[]> {
  const size = withDetails ? BLOCKS_PER_CALL.withDetails : BLOCKS_PER_CALL.withoutDetails;
  const found: OpenBlock[] = [];
  for (let start = 0; start < blockIds.length; start += size) {
    const page = blockIds.slice(start, start + size);
    found.push(...(await callObject(objects, teamId, (object) => object.findOpenBlocks(page, withDetails))));
  }
  return found;
}

/** Has the team's object do all work that is due, and read its directory if it has an older version. */
export const wakeObject = (objects: Objects, { teamId, directoryVersion }: TeamRef): Promise<void> =>
  callObject(objects, teamId, (object) => object.wake(directoryVersion));

/** Closes every live socket of the team. */
export const closeSockets = (objects: Objects, teamId: string): Promise<void> =>
  callObject(objects, teamId, (object) => object.closeSockets());

/** The name of an object that belongs to no team: the ids of teams are UUIDs. It stores nothing but its empty tables. */
const HEALTH_OBJECT = "health";

/** Calls an object that belongs to no team, to see whether objects can be reached. */
export const reachObjects = (objects: Objects): Promise<void> =>
  callObject(objects, HEALTH_OBJECT, (object) => object.wake());

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
 * Changes the register of keys in the team's object, which closes the sockets whose keys are not valid any more. Call it
 * before D1 is changed, if the change takes access away, and afterwards if it gives access.
 */
export const changeKeys = (objects: Objects, teamId: string, change: KeyChange): Promise<void> =>
  callObject(objects, teamId, (object) => object.changeKeys(change));

/**
 * Has the team's object send live viewers what changed up to a directory version. Without viewers it does nothing. A failure
 * is logged and not thrown: the object reads the change later.
 */
export async function showChanges(objects: Objects, { teamId, directoryVersion }: TeamRef): Promise<void> {
  try {
    await callObject(objects, teamId, (object) => object.showChanges(directoryVersion));
  } catch (error) {
    console.warn("presence: live viewers get a change later, of team", teamId, rootCause(error));
  }
}

/**
 * Opens a live socket to the team's object and returns the client's end, or why it is refused. The object gets no header of
 * the request, and so no key: it knows the key by its digest.
 */
export async function openSocket(
  objects: Objects,
  { teamId, directoryVersion }: TeamRef,
  key: PresentedKey,
): Promise<WebSocket | SocketRefusal> {
  const headers = {
    Upgrade: "websocket",
    "X-Directory-Version": String(directoryVersion),
    "X-Key": JSON.stringify(key),
  };
  // A socket cannot be returned by an RPC method: only `fetch` hands one over.
  const response = await callObject(objects, teamId, (object) => object.fetch("https://object/live", { headers }));
  return response.webSocket ?? ((await response.text()) as SocketRefusal);
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
