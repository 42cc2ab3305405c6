/** A backup of a database that a team uses is restored into another directory, and then into its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { INTEGRATION, SIGNING_KEY } from "../demo/account.ts";
import { ask, DEMO, json } from "../journeys/client.ts";
import { type Server, startServer } from "../journeys/server.ts";
import { rowsOf, schemaOf, select } from "./database_file.ts";
import { operate } from "./operate.ts";
import { TRAPS } from "./texts.ts";

const HOUR_MS = 3_600_000;
const WEBHOOKS = ["--var", `WEBHOOK_SIGNING_KEY:${SIGNING_KEY}`];
/** A busy machine needs minutes for what takes seconds on a quiet one. */
const TIMEOUT_MS = 600_000;
vi.setConfig({ testTimeout: TIMEOUT_MS });

let folder: string;
let source: string;
let copy: string;
let backup: string;
let subscription: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rollcall-backup-"));
  [source, copy, backup] = [join(folder, "source"), join(folder, "copy"), join(folder, "backup.sql")];
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

const start = (options: Parameters<typeof startServer>[0]) =>
  startServer({ ...options, signal: AbortSignal.timeout(TIMEOUT_MS / 2) });
const restart = (persistTo: string) => start({ persistTo, args: WEBHOOKS });

/** Sends a request that must succeed. */
const send = <T>(server: Server, headers: Record<string, string>, path: string, body: unknown, method = "POST") =>
  json<T>(ask(server.url, headers, path, { body, method }));

const beat = (server: Server, personIdentifier: string, status: string, at: number) =>
  send(server, DEMO.integration, "/presence", {
    timestamp: new Date(at).toISOString(),
    source: "slack",
    users: [{ personIdentifier, name: personIdentifier, status }],
  });

const event = (externalId: string, at: number) => ({
  ...{ personIdentifier: "john.doe", externalId, kind: "commit", title: `Commit ${externalId}`, scope: "website" },
  ...{ timestamp: new Date(at).toISOString(), details: { note: TRAPS[0], status: "done" } },
});

async function sendEvents(server: Server, ...events: ReturnType<typeof event>[]): Promise<void> {
  const sent = await send(server, DEMO.integration, "/events", { events });
  expect(sent).toMatchObject({ processed: { created: events.length, errors: 0 } });
}

async function runCron(server: Server, expression: string): Promise<void> {
  const answer = await fetch(`${server.url}/cdn-cgi/local/scheduled?cron=${expression.replaceAll(" ", "+")}`);
  expect(answer.status).toBe(200);
}

/** Uses a server as a team does: presence, events, check-ins, a subscription with a webhook, a merge, retention. */
async function useRollcall(server: Server): Promise<void> {
  const now = Date.now();
  await send(server, DEMO.team, `/integrations/${INTEGRATION.id}`, { presence_timeout_minutes: 720 }, "PATCH");
  for (const person of ["john.doe", "jane.smith", "jdoe-laptop"]) {
    await beat(server, person, "coding", now - 5 * HOUR_MS);
    await beat(server, person, "offline", now - 2 * HOUR_MS);
  }
  const old = [event("old-1", now - 400 * 24 * HOUR_MS), event("old-2", now - 300 * 24 * HOUR_MS)];
  await sendEvents(server, ...old, event("new-1", now - HOUR_MS));
  await send(server, DEMO.team, "/people/john.doe/merge", { person: "jdoe-laptop" });
  const subscribed = { user_id: "john.doe", time_window: "yearly", webhook_url: "https://bot.example.com/rollcall" };
  const made = await send<{ notification_id: string }>(server, DEMO.team, "/stats-notifications", subscribed);
  subscription = made.notification_id;
  for (const [index, text] of TRAPS.entries()) {
    const path = "/statuses/2018-02-05-emma-garrett";
    await send(server, DEMO.team, `${path}/comments`, { person: "hugh-oliver", body: `${index} ${text}` });
  }
  await send(server, DEMO.team, "/team", { retention_days: 30, status_classes: { lunch: "working" } }, "PATCH");
  // This wakes the team's object, which then sends its closed blocks.
  await runCron(server, "*/5 * * * *");
  const closedBlocks = () => select(source, "SELECT id FROM blocks WHERE ended_at IS NOT NULL");
  await expect.poll(closedBlocks, { timeout: TIMEOUT_MS / 4, interval: 2_000 }).toHaveLength(3);
  await runCron(server, "*/15 * * * *");
  await runCron(server, "*/15 * * * *");
  // The backup must also have marks that are not counted yet, and a message that is not sent yet.
  await sendEvents(server, event("new-2", now - HOUR_MS / 2));
  await send(server, DEMO.team, `/stats-notifications/${subscription}/refresh`, {});
  await sendEvents(server, event("new-3", now - HOUR_MS / 4));
}

const GETS = [
  "/team",
  "/people?limit=200",
  "/people/john.doe",
  "/members",
  "/reports",
  "/reports/2018-02-05",
  "/statuses",
  "/statuses/2018-02-05-emma-garrett",
  "/tags",
  "/tags/sales",
  "/comments/9b122169-0f78-4ff4-85b8-cb999acd61c9",
  "/reactions/b75edfc0-89a6-40d6-9ed6-c4139464eac7",
  "/blocks?limit=200",
  "/events?limit=200",
  "/people/john.doe/export",
];

test("A backup of a used database is restored: every table, row, index and trigger is equal", async () => {
  const server = await start({ seed: true, persistTo: source });
  try {
    await useRollcall(server);
  } finally {
    await server.stop();
  }
  const rows = rowsOf(source);
  for (const table of ["rollups", "stale_days", "webhooks", "merges", "merge_moves", "checkin_tags", "blocks"])
    expect(rows[table], table).not.toEqual([]);
  expect(rows.webhooks).toEqual([expect.stringContaining("'msg_")]);
  expect(rows.rollups!.some((row) => /'\d{4}-\d\d', 1, /.test(row))).toBe(true);

  await operate("backup.ts", "--persist-to", source, backup);
  expect(rowsOf(source)).toEqual(rows);
  await operate("restore.ts", "--persist-to", copy, backup);
  expect(schemaOf(copy)).toEqual(schemaOf(source));
  expect(rowsOf(copy)).toEqual(rows);
});

test("The restored database answers every request as the first one does, with the same numbers", async () => {
  const [first, second] = await Promise.all([restart(source), restart(copy)]);
  try {
    for (const path of GETS) {
      const [expected, answer] = await Promise.all([first, second].map((server) => readComparable(server, path)));
      expect(answer, path).toEqual(expected);
    }
    // Both count what was marked before the backup.
    const refresh = `/stats-notifications/${subscription}/refresh`;
    const [expected, answer] = await Promise.all(
      [first, second].map((server) => send<{ snapshot: object }>(server, DEMO.team, refresh, {})),
    );
    expect(answer!.snapshot).toEqual(expected!.snapshot);
    expect(answer!.snapshot).toMatchObject({ total_activities: 4, completed_activities: 4 });
    // A backup has nothing of a team object. The next heartbeat brings presence back.
    expect(await statusOfJane(second)).toBeNull();
    await beat(second, "jane.smith", "meeting", Date.now());
    expect(await statusOfJane(second)).toBe("meeting");
  } finally {
    await Promise.all([first.stop(), second.stop()]);
  }
  const waiting = (persistTo: string) => select(persistTo, "SELECT count(message_id) AS waiting FROM webhooks");
  expect(waiting(copy)).toEqual(waiting(source));
});

/** Reads a route without what differs between two servers: the port in links, and the time of an export. */
async function readComparable({ url }: Server, path: string): Promise<unknown> {
  const { exported_at: _, ...answer } = await json(ask(url, DEMO.team, path));
  return JSON.parse(JSON.stringify(answer).replaceAll(url.replace("127.0.0.1", "localhost"), "").replaceAll(url, ""));
}

async function statusOfJane({ url }: Server): Promise<string | null> {
  const { data } = await json<{ data: { name: string; status: string | null }[] }>(ask(url, DEMO.team, "/presence"));
  return data.find(({ name }) => name === "Jane Smith")?.status ?? null;
}

test("With --replace a backup replaces newer data, and team objects forget people who came after it", async () => {
  const people = async ({ url }: Server) => {
    const { data } = await json<{ data: { name: string }[] }>(ask(url, DEMO.team, "/people?limit=200"));
    return data.map(({ name }) => name);
  };
  // As a tool does: heartbeats go on until the person is there.
  const peopleAfterBeat = async (server: Server) => {
    await beat(server, "late.comer", "coding", Date.now());
    return people(server);
  };
  const before = await restart(source);
  try {
    await expect
      .poll(() => peopleAfterBeat(before), { timeout: TIMEOUT_MS / 4, interval: 2_000 })
      .toContain("late.comer");
  } finally {
    await before.stop();
  }

  await operate("restore.ts", "--persist-to", source, "--replace", backup);
  const fresh = join(folder, "fresh");
  await operate("restore.ts", "--persist-to", fresh, backup);
  expect(rowsOf(source)).toEqual(rowsOf(fresh));

  const after = await restart(source);
  try {
    expect(await people(after)).not.toContain("late.comer");
    await expect
      .poll(() => peopleAfterBeat(after), { timeout: TIMEOUT_MS / 4, interval: 2_000 })
      .toContain("late.comer");
  } finally {
    await after.stop();
  }
});
