import { env } from "cloudflare:workers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { identityId } from "../../src/lib/id.ts";
import { removeExpired } from "../../src/retention/job.ts";
import { type Metered, metered, plan, sum } from "../support/d1_meter.ts";
import { db } from "../support/database.ts";
import type { Team } from "../support/team.ts";
import { DAY, HOUR, mintPeople, numbers, recount, setRetention, storedRows } from "./history.ts";

const NOW = Date.parse("2034-06-01T10:00:00Z");
const KEPT = Math.floor(NOW / DAY) * DAY - 90 * DAY;
const PEOPLE = 50;
const EVENTS = 100_000;
const BLOCKS = 20_000;
/** The number of events that are kept. They must cost nothing. */
const RECENT = 100_000;
/** Rows that one run removes: four steps of 4,000, see LIMITS in src/retention/job.ts. */
const ROWS_A_RUN = 16_000;

let team: Team;

const numbersUpTo = (count: number) =>
  `(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${count}) SELECT i FROM n)`;

/** Adds events evenly over the year before KEPT and over the time since, of each person in turn. */
async function fill(): Promise<void> {
  const names = Array.from({ length: PEOPLE }, (_, n) => `person-${n}`);
  ({ team } = await mintPeople(Object.fromEntries(names.map((name) => [name, null]))));
  const identities = JSON.stringify(await Promise.all(names.map((name) => identityId(team.accountId, name))));
  const identity = `?2 ->> ('$[' || (i % ${PEOPLE}) || ']')`;
  const events = (count: number, from: number, to: number, prefix: string) =>
    `INSERT INTO events (id, team_id, external_id, identity_id, kind, title, scope, occurred_at, created_at, updated_at)
     SELECT ?1 || '${prefix}' || i, ?1, '${prefix}' || i, ${identity}, 'task', 'Something', 'test',
       ${from} + i * ${Math.floor((to - from) / count)}, 0, 0 FROM ${numbersUpTo(count)}`;
  const at = `${KEPT - 365 * DAY} + i * ${Math.floor((365 * DAY) / BLOCKS)}`;
  const statements = [
    events(EVENTS, KEPT - 365 * DAY, KEPT, "old"),
    events(RECENT, KEPT, NOW, "new"),
    `INSERT INTO blocks (id, team_id, identity_id, integration_id, source, status, started_at, last_seen_at, ended_at)
     SELECT ?1 || i, ?1, ${identity}, 'test', 'test', 'online', ${at}, ${at} + ${3 * HOUR}, ${at} + ${3 * HOUR}
     FROM ${numbersUpTo(BLOCKS)}`,
  ];
  for (const statement of statements) await env.DB.prepare(statement).bind(team.teamId, identities).run();
}

beforeAll(async () => {
  await fill();
  await recount(NOW);
}, 300_000);

afterAll(async () => {
  await setRetention(team, null);
  for (const table of ["events", "blocks", "stale_days", "rollups"]) {
    await env.DB.prepare(`DELETE FROM ${table} WHERE team_id = ?`).bind(team.teamId).run();
  }
}, 300_000);

const cost = (ran: Metered[]) => ({
  queries: ran.length,
  read: sum(ran, "rowsRead"),
  written: sum(ran, "rowsWritten"),
});

test("A run removes a bounded part of 100,000 old events, seven runs remove all, and an idle run writes nothing", async () => {
  const before = await numbers(team);
  const idle = cost(await metered(() => removeExpired({ db, now: NOW })));
  expect(idle.queries).toBeLessThanOrEqual(3);
  expect(idle.written).toBe(0);
  await setRetention(team, 90);
  const runs = [];
  const runsNeeded = Math.ceil(EVENTS / ROWS_A_RUN);
  for (let run = 0; run < runsNeeded; run += 1) {
    runs.push(cost(await metered(() => removeExpired({ db, now: NOW }))));
    const { total } = (await env.DB.prepare("SELECT count(*) AS total FROM events WHERE team_id = ?")
      .bind(team.teamId)
      .first<{ total: number }>())!;
    expect(total, "the oldest first, and no more than a run may remove").toBe(
      RECENT + Math.max(0, EVENTS - (run + 1) * ROWS_A_RUN),
    );
  }
  for (const { queries, read, written } of runs) {
    // Each row is read, compared, found and removed with its indexes, and a trigger looks up its identity.
    expect(queries).toBeLessThan(100);
    expect(read).toBeLessThan(2 * ROWS_A_RUN * 40);
    expect(written).toBeLessThan(2 * ROWS_A_RUN * 6);
  }
  expect((await storedRows(team)).events.every(({ occurred_at }) => occurred_at >= KEPT)).toBe(true);
  expect((await storedRows(team)).blocks.every(({ started_at }) => started_at >= KEPT)).toBe(true);
  expect(await numbers(team)).toEqual(before);
  const nothingDue = await metered(() => removeExpired({ db, now: NOW }));
  expect(cost(nothingDue)).toMatchObject({ queries: 3, written: 0 });
  const [, ...looks] = nothingDue;
  expect(sum(looks, "rowsRead")).toBeLessThanOrEqual(10);
  for (const look of looks) expect((await plan(look)).join()).not.toMatch(/SCAN (?!policy VIRTUAL)/);
}, 300_000);
