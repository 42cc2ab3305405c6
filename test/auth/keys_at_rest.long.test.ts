import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { call } from "../support/team.ts";

/** Every column of D1 that contains a text, as `table.column`. */
async function placesOf(needle: string): Promise<string[]> {
  const { results: columns } = await env.DB.prepare(
    `SELECT t.name AS tableName, c.name AS columnName FROM sqlite_master t JOIN pragma_table_info(t.name) c
     WHERE t.type = 'table' AND t.name NOT LIKE '\\_cf%' ESCAPE '\\' AND t.name NOT LIKE 'sqlite%'`,
  ).all<{ tableName: string; columnName: string }>();
  const found = await env.DB.batch<{ n: number }>(
    columns.map(({ tableName, columnName }) =>
      env.DB.prepare(`SELECT count(*) AS n FROM "${tableName}" WHERE instr("${columnName}", ?) > 0`).bind(needle),
    ),
  );
  return columns
    .filter((_, at) => found[at]!.results[0]!.n > 0)
    .map(({ tableName, columnName }) => `${tableName}.${columnName}`);
}

test("No key can be read in D1", async () => {
  const response = await call("/api/v1/setup", {
    headers: { Authorization: "Bearer setup-token-for-tests-0000000000000" },
    body: { team: { name: "Secretive" }, owner: { name: "Emma", email: "emma@example.com" } },
  });
  const setup = await response.json<{ team: { id: string; key: string }; integration: { id: string; key: string } }>();
  const asTeam = { "X-TEAM-ID": setup.team.id, "X-API-KEY": setup.team.key };
  const keyOf = async (path: string, body: object) =>
    (await (await call(path, { headers: asTeam, body })).json<{ key: string }>()).key;
  const made = await keyOf("/api/v1/integrations", { name: "Slack" });
  const rotated = await keyOf(`/api/v1/integrations/${setup.integration.id}/rotate`, { keep_old_for_minutes: 60 });
  const teamKey = await keyOf("/api/v1/team/rotate", { keep_old_for_minutes: 60 });
  const keys = [setup.team.key, teamKey, setup.integration.key, made, rotated];
  const [ofTeam, ofIntegration] = [expect.stringMatching(/^[\w-]{43}$/), expect.stringMatching(/^tc_\w{20}$/)];
  expect(keys).toEqual([ofTeam, ofTeam, ofIntegration, ofIntegration, ofIntegration]);
  await call("/api/v1/presence", {
    headers: { Authorization: `Bearer ${made}` },
    body: {
      timestamp: new Date().toISOString(),
      source: "test",
      users: [{ personIdentifier: "emma@example.com", status: "online" }],
    },
  });

  for (const key of keys) {
    // The first seven characters are stored as prefix, which shows that the search works; eight are stored nowhere.
    expect(await placesOf(key.slice(0, 7))).toContain("api_keys.prefix");
    expect(await placesOf(key.slice(0, 8))).toEqual([]);
    expect(await placesOf(key.slice(7))).toEqual([]);
  }
  expect(await placesOf("setup-token-for-tests-0000000000000")).toEqual([]);
});
