import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { call, mintTeam, type Team } from "../support/team.ts";

const iso = (ms: number) => new Date(ms).toISOString();

type User = { personIdentifier: string; status: string; [field: string]: unknown };

async function push(team: Team, users: User[], { at = Date.now(), source = "test" } = {}) {
  const response = await call("/api/v1/presence", {
    headers: team.asIntegration,
    body: { timestamp: iso(at), source, users },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const read = async (team: Team, path: string) =>
  (await (await call(`/api/v1${path}`, { headers: team.asTeam })).json()) as { data: Record<string, unknown>[] };

describe("POST /presence", () => {
  test("answers the document's own example of 2024 as documented, with a warning and without effect", async () => {
    const team = await mintTeam();
    const response = await call("/api/v1/presence", {
      headers: team.asIntegration,
      body: {
        timestamp: "2024-01-15T14:30:00Z",
        source: "slack-bot",
        users: [
          {
            personIdentifier: "john.doe",
            name: "John Doe",
            status: "online",
            timezone: "America/New_York",
            email: "[email protected]",
            details: { location: "office" },
          },
          {
            personIdentifier: "jane.smith",
            name: "Jane Smith",
            status: "away",
            timezone: "Europe/London",
            email: "[email protected]",
          },
        ],
      },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      success: true,
      timestamp: expect.stringMatching(/^20\d\d-.*Z$/),
      processed: { users: 2, statuses: { online: 1, away: 1 } },
      warnings: [{ path: "timestamp" }, { path: "users[0].email" }, { path: "users[1].email" }],
    });
    expect((await read(team, "/presence")).data).toEqual([]);
  });

  test("shows who is on, at once", async () => {
    const team = await mintTeam();
    const at = Date.now() - 60_000;
    await push(team, [{ personIdentifier: "ada", name: "Ada", status: "Coding", timezone: "Asia/Kathmandu" }], { at });
    const { data } = await read(team, "/presence");
    expect(data).toEqual([
      {
        person_id: expect.stringMatching(/^usr_/),
        name: "Ada",
        time_zone: "Asia/Kathmandu",
        present: true,
        status: "Coding",
        working: true,
        source: "test",
        since: iso(at),
        last_seen_at: iso(at),
        local_time: expect.stringMatching(/\+05:45$/),
      },
    ]);
    const blocks = await read(team, "/blocks");
    expect(blocks.data).toMatchObject([{ identifier: "ada", status: "Coding", started_at: iso(at), ended_at: null }]);
    const rows = await env.DB.prepare("SELECT count(*) AS n FROM blocks WHERE team_id = ?").bind(team.teamId).first();
    expect(rows).toEqual({ n: 1 });
  });
});
