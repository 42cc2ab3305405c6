import { beforeAll, describe, expect, test } from "vitest";
import { rows } from "../support/database.ts";
import { expectError } from "../support/error.ts";
import { objectOf, presence, push, ring, sendToObject } from "../support/presence.ts";
import { request } from "../support/subject.ts";
import { call, mintTeam, type Team } from "../support/team.ts";

const HOUR = 3_600_000;
const at = (ms: number) => new Date(ms).toISOString();

/** The query of the people that an integration created, in the last hour unless other times are given. */
const query = (
  team: Team,
  {
    integration = team.integrationId,
    from = Date.now() - HOUR,
    to = Date.now() + HOUR,
    ...more
  }: Partial<Record<"integration" | "limit" | "cursor", string> & Record<"from" | "to", number>> = {},
) => new URLSearchParams({ integration, created_from: at(from), created_to: at(to), ...more });

type Listed = { total: number; data: { id: string; name: string }[]; next_cursor: string | null };

const list = (team: Team, options: Parameters<typeof query>[1] = {}): Promise<Listed> =>
  request(`/tool_named_people?${query(team, options)}`, { headers: team.asTeam });

const listedNames = async (team: Team, options: Parameters<typeof query>[1] = {}) =>
  (await list(team, options)).data.map(({ name }) => name).sort();

const remove = (team: Team, options: Parameters<typeof query>[1] = {}) =>
  call(`/api/v1/tool_named_people?${query(team, options)}`, { method: "DELETE", headers: team.asTeam });

const names = async (team: Team): Promise<string[]> => {
  const people = await rows<{ name: string }>(
    "SELECT name FROM people WHERE account_id = ? ORDER BY name",
    team.accountId,
  );
  return people.map(({ name }) => name);
};

const pushEvent = (team: Team, personIdentifier: string, headers: Record<string, string> = team.asIntegration) => {
  const event = { kind: "task", externalId: `of-${personIdentifier}`, personIdentifier, title: "T", scope: "s" };
  return request("/events", { headers, body: { events: [{ ...event, timestamp: at(Date.now()) }] } });
};

describe("People whom only a tool has named", () => {
  let team: Team;
  let other: { id: string; headers: Record<string, string> };
  const as = () => ({ headers: team.asTeam });

  /** What makes a person one whom more than this tool knows. */
  const KNOWN: Record<string, (who: string) => Promise<unknown>> = {
    renamed: (who) => request(`/members/${who}`, { ...as(), method: "PATCH", body: { name: "renamed" } }),
    active: (who) => request(`/members/${who}`, { ...as(), method: "PATCH", body: { role: "active" } }),
    manager: (who) => request(`/members/${who}`, { ...as(), method: "PATCH", body: { manager: true } }),
    "once-active": async (who) => {
      for (const role of ["active", "observer"]) {
        await request(`/members/${who}`, { ...as(), method: "PATCH", body: { role } });
      }
    },
    "removed-member": (who) => call(`/api/v1/members/${who}`, { ...as(), method: "DELETE" }),
    "merged-into": (who) => request(`/people/${who}/merge`, { ...as(), body: { person: "merged-away" } }),
    "merged-away": async () => {},
    "on-leave": (who) => request(`/member_absences/${who}`, { ...as(), body: { date: "2040-01-16" } }),
    subscribed: (who) => request("/stats-notifications", { ...as(), body: { user_id: who, time_window: "daily" } }),
    "of-other-tool": (who) => push(team, { [who]: "busy" }, { as: other.headers }),
    "event-of-other-tool": (who) => pushEvent(team, who, other.headers),
    "on-other-team": async (who) => {
      const sibling = await mintTeam({ accountId: team.accountId });
      await pushEvent(sibling, who);
    },
  };
  const JUNK = ["junk-1", "junk-2", "junk-3", "junk-with-event"];

  beforeAll(async () => {
    team = await mintTeam();
    const made = await request<{ id: string; key: string }>("/integrations", { ...as(), body: { name: "Other" } });
    other = { id: made.id, headers: { Authorization: `Bearer ${made.key}` } };
    await push(team, { "named-by-other": "online" }, { as: other.headers });
    await push(team, Object.fromEntries([...Object.keys(KNOWN), ...JUNK].map((who) => [who, "online"])));
    await pushEvent(team, "junk-with-event");
    await request("/members", { ...as(), body: { email: "added@x.test", name: "added", role: "observer" } });
    await push(team, { "added@x.test": "online" });
    for (const [who, makeKnown] of Object.entries(KNOWN)) await makeKnown(who);
    await ring(team);
  });

  test("The list has them alone, in pages, and changes nothing", async () => {
    const before = await names(team);
    expect(await listedNames(team)).toEqual(JUNK);
    expect(await listedNames(team, { integration: other.id })).toEqual(["named-by-other"]);
    const first = await list(team, { limit: "3" });
    expect(first).toMatchObject({ total: 4, data: [{}, {}, {}] });
    const second = await list(team, { limit: "3", cursor: first.next_cursor! });
    expect([...first.data, ...second.data].map(({ name }) => name).sort()).toEqual(JUNK);
    expect(second.next_cursor).toBeNull();
    expect(await names(team)).toEqual(before);
  });

  test("The time of creation is half-open", async () => {
    const [{ time } = { time: 0 }] = await rows<{ time: number }>(
      "SELECT created_at AS time FROM people WHERE account_id = ? AND name = 'junk-1'",
      team.accountId,
    );
    expect(await listedNames(team, { from: time, to: time + 1 })).toContain("junk-1");
    expect(await listedNames(team, { from: time + 1 })).not.toContain("junk-1");
    expect(await listedNames(team, { to: time })).not.toContain("junk-1");
  });

  test("An integration of another team is not found, nor one that does not exist", async () => {
    const stranger = await mintTeam({ accountId: team.accountId });
    for (const integration of [stranger.integrationId, crypto.randomUUID()]) {
      await expectError(await remove(team, { integration }), 404, "not_found");
      const response = await call(`/api/v1/tool_named_people?${query(team, { integration })}`, as());
      await expectError(response, 404, "not_found");
    }
  });

  test("They are removed with everything about them, and all others stay, even if the integration is gone", async () => {
    const before = await names(team);
    await call(`/api/v1/integrations/${team.integrationId}`, { ...as(), method: "DELETE" });
    const response = await remove(team);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ removed: 4, left: 0 });
    expect(await names(team)).toEqual(before.filter((name) => !JUNK.includes(name)));
    expect(Object.keys(await presence(team))).not.toEqual(expect.arrayContaining(["junk-1"]));
    const left = await rows(
      "SELECT id FROM identities WHERE account_id = ? AND identifier LIKE 'junk%'",
      team.accountId,
    );
    expect(left).toEqual([]);
    expect(await rows("SELECT id FROM events WHERE external_id = 'of-junk-with-event'")).toEqual([]);
    await objectOf(team).wake();
    await ring(team);
    expect((await list(team)).total).toBe(0);
    expect(await (await remove(team)).json()).toEqual({ removed: 0, left: 0 });
  });
});

test("A person whom a tool reports while they are removed is removed in the object too", async () => {
  const team = await mintTeam();
  await push(team, { ada: "online" });
  await ring(team);
  expect(await (await remove(team)).json()).toEqual({ removed: 1, left: 0 });
  await sendToObject(team, [{ personIdentifier: "ada", status: "online" }]);
  await objectOf(team).wake();
  const [{ count } = { count: -1 }] = await rows<{ count: number }>(
    "SELECT count(*) AS count FROM people WHERE account_id = ?",
    team.accountId,
  );
  expect(count).toBe(1);
});

test("Many people are removed in portions, and each answer says how many are left", { timeout: 120_000 }, async () => {
  const team = await mintTeam();
  const many = Array.from({ length: 1_200 }, (_, n) => `junk-${n}`);
  for (let n = 0; n < many.length; n += 600) {
    await push(team, Object.fromEntries(many.slice(n, n + 600).map((who) => [who, "online"])));
  }
  await ring(team);
  for (const [removed, left, status] of [
    [500, 700, 202],
    [500, 200, 202],
    [200, 0, 200],
  ] as const) {
    const response = await remove(team);
    expect(await response.json()).toEqual({ removed, left });
    expect(response.status).toBe(status);
  }
  expect(await names(team)).toEqual([]);
  expect(await presence(team)).toEqual({});
});
