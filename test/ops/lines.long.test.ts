/** The lines that the manual shows, and invalid ones, are imported into the demo team. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { prepareLocalDatabase } from "../../.build/local_database.ts";
import { INTEGRATION, TEAM } from "../demo/account.ts";
import { seedDemo } from "../demo/seed.ts";
import { manualPage } from "../docs/manual.ts";
import { blockMarked } from "../docs/page.ts";
import { ask, DEMO, json } from "../journeys/client.ts";
import { startServer } from "../journeys/server.ts";
import { directoryVersions, select } from "./database_file.ts";
import { failToOperate, operate } from "./operate.ts";

const MINUTE_MS = 60_000;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;

/** Each command takes seconds on a quiet machine, and minutes on a busy one. */
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

let folder: string;
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rollcall-lines-"));
  data = join(folder, "data");
  await prepareLocalDatabase(data, (db) => seedDemo(db, Date.now()));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Returns lines of the manual, moved in time so that the last one ends a minute ago: only present windows are counted. */
function manualLines(kind: "events" | "blocks"): string[] {
  const { text } = blockMarked(manualPage("import"), kind);
  const last = Math.max(...[...text.matchAll(INSTANT)].map(([instant]) => Date.parse(instant)));
  const move = (instant: string) => new Date(Date.parse(instant) - last + NOW - MINUTE_MS).toISOString();
  return text.replaceAll(INSTANT, move).trim().split("\n");
}

const NOW = Math.floor(Date.now() / 1_000) * 1_000;

async function fileOf(name: string, lines: string[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, lines.join("\n"));
  return file;
}

const options = () => ["--into", TEAM.slug, "--integration", INTEGRATION.name, "--persist-to", data];
const importFile = (kind: "events" | "blocks", file: string) => operate("import/import.ts", kind, file, ...options());

test("Valid lines are imported, each invalid line is named with its reason, and a repetition adds nothing", async () => {
  const valid = manualLines("blocks");
  const [first] = valid.map((line) => JSON.parse(line));
  const changed = (change: object) => JSON.stringify({ ...first, ...change });
  const lines = [
    ...valid,
    "{",
    "",
    changed({ status: " ", started: 1 }),
    changed({ ended_at: null }),
    changed({ ended_at: new Date(NOW + 60 * MINUTE_MS).toISOString() }),
    changed({ started_at: first.ended_at, ended_at: first.started_at }),
    changed({ started_at: "2019-01-01T00:00:00Z" }),
    changed({ status: "meeting" }),
    changed({ source: "calendar", status: "It's a BEGIN TRANSACTION; meeting" }),
  ];
  const count = valid.length;
  const file = await fileOf("blocks.jsonl", lines);
  const before = directoryVersions(data);
  expect(await failToOperate("import/import.ts", "blocks", file, ...options())).toBe(
    [
      `line ${count + 1}: is not JSON`,
      `line ${count + 3}: status: must not be empty; started: is not a field of this body`,
      `line ${count + 4}: ended_at: must be a string`,
      `line ${count + 5}: ended_at: must not be in the future`,
      `line ${count + 6}: ended_at: must not be before started_at`,
      `line ${count + 7}: ended_at: must be at most 31 days after started_at`,
      `line ${count + 8}: overlaps the block of line 1`,
      "Some lines were not imported. Correct them and run the command again: nothing is doubled.",
      "",
    ].join("\n"),
  );
  const blocks = select(data, "SELECT * FROM blocks ORDER BY id");
  expect(blocks).toHaveLength(count + 1);
  expect(Math.max(...directoryVersions(data))).toBeGreaterThan(Math.max(...before));

  const overlapping = changed({
    started_at: new Date(Date.parse(first.started_at) - MINUTE_MS).toISOString(),
    ended_at: new Date(Date.parse(first.started_at) + MINUTE_MS).toISOString(),
  });
  const again = await fileOf("again.jsonl", [...valid, overlapping]);
  expect(await failToOperate("import/import.ts", "blocks", again, ...options())).toContain(
    `line ${count + 1}: overlaps a block of the same person and source that the team has`,
  );
  expect(select(data, "SELECT * FROM blocks ORDER BY id")).toEqual(blocks);
});

test("Statistics count imported blocks and events, and live presence knows the imported person", async () => {
  const file = await fileOf("events.jsonl", manualLines("events"));
  expect(await importFile("events", file)).toContain("3 lines read, 3 new or changed events in alpha-team, 0 lines");
  const server = await startServer({ seed: true, persistTo: data });
  try {
    const body = { user_id: "maria@example.com", time_window: "yearly" };
    const made = await json<{ snapshot: object }>(ask(server.url, DEMO.team, "/stats-notifications", { body }));
    // Two of the three events are hers. Her blocks are 4 hours, lunch, and 3.5 hours; the calendar has the first time too.
    expect(made.snapshot).toMatchObject({ total_activities: 2, completed_activities: 1, hours_logged: 7.5 });
    const beat = { timestamp: new Date().toISOString(), source: "slack" };
    const users = [{ personIdentifier: "maria@example.com", name: "maria", status: "coding" }];
    await json(ask(server.url, DEMO.integration, "/presence", { body: { ...beat, users } }));
    const present = await json<{ data: object[] }>(ask(server.url, DEMO.team, "/presence"));
    expect(present.data).toContainEqual(
      expect.objectContaining({ name: "Maria Garcia", status: "coding", time_zone: "Europe/Madrid" }),
    );
  } finally {
    await server.stop();
  }
});

test("A missing file, team or integration is named", async () => {
  const file = await fileOf("empty.jsonl", []);
  expect(await failToOperate("import/import.ts", "events", ...options())).toContain("Name one file");
  expect(await failToOperate("import/import.ts", "blocks", file, "--into", TEAM.slug)).toContain(
    "--integration must be given",
  );
  expect(await failToOperate("import/import.ts", "blocks", file, ...options(), "--integration", "none")).toContain(
    'The team alpha-team has no integration with the id or name "none"',
  );
  expect(await failToOperate("import/import.ts", "events", join(folder, "missing"), ...options())).toContain(
    "cannot be read",
  );
});
