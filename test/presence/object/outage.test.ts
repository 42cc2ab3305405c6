import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import {
  alarm,
  at,
  blocks,
  clock,
  evict,
  inWords,
  MINUTE,
  objectOf,
  presence,
  push,
  ring,
  START,
  stopTheClock,
  stored,
  usersWith,
} from "../../support/presence.ts";
import { mintTeam, type Team } from "../../support/team.ts";
import { without } from "../../support/without.ts";

stopTheClock();

const inD1 = async (team: Team) => inWords(await stored(team));

describe.each(["blocks", "identities"] as const)("While D1 fails every query of its table %s", (table) => {
  test("Heartbeats are accepted, and D1 has all of them after the outage", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    await ring(team);
    await without(table, async () => {
      clock(3);
      await push(team, { ada: "away", bob: "online" });
      clock(6);
      expect(await push(team, { bob: "online", cy: "busy" })).toEqual({
        success: true,
        timestamp: at(6),
        processed: { users: 2, statuses: { online: 1, busy: 1 } },
      });
      await ring(team);
      await evict(team);
      clock(7);
      await push(team, { cy: "offline", bob: "coding" });
      await ring(team);
    });
    clock(8);
    await ring(team);
    expect(await inD1(team)).toEqual([
      "ada online 0-3",
      "ada away 3-3...",
      "bob online 3-7",
      "cy busy 6-7",
      "bob coding 7-7...",
    ]);
    expect(Object.keys(await presence(team))).toEqual(["ada", "bob", "cy"]);
    clock(30);
    await ring(team);
    expect((await inD1(team)).filter((block) => block.endsWith("..."))).toEqual([]);
    expect(await alarm(team)).toBeNull();
  });

  test("Blocks time out as usual", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    await ring(team);
    await without(table, async () => {
      clock(11);
      await ring(team);
      expect((await presence(team)).ada).toMatchObject({ present: false, last_seen_at: at(0) });
    });
    await objectOf(team).wake();
    expect(await inD1(team)).toEqual(["ada online 0-0"]);
  });

  test("An overdue checkpoint does not make the alarm ring before the next try", async () => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    await push(team, { ada: "online" });
    await ring(team);
    await without(table, async () => {
      clock(15);
      await push(team, { ada: "online", stranger: "online" });
      await ring(team);
      expect(await alarm(team)).toBeGreaterThanOrEqual(15 * MINUTE + 1_000);
    });
    await ring(team);
    expect(await blocks(team)).toHaveLength(2);
  });

  test("The wait between tries grows to 30 seconds, and a reader causes a try at once", async () => {
    const team = await mintTeam();
    const seconds = async () => ((await alarm(team)) ?? Number.NaN) / 1_000;
    await without(table, async () => {
      await push(team, { ada: "online" });
      let now = 0;
      const pauses: number[] = [];
      for (let tries = 0; tries < 8; tries++) {
        await ring(team);
        pauses.push((await seconds()) - now);
        now = await seconds();
        clock(now / 60);
      }
      // A heartbeat with a new person queries D1 itself, and that is the first failure.
      const failed = table === "identities" ? 1 : 0;
      expect(pauses).toEqual([1, 2, 4, 8, 16, 30, 30, 30, 30].slice(failed, failed + 8));
      await ring(team);
    });
    // A reader does not wait for the alarm, and its success ends the wait.
    expect(await blocks(team)).toHaveLength(1);
    await push(team, { bob: "online" });
    expect(Object.keys(await presence(team))).toEqual(["ada", "bob"]);
    await ring(team);
    const now = Date.now();
    await without(table, async () => {
      await push(team, { ada: "busy" });
      await ring(team);
      // A person that is already in D1 needs no query of identities.
      if (table === "blocks") expect((await seconds()) - (now - START) / 1_000).toBe(1);
    });
  });
});

test("A new time zone that D1 could not be sent is sent after the outage, also without a block", async () => {
  const team = await mintTeam();
  await push(team, { ada: "online" });
  await ring(team);
  clock(1);
  await without("identities", () =>
    push(team, [{ personIdentifier: "ada", status: "online", timezone: "Asia/Tokyo" }]),
  );
  await evict(team);
  clock(2);
  expect(await alarm(team)).toBeLessThanOrEqual(2 * MINUTE);
  await ring(team);
  const zone = await env.DB.prepare("SELECT time_zone FROM people WHERE account_id = ?").bind(team.accountId).first();
  expect(zone).toEqual({ time_zone: "Asia/Tokyo" });
});

test("A new person is listed as soon as D1 answers again", async () => {
  const team = await mintTeam();
  await without("identities", async () => {
    await push(team, [{ personIdentifier: "ada", status: "online", name: "Ada L.", timezone: "Asia/Tokyo" }]);
    expect(await presence(team)).toEqual({});
    await evict(team);
  });
  clock(1);
  expect(await presence(team)).toMatchObject({ "Ada L.": { status: "online", time_zone: "Asia/Tokyo", since: at(0) } });
});

test("1,200 new people of an outage are stored, each once", { timeout: 30_000 }, async () => {
  const team = await mintTeam();
  const named = (n: number) => Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`p${n * 400 + i}`, "online"]));
  await without("identities", async () => {
    for (const n of [0, 1, 2]) {
      clock(n);
      await push(team, usersWith(named(n)));
    }
  });
  clock(3);
  await ring(team);
  const rows = await stored(team);
  expect(rows).toHaveLength(1_200);
  expect(new Set(rows.map(({ identifier }) => identifier)).size).toBe(1_200);
  expect(await blocks(team, { limit: "200" })).toHaveLength(1_200);
  expect(await alarm(team)).toBe(10 * MINUTE + 1);
});
