import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { call, mintTeam, type Team } from "../../support/team.ts";
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
  saying,
  send,
  stopTheClock,
  stored,
  type User,
} from "../client.ts";

stopTheClock();

const inD1 = async (team: Team) => {
  await ring(team);
  return inWords(await stored(team));
};

/** A second integration of the team, by the key that speaks for it. */
async function another(team: Team, minutes = 10): Promise<{ Authorization: string }> {
  const response = await call("/api/v1/integrations", {
    headers: team.asTeam,
    body: { name: "Another", presence_timeout_minutes: minutes },
  });
  expect(response.status).toBe(201);
  const { key } = (await response.json()) as { key: string };
  return { Authorization: `Bearer ${key}` };
}

describe("several sources", () => {
  test("go on side by side, and the person shows what ranks first", async () => {
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

  test("that differ only in case are different sources", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" }, { source: "Slack" });
    await push(team, { ada: "offline" }, { source: "slack" });
    expect((await presence(team)).ada).toMatchObject({ present: true, source: "Slack" });
  });
});

describe("two integrations that know the same person", () => {
  test("each have blocks of their own, even under one source", async () => {
    const team = await mintTeam();
    const as = await another(team);
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

  test("each have their own timeout", async () => {
    const team = await mintTeam({ timeoutMinutes: 1 });
    const as = await another(team, 720);
    await push(team, { ada: "online" });
    await push(team, { ada: "busy" }, { as });
    await ring(team);
    // Of the first of them to pass, whichever tool was heard last.
    expect(await alarm(team)).toBe(MINUTE + 1);
    clock(720);
    expect((await presence(team)).ada).toMatchObject({ status: "busy" });
    expect(await inD1(team)).toEqual(["ada busy 0-0...", "ada online 0-0"]);
    clock(720 + 1 / MINUTE);
    await ring(team);
    expect(await inD1(team)).toEqual(["ada busy 0-0", "ada online 0-0"]);
  });
});

describe("a timeout that is changed", () => {
  const patch = (team: Team, presence_timeout_minutes: number) =>
    call(`/api/v1/integrations/${team.integrationId}`, {
      method: "PATCH",
      headers: team.asTeam,
      body: { presence_timeout_minutes },
    });

  test("counts at the next look: shorter", async () => {
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
  ])("is over at once when the integration is %s", async (_, change) => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    await push(team, { ada: "busy" });
    clock(1);
    await push(team, { ada: "busy" });
    await call(`/api/v1/integrations/${team.integrationId}`, { headers: team.asTeam, ...change });
    clock(2);
    expect((await presence(team)).ada).toMatchObject({ present: false, last_seen_at: at(1) });
    expect(await inD1(team)).toEqual(["ada busy 0-1"]);
  });

  test("counts at the next look: longer", async () => {
    const team = await mintTeam({ timeoutMinutes: 5 });
    await push(team, { ada: "online" });
    await patch(team, 30);
    clock(30);
    await push(team, { ada: "online" });
    expect(await inD1(team)).toEqual(["ada online 0-30..."]);
    expect((await presence(team)).ada).toMatchObject({ since: at(0), last_seen_at: at(30) });
  });
});

describe("a person named twice in one batch", () => {
  const named = (...statuses: string[]): User[] => statuses.map((status) => ({ personIdentifier: "ada", status }));

  test.each([
    [["online", "away"], ["ada away 0-0..."]],
    [["online", "offline"], []],
    [["offline", "online"], ["ada online 0-0..."]],
  ])("is what was said last: %j", async (statuses, expected) => {
    const team = await mintTeam();
    expect(await push(team, named(...statuses))).toMatchObject({ processed: { users: 2 } });
    expect(await inD1(team)).toEqual(expected);
    await push(team, named(...statuses));
    expect(await inD1(team)).toEqual(expected);
  });

  test("goes on with an open block, if that was said last", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    clock(1);
    await push(team, named("away", "ONLINE"));
    clock(2);
    await push(team, named("online", "offline"));
    expect(await inD1(team)).toEqual(["ada online 0-2"]);
  });
});

describe("a beat older than the newest of its source", () => {
  test("counts and changes nothing, not even what is known of the person", async () => {
    const team = await mintTeam();
    clock(5);
    await push(team, [{ personIdentifier: "ada", status: "online", name: "Ada", timezone: "Europe/London" }]);
    const before = [await presence(team), await blocks(team)];
    const late = { personIdentifier: "ada", status: "away", timezone: "Asia/Tokyo", details: { late: true } };
    expect(await push(team, [late], { at: 4 })).toMatchObject({ processed: { users: 1, statuses: { away: 1 } } });
    expect([await presence(team), await blocks(team)]).toEqual(before);
  });

  test("counts in full for a source of which it is the first", async () => {
    const team = await mintTeam();
    clock(5);
    await push(team, { ada: "online" }, { source: "slack" });
    await push(team, { ada: "coding" }, { source: "editor", at: 4 });
    expect(await inD1(team)).toEqual(["ada coding 4-4...", "ada online 5-5..."]);
  });
});

describe("at the same time", () => {
  test("50 heartbeats of different people lose none", { timeout: 30_000 }, async () => {
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

  test("20 first sightings of one person make one person, wherever they come from", { timeout: 30_000 }, async () => {
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

  test("readers and writers see all that was answered before they asked", { timeout: 30_000 }, async () => {
    const team = await mintTeam();
    for (let round = 0; round < 10; round++) {
      clock(round);
      await push(team, saying({ ada: round % 2 ? "online" : "busy" }));
      const lists = await Promise.all([0, 1, 2].map(() => blocks(team)));
      for (const list of lists) expect(list).toHaveLength(round + 1);
    }
  });
});
