import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  all,
  ask,
  foundTeam,
  type Integration,
  json,
  SETUP_ARGS,
  withKey,
  withTeamKey,
} from "../../journeys/client.ts";
import { type Server, startServer } from "../../journeys/server.ts";
import { scale, TIMEOUT_MS } from "../scale.ts";
import { type Batch, expectedBlocks, expectedEvents, planEvents, planPresence, random, type Source } from "./stream.ts";

const CLIENTS = 16;
const KILLS = scale("kills");
const BATCHES = scale("requestsPerClient");
const REQUESTS = CLIENTS * BATCHES;

let persistTo: string;
/** The running server. While it is killed and started again, senders wait for the next one. */
let server: Promise<Server>;
let acknowledged = 0;
let unacknowledged = 0;
let onAcknowledged = () => {};

beforeAll(async () => {
  persistTo = await mkdtemp(join(tmpdir(), "rollcall-crash-"));
  server = startServer({ persistTo, args: SETUP_ARGS });
  await server;
});

afterAll(async () => {
  try {
    await (await server).stop();
  } finally {
    await rm(persistTo, { recursive: true, force: true, maxRetries: 5 });
  }
});

/** Kills the server's whole process group while requests are under way, and starts it again with the same storage. */
async function crash(): Promise<void> {
  const dying = await server;
  server = dying.kill9().then(() => startServer({ persistTo }));
  await server;
}

const until = (count: number) =>
  new Promise<void>((resolve) => {
    onAcknowledged = () => {
      if (acknowledged >= count) resolve();
    };
    onAcknowledged();
  });

/** Sends a batch again and again until it is acknowledged, as a client does. */
async function deliver({ path, key, body, holds }: Batch): Promise<void> {
  for (;;) {
    const attempt = server;
    const answer = await answerOf((await attempt).url, { path, key, body });
    if (answer.status === 200) {
      expect(answer.body).toMatchObject({ success: true, processed: holds });
      acknowledged += 1;
      onAcknowledged();
      return;
    }
    // Only a killed server may fail a request.
    if (attempt === server) throw new Error(`not acknowledged: ${JSON.stringify(answer)}`);
    unacknowledged += 1;
  }
}

/** Returns the status and the body; null and the reason where the connection broke. */
async function answerOf(url: string, { path, key, body }: Pick<Batch, "path" | "key" | "body">) {
  try {
    const response = await ask(url, withKey(key), path, { body });
    return { status: response.status, body: (await response.json()) as unknown };
  } catch (error) {
    return { status: null, body: String((error as Error).cause ?? error) };
  }
}

const inTurn = async (batches: Batch[]) => {
  for (const batch of batches) await deliver(batch);
};

/** When a source sends its requests: the first `start` minutes ago, the others after one of `steps`, in minutes. */
type Rhythm = { timeout: number; start: number; steps: number[] };
/** All blocks of the first two time out; some of the others stay open. No timestamp is older than a day. */
const RHYTHMS: Rhythm[] = [
  { timeout: 1, start: 1_200, steps: [0.1, 0.2, 0.4, 0.9, 1, 1.001, 2.5, 6] },
  { timeout: 2, start: 1_000, steps: [0.5, 1, 2, 2.001, 3] },
  { timeout: 720, start: 1_080, steps: [0.1, 0.5, 1, 3, 4] },
  { timeout: 60, start: 10, steps: [0.001, 0.002, 0.005] },
  { timeout: 240, start: 900, steps: [0.1, 1, 2, 5] },
];

/** Plans the requests of each client: ten send presence, two per integration, and the others send events. */
async function plan(url: string, chance: () => number) {
  const now = Date.now();
  const { team } = await foundTeam(url, {
    team: { name: "Steadfast" },
    owner: { name: "Ada", email: "ada@example.com" },
  });
  const integrate = (name: string, minutes: number) => {
    const body = { name, presence_timeout_minutes: minutes };
    return json<Integration>(ask(url, withTeamKey(team), "/integrations", { body }));
  };
  const sources = RHYTHMS.map(async ({ timeout, start, steps }): Promise<Source[]> => {
    const { id, key } = await integrate(`Every ${timeout}`, timeout);
    const rhythm = { timeoutMs: timeout * 60_000, start: now - start * 60_000, steps };
    return ["chat", "desk"].map((source) => ({ id, key, source, ...rhythm }));
  });
  const presence = (await Promise.all(sources)).flat().map((source) => ({
    source,
    batches: planPresence(source, BATCHES, chance),
  }));
  const tools = Array.from({ length: CLIENTS - presence.length }, async (_, n) => {
    const { id, key } = await integrate(`Tool ${n}`, 10);
    return { integrationId: id, batches: planEvents(`tool-${n}`, key, BATCHES, now, chance) };
  });
  return { presence, events: await Promise.all(tools), reader: await integrate("Reader", 10) };
}

const title = `A server killed with -9 ${KILLS} times during ${REQUESTS} requests of ${CLIENTS} clients`;

test(`${title} has lost nothing acknowledged and stored nothing twice`, { timeout: TIMEOUT_MS }, async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const { presence, events, reader } = await plan((await server).url, random(seed));

  const streaming = Promise.all([...presence, ...events].map(({ batches }) => inTurn(batches)));
  for (let killed = 1; killed <= KILLS; killed++) {
    await Promise.race([until(Math.floor((REQUESTS * killed) / (KILLS + 1))), streaming]);
    const lost = unacknowledged;
    await crash();
    expect(unacknowledged, "no request was interrupted").toBeGreaterThan(lost);
  }
  await streaming;
  expect(acknowledged).toBe(REQUESTS);

  const read = async (path: string) => all<Row>((await server).url, withKey(reader.key), path);
  const blocks = await read("/blocks");
  const expected = expectedBlocks(presence, Date.now());
  expect(comparable(blocks, BLOCK), `seed ${seed}`).toEqual(comparable(expected, BLOCK));
  const expectedLog = expectedEvents(events);
  expect(comparable(await read("/events"), EVENT), `seed ${seed}`).toEqual(comparable(expectedLog, EVENT));
  const present = (await read("/presence")).filter((person) => person.present);
  const onABlock = blocks.filter((block) => block.ended_at === null).map((block) => block.person_id);
  expect(onABlock.length).toBeGreaterThan(0);
  expect(new Set(present.map((person) => person.person_id))).toEqual(new Set(onABlock));
  // One person per identifier, and the owner.
  expect(await read("/people")).toHaveLength(new Set(blocks.map(({ identifier }) => identifier)).size + 1);
  console.info(
    `${title}: ${unacknowledged} were cut off and sent again;`,
    `${expected.length} blocks and ${expectedLog.length} events, 0 lost, 0 doubled`,
  );
});

type Row = Record<string, unknown>;

const BLOCK = ["identifier", "integration_id", "source", "started_at", "ended_at", "last_seen_at", "status", "details"];
const EVENT = ["external_id", "identifier", "integration_id", "kind", "title", "scope", "details", "occurred_at"];

/** Returns the compared fields of each row as text, sorted. */
const comparable = (rows: Row[], fields: string[]): string[] =>
  rows.map((row) => JSON.stringify(fields.map((field) => row[field]))).sort();
