import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import {
  alarm,
  at,
  blocks,
  clock,
  inWords,
  MINUTE,
  presence,
  push,
  ring,
  send,
  stopTheClock,
  stored,
  type User,
  usersWith,
} from "../../support/presence.ts";
import { call, mintTeam, type Team } from "../../support/team.ts";

stopTheClock();

const inD1 = async (team: Team) => {
  await ring(team);
  return inWords(await stored(team));
};

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

describe("Several sources", () => {
  test("Each source has blocks of its own, and the person shows the status that ranks first", async () => {
    const team = await mintTeam();
    await push(team, { ada: "dnd" }, { source: "phone" });
    clock(1);
    await push(team, { ada: "meeting" }, { source: "calendar" });
    clock(2);
    await push(team, { ada: "coding" }, { source: "editor" });
    expect((await presence(team)).ada).toMatchObject({
      status: "dnd",
      source: "phone",
      since: at(0),
      last_seen_at: at(2),
    });
    await push(team, { ada: "offline" }, { source: "phone" });
    expect((await presence(team)).ada).toMatchObject({ status: "meeting", source: "calendar", since: at(1) });
    clock(3);
    await push(team, { ada: "away" }, { source: "calendar" });
    expect((await presence(team)).ada).toMatchObject({ status: "coding", source: "editor", working: true });
    clock(4);
    await push(team, { ada: "offline" }, { source: "editor" });
    expect((await presence(team)).ada).toMatchObject({ status: "away", present: true, working: false });
    clock(5);
    await push(team, { ada: "offline" }, { source: "calendar" });
    expect((await presence(team)).ada).toMatchObject({ status: "offline", present: false, last_seen_at: at(5) });
    expect(await inD1(team)).toEqual(["ada dnd 0-2", "ada meeting 1-3", "ada coding 2-4", "ada away 3-5"]);
  });

  test("Sources that differ only in case are different sources", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" }, { source: "Slack" });
    await push(team, { ada: "offline" }, { source: "slack" });
    expect((await presence(team)).ada).toMatchObject({ present: true, source: "Slack" });
  });
});

describe("Two integrations that report the same person", () => {
  test("Each integration has blocks of its own, even with the same source", async () => {
    const team = await mintTeam();
    const as = await createIntegration(team);
    await push(team, { ada: "online" });
    clock(1);
    await push(team, { ada: "online" }, { as });
    clock(2);
    await push(team, { ada: "offline" }, { as });
    expect((await presence(team)).ada).toMatchObject({ present: true, since: at(0) });
    const all = await blocks(team, { person: "ada" });
    expect(all).toMatchObject([
      { started_at: at(1), ended_at: at(2) },
      { started_at: at(0), ended_at: null },
    ]);
    expect(new Set(all.map(({ person_id }) => person_id)).size).toBe(1);
    expect(new Set(all.map(({ integration_id }) => integration_id)).size).toBe(2);
  });

  test("Each integration has its own timeout", async () => {
    const team = await mintTeam({ timeoutMinutes: 1 });
    const as = await createIntegration(team, 720);
    await push(team, { ada: "online" });
    await push(team, { ada: "busy" }, { as });
    await ring(team);
    // The alarm is set to the earlier timeout, also if the other integration reported last.
    expect(await alarm(team)).toBe(MINUTE + 1);
    clock(720);
    expect((await presence(team)).ada).toMatchObject({ status: "busy" });
    expect(await inD1(team)).toEqual(["ada busy 0-0...", "ada online 0-0"]);
    clock(720 + 1 / MINUTE);
    await ring(team);
    expect(await inD1(team)).toEqual(["ada busy 0-0", "ada online 0-0"]);
  });
});

describe("A changed timeout", () => {
  const patch = (team: Team, presence_timeout_minutes: number) =>
    call(`/api/v1/integrations/${team.integrationId}`, {
      method: "PATCH",
      headers: team.asTeam,
      body: { presence_timeout_minutes },
    });

  test("A shorter timeout counts from the next read on", async () => {
    const team = await mintTeam({ timeoutMinutes: 30 });
    await push(team, { ada: "online", bob: "online" });
    await patch(team, 5);
    clock(6);
    expect((await presence(team)).ada).toMatchObject({ present: false, last_seen_at: at(0) });
    await push(team, { ada: "online" });
    expect(await presence(team)).toMatchObject({ ada: { since: at(6) }, bob: { present: false, last_seen_at: at(0) } });
    expect(await inD1(team)).toEqual(["ada online 0-0", "bob online 0-0", "ada online 6-6..."]);
    expect(await alarm(team)).toBe(11 * MINUTE + 1);
  });

  test.each([
    ["switched off", { method: "PATCH", body: { active: false } }],
    ["removed", { method: "DELETE" }],
  ])("Open blocks end at the next read after the integration is %s", async (_, change) => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    await push(team, { ada: "busy" });
    clock(1);
    await push(team, { ada: "busy" });
    await call(`/api/v1/integrations/${team.integrationId}`, { headers: team.asTeam, ...change });
    clock(2);
    expect((await presence(team)).ada).toMatchObject({ present: false, last_seen_at: at(1) });
    expect(await inD1(team)).toEqual(["ada busy 0-1"]);
  });

  test("A longer timeout counts from the next read on", async () => {
    const team = await mintTeam({ timeoutMinutes: 5 });
    await push(team, { ada: "online" });
    await patch(team, 30);
    clock(30);
    await push(team, { ada: "online" });
    expect(await inD1(team)).toEqual(["ada online 0-30..."]);
    expect((await presence(team)).ada).toMatchObject({ since: at(0), last_seen_at: at(30) });
  });
});

describe("A person named twice in one heartbeat", () => {
  const named = (...statuses: string[]): User[] => statuses.map((status) => ({ personIdentifier: "ada", status }));

  test.each([
    [["online", "away"], ["ada away 0-0..."]],
    [["online", "offline"], []],
    [["offline", "online"], ["ada online 0-0..."]],
  ])("The last of the statuses %j counts", async (statuses, expected) => {
    const team = await mintTeam();
    expect(await push(team, named(...statuses))).toMatchObject({ processed: { users: 2 } });
    expect(await inD1(team)).toEqual(expected);
    await push(team, named(...statuses));
    expect(await inD1(team)).toEqual(expected);
  });

  test("An open block continues if the last status is its own", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    clock(1);
    await push(team, named("away", "ONLINE"));
    clock(2);
    await push(team, named("online", "offline"));
    expect(await inD1(team)).toEqual(["ada online 0-2"]);
  });
});

describe("A heartbeat older than the newest one", () => {
  test("An older heartbeat of the same source is counted and changes nothing, not even the time zone", async () => {
    const team = await mintTeam();
    clock(5);
    await push(team, [{ personIdentifier: "ada", status: "online", name: "Ada", timezone: "Europe/London" }]);
    const before = [await presence(team), await blocks(team)];
    const late = { personIdentifier: "ada", status: "away", timezone: "Asia/Tokyo", details: { late: true } };
    expect(await push(team, [late], { at: 4 })).toMatchObject({ processed: { users: 1, statuses: { away: 1 } } });
    expect([await presence(team), await blocks(team)]).toEqual(before);
  });

  test("An older heartbeat of another source is recorded", async () => {
    const team = await mintTeam();
    clock(5);
    await push(team, { ada: "online" }, { source: "slack" });
    await push(team, { ada: "coding" }, { source: "editor", at: 4 });
    expect(await inD1(team)).toEqual(["ada coding 4-4...", "ada online 5-5..."]);
  });
});

describe("Concurrent requests", () => {
  test("50 concurrent heartbeats of different people are all recorded", { timeout: 30_000 }, async () => {
    const team = await mintTeam();
    const names = Array.from({ length: 50 }, (_, n) => `p${String(n).padStart(2, "0")}`);
    await Promise.all(names.map((name) => push(team, { [name]: "online" })));
    await Promise.all(names.map((name, n) => push(team, { [name]: n % 2 ? "busy" : "online" }, { at: n / 60 })));
    expect(Object.keys(await presence(team))).toEqual(names);
    clock(1);
    const rows = await blocks(team, { limit: "200" });
    expect(rows).toHaveLength(75);
    expect(new Set(rows.map(({ person_id }) => person_id)).size).toBe(50);
  });

  test("20 concurrent first reports of a person, by heartbeats and events of two teams, make one person", {
    timeout: 30_000,
  }, async () => {
    const team = await mintTeam();
    const sibling = await mintTeam({ accountId: team.accountId });
    const ada = { personIdentifier: "ada", status: "online", name: "Ada" };
    const event = (n: number) => ({
      ...{ kind: "commit", externalId: `e${n}`, personIdentifier: "ada", title: "x", scope: "x" },
      timestamp: at(0),
    });
    const responses = await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        if (n % 4 === 3) return call("/api/v1/events", { headers: team.asIntegration, body: { events: [event(n)] } });
        return send(n % 4 === 2 ? sibling : team, [ada], { source: `source-${n}` });
      }),
    );
    expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const count = async (sql: string) => (await env.DB.prepare(sql).bind(team.accountId).first<{ n: number }>())?.n;
    expect(await count("SELECT count(*) AS n FROM people WHERE account_id = ?")).toBe(1);
    expect(await count("SELECT count(*) AS n FROM identities WHERE account_id = ?")).toBe(1);
    expect(
      await count("SELECT count(*) AS n FROM members WHERE team_id IN (SELECT id FROM teams WHERE account_id = ?)"),
    ).toBe(2);
    expect(await blocks(team)).toHaveLength(10);
    expect(await blocks(sibling)).toHaveLength(5);
    expect(Object.keys(await presence(team))).toHaveLength(1);
  });

  test("Every reader sees the heartbeats that were answered before", { timeout: 30_000 }, async () => {
    const team = await mintTeam();
    for (let round = 0; round < 10; round++) {
      clock(round);
      await push(team, usersWith({ ada: round % 2 ? "online" : "busy" }));
      const lists = await Promise.all([0, 1, 2].map(() => blocks(team)));
      for (const list of lists) expect(list).toHaveLength(round + 1);
    }
  });
});
