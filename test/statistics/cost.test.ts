import { env } from "cloudflare:workers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { database } from "../../src/db/client.ts";
import { identityId } from "../../src/lib/id.ts";
import { recountChangedDays } from "../../src/statistics/job.ts";
import { TIME_WINDOWS } from "../../src/statistics/window.ts";
import { metered, sum } from "../support/d1_meter.ts";
import { ask, pushEvents, refresh, subscribe } from "../support/subscriptions.ts";
import { mintPerson, mintTeam, type Team } from "../support/team.ts";

const DAY = 86_400_000;
/** The most rows that a refresh may read; the look-up of the key is part of them. */
const MOST = 150;
const SIZES = { thousand: 1_000, "200,000": 200_000 };

let teams: Record<string, Team>;

/** Makes a team with one person who has this many events and a tenth as many blocks, over two years up to yesterday. */
async function historyOf(events: number): Promise<Team> {
  const team = await mintTeam();
  const personId = await mintPerson(team, { name: "Ada", email: `ada-${events}@cost.example` });
  const identifier = `ada-${events}@cost.example`;
  const id = await identityId(team.accountId, identifier);
  const end = Math.floor(Date.now() / DAY) * DAY - DAY;
  const step = Math.floor((730 * DAY) / events);
  const rows = (count: number, offset: number) =>
    `(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${count}) SELECT i, ${end} - i * ${offset} AS at FROM n)`;
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO identities (id, account_id, identifier, person_id, created_at) VALUES (?, ?, ?, ?, 0)",
    ).bind(id, team.accountId, identifier, personId),
    env.DB.prepare(
      `INSERT INTO events (id, team_id, external_id, identity_id, kind, title, scope, occurred_at, created_at, updated_at)
       SELECT ?1 || i, ?1, i, ?2, 'task', 'Something', 'test', at, at, at FROM ${rows(events, step)}`,
    ).bind(team.teamId, id),
    env.DB.prepare(
      `INSERT INTO blocks (id, team_id, identity_id, integration_id, source, status, started_at, last_seen_at, ended_at)
       SELECT ?1 || i, ?1, ?2, 'test', 'test', 'online', at, at + ?3, at + ?3 FROM ${rows(events / 10, step * 10)}`,
    ).bind(team.teamId, id, step * 5),
  ]);
  return team;
}

beforeAll(async () => {
  const made = Object.entries(SIZES).map(async ([name, size]) => [name, await historyOf(size)] as const);
  teams = Object.fromEntries(await Promise.all(made));
  // One run counts less than two years.
  for (let run = 0; run < 3; run += 1) await recountChangedDays({ db: database(env.DB), now: Date.now() + run });
}, 120_000);

afterAll(async () => {
  for (const { teamId } of Object.values(teams)) {
    for (const table of ["events", "blocks"]) {
      await env.DB.prepare(`DELETE FROM ${table} WHERE team_id = ?`).bind(teamId).run();
    }
  }
}, 120_000);

test.each(TIME_WINDOWS)(
  "A %s subscription costs the same with a history of a thousand events and of 200,000",
  async (window) => {
    const costs: Record<string, number[]> = {};
    for (const [name, team] of Object.entries(teams)) {
      const person = `ada-${SIZES[name as keyof typeof SIZES]}@cost.example`;
      let id = "";
      const created = await metered(async () => {
        id = (await subscribe(team, person, window)).notification_id;
      });
      const again = await metered(() => refresh(team, id));
      await pushEvents(team, [[person, new Date().toISOString()]]);
      const changed = await metered(() => refresh(team, id));
      costs[name] = [created, again, changed].map((ran) => sum(ran, "rowsRead"));
      await ask(team, `/${id}`, { method: "DELETE" });
    }
    const [few, many] = Object.values(costs) as [number[], number[]];
    expect(Math.max(...few, ...many), JSON.stringify(costs)).toBeLessThanOrEqual(MOST);
    many.forEach((rows, n) => {
      expect(rows, JSON.stringify(costs)).toBeLessThanOrEqual(few[n]! * 1.3);
    });
  },
);
