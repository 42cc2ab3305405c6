import { describe, expect, test } from "vitest";
import { call, mintTeam, type Team } from "../support/team.ts";
import {
  at,
  blocks,
  clock,
  iso,
  MINUTE,
  presence,
  push,
  read,
  ring,
  START,
  send,
  stopTheClock,
  stored,
} from "./client.ts";

stopTheClock();

const DAY = 24 * 60;
const SECOND = 1_000 / MINUTE;

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
    const warning = (path: string) => ({ path, message: expect.any(String) });
    expect(await response.json()).toEqual({
      success: true,
      timestamp: at(0),
      processed: { users: 2, statuses: { online: 1, away: 1 } },
      warnings: ["timestamp", "users[0].email", "users[1].email"].map(warning),
    });
    expect(await presence(team)).toEqual({});
    await ring(team);
    expect(await stored(team)).toEqual([]);
  });

  test("counts users by status as sent, and says no more where nothing is amiss", async () => {
    const team = await mintTeam();
    expect(await push(team, { ada: "Online", bob: "online", cy: " online" })).toEqual({
      success: true,
      timestamp: at(0),
      processed: { users: 3, statuses: { Online: 1, online: 1, " online": 1 } },
    });
    expect(await push(team, [])).toMatchObject({ processed: { users: 0, statuses: {} } });
  });

  test("takes what is up to five minutes ahead, and nothing beyond", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" }, { at: 5 });
    expect((await presence(team)).ada).toMatchObject({ present: true, since: at(5) });
    const response = await send(team, [{ personIdentifier: "bob", status: "online" }], { at: 5 + SECOND });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "bad_request", issues: [{ path: "timestamp" }] });
    expect(Object.keys(await presence(team))).toEqual(["ada"]);
  });

  test("takes what is up to 24 hours old, and beyond that only counts it", async () => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    expect(await push(team, { ada: "online" }, { at: -DAY })).not.toHaveProperty("warnings");
    expect(await push(team, { bob: "online" }, { at: -DAY - SECOND })).toMatchObject({
      processed: { users: 1, statuses: { online: 1 } },
      warnings: [{ path: "timestamp" }],
    });
    expect(await blocks(team)).toMatchObject([{ identifier: "ada", started_at: at(-DAY), ended_at: at(-DAY) }]);
    expect(Object.keys(await presence(team))).toEqual(["ada"]);
  });

  test("keeps a person's former zone, and warns, where the new one is none", async () => {
    const team = await mintTeam({ timeZone: "Europe/Madrid" });
    const ada = (timezone: string) => [{ personIdentifier: "ada", status: "online", timezone }];
    const zone = async () => (await presence(team)).ada!.time_zone;
    expect(await push(team, ada("EST"))).toMatchObject({ warnings: [{ path: "users[0].timezone" }] });
    expect(await zone()).toBe("Europe/Madrid");
    await push(team, ada("Asia/Tokyo"));
    expect(await zone()).toBe("Asia/Tokyo");
    expect(await push(team, ada("GMT+1"))).toMatchObject({ warnings: [{ path: "users[0].timezone" }] });
    expect(await zone()).toBe("Asia/Tokyo");
  });

  test("refuses a batch by the field at fault, and records nothing of it", async () => {
    const team = await mintTeam();
    const good = { personIdentifier: "ada", status: "online" };
    const wrong: [unknown, string][] = [
      [[good, { status: "online" }], "users[1].personIdentifier"],
      [[good, { personIdentifier: " ", status: "online" }], "users[1].personIdentifier"],
      [[good, { ...good, personIdentifier: "x".repeat(257) }], "users[1].personIdentifier"],
      [[good, { ...good, personIdentifier: 7 }], "users[1].personIdentifier"],
      [[good, { personIdentifier: "bob" }], "users[1].status"],
      [[good, { ...good, status: "" }], "users[1].status"],
      [[good, { ...good, status: " \t" }], "users[1].status"],
      [[good, { ...good, status: "x".repeat(65) }], "users[1].status"],
      [[good, { ...good, details: "office" }], "users[1].details"],
      [[good, { ...good, details: { x: "y".repeat(16_384) } }], "users[1].details"],
      [[good, { ...good, timezone: 1 }], "users[1].timezone"],
      [[good, null], "users[1]"],
      ["ada", "users"],
      [undefined, "users"],
    ];
    for (const [users, path] of wrong) {
      const response = await send(team, users);
      expect([path, response.status]).toEqual([path, 400]);
      const { issues } = (await response.json()) as { issues: unknown[] };
      expect(issues).toEqual([{ path, message: expect.any(String) }]);
    }
    expect(await presence(team)).toEqual({});
    await push(team, [{ ...good, status: "x".repeat(64), personIdentifier: "x".repeat(256) }]);
  });
});

type Person = { name: string; person_id: string };
const list = (team: Team, query: string) =>
  read<{ data: Person[]; next_cursor: string | null }>(team, `/presence?${query}`);

describe("GET /presence", () => {
  test("shows who is on, at once, with the time on their clock", async () => {
    const team = await mintTeam();
    await push(team, [{ personIdentifier: "ada", name: "Ada", status: "Coding", timezone: "Asia/Kathmandu" }]);
    clock(10);
    expect(await list(team, "")).toEqual({
      data: [
        {
          person_id: expect.stringMatching(/^usr_/),
          ...{
            name: "Ada",
            time_zone: "Asia/Kathmandu",
            present: true,
            status: "Coding",
            working: true,
            source: "test",
          },
          ...{ since: at(0), last_seen_at: at(0), local_time: "2030-01-07T14:55:00+05:45" },
        },
      ],
      next_cursor: null,
    });
  });

  test("shows those present, or those absent, where only they are asked for", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online", bob: "offline", cy: "lunch" });
    const names = async (query: string) => (await list(team, query)).data.map(({ name }) => name);
    expect(await names("present=true")).toEqual(["ada", "cy"]);
    expect(await names("present=false")).toEqual(["bob"]);
    expect(await names("")).toEqual(["ada", "bob", "cy"]);
    expect((await call("/api/v1/presence?present=maybe", { headers: team.asTeam })).status).toBe(400);
  });

  test("comes in pages by name, everybody once, namesakes too", async () => {
    const team = await mintTeam();
    const named = (n: number) => ({
      personIdentifier: `p${n}`,
      status: "online",
      name: ["Émile", "Ada", "bob"][n % 3],
    });
    await push(
      team,
      Array.from({ length: 25 }, (_, n) => named(n)),
    );
    const all: Person[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await list(team, `limit=4${cursor && `&cursor=${cursor}`}`);
      expect(page.data.length).toBe(page.next_cursor === null ? 1 : 4);
      all.push(...page.data);
      cursor = page.next_cursor;
    }
    expect(new Set(all.map(({ person_id }) => person_id)).size).toBe(25);
    expect([...new Set(all.map(({ name }) => name))]).toEqual(["Ada", "bob", "Émile"]);
    expect(all).toEqual((await list(team, "limit=200")).data);
  });

  test("shows nothing of other teams, though the same person may be on both", async () => {
    const team = await mintTeam();
    const sibling = await mintTeam({ accountId: team.accountId });
    await push(team, { ada: "online" });
    await push(sibling, { ada: "away" });
    expect((await presence(team)).ada).toMatchObject({ status: "online" });
    expect((await presence(sibling)).ada).toMatchObject({ status: "away" });
    expect((await presence(team)).ada!.person_id).toBe((await presence(sibling)).ada!.person_id);
    expect(await presence(await mintTeam())).toEqual({});
  });

  test("says when the last of a person's sources was heard, to the millisecond", async () => {
    const team = await mintTeam();
    const odd = iso(START + 1_234);
    clock(1);
    const sent = await call("/api/v1/presence", {
      headers: team.asIntegration,
      body: { timestamp: odd, source: "test", users: [{ personIdentifier: "ada", status: "online" }] },
    });
    expect(sent.status).toBe(200);
    expect((await presence(team)).ada).toMatchObject({ since: odd, last_seen_at: "2030-01-07T09:00:01.234Z" });
  });
});
