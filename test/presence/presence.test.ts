import { describe, expect, test } from "vitest";
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
} from "../support/presence.ts";
import { call, mintTeam, type Team } from "../support/team.ts";

stopTheClock();

const DAY = 24 * 60;
const SECOND = 1_000 / MINUTE;

describe("POST /presence", () => {
  test("The contract's example of 2024 is answered with 200 and warnings, and changes nothing", async () => {
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

  test("Users are counted by status as sent, and a valid update has no warnings", async () => {
    const team = await mintTeam();
    expect(await push(team, { ada: "Online", bob: "online", cy: " online" })).toEqual({
      success: true,
      timestamp: at(0),
      processed: { users: 3, statuses: { Online: 1, online: 1, " online": 1 } },
    });
    expect(await push(team, [])).toMatchObject({ processed: { users: 0, statuses: {} } });
  });

  test("A heartbeat up to 5 minutes ahead is recorded, and one further ahead is answered with 400", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" }, { at: 5 });
    expect((await presence(team)).ada).toMatchObject({ present: true, since: at(5) });
    const response = await send(team, [{ personIdentifier: "bob", status: "online" }], { at: 5 + SECOND });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "bad_request", issues: [{ path: "timestamp" }] });
    expect(Object.keys(await presence(team))).toEqual(["ada"]);
  });

  test("A heartbeat older than 24 hours changes nothing and returns a warning", async () => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    expect(await push(team, { ada: "online" }, { at: -DAY })).not.toHaveProperty("warnings");
    expect(await push(team, { bob: "online" }, { at: -DAY - SECOND })).toMatchObject({
      processed: { users: 1, statuses: { online: 1 } },
      warnings: [{ path: "timestamp" }],
    });
    expect(await blocks(team)).toMatchObject([{ identifier: "ada", started_at: at(-DAY), ended_at: at(-DAY) }]);
    expect(Object.keys(await presence(team))).toEqual(["ada"]);
  });

  test("An invalid time zone returns a warning, and the person keeps the zone before", async () => {
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

  /** Invalid users, each with the path of its field at fault. */
  const GOOD = { personIdentifier: "ada", status: "online" };
  const WRONG: [unknown, string][] = [
    [{ status: "online" }, "personIdentifier"],
    [{ personIdentifier: " ", status: "online" }, "personIdentifier"],
    [{ ...GOOD, personIdentifier: "x".repeat(257) }, "personIdentifier"],
    [{ ...GOOD, personIdentifier: 7 }, "personIdentifier"],
    [{ personIdentifier: "bob" }, "status"],
    [{ ...GOOD, status: "" }, "status"],
    [{ ...GOOD, status: " \t" }, "status"],
    [{ ...GOOD, status: "x".repeat(65) }, "status"],
    [{ ...GOOD, details: "office" }, "details"],
    [{ ...GOOD, details: { x: "y".repeat(16_384) } }, "details"],
    [{ ...GOOD, timezone: 1 }, "timezone"],
    [null, ""],
  ];

  test("Invalid users are named as failures, and the others are recorded", async () => {
    const team = await mintTeam();
    for (const [user, path] of WRONG) {
      const response = await send(team, [user, { ...GOOD, personIdentifier: "eve" }, user]);
      expect([path, response.status]).toEqual([path, 200]);
      const sent = (user as { personIdentifier?: unknown } | null)?.personIdentifier;
      const personIdentifier = typeof sent === "string" ? sent : null;
      const message = expect.stringMatching(path === "" ? /^must/ : new RegExp(`^${path}: `));
      expect(await response.json()).toEqual({
        ...{ success: true, timestamp: expect.any(String), processed: { users: 1, statuses: { online: 1 } } },
        failures: [0, 2].map((index) => ({ index, personIdentifier, message })),
      });
    }
    expect(Object.keys(await presence(team))).toEqual(["eve"]);
  });

  test("Where a person is named twice, the last valid entry counts", async () => {
    const team = await mintTeam();
    const users = [GOOD, { ...GOOD, status: "busy" }, { ...GOOD, status: "" }];
    expect(await (await send(team, users)).json()).toMatchObject({ processed: { users: 2 }, failures: [{ index: 2 }] });
    expect(await presence(team)).toMatchObject({ ada: { status: "busy" } });
  });

  test("An update without a valid user gets a 400, which names the fields, and nothing is recorded", async () => {
    const team = await mintTeam();
    const inList = WRONG.map(([user, path]): [unknown, string[]] => {
      const field = path && `.${path}`;
      return [
        [user, user],
        [`users[0]${field}`, `users[1]${field}`],
      ];
    });
    for (const [users, paths] of [...inList, ["ada", ["users"]], [undefined, ["users"]]] as [unknown, string[]][]) {
      const response = await send(team, users);
      expect([paths, response.status]).toEqual([paths, 400]);
      const { issues } = (await response.json()) as { issues: unknown[] };
      expect(issues).toEqual(paths.map((path) => ({ path, message: expect.any(String) })));
    }
    expect(await presence(team)).toEqual({});
    await push(team, [{ ...GOOD, status: "x".repeat(64), personIdentifier: "x".repeat(256) }]);
  });

  test("An update without users is accepted", async () => {
    expect(await push(await mintTeam(), [])).toMatchObject({ processed: { users: 0 } });
  });
});

type Person = { name: string; person_id: string };
const list = (team: Team, query: string) =>
  read<{ data: Person[]; next_cursor: string | null }>(team, `/presence?${query}`);

describe("GET /presence", () => {
  test("A person is listed right after a heartbeat, with their local time", async () => {
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

  test("The parameter present selects the people who are present or absent", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online", bob: "offline", cy: "lunch" });
    const names = async (query: string) => (await list(team, query)).data.map(({ name }) => name);
    expect(await names("present=true")).toEqual(["ada", "cy"]);
    expect(await names("present=false")).toEqual(["bob"]);
    expect(await names("")).toEqual(["ada", "bob", "cy"]);
    expect((await call("/api/v1/presence?present=maybe", { headers: team.asTeam })).status).toBe(400);
  });

  test("Pages are ordered by name and list each person once, also people with the same name", async () => {
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

  test("A person on two teams has on each only the presence that its integrations reported", async () => {
    const team = await mintTeam();
    const sibling = await mintTeam({ accountId: team.accountId });
    await push(team, { ada: "online" });
    await push(sibling, { ada: "away" });
    expect((await presence(team)).ada).toMatchObject({ status: "online" });
    expect((await presence(sibling)).ada).toMatchObject({ status: "away" });
    expect((await presence(team)).ada!.person_id).toBe((await presence(sibling)).ada!.person_id);
    expect(await presence(await mintTeam())).toEqual({});
  });

  test("Times are shown to the millisecond", async () => {
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
