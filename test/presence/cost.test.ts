import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { type Metered, metered, sum } from "../support/d1_meter.ts";
import {
  alarm,
  blocks,
  clock,
  evict,
  iso,
  objectOf,
  presence,
  push,
  read,
  ring,
  START,
  send,
  stopTheClock,
  stored,
  type User,
} from "../support/presence.ts";
import { mintTeam, type Team } from "../support/team.ts";

stopTheClock();

const makeUsers = (size: number, status = "online"): User[] =>
  Array.from({ length: size }, (_, n) => ({ personIdentifier: `p${n}`, status }));

/** Counts the rows of the object's own tables that `act` writes. */
async function rowsWritten(team: Team, act: () => Promise<unknown>): Promise<number> {
  const total = () =>
    runInDurableObject(objectOf(team), (_, { storage }) =>
      Number(storage.sql.exec("SELECT total_changes() AS n").one().n),
    );
  const before = await total();
  await act();
  return (await total()) - before;
}

const withoutKeyQuery = (ran: Metered[]) => ran.filter(({ sql }) => !sql.includes("api_keys"));

describe("The cost of a heartbeat that changes nothing", () => {
  test("A heartbeat of 100 people writes one row in the object and runs one query in D1, for the key", async () => {
    const team = await mintTeam();
    await push(team, makeUsers(100));
    await ring(team);
    const set = await alarm(team);
    for (const seconds of [10, 20, 30]) {
      clock(seconds / 60);
      const ran: Metered[] = [];
      const written = await rowsWritten(team, async () => {
        ran.push(...(await metered(() => push(team, makeUsers(100)))));
      });
      expect(written).toBe(1);
      expect(ran).toHaveLength(1);
      expect(withoutKeyQuery(ran)).toEqual([]);
      expect(sum(ran, "rowsWritten")).toBe(0);
    }
    // Heartbeats of the same people share one row.
    const beats = await runInDurableObject(objectOf(team), (_, { storage }) =>
      storage.sql.exec("SELECT at FROM beats").toArray(),
    );
    expect(beats).toEqual([{ at: START + 30_000 }]);
    expect(await alarm(team)).toBe(set);
    await evict(team);
    expect((await presence(team)).p99!.last_seen_at).toBe(iso(START + 30_000));
  });

  test("A heartbeat that repeats the last one or is older writes no row", async () => {
    const team = await mintTeam();
    await push(team, makeUsers(3));
    clock(2);
    await push(team, makeUsers(3));
    await ring(team);
    for (const at of [2, 1]) {
      expect(await rowsWritten(team, () => push(team, makeUsers(3), { at }))).toBe(0);
    }
  });

  test("Two sources that report different names and e-mails cause no query in D1", async () => {
    const team = await mintTeam();
    const named = (name: string) => [{ personIdentifier: "ada", status: "online", name, email: `${name}@x.test` }];
    await push(team, named("ada"), { source: "git" });
    await push(team, named("lovelace"), { source: "slack" });
    await ring(team);
    const ran = await metered(async () => {
      clock(0.5);
      await push(team, named("ada"), { source: "git" });
      await push(team, named("lovelace"), { source: "slack" });
      await push(team, named("ada"), { source: "git" });
    });
    expect(withoutKeyQuery(ran)).toEqual([]);
  });

  test("Two sources that report different time zones cause no query in D1", async () => {
    const team = await mintTeam();
    const inZone = (timezone: string) => [{ personIdentifier: "ada", status: "online", timezone }];
    await push(team, inZone("Europe/Madrid"), { source: "git" });
    await push(team, inZone("Asia/Tokyo"), { source: "slack" });
    await ring(team);
    const ran = await metered(async () => {
      clock(0.5);
      await push(team, inZone("Europe/Madrid"), { source: "git" });
      await push(team, inZone("Asia/Tokyo"), { source: "slack" });
    });
    expect(withoutKeyQuery(ran)).toEqual([]);
    // The newest zone counts; a source that reports another zone than before is the newest.
    expect(await presence(team)).toMatchObject({ ada: { time_zone: "Asia/Tokyo" } });
    await push(team, inZone("Europe/Paris"), { source: "git" });
    expect(await presence(team)).toMatchObject({ ada: { time_zone: "Europe/Paris" } });
  });

  test("New details are sent to D1 with the next checkpoint", async () => {
    const team = await mintTeam();
    const withBattery = (battery: number) => [{ personIdentifier: "ada", status: "online", details: { battery } }];
    await push(team, withBattery(100));
    await ring(team);
    const ran = await metered(async () => {
      clock(0.5);
      await push(team, withBattery(99));
    });
    expect(withoutKeyQuery(ran)).toEqual([]);
    const details = async () => (await stored(team)).map((row) => row.details);
    expect(await blocks(team)).toMatchObject([{ details: { battery: 99 } }]);
    expect(await details()).toEqual(['{"battery":100}']);
    await evict(team);
    clock(9);
    await push(team, withBattery(98));
    clock(14);
    await ring(team);
    expect(await details()).toEqual(['{"battery":98}']);
  });
});

describe("The size of a heartbeat", () => {
  test("A heartbeat of 1,000 people is accepted and stored in full", { timeout: 30_000 }, async () => {
    const team = await mintTeam();
    expect(await push(team, makeUsers(1_000))).toMatchObject({
      processed: { users: 1_000, statuses: { online: 1_000 } },
    });
    clock(3);
    await push(team, [...makeUsers(500, "away"), ...makeUsers(1_000).slice(500)]);
    await ring(team);
    const rows = await stored(team);
    expect(rows).toHaveLength(1_500);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1_500);
    expect(rows.filter(({ ended_at }) => ended_at === START + 180_000)).toHaveLength(500);
    const people = Object.values(await listAllPresence(team));
    expect(people.filter(({ status }) => status === "away")).toHaveLength(500);
    expect(people).toHaveLength(1_000);
  });

  test("The rows that D1 reads per new person do not grow with their number", { timeout: 30_000 }, async () => {
    const cost = async (size: number) => {
      const team = await mintTeam();
      const ran = withoutKeyQuery(await metered(() => push(team, makeUsers(size))));
      return sum(ran, "rowsRead") / size;
    };
    const few = await cost(50);
    expect(await cost(1_000)).toBeLessThan(1.5 * few);
    expect(few).toBeLessThan(50);
  });

  test("A heartbeat of 1,001 people is refused with 413", async () => {
    const team = await mintTeam();
    const response = await send(team, makeUsers(1_001));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: "too_large", error: expect.stringContaining("users") });
    expect(await presence(team)).toEqual({});
  });

  test("Details that fill a whole request are stored, and every statement stays below 2 MB", {
    timeout: 30_000,
  }, async () => {
    const team = await mintTeam();
    await presence(team);
    const parameters: number[] = [];
    // Stored as JSON within JSON, each quotation mark takes four bytes.
    const users = makeUsers(65).map((user) => ({ ...user, details: { text: '"'.repeat(7_900) } }));
    await runInDurableObject(objectOf(team), (_, { storage: { sql } }) => {
      const exec = sql.exec;
      vi.spyOn(sql, "exec").mockImplementation(((query: string, ...params: unknown[]) => {
        parameters.push(
          ...params.map((param) => (typeof param === "string" ? new TextEncoder().encode(param).length : 8)),
        );
        return exec.call(sql, query, ...params);
      }) as never);
    });
    const ran = await metered(async () => {
      await push(team, users);
      await ring(team);
      clock(9);
      await push(
        team,
        users.map(({ details, ...user }) => user),
      );
      clock(15);
      await ring(team);
    });
    parameters.push(
      ...ran.flatMap(({ params }) => params.map((param) => new TextEncoder().encode(String(param)).length)),
    );
    expect(Math.max(...parameters)).toBeGreaterThan(300_000);
    expect(Math.max(...parameters)).toBeLessThan(2_000_000);
    vi.restoreAllMocks();
    await evict(team);
    const open = await blocks(team);
    expect(open).toHaveLength(65);
    for (const { details, last_seen_at } of open) {
      expect(details).toEqual({ text: '"'.repeat(7_900) });
      expect(last_seen_at).toBe(iso(START + 9 * 60_000));
    }
  });
});

test("The directory stores the name of a new person, but not their details", async () => {
  const team = await mintTeam();
  await push(team, [{ personIdentifier: "ada", status: "online", name: "Ada", details: { office: "secret" } }]);
  await push(team, { ada: "offline" });
  await ring(team);
  const tables = await runInDurableObject(objectOf(team), (_, { storage: { sql } }) =>
    JSON.stringify(["directory", "streams", "outbox"].map((table) => sql.exec(`SELECT * FROM ${table}`).toArray())),
  );
  expect(tables).toContain("Ada");
  expect(tables).not.toContain("secret");
});

describe("Heartbeats that each name other people", () => {
  test("Their rows are folded into the streams without losing a last heartbeat", { timeout: 30_000 }, async () => {
    const team = await mintTeam({ timeoutMinutes: 60 });
    const beats = () =>
      runInDurableObject(objectOf(team), (_, { storage }) => storage.sql.exec("SELECT * FROM beats").toArray().length);
    await push(team, makeUsers(7));
    await ring(team);
    const seen = new Map<string, string>();
    for (let mask = 1; mask < 128; mask++) {
      clock(mask / 10);
      const users = makeUsers(7).filter((_, n) => mask & (1 << n));
      await push(team, users);
      for (const { personIdentifier } of users) seen.set(personIdentifier, iso(Date.now()));
    }
    expect(await beats()).toBe(127);
    const lastSeen = async () =>
      new Map(Object.values(await presence(team)).map((person) => [person.name, person.last_seen_at]));
    expect(await lastSeen()).toEqual(seen);
    await evict(team);
    expect(await lastSeen()).toEqual(seen);
    await ring(team);
    expect(await beats()).toBe(0);
    await evict(team);
    expect(await lastSeen()).toEqual(seen);
    // Heartbeats after the rows were folded count too.
    clock(20);
    await push(team, makeUsers(2));
    await evict(team);
    expect(await lastSeen()).toEqual(new Map([...seen, ["p0", iso(Date.now())], ["p1", iso(Date.now())]]));
  });

  test("A stream is removed 90 days after its last heartbeat, and its blocks stay", { timeout: 30_000 }, async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" }, { source: "old" });
    clock(11);
    await ring(team);
    const streams = () =>
      runInDurableObject(
        objectOf(team),
        (_, { storage }) => storage.sql.exec("SELECT * FROM streams").toArray().length,
      );
    clock(91 * 24 * 60);
    await push(team, makeUsers(7));
    for (let mask = 1; mask < 90; mask++) {
      clock(91 * 24 * 60 + mask / 60);
      await push(
        team,
        makeUsers(7).filter((_, n) => mask & (1 << n)),
      );
    }
    expect(await streams()).toBe(8);
    await ring(team);
    expect(await streams()).toBe(7);
    expect(Object.keys(await presence(team))).not.toContain("ada");
    expect(await blocks(team, { person: "ada" })).toHaveLength(1);
  });
});

/** Lists everyone's presence, page by page. */
async function listAllPresence(team: Team): Promise<{ name: string; status: string }[]> {
  const all: { name: string; status: string }[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: { data: typeof all; next_cursor: string | null } = await read(
      team,
      `/presence?limit=200${cursor && `&cursor=${cursor}`}`,
    );
    all.push(...page.data);
    cursor = page.next_cursor;
  }
  return all;
}
