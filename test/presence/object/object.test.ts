import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
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
} from "../../support/presence.ts";
import { mintTeam, type Team } from "../../support/team.ts";

stopTheClock();

/** Describes the blocks in D1, see `inWords`. */
const inD1 = async (team: Team) => inWords(await stored(team));
/** Returns one millisecond after `minutes`, in minutes, because a gap of exactly the timeout still extends a block. */
const justAfter = (minutes: number) => minutes + 1 / MINUTE;

describe("The presence timeout", () => {
  test("A block without heartbeats ends at its last heartbeat, in the object and in D1", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online", bob: "away" });
    clock(4);
    await push(team, { ada: "online" });
    clock(14);
    await ring(team);
    expect(await inD1(team)).toEqual(["ada online 0-4...", "bob away 0-0"]);
    clock(justAfter(14));
    await ring(team);
    expect(await inD1(team)).toEqual(["ada online 0-4", "bob away 0-0"]);
    expect(await presence(team)).toMatchObject({
      ada: { present: false, status: "offline", since: null, last_seen_at: at(4) },
      bob: { present: false, status: "offline", since: null, last_seen_at: at(0) },
    });
    expect(await alarm(team)).toBeNull();
  });

  test("A reader sees that a block has timed out before the alarm rings", async () => {
    const team = await mintTeam({ timeoutMinutes: 1 });
    await push(team, { ada: "online" });
    clock(justAfter(1));
    expect((await presence(team)).ada).toMatchObject({ present: false, last_seen_at: at(0) });
    expect(await blocks(team)).toMatchObject([{ started_at: at(0), ended_at: at(0), last_seen_at: at(0) }]);
  });

  test("A heartbeat that arrives late reopens a block that has timed out", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    clock(11);
    await ring(team);
    const [ended] = await stored(team);
    expect(ended).toMatchObject({ ended_at: START });
    await push(team, { ada: "Online" }, { at: 9 });
    expect((await presence(team)).ada).toMatchObject({ present: true, since: at(0), last_seen_at: at(9) });
    await ring(team);
    expect(await stored(team)).toEqual([{ ...ended, last_seen_at: START + 9 * MINUTE, ended_at: null }]);
    clock(20);
    await ring(team);
    expect(await inD1(team)).toEqual(["ada online 0-9"]);
  });
});

describe("The alarm", () => {
  test("The alarm is set to the next work, and removed when none is left", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    // The new block is sent to D1 at once.
    expect(await alarm(team)).toBe(0);
    await ring(team);
    expect(await alarm(team)).toBe(10 * MINUTE + 1);
    clock(9);
    await push(team, { ada: "online" });
    expect(await alarm(team)).toBe(10 * MINUTE + 1);
    clock(justAfter(10));
    await ring(team);
    // The checkpoint comes before the timeout of the last heartbeat.
    expect(await alarm(team)).toBe(14 * MINUTE);
    await push(team, { ada: "offline" });
    expect(await alarm(team)).toBe(10 * MINUTE + 1);
    await ring(team);
    expect(await alarm(team)).toBeNull();
  });

  test("An alarm that rings twice, or without due work, changes nothing", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    clock(11);
    const again = () => runInDurableObject(objectOf(team), (object) => object.alarm());
    await again();
    const rows = await stored(team);
    expect(inWords(rows)).toEqual(["ada online 0-0"]);
    await again();
    await again();
    expect(await stored(team)).toEqual(rows);
    expect(await ring(team)).toBe(false);
  });

  test("An alarm that throws is followed by another alarm a minute later", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    const log = vi.spyOn(console, "warn").mockImplementation(() => {});
    await runInDurableObject(objectOf(team), async (object, { storage }) => {
      await storage.deleteAlarm();
      storage.sql.exec("ALTER TABLE outbox RENAME TO elsewhere");
      await expect(object.alarm()).rejects.toThrow("no such table: outbox");
      expect(await storage.getAlarm()).toBe(START + MINUTE);
      storage.sql.exec("ALTER TABLE elsewhere RENAME TO outbox");
    });
    log.mockRestore();
    await ring(team);
    expect(await inD1(team)).toEqual(["ada online 0-0..."]);
  });

  test("When the alarm is lost, cron does the work that is due", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online", bob: "online" });
    clock(5);
    await push(team, { bob: "online" });
    clock(12);
    await runInDurableObject(objectOf(team), (_, { storage }) => storage.deleteAlarm());
    await evict(team);
    await objectOf(team).wake();
    expect(await inD1(team)).toEqual(["ada online 0-0", "bob online 0-0..."]);
    expect(await alarm(team)).toBe(14 * MINUTE);
    clock(16);
    await objectOf(team).wake();
    expect(await inD1(team)).toEqual(["ada online 0-0", "bob online 0-5"]);
  });

  test("The next heartbeat sets an alarm that was lost or is more than a minute overdue", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    await ring(team);
    const set = async (time: number | null) => {
      await runInDurableObject(objectOf(team), (_, { storage }) =>
        time === null ? storage.deleteAlarm() : storage.setAlarm(time),
      );
      await evict(team);
    };
    await set(null);
    clock(2);
    await push(team, { ada: "online" });
    expect(await alarm(team)).toBe(12 * MINUTE + 1);
    await set(START + MINUTE);
    clock(2);
    await push(team, { ada: "online" });
    expect(await alarm(team)).toBe(MINUTE);
    clock(justAfter(2));
    await push(team, { ada: "online" });
    expect(await alarm(team)).toBe(12 * MINUTE + 2);
  });

  test("A team without heartbeats has no alarm", async () => {
    const team = await mintTeam();
    expect(await presence(team)).toEqual({});
    await objectOf(team).wake();
    expect(await alarm(team)).toBeNull();
  });
});

describe("A block in D1", () => {
  test("A block keeps its id from its start until after its end", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    const [opened] = await blocks(team);
    await evict(team);
    clock(5);
    await push(team, { ada: "online" });
    expect(await blocks(team)).toMatchObject([{ id: opened!.id, ended_at: null }]);
    await push(team, { ada: "away" });
    const [away, online] = await blocks(team);
    expect(online).toMatchObject({ id: opened!.id, status: "online", ended_at: at(5) });
    expect(away).toMatchObject({ status: "away", started_at: at(5) });
    for (const path of ["ring", "wake", "read"] as const) {
      if (path === "ring") await ring(team);
      if (path === "wake") await objectOf(team).wake();
      expect((await blocks(team)).map(({ id }) => id)).toEqual([away!.id, online!.id]);
    }
  });

  test("A block that is sent again because the answer of D1 was lost makes no second row", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    const outbox = await runInDurableObject(objectOf(team), (_, { storage }) =>
      storage.sql.exec("SELECT id, value FROM outbox").toArray(),
    );
    expect(outbox).toHaveLength(1);
    await ring(team);
    const rows = await stored(team);
    await runInDurableObject(objectOf(team), (_, { storage }) => {
      for (const { id, value } of outbox) storage.sql.exec("INSERT INTO outbox (id, value) VALUES (?, ?)", id, value);
    });
    await evict(team);
    await objectOf(team).wake();
    expect(rows).toHaveLength(1);
    expect(await stored(team)).toEqual(rows);
  });

  test("The last heartbeat of an open block is written every 14 minutes", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    await ring(team);
    for (const minutes of [5, 10, 13]) {
      clock(minutes);
      await push(team, { ada: "online" });
      await ring(team);
      expect(await inD1(team)).toEqual(["ada online 0-0..."]);
    }
    clock(14);
    await ring(team);
    expect(await inD1(team)).toEqual(["ada online 0-13..."]);
    clock(22);
    await push(team, { ada: "online" });
    await objectOf(team).wake();
    expect(await inD1(team)).toEqual(["ada online 0-13..."]);
    clock(28);
    await ring(team);
    expect(await inD1(team)).toEqual(["ada online 0-22..."]);
  });
});
