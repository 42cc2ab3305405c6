import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { all, ask, foundTeam, type Integration, json, SETUP_ARGS, withKey, withTeamKey } from "./client.ts";
import { type Server, startServer } from "./server.ts";
import { type Batch, expectedBlocks, expectedEvents, planEvents, planPresence, random, type Source } from "./stream.ts";

/** How many batches each sender has, and after how many acknowledged ones, of all senders, the server is killed. */
const BATCHES = 30;
const KILLS_AFTER = [60, 130, 200];

let persistTo: string;
/** The server there is, or will be: while one is being killed and started again, senders wait for the next. */
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

/** Kills the server's whole process group while requests are under way, and starts it again on what it left behind. */
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

/** Sends a batch as any client would: again and again, until it is acknowledged. */
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
    // Nothing but a kill is an excuse.
    if (attempt === server) throw new Error(`not acknowledged: ${JSON.stringify(answer)}`);
    unacknowledged += 1;
  }
}

/** A status and a whole body; no status, and the reason, where the connection broke before. */
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

test("killed with -9 amid a stream of batches, it has lost nothing acknowledged and doubled nothing", async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const chance = random(seed);
  const now = Date.now();
  const first = await server;
  const { team } = await foundTeam(first.url, {
    team: { name: "Steadfast" },
    owner: { name: "Ada", email: "ada@example.com" },
  });
  // Of the first all blocks time out, of the others some stay open; beats, whenever sent, are of the past day.
  const integrations = await Promise.all(
    [
      { minutes: 10, start: now - 20 * 3_600_000, steps: [1, 2, 4, 9, 10, 10.001, 25, 60] },
      { minutes: 720, start: now - 18 * 3_600_000, steps: [1, 5, 15, 30, 45] },
      { minutes: 15, start: now - 4 * 60_000, steps: [0.001, 0.01, 0.05, 0.1] },
    ].map(async ({ minutes, ...rhythm }) => {
      const body = { name: `Every ${minutes}`, presence_timeout_minutes: minutes };
      const made = await json<Integration>(ask(first.url, withTeamKey(team), "/integrations", { body }));
      return { ...made, ...rhythm, timeoutMs: minutes * 60_000 };
    }),
  );
  const sources: Source[] = integrations.flatMap((integration) => [
    { ...integration, source: "chat" },
    { ...integration, source: "desk" },
  ]);
  const presence = sources.map((source) => ({ source, batches: planPresence(source, BATCHES, chance) }));
  const events = integrations.map(({ id, key }, n) => ({
    integrationId: id,
    batches: planEvents(`tool-${n}`, key, BATCHES, now, chance),
  }));

  const streaming = Promise.all([...presence, ...events].map(({ batches }) => inTurn(batches)));
  for (const count of KILLS_AFTER) {
    await Promise.race([until(count), streaming]);
    const lost = unacknowledged;
    await crash();
    expect(unacknowledged, "a kill that interrupts nothing shows nothing").toBeGreaterThan(lost);
  }
  await streaming;
  expect(acknowledged).toBe((sources.length + events.length) * BATCHES);

  const { url } = await server;
  const reader = withKey(integrations[0]!.key);
  const blocks = await all<Row>(url, reader, "/blocks");
  expect(alike(blocks, BLOCK), `seed ${seed}`).toEqual(alike(expectedBlocks(presence, Date.now()), BLOCK));
  expect(alike(await all(url, reader, "/events"), EVENT), `seed ${seed}`).toEqual(alike(expectedEvents(events), EVENT));
  const present = (await all<Row>(url, reader, "/presence")).filter((person) => person.present);
  const onABlock = blocks.filter((block) => block.ended_at === null).map((block) => block.person_id);
  expect(new Set(present.map((person) => person.person_id))).toEqual(new Set(onABlock));
});

type Row = Record<string, unknown>;

const BLOCK = ["identifier", "integration_id", "source", "started_at", "ended_at", "last_seen_at", "status", "details"];
const EVENT = ["external_id", "identifier", "integration_id", "kind", "title", "scope", "details", "occurred_at"];

/** Rows in an order of their own, and of each what tells whether it is the one that was meant. */
const alike = (rows: Row[], fields: string[]): string[] =>
  rows.map((row) => JSON.stringify(fields.map((field) => row[field]))).sort();
