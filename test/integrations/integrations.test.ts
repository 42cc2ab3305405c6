import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { call, mintTeam, type Team } from "../support/team.ts";

const ABSENT = "00000000-0000-4000-8000-000000000000";
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;

type Integration = { id: string; name: string; active: boolean; key: string; key_prefix: string; created_at: string };

let team: Team;
let other: Team;

beforeAll(async () => {
  [team, other] = await Promise.all([mintTeam(), mintTeam()]);
});

async function make(body: object = { name: "Slack" }, from = team): Promise<Integration> {
  const response = await call("/api/v1/integrations", { headers: from.asTeam, body });
  expect(response.status).toBe(201);
  return response.json();
}

const get = (id: string, from = team) => call(`/api/v1/integrations/${id}`, { headers: from.asTeam });
const patch = (id: string, body: unknown, from = team) =>
  call(`/api/v1/integrations/${id}`, { method: "PATCH", headers: from.asTeam, body });
const remove = (id: string, from = team) =>
  call(`/api/v1/integrations/${id}`, { method: "DELETE", headers: from.asTeam });
/** The status of a request with an integration key. */
const tryKey = async (key: string) =>
  (await call("/api/v1/people", { headers: { Authorization: `Bearer ${key}` } })).status;

async function expectIssues(response: Response, paths: string[]) {
  const body = await response.json<{ code: string; issues: { path: string }[] }>();
  expect(body.code).toBe("bad_request");
  expect(body.issues.map((issue) => issue.path)).toEqual(paths);
  expect(response.status).toBe(400);
}

describe("POST /integrations", () => {
  test("A new integration is active, and its key is shown once and works at once", async () => {
    const response = await call("/api/v1/integrations", { headers: team.asTeam, body: { name: "  Slack " } });
    expect(response.status).toBe(201);
    const made = await response.json<Integration>();
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: "Slack",
      active: true,
      presence_timeout_minutes: 10,
      key_prefix: made.key.slice(0, 7),
      last_used_at: null,
      created_at: expect.stringMatching(INSTANT),
      key: expect.stringMatching(/^tc_[0-9A-Za-z]{20}$/),
    });
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(response.headers.get("Location")).toBe(`/api/v1/integrations/${made.id}`);
    expect(await tryKey(made.key)).toBe(200);

    const { key, ...rest } = made;
    const later = await call(response.headers.get("Location")!, { headers: team.asTeam });
    expect(await later.text()).not.toContain(key);
    expect(await (await get(made.id)).json()).toEqual({ ...rest, last_used_at: expect.stringMatching(INSTANT) });
  });

  test("A timeout can be given, and an integration can begin inactive", async () => {
    const made = await make({ name: "Sensor", presence_timeout_minutes: 720, active: false });
    expect(made).toMatchObject({ presence_timeout_minutes: 720, active: false });
    expect(await tryKey(made.key)).toBe(403);
  });

  test("The answer to an invalid body names every field", async () => {
    const bad = (body: unknown) => call("/api/v1/integrations", { headers: team.asTeam, body });
    await expectIssues(await bad({}), ["name"]);
    await expectIssues(await bad({ name: " " }), ["name"]);
    await expectIssues(await bad({ name: "x".repeat(101) }), ["name"]);
    await expectIssues(await bad({ name: "x", colour: "red", __proto__x: 1, key: "tc_" }), [
      "colour",
      "__proto__x",
      "key",
    ]);
    await expectIssues(await bad('{"name": "x", "__proto__": {"active": false}}'), ["__proto__"]);
    await expectIssues(await bad({ name: 5, active: "yes", presence_timeout_minutes: "10" }), [
      "name",
      "active",
      "presence_timeout_minutes",
    ]);
    for (const minutes of [0, 721, 1.5, -1, null, 1e300]) {
      await expectIssues(await bad({ name: "x", presence_timeout_minutes: minutes }), ["presence_timeout_minutes"]);
    }
    for (const body of ["[]", "null", '"x"']) await expectIssues(await bad(body), [""]);
  });
});

describe("GET /integrations", () => {
  test("The team's integrations are listed in pages, newest first, without keys", async () => {
    const suite = await mintTeam();
    // Made one after the other, but perhaps within a millisecond: then the greater id counts as newer.
    const made: Integration[] = [];
    for (let n = 1; n <= 5; n++) made.push(await make({ name: `Tool ${n}` }, suite));
    const list = async (query: string) => {
      const response = await call(`/api/v1/integrations${query}`, { headers: suite.asTeam });
      expect(response.status).toBe(200);
      return response.json<{ data: Integration[]; next_cursor: string | null }>();
    };
    const { data, next_cursor } = await list("");
    expect(next_cursor).toBeNull();
    const expected = made
      .map(({ key: _, ...shown }) => shown)
      .sort((a, b) => (a.created_at === b.created_at ? (a.id < b.id ? 1 : -1) : a.created_at < b.created_at ? 1 : -1));
    expect(data.filter(({ name }) => name !== "Test")).toEqual(expected);
    expect(data).toHaveLength(6);
    expect(data.at(-1)).toMatchObject({ id: suite.integrationId, key_prefix: suite.integrationKey.slice(0, 7) });

    const paged: Integration[] = [];
    let query = "?limit=4";
    for (const size of [4, 2]) {
      const page = await list(query);
      expect(page.data).toHaveLength(size);
      paged.push(...page.data);
      query = `?limit=4&cursor=${page.next_cursor}`;
      expect(page.next_cursor === null).toBe(size === 2);
    }
    expect(paged).toEqual(data);
  });

  test("Pages contain each integration once where several were created in one millisecond", async () => {
    const suite = await mintTeam();
    await Promise.all([make(undefined, suite), make(undefined, suite), make(undefined, suite)]);
    await env.DB.prepare("UPDATE integrations SET created_at = 5 WHERE team_id = ?").bind(suite.teamId).run();
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor && `&cursor=${cursor}`;
      const response = await call(`/api/v1/integrations?limit=1${query}`, { headers: suite.asTeam });
      const page = await response.json<{ data: Integration[]; next_cursor: string | null }>();
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(seen).toHaveLength(4);
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
  });

  test("An invalid limit or cursor is refused", async () => {
    const list = (query: string) => call(`/api/v1/integrations?${query}`, { headers: team.asTeam });
    await expectIssues(await list("limit=0"), ["limit"]);
    await expectIssues(await list("limit=201&cursor=x"), ["limit", "cursor"]);
  });
});

describe("PATCH /integrations/{id}", () => {
  test("Only the given settings change", async () => {
    const { id, key: _, ...made } = await make({ name: "Git", presence_timeout_minutes: 30 });
    const response = await patch(id, { name: "GitHub" });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ...made, id, name: "GitHub" });
    await patch(id, { presence_timeout_minutes: 5 });
    expect(await (await get(id)).json()).toEqual({ ...made, id, name: "GitHub", presence_timeout_minutes: 5 });
  });

  test("An integration can be deactivated and activated from the next request on", async () => {
    const { id, key } = await make();
    expect(await tryKey(key)).toBe(200);
    expect((await patch(id, { active: false })).status).toBe(200);
    expect(await tryKey(key)).toBe(403);
    expect(await (await patch(id, { active: true })).json()).toMatchObject({ active: true });
    expect(await tryKey(key)).toBe(200);
  });

  test("An empty change, an unknown field and an invalid one are refused and change nothing", async () => {
    const { id, key: _, ...made } = await make();
    await expectIssues(await patch(id, {}), [""]);
    await expectIssues(await call(`/api/v1/integrations/${id}`, { method: "PATCH", headers: team.asTeam }), [""]);
    await expectIssues(await patch(id, { name: "x", key: "tc_00000000000000000000", team_id: other.teamId }), [
      "key",
      "team_id",
    ]);
    await expectIssues(await patch(id, { name: "", active: 1, presence_timeout_minutes: 0 }), [
      "name",
      "active",
      "presence_timeout_minutes",
    ]);
    expect(await (await get(id)).json()).toEqual({ ...made, id });
  });
});

describe("DELETE /integrations/{id}", () => {
  test("The key stops at once, the integration is not found any more, and its row stays", async () => {
    const { id, key } = await make();
    expect(await tryKey(key)).toBe(200);
    const response = await remove(id);
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");

    const refused = await call("/api/v1/people", { headers: { Authorization: `Bearer ${key}` } });
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ error: "Invalid API key", code: "invalid_api_key" });
    expect((await remove(id)).status).toBe(404);
    const list = await call("/api/v1/integrations?limit=200", { headers: team.asTeam });
    expect(await list.text()).not.toContain(id);
    const row = await env.DB.prepare("SELECT removed_at FROM integrations WHERE id = ?").bind(id).first("removed_at");
    expect(row).toBeTypeOf("number");
    const keys = env.DB.prepare("SELECT count(*) AS n FROM api_keys WHERE integration_id = ?").bind(id);
    expect(await keys.first("n")).toBe(0);
  });
});

describe("an absent integration", () => {
  const ways = {
    get: (id: string) => get(id),
    patch: (id: string) => patch(id, { name: "mine" }),
    delete: (id: string) => remove(id),
    rotate: (id: string) => call(`/api/v1/integrations/${id}/rotate`, { headers: team.asTeam, body: {} }),
  };

  test.each(Object.entries(ways))(
    "The method %s answers the same 404 for a removed, foreign, unknown or invalid id",
    async (_, ask) => {
      const { id: removed } = await make();
      await remove(removed);
      const foreign = await make({ name: "Theirs" }, other);
      const odd = ["nonsense", "%00", "%ff", "%F0%9F%92%A9", "'", "x".repeat(5_000), "null", "*"];
      for (const id of [removed, foreign.id, ABSENT, ...odd]) {
        const response = await ask(id);
        const { request_id: _, ...body } = await response.json<{ request_id: string }>();
        expect(body, id).toEqual({ success: false, error: "Not found", code: "not_found" });
        expect(response.status).toBe(404);
      }
      expect(await (await get(foreign.id, other)).json()).toMatchObject({ name: "Theirs" });
      expect(await tryKey(foreign.key)).toBe(200);
    },
  );
});

test("Only the team key manages integrations", async () => {
  for (const path of ["/api/v1/integrations", `/api/v1/integrations/${team.integrationId}`]) {
    const response = await call(path, { headers: team.asIntegration });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: "missing_api_key" });
  }
});
