/** A team with 500 check-ins is imported from one Rollcall into another, through the API that Status Hero documents. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, watch } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ask, foundTeam, json, SETUP_ARGS, withTeamKey } from "../journeys/client.ts";
import { type Server, startServer } from "../journeys/server.ts";
import { rowsOf } from "./database_file.ts";
import { NODE, operate, scriptArguments } from "./operate.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const TIMEOUT_MS = 900_000;
vi.setConfig({ testTimeout: TIMEOUT_MS, hookTimeout: TIMEOUT_MS });

const PEOPLE = 10;
const DAYS = 50;
/** A person whom the new team has before the import. They keep the name that they have here, which titles show. */
const KNOWN = "person3@example.com";
/** Requests a second: a team key may send 60 in ten seconds. */
const RATE = 5.5;

type Place = { data: string; server: Server; team: { id: string; key: string } };
let folder: string;
let from: Place;
let to: Place;

const account = (name: string) => ({
  team: { name, slug: name.toLowerCase().replace(" ", "-"), time_zone: "America/New_York" },
  owner: { name: "Olga Owner", email: `owner@${name.toLowerCase().replace(" ", "")}.example.com` },
});

async function begin(name: string): Promise<Place> {
  const data = join(folder, name.replace(" ", ""));
  const server = await startServer({ persistTo: data, args: SETUP_ARGS, signal: AbortSignal.timeout(TIMEOUT_MS / 3) });
  return { data, server, team: (await foundTeam(server.url, account(name))).team };
}

const restart = (persistTo: string) => startServer({ persistTo, signal: AbortSignal.timeout(TIMEOUT_MS / 3) });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rollcall-import-"));
  from = await begin("Old Team");
  to = await begin("New Team");
  for (let index = 0; index < PEOPLE; index++) {
    const zone = ["London", "Tokyo", "Pacific Time (US & Canada)", null][index % 4];
    const body = {
      ...{ email: `person${index}@example.com`, first_name: "Ana María", last_name: `van der Berg ${index}` },
      ...{ role: index === 9 ? "observer" : "active", manager: index === 0, location: "São Paulo" },
      ...(zone && { time_zone: zone }),
    };
    await json(ask(from.server.url, withTeamKey(from.team), "/members", { body }));
  }
  await Promise.all([from.server.stop(), to.server.stop()]);
  await fillHistory();
  [from.server, to.server] = [await restart(from.data), await restart(to.data)];
  // The new team has one person with the same e-mail, and another with the name of someone else of the old team.
  const body = { email: KNOWN, name: "P. Three", role: "active" };
  await json(ask(to.server.url, withTeamKey(to.team), "/members", { body }));
  const other = { email: "other@example.com", name: "Ana Maria van der Berg 5", role: "active" };
  await json(ask(to.server.url, withTeamKey(to.team), "/members", { body: other }));
});

afterAll(async () => {
  await Promise.all([from?.server.stop(), to?.server.stop()]);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Writes years-old history to the source. No API can write reports and check-ins of that time. */
async function fillHistory(): Promise<void> {
  const sql = `
    WITH RECURSIVE day (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM day WHERE n < ${DAYS - 1})
    INSERT INTO reports (id, team_id, date, previous_date, questions, created_at, updated_at)
    SELECT printf('00000000-0000-4000-8000-%012d', n), team.id, date('2020-01-06', (n * 7) || ' days'),
      date('2020-01-06', (n * 7 - (CASE n % 3 WHEN 0 THEN 1 WHEN 1 THEN 3 ELSE 7 END)) || ' days'),
      json_object('next', 'Next?', 'blockers', 'It''s blocked by?', 'previous', 'Before?', 'previous_completed', 'Done?'),
      unixepoch('2020-01-06', (n * 7) || ' days') * 1000, unixepoch('2020-01-06', (n * 7) || ' days', '+1 day') * 1000
    FROM day JOIN teams AS team ON team.slug = 'old-team';
    INSERT INTO checkins (id, team_id, report_id, person_id, date, slug, next, blockers, previous, previous_completed,
      completed_at, created_at, updated_at)
    SELECT printf('%s-%04x-4000-8000-%012d', '11111111', person.rowid, report.rowid), report.team_id, report.id, person.id,
      report.date, report.date || '-' || person.slug,
      'It''s C:\\new' || char(10) || '#sales BEGIN TRANSACTION; 🎉 ' || report.date, iif(report.rowid % 4 = 0, 'Waiting', ''),
      NULL, CASE report.rowid % 3 WHEN 0 THEN 'true' WHEN 1 THEN '"1"' END,
      iif(report.rowid % 10 = 0, NULL, unixepoch(report.date, '+15 hours', person.rowid || ' minutes') * 1000),
      report.created_at, report.created_at
    FROM reports AS report CROSS JOIN people AS person WHERE report.date < '2022-01-01';
    INSERT INTO checkin_tags SELECT team_id, 'sales', completed_at, id FROM checkins WHERE completed_at IS NOT NULL;
    INSERT INTO checkin_tags SELECT team_id, 'by-hand', completed_at, id FROM checkins
      WHERE completed_at IS NOT NULL ORDER BY id LIMIT 40;
    INSERT INTO comments (id, team_id, checkin_id, person_id, body, created_at)
    SELECT replace(id, '11111111', '22222222'), team_id, id, person_id, 'Well' || char(10) || 'done: it''s \\n', completed_at + 60000
    FROM checkins WHERE completed_at IS NOT NULL ORDER BY id LIMIT 25;
    INSERT INTO reactions (id, team_id, checkin_id, person_id, body, created_at)
    SELECT replace(id, '11111111', '33333333'), team_id, id, person_id, 'tada', completed_at + 60000
    FROM checkins WHERE completed_at IS NOT NULL ORDER BY id DESC LIMIT 25;
    INSERT INTO events (id, team_id, external_id, identity_id, kind, title, scope, html, occurred_at, created_at, updated_at)
    SELECT replace(checkin.id, '11111111', '44444444'), checkin.team_id, checkin.id, identity.id, 'github',
      'Merged <b>', 'github', 'Merged <strong>it</strong>', checkin.completed_at, checkin.completed_at, checkin.completed_at
    FROM checkins AS checkin JOIN identities AS identity ON identity.person_id = checkin.person_id
    WHERE checkin.completed_at IS NOT NULL ORDER BY checkin.id LIMIT 20;`;
  const wrangler = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
  const args = ["d1", "execute", "DB", "--local", "--persist-to", from.data, "--command"];
  // The import must keep the words that wrangler removes from SQL, so they must pass wrangler here.
  await promisify(execFile)(NODE, [wrangler, ...args, sql.replace("BEGIN TRANSACTION", "BEGIN' || ' TRANSACTION")], {
    cwd: ROOT,
  });
}

const args = (...more: string[]) => [
  ...["status-hero", "--url", from.server.url, "--team-id", from.team.id, "--key", from.team.key],
  ...["--into", "new-team", "--rate", String(RATE), "--persist-to", to.data, "--state", join(folder, "state.jsonl")],
  ...more,
];

/** Runs the import and kills it once the state file has this many answers. */
async function killAfter(answers: number): Promise<void> {
  const child = spawn(NODE, scriptArguments("import/import.ts", ...args()), { cwd: ROOT, stdio: "ignore" });
  const gone = once(child, "close");
  const seesAnswers = watchUntil(() => linesOf() >= answers);
  const ended = gone.then(() => Promise.reject(new Error("the import ended before it was killed")));
  await Promise.race([seesAnswers, ended]);
  child.kill("SIGKILL");
  await gone;
}

/** Waits for a change of the folder after which a condition holds. */
async function watchUntil(condition: () => boolean): Promise<void> {
  for await (const _ of watch(folder)) if (condition()) return;
}

const linesOf = () => {
  const file = join(folder, "state.jsonl");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 2 : 0;
};

/** Reads a list of the documented API to its end, no faster than the rate of the key. */
async function listAll(place: Place, name: string, path = `/${name}`): Promise<Row[]> {
  const rows: Row[] = [];
  for (let page = 1; ; page++) {
    const answer = await ask(place.server.url, withTeamKey(place.team), `${path}?page=${page}`);
    if (answer.status === 429) {
      await wait(Number(answer.headers.get("Retry-After")) * 1_000);
      page -= 1;
      continue;
    }
    const found = ((await answer.json()) as Record<string, Row[]>)[name]!;
    rows.push(...found);
    if (found.length < 30) return rows;
  }
}

type Row = {
  id: string;
  url?: string;
  team_id?: string;
  report_date?: string;
  date?: string;
  title?: string;
  user?: { email: string };
};

/** Removes what must differ between two deployments: links, the team, and a name that the new team had before. */
const comparable = (rows: Row[]) =>
  rows
    .map(({ title, ...row }) => ({ ...row, title: row.user?.email === KNOWN ? null : title }))
    .map((row) => JSON.parse(JSON.stringify({ ...row, url: null, team_id: null, user: null })))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

test("An import that is killed half-way continues, and a repetition adds nothing", async () => {
  await killAfter(60);
  const read = linesOf();
  expect(read).toBeGreaterThanOrEqual(60);
  const printed = await operate("import/import.ts", ...args());
  expect(printed).toContain("Continuing with");
  expect(printed).toMatch(/check-ins: (5\d\d) read, \1 new in new-team/);
  expect(printed).toContain("comments: 25 read, 25 new");
  expect(printed).toContain("reactions: 25 read, 25 new");
  expect(printed).toContain("status activities: 20 read, 20 new");
  expect(existsSync(join(folder, "state.jsonl"))).toBe(false);

  const before = rowsOf(to.data);
  expect(before.stale_days).not.toEqual([]);
  expect(await operate("import/import.ts", ...args())).toMatch(/check-ins: 5\d\d read, 0 new in new-team/);
  expect(rowsOf(to.data)).toEqual(before);
});

test("Both teams have the same check-ins: ids, slugs, times, answers, tags, remarks and activities", async () => {
  for (const name of ["statuses", "comments", "reactions"]) {
    const old = (row: Row) => name !== "statuses" || row.report_date! < "2022-01-01";
    const source = comparable((await listAll(from, name)).filter(old));
    expect(source.length, name).toBe(name === "statuses" ? (PEOPLE + 1) * DAYS : 25);
    const copy = comparable((await listAll(to, name)).filter(old));
    expect(copy, name).toEqual(source);
  }
  const reports = (rows: Row[]) => comparable(rows.filter(({ date }) => date! < "2022-01-01"));
  expect(reports(await listAll(to, "reports"))).toEqual(reports(await listAll(from, "reports")));
  expect(await listAll(to, "tags")).toEqual(await listAll(from, "tags"));
  const tagged = comparable(await listAll(from, "statuses", "/tags/by-hand")).map(({ id }) => id);
  expect(comparable(await listAll(to, "statuses", "/tags/by-hand")).map(({ id }) => id)).toEqual(tagged);
  const { status_activity } = await json<{ status_activity: Row }>(
    ask(to.server.url, withTeamKey(to.team), `/status_activities/${(await anActivity()).id}`),
  );
  expect({ ...status_activity, url: null }).toEqual({ ...(await anActivity()), url: null });
});

async function anActivity(): Promise<Row> {
  const statuses = (await listAll(from, "statuses")) as (Row & { status_activity_ids: string[] })[];
  const id = statuses.flatMap(({ status_activity_ids }) => status_activity_ids)[0]!;
  const answer = await json<{ status_activity: Row }>(
    ask(from.server.url, withTeamKey(from.team), `/status_activities/${id}`),
  );
  return answer.status_activity;
}

test("People keep the ids of the old system, and a person with the same e-mail is the same person", async () => {
  type Member = { id: string; role: string; manager: boolean; username: string; user: Record<string, unknown> };
  const read = async (place: Place) => (await listAll(place, "members")) as unknown as Member[];
  const [old, now] = [await read(from), await read(to)];
  const emails = (members: Member[]) => members.map(({ user }) => user.email);
  expect(emails(now)).toEqual(expect.arrayContaining(emails(old)));
  for (const { id, role, manager, username, user } of old) {
    const copy = now.find((member) => member.user.email === user.email)!;
    expect(copy.user.id, String(user.email)).toBe(user.id);
    if (user.email === KNOWN) {
      expect(copy).toMatchObject({ role: "active", user: { full_name: "P. Three" } });
    } else if (user.email === "owner@oldteam.example.com") {
      // Both teams have an owner of this name.
      expect(copy).toMatchObject({ id, role, manager, user: { full_name: user.full_name } });
      expect(copy.user.slug).toMatch(/^olga-owner-/);
    } else if (user.email === "person5@example.com") {
      expect(copy).toMatchObject({ id, role, user: { full_name: user.full_name } });
      expect(copy.user.slug).toMatch(/^ana-maria-van-der-berg-5-/);
    } else expect(copy).toMatchObject({ id, role, manager, username, user });
  }
});
