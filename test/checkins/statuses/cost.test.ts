import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { listCheckins } from "../../../src/checkins/statuses/store.ts";
import { database } from "../../../src/db/client.ts";
import { addDays, localWeekday } from "../../../src/lib/time_zone.ts";
import { clockAt, run } from "../../support/checkins.ts";
import { countingDatabase } from "../../support/counting.ts";
import { direct } from "../../support/direct.ts";
import { mintTeamOf } from "../../support/reports.ts";
import { recordStatements, type Statement } from "../../support/statements.ts";
import type { Team } from "../../support/team.ts";

const LAST_DAY = "2026-11-20";
const PEOPLE = 50;

/** Lists the last `days` work days up to LAST_DAY, the latest first. */
function workDays(days: number): string[] {
  const found: string[] = [];
  for (let date = LAST_DAY; found.length < days; date = addDays(date, -1)) if (localWeekday(date) < 6) found.push(date);
  return found;
}

/**
 * Creates a team of fifty with check-ins on each of the last `days` work days, each check-in with tags, a comment, a
 * reaction and two events. One person is on leave each day and never answers.
 */
async function mintHistory(days: number): Promise<Team> {
  const team = await mintTeamOf({ names: Array.from({ length: PEOPLE }, (_, n) => `Member ${n}`) });
  const dates = workDays(days);
  const past = JSON.stringify(dates.map((date, n) => ({ date, previous: dates[n + 1] ?? addDays(date, -1) })));
  const people = JSON.stringify(team.people.map((id, n) => ({ id, n })));
  const each = "FROM json_each(?2) d, json_each(?3) p";
  const all = [team.teamId, past, people] as const;
  const at = "unixepoch(d.value ->> 'date') * 1000 + (p.value ->> 'n') * 60000";
  const key = "?1 || '-' || (d.value ->> 'date') || '-' || (p.value ->> 'n')";
  const report = "?1 || '-' || (d.value ->> 'date')";
  await run(
    `INSERT INTO reports (id, team_id, date, previous_date, questions, created_at, updated_at)
     SELECT ${report}, ?1, d.value ->> 'date', d.value ->> 'previous', '{"next":"","blockers":"","previous":"","previous_completed":""}', 0, 0
     FROM json_each(?2) d`,
    ...[team.teamId, past],
  );
  await run(
    `INSERT INTO checkins (id, team_id, report_id, person_id, date, slug, next, blockers, previous_completed, completed_at, created_at, updated_at)
     SELECT ${key}, ?1, ${report}, p.value ->> 'id', d.value ->> 'date', (d.value ->> 'date') || '-' || (p.value ->> 'n'),
       'Go', iif((p.value ->> 'n') % 2, 'Wait', ''), 'true', iif((p.value ->> 'n') = 7, NULL, ${at}), 0, 0 ${each}`,
    ...all,
  );
  await run(
    `INSERT INTO checkin_tags (team_id, tag, completed_at, checkin_id)
     SELECT ?1, t.value, ${at}, ${key} ${each}, json_each('["all","design","ops"]') t WHERE (p.value ->> 'n') <> 7`,
    ...all,
  );
  for (const remark of ["comments", "reactions"]) {
    await run(
      `INSERT INTO ${remark} (id, team_id, checkin_id, person_id, body, created_at)
       SELECT '${remark}-' || ${key}, ?1, ${key}, p.value ->> 'id', 'x', ${at} ${each}`,
      ...all,
    );
  }
  await run(
    "INSERT INTO member_absences (team_id, person_id, date) SELECT ?1, ?3, d.value ->> 'date' FROM json_each(?2) d",
    ...[team.teamId, past, team.people[7]],
  );
  await run(
    `INSERT INTO identities (id, account_id, identifier, person_id, created_at)
     SELECT 'i-' || (p.value ->> 'id'), ?1, p.value ->> 'id', p.value ->> 'id', 0 FROM json_each(?2) p`,
    ...[team.accountId, people],
  );
  await run(
    `INSERT INTO events (id, team_id, external_id, identity_id, kind, title, scope, occurred_at, created_at, updated_at)
     SELECT 'e-' || t.value || ${key}, ?1, t.value || ${key}, 'i-' || (p.value ->> 'id'), 'commit', 'x', 'x', ${at} + t.value, 0, 0
     ${each}, json_each('[1,2]') t`,
    ...all,
  );
  return team;
}

/** Requests a page, and counts the queries and rows that it needs. */
async function cost(team: Team, path: string) {
  const { db, count } = countingDatabase();
  const response = await direct(`/api/v1${path}`, { headers: team.asTeam }, { DB: db });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return { ...count, body: (await response.json()) as Record<string, unknown[]> };
}

let quarter: Team;
let twoYears: Team;

beforeAll(async () => {
  clockAt(`${LAST_DAY}T20:00:00Z`);
  [quarter, twoYears] = [await mintHistory(62), await mintHistory(522)];
}, 120_000);

afterAll(() => {
  vi.useRealTimers();
});

test("The long history holds two years of check-ins", async () => {
  const count = await env.DB.prepare("SELECT count(*) AS n FROM checkins WHERE team_id = ?")
    .bind(twoYears.teamId)
    .first();
  expect(count).toEqual({ n: 522 * PEOPLE });
});

// D1 also counts rows of indexes, rows of lists of ids in JSON, and one row past the end of each scan.
describe.each([
  { path: "/statuses", list: "statuses", items: 30, needs: 720 },
  { path: "/statuses?page=2", list: "statuses", items: 30, needs: 780 },
  { path: "/tags/design", list: "statuses", items: 30, needs: 720 },
  { path: "/tags/design?page=2", list: "statuses", items: 30, needs: 780 },
  // Each report counts its fifty check-ins, by person.
  { path: "/reports", list: "reports", items: 30, needs: 3_400 },
  { path: "/reports?page=2", list: "reports", items: 30, needs: 3_450 },
  { path: "/tags", list: "tags", items: 3, needs: 20 },
  { path: `/statuses/${LAST_DAY}-3`, list: "status", items: undefined, needs: 35 },
  { path: `/reports/${LAST_DAY}`, list: "report", items: undefined, needs: 130 },
])("GET $path", ({ path, list, items, needs }) => {
  test(`GET ${path} takes at most five queries and reads about what it shows, however long the history`, async () => {
    const [short, long] = [await cost(quarter, path), await cost(twoYears, path)];
    expect(long.body[list]?.length).toBe(items);
    expect(short.queries).toBeLessThanOrEqual(5);
    expect(long.queries).toBe(short.queries);
    // A scan that ends at the end of its index reads one row less than one that ends at the next team's rows.
    expect(Math.abs(long.rowsRead - short.rowsRead)).toBeLessThanOrEqual(5);
    expect(long.rowsRead).toBeLessThanOrEqual(needs);
    // Fewer would mean that the count misses a query.
    expect(long.rowsRead).toBeGreaterThan(items ?? 5);
  });

  test(`GET ${path} reads no more rows when the database has statistics`, async () => {
    await env.DB.exec("ANALYZE");
    const { rowsRead } = await cost(twoYears, path);
    await env.DB.exec("DELETE FROM sqlite_stat1");
    await env.DB.exec("ANALYZE sqlite_schema");
    expect(rowsRead).toBeLessThanOrEqual(needs);
  });
});

describe("a team that never answers", () => {
  /** Counts the cost of a page of check-ins that are all pending. */
  async function costOfPending(days: number, page: number) {
    const team = await mintHistory(days);
    await run("DELETE FROM checkin_tags WHERE team_id = ?", team.teamId);
    await run("UPDATE checkins SET completed_at = NULL WHERE team_id = ?", team.teamId);
    return cost(team, `/statuses?page=${page}`);
  }

  test("A page of pending check-ins is read only as far as the page goes", async () => {
    const [short, long] = [await costOfPending(20, 10), await costOfPending(200, 10)];
    expect(long.body.statuses).toHaveLength(30);
    expect(Math.abs(long.rowsRead - short.rowsRead)).toBeLessThanOrEqual(5);
  }, 60_000);

  test("Finding a page of check-ins sorts nothing", async () => {
    const { d1, statements } = recordStatements();
    await listCheckins(database(d1), quarter, { page: 3, size: 30 });
    const [{ sql, params }] = statements as [Statement];
    const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...params)
      .all<{ detail: string; parent: number }>();
    const details = plan.results.map(({ detail }) => detail);
    expect(details).toContainEqual(expect.stringContaining("USING INDEX checkins_latest (team_id=?)"));
    // The rows of the page itself are sorted once they are found.
    expect(details.filter((detail) => detail.includes("TEMP B-TREE"))).toEqual(["USE TEMP B-TREE FOR ORDER BY"]);
  });
});
