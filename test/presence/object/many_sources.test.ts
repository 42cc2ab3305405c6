import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { MINUTE, presence, push, ring, stopTheClock } from "../../support/presence.ts";
import { call, mintTeam, type Team } from "../../support/team.ts";

stopTheClock();

/** Creates another integration of the team and returns the header with its key. */
async function createIntegration(team: Team, minutes = 10): Promise<{ Authorization: string }> {
  const response = await call("/api/v1/integrations", {
    headers: team.asTeam,
    body: { name: "Another", presence_timeout_minutes: minutes },
  });
  expect(response.status).toBe(201);
  const { key } = (await response.json()) as { key: string };
  return { Authorization: `Bearer ${key}` };
}

describe("An integration that names a new source each time", () => {
  const TOO_MANY = { path: "source", message: expect.stringContaining("200") };

  /** Reports Ada from numbered sources, and returns the last answer. */
  async function report(team: Team, from: number, to: number) {
    let answer: unknown;
    for (let n = from; n <= to; n += 1) {
      const users = [{ personIdentifier: "ada", status: "online", timezone: n % 2 ? "Asia/Tokyo" : "Europe/Rome" }];
      answer = await push(team, users, { source: `run-${n}`, at: n / MINUTE });
    }
    return answer;
  }

  const keptIn = (team: Team) =>
    runInDurableObject(env.TEAM_PRESENCE.getByName(team.teamId), (_, { storage }) => {
      const sources = storage.sql.exec("SELECT value ->> 'source' AS source FROM streams").toArray();
      const [{ zones }] = storage.sql.exec("SELECT value ->> 'zones' AS zones FROM directory").toArray() as [
        { zones: string },
      ];
      return { sources: sources.map(({ source }) => source), zones: Object.keys(JSON.parse(zones)).length };
    });

  test("The object keeps the 200 sources that reported last, ends the blocks of the others, and says so", async () => {
    const team = await mintTeam();
    expect(await report(team, 1, 200)).not.toHaveProperty("warnings");
    expect(await report(team, 201, 202)).toMatchObject({ success: true, warnings: [TOO_MANY] });
    expect(await report(team, 202, 202)).not.toHaveProperty("warnings");
    const { sources, zones } = await keptIn(team);
    expect(sources).toHaveLength(200);
    expect(sources).not.toContain("run-1");
    expect(sources).not.toContain("run-2");
    expect(zones).toBe(20);
    await ring(team);
    const ended = await env.DB.prepare(
      "SELECT source FROM blocks WHERE team_id = ? AND ended_at IS NOT NULL ORDER BY started_at",
    )
      .bind(team.teamId)
      .all();
    expect(ended.results).toEqual([{ source: "run-1" }, { source: "run-2" }]);
    expect((await presence(team)).ada).toMatchObject({ status: "online" });
  });

  test("Another integration keeps its sources", async () => {
    const team = await mintTeam();
    const as = await createIntegration(team);
    await push(team, { ada: "meeting" }, { as, source: "calendar" });
    await report(team, 1, 205);
    expect(await keptIn(team)).toMatchObject({ sources: expect.arrayContaining(["calendar", "run-205"]) });
    expect((await presence(team)).ada).toMatchObject({ status: "meeting", source: "calendar" });
  });
});
