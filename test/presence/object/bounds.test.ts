import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { metered } from "../../support/d1_meter.ts";
import { longDetails, openManyBlocks, outboxSize, ringUntilSent, statusOf } from "../../support/many_blocks.ts";
import {
  alarm,
  at,
  blocks,
  clock,
  evict,
  MINUTE,
  page,
  push,
  ring,
  sendToObject,
  stopTheClock,
  stored,
} from "../../support/presence.ts";
import { mintTeam, type Team } from "../../support/team.ts";

stopTheClock();

/** 16 MB of details: more than one run sends to D1. */
const MANY = { people: 50, sources: 20 };
const COUNT = MANY.people * MANY.sources;

/** The most pages of blocks that one run sends to D1. */
const PAGES_PER_RUN = 25;

let team: Team;
beforeEach(async () => {
  team = await mintTeam({ timeoutMinutes: 60 });
});

test("Every read is answered while the details of open blocks are more than one call can carry", {
  timeout: 120_000,
}, async () => {
  // 36 MB of details; an RPC carries 32 MiB.
  await openManyBlocks(team, { people: 75, sources: 30 });
  await ringUntilSent(team);
  clock(30);
  const user = { personIdentifier: "p0", status: "online" };
  await push(team, [{ ...user, details: longDetails("new") }], { source: "source 0" });
  const window = `from=${at(0)}&to=${at(60)}`;
  expect(await statusOf(team, "/api/v1/blocks?limit=1")).toBe(200);
  expect(await statusOf(team, "/api/v1/blocks?limit=200")).toBe(200);
  expect(await statusOf(team, `/api/v1/overlap?${window}`)).toBe(200);
  expect(await statusOf(team, "/api/v1/patterns")).toBe(200);
  expect(await statusOf(team, "/api/v1/people/p0/timeline")).toBe(200);
  expect(await statusOf(team, "/api/v1/people/p0/export")).toBe(200);
  expect(await statusOf(team, "/api/v1/presence?limit=200")).toBe(200);
  expect(await statusOf(team, "/metrics")).toBe(200);
  expect(await statusOf(team, "/api/v1/stats-notifications", { user_id: "p0", time_window: "daily" })).toBe(201);
  const { data } = await page(team, { person: "p0", source: "source 0" });
  expect(data).toMatchObject([{ ended_at: null, last_seen_at: at(30), details: { mark: "new" } }]);
});

describe("With more blocks than one run sends to D1", { timeout: 60_000 }, () => {
  beforeEach(() => openManyBlocks(team, MANY));

  test("A read has the object send a limited part of the outbox to D1, and the alarm sends the rest at once", async () => {
    const ran = await metered(() => statusOf(team, "/api/v1/blocks?limit=1"));
    const writes = ran.filter(({ sql }) => sql.includes("INSERT INTO blocks"));
    expect(writes).toHaveLength(PAGES_PER_RUN);
    for (const { params } of writes) {
      for (const param of params) expect(String(param).length).toBeLessThanOrEqual(400_000);
    }
    const left = await outboxSize(team);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(COUNT);
    expect(await alarm(team)).toBeLessThanOrEqual(0);
    await ringUntilSent(team);
    expect(await stored(team)).toHaveLength(COUNT);
  });

  test("The blocks of a person who is exported reach D1 before those of others", async () => {
    const last = `p${MANY.people - 1}`;
    expect(await statusOf(team, `/api/v1/people/${last}/export`)).toBe(200);
    expect(await outboxSize(team)).toBeGreaterThan(0);
    const ofLast = (await stored(team)).filter(({ identifier }) => identifier === last);
    expect(ofLast).toHaveLength(MANY.sources);
  });

  test("A checkpoint is written in several runs, and none of its blocks is missing", async () => {
    await ringUntilSent(team);
    clock(14);
    for (let source = 0; source < MANY.sources; source++) {
      const users = Array.from({ length: MANY.people }, (_, n) => ({ personIdentifier: `p${n}`, status: "online" }));
      await sendToObject(team, users, { source: `source ${source}`, timeoutMs: 60 * MINUTE });
    }
    const ran = await metered(() => ring(team));
    expect(ran.filter(({ sql }) => sql.includes("INSERT INTO blocks"))).toHaveLength(PAGES_PER_RUN);
    for (let runs = 0; (await alarm(team))! <= 14 * MINUTE; runs++) {
      expect(runs).toBeLessThan(20);
      await ring(team);
    }
    const rows = await stored(team);
    expect(rows).toHaveLength(COUNT);
    for (const { last_seen_at, source, identifier, details } of rows) {
      const mark = `${source.replace("source ", "")}.${identifier.slice(1)}`;
      expect([new Date(last_seen_at).getUTCMinutes(), JSON.parse(details!).mark]).toEqual([14, mark]);
    }
  });
});

describe("Long details", () => {
  const withDetails = (status: string, mark?: string) => [
    { personIdentifier: "ada", status, ...(mark !== undefined && { details: longDetails(mark) }) },
  ];

  test("Long details stay with their block when the object is evicted, and the status changes or times out", async () => {
    await push(team, withDetails("online", "first"));
    await evict(team);
    clock(1);
    await push(team, withDetails("online"));
    await push(team, withDetails("busy", "second"));
    clock(2);
    // The same details again: nothing is new.
    await push(team, withDetails("busy", "second"));
    await evict(team);
    clock(90);
    expect(await blocks(team)).toMatchObject([
      { status: "busy", ended_at: at(2), details: longDetails("second") },
      { status: "online", ended_at: at(1), details: longDetails("first") },
    ]);
    // A heartbeat that only arrived late opens the block again.
    await push(team, withDetails("busy"), { at: 40 });
    expect(await stored(team)).toHaveLength(2);
    await push(team, withDetails("busy"), { at: 89 });
    expect(await blocks(team)).toMatchObject([
      { status: "busy", last_seen_at: at(89), ended_at: null, details: longDetails("second") },
      { status: "online" },
    ]);
  });

  test("New long details replace the old ones, also when only their last character differs", async () => {
    await push(team, withDetails("online", "a"));
    await ring(team);
    await push(team, withDetails("online", "b"));
    expect(await blocks(team)).toMatchObject([{ details: { mark: "b" } }]);
    await evict(team);
    expect(await blocks(team)).toMatchObject([{ details: { mark: "b" } }]);
  });
});

test("A block that ends while it is being read is shown with its end", async () => {
  await push(team, { ada: "online" });
  clock(5);
  await push(team, { ada: "online" });
  await ring(team);
  const statements = Object.getPrototypeOf(env.DB.prepare("SELECT 1")) as D1PreparedStatement;
  const { all } = statements;
  let isEnded = false;
  const spy = vi.spyOn(statements, "all").mockImplementation(async function (this: D1PreparedStatement) {
    const rows = await all.call(this);
    if (!isEnded && (this as unknown as { statement: string }).statement.includes("WITH candidate")) {
      isEnded = true;
      await push(team, { ada: "offline" });
      await ring(team);
    }
    return rows as never;
  });
  try {
    expect(await blocks(team)).toMatchObject([{ status: "online", last_seen_at: at(5), ended_at: at(5) }]);
  } finally {
    spy.mockRestore();
  }
  expect(isEnded).toBe(true);
});
