/** The demo team is imported through the API that Status Hero documents. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { prepareLocalDatabase } from "../../.build/local_database.ts";
import { TEAM } from "../demo/account.ts";
import { type Server, startServer } from "../journeys/server.ts";
import { rowsOf, select } from "./database_file.ts";
import { failToOperate, operate } from "./operate.ts";
import { insertTeam } from "./team.ts";

/** Each command takes seconds on a quiet machine, and minutes on a busy one. */
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

let folder: string;
let from: string;
let to: string;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rollcall-import-"));
  [from, to] = [join(folder, "from"), join(folder, "to")];
  server = await startServer({ seed: true, persistTo: from });
  await prepareLocalDatabase(to, insertTeam);
});

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const options = (...more: string[]) => [
  ...["status-hero", "--url", server.url, "--team-id", TEAM.id, "--key", TEAM.key, "--into", "new-team"],
  ...["--rate", "50", "--persist-to", to, "--state", join(folder, "state.jsonl"), ...more],
];

const CHECKINS = `SELECT id, date, slug, next, blockers, previous, previous_completed, completed_at FROM checkins
  WHERE date < '2020-01-01' ORDER BY id`;
const REMARKS = "SELECT id, checkin_id, person_id, body, created_at FROM";

test("A team is imported with its ids, slugs, answers, times and remarks, and a repetition adds nothing", async () => {
  const printed = await operate("import/import.ts", ...options());
  expect(printed).toMatch(/check-ins: (\d+) read, \1 new in new-team/);
  expect(printed).toMatch(/comments: (\d+) read, \1 new/);
  expect(select(to, CHECKINS)).toEqual(select(from, CHECKINS));
  expect(select(to, CHECKINS).length).toBeGreaterThan(5);
  const people = (at: string) =>
    select(at, "SELECT coalesce(former_id, id) AS id, email, slug FROM people ORDER BY email");
  for (const person of people(to)) expect(people(from)).toContainEqual(person);
  const bodies = (at: string, table: string) => select(at, `${REMARKS} ${table} ORDER BY id`).map(({ body }) => body);
  for (const table of ["comments", "reactions"]) expect(bodies(to, table)).toEqual(bodies(from, table));
  // Statistics count the imported activities: their days are marked.
  expect(rowsOf(to).stale_days).not.toEqual([]);

  const before = rowsOf(to);
  expect(await operate("import/import.ts", ...options())).toMatch(/check-ins: \d+ read, 0 new in new-team/);
  expect(rowsOf(to)).toEqual(before);
});

test("The import names invalid options, a wrong key and an unknown team", async () => {
  expect(await failToOperate("import/import.ts", "status-hero", "--url", "ftp://x", "--key", "k")).toMatch(
    /--url must be the address .*\n--team-id must be given\n--into must be given/,
  );
  expect(await failToOperate("import/import.ts", "people")).toContain("Name what to import");
  const state = ["--state", join(folder, "other.jsonl")];
  expect(await failToOperate("import/import.ts", ...options("--into", "no-team", ...state))).toContain(
    'There is no team with the id or slug "no-team"',
  );
  expect(await failToOperate("import/import.ts", ...options("--key", "x".repeat(43), ...state))).toMatch(
    /refuses the team id or the key: 401/,
  );
});
