import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, vi } from "vitest";
import type { blockBody } from "../../src/api/rollcall/block_body.ts";
import { toHeartbeat } from "../../src/api/stats_aware/presence_update.ts";
import type { livePerson } from "../../src/presence/object/live_message.ts";
import type { TeamPresence } from "../../src/presence/object/team_presence_object.ts";
import { call, type Team } from "./team.ts";

/** A Monday in the future. Alarms use the real clock, so no alarm rings by itself during a test. */
export const START = Date.parse("2030-01-07T09:00:00Z");
export const MINUTE = 60_000;

/** Sets the clock to START before each test of the file. Time passes only when the test moves the clock. */
export function stopTheClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: START });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** Moves the clock to `minutes` after START. */
export const clock = (minutes: number) => vi.setSystemTime(START + minutes * MINUTE);

export const iso = (ms: number) => new Date(ms).toISOString().replace(".000Z", "Z");
/** Returns the time `minutes` after START, as the API writes it. */
export const at = (minutes: number) => iso(START + minutes * MINUTE);

export type User = { personIdentifier: string; status: string; [field: string]: unknown };
type UpdateOptions = { at?: number; source?: string; as?: Record<string, string> };

/** Converts statuses such as `{ ada: "online" }` to the users of an update. */
export const usersWith = (statuses: Record<string, string>): User[] =>
  Object.entries(statuses).map(([personIdentifier, status]) => ({ personIdentifier, status }));

/** Sends an update with the integration key, or with the headers `as`. Its time is now, or `at` minutes after START. */
export const send = (
  team: Team,
  users: unknown,
  { at: minutes, source = "test", as }: UpdateOptions = {},
): Promise<Response> =>
  call("/api/v1/presence", {
    headers: as ?? team.asIntegration,
    body: { timestamp: minutes === undefined ? iso(Date.now()) : at(minutes), source, users },
  });

type Answer = {
  processed: { users: number; statuses: Record<string, number> };
  warnings?: { path: string; message: string }[];
};

/** Sends an update that must be answered with 200. */
export async function push(
  team: Team,
  users: User[] | Record<string, string>,
  sent: UpdateOptions = {},
): Promise<Answer> {
  return expectOk(await send(team, Array.isArray(users) ? users : usersWith(users), sent));
}

async function expectOk<T>(response: Response): Promise<T> {
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}

/** Reads a path under /api/v1 with the team key. The answer must be a 200. */
export const read = async <T>(team: Team, path: string): Promise<T> =>
  expectOk<T>(await call(`/api/v1${path}`, { headers: team.asTeam }));

/** A person as live messages show them. */
export type LivePerson = ReturnType<typeof livePerson>;

type Present = LivePerson & { local_time: string };

/** Reads the presence of all people, by name. */
export async function presence(team: Team): Promise<Record<string, Present>> {
  const { data } = await read<{ data: Present[] }>(team, "/presence?limit=200");
  return Object.fromEntries(data.map((person) => [person.name, person]));
}

export type BlockBody = ReturnType<typeof blockBody>;
type Page = { data: BlockBody[]; next_cursor: string | null };

/** Reads one page of the team's blocks. `params` are the parameters of the query string. */
export const page = (team: Team, params: Record<string, string> = {}): Promise<Page> =>
  read<Page>(team, `/blocks?${new URLSearchParams(params)}`);

/** Reads the team's blocks on all pages. */
export async function blocks(team: Team, params: Record<string, string> = {}): Promise<BlockBody[]> {
  const { data, next_cursor: cursor } = await page(team, params);
  return cursor === null ? data : [...data, ...(await blocks(team, { ...params, cursor }))];
}

type Row = Record<"id" | "identifier" | "source" | "status", string> &
  Record<"started_at" | "last_seen_at", number> & { ended_at: number | null; details: string | null };

/** Reads the team's blocks in D1. Does not call the object, so newer heartbeats may be missing. */
export async function stored(team: Team): Promise<Row[]> {
  const { results } = await env.DB.prepare(
    `SELECT b.id, i.identifier, b.source, b.status, b.started_at, b.last_seen_at, b.ended_at, b.details
     FROM blocks b JOIN identities i ON i.id = b.identity_id WHERE b.team_id = ? ORDER BY b.started_at, i.identifier, b.source, b.status`,
  )
    .bind(team.teamId)
    .all<Row>();
  return results;
}

/** Writes rows as text, in minutes after START: "ada online 0-5", or "ada online 0-5..." if open and last seen at 5. */
export const inWords = (rows: Row[]): string[] => {
  const minutes = (ms: number) => (ms - START) / MINUTE;
  return rows.map(({ identifier, status, started_at, last_seen_at, ended_at }) => {
    const end = ended_at === null ? `${minutes(last_seen_at)}...` : minutes(ended_at);
    return `${identifier} ${status} ${minutes(started_at)}-${end}`;
  });
};

export const objectOf = (team: Team): DurableObjectStub<TeamPresence> => env.TEAM_PRESENCE.getByName(team.teamId);

type HeartbeatOptions = Partial<Record<"at" | "timeoutMs" | "directoryVersion" | "newIdentitiesPerDay", number>> & {
  source?: string;
};

/**
 * Sends an update to the object directly, like a request whose key was checked earlier. Returns the positions of the users
 * that it refused.
 */
export async function sendToObject(team: Team, users: User[], options: HeartbeatOptions = {}): Promise<number[]> {
  const { source = "desk", at: timestamp = Date.now(), timeoutMs = 10 * MINUTE, directoryVersion = 0 } = options;
  const { newIdentitiesPerDay = 2_000 } = options;
  const { accountId, teamId, integrationId } = team;
  const { users: named } = toHeartbeat({ timestamp, source, users: users.map((user, index) => ({ ...user, index })) });
  const from = { accountId, teamId, integrationId, directoryVersion, timeoutMs, newIdentitiesPerDay };
  const { refused } = await objectOf(team).recordHeartbeat({ ...from, source, at: timestamp, users: named });
  return refused;
}

/** Evicts the object: it loses its memory and keeps its storage. The platform does this at any time. */
export const evict = (team: Team) => evictDurableObject(objectOf(team));

/** Rings the object's alarm before its time. Returns false if none is set. */
export const ring = (team: Team): Promise<boolean> => runDurableObjectAlarm(objectOf(team));

/** Runs all due work of the object. Unlike `ring`, also waits for an alarm that has rung by the real clock. */
export const doDueWork = (team: Team): Promise<void> => objectOf(team).wake();

/** Returns when the object's alarm rings, in milliseconds after START; null if it is not set. */
export const alarm = (team: Team): Promise<number | null> =>
  runInDurableObject(objectOf(team), async (_, { storage }) => {
    const time = await storage.getAlarm();
    return time === null ? null : time - START;
  });
