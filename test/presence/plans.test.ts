import { describe, expect, test } from "vitest";
import { type Metered, metered, plan, sum } from "../support/d1_meter.ts";
import { at, clock, page, push, read, ring, stopTheClock } from "../support/presence.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { insertPastBlocks } from "./history.ts";

stopTheClock();

const DAY = 24 * 60;
const identifiers = Array.from({ length: 10 }, (_, n) => `p${n}`);

/** Requests that query blocks, in the days after START. */
const REQUESTS: [string, (team: Team) => Promise<unknown>][] = [
  ["the newest blocks", (team) => page(team)],
  ["the newest blocks of a person", (team) => page(team, { person: "p3" })],
  ["the newest blocks of a person with few", (team) => page(team, { person: "zoe" })],
  ["the blocks of a day", (team) => page(team, { from: at(DAY), to: at(2 * DAY), limit: "200" })],
  ["the blocks of a person on a day", (team) => page(team, { person: "p3", from: at(DAY), to: at(2 * DAY) })],
  ["the blocks of a source on a day", (team) => page(team, { from: at(DAY), to: at(2 * DAY), source: "git" })],
  ["the blocks of a status on a day", (team) => page(team, { from: at(DAY), to: at(2 * DAY), status: "never" })],
  [
    "four pages of blocks",
    async (team) => {
      let { next_cursor: cursor } = await page(team, { limit: "20" });
      for (let n = 0; n < 3; n++) ({ next_cursor: cursor } = await page(team, { limit: "20", cursor: cursor! }));
    },
  ],
  ["overlap", (team) => read(team, `/overlap?from=${at(DAY)}&to=${at(2 * DAY)}`)],
  ["patterns of a person", (team) => read(team, "/patterns?weeks=1&person=p3")],
  ["patterns of the team", (team) => read(team, "/patterns?weeks=1")],
  ["the timeline of a person", (team) => read(team, "/people/p3/timeline?date=2030-01-08")],
];

/** 60 blocks of each of ten people, over three days. */
const recent = identifiers.flatMap((who) =>
  Array.from({ length: 60 }, (_, n) => ({ who, from: n * 72, to: n * 72 + 50, source: n % 2 ? "git" : "slack" })),
);

/** 20,000 blocks of the two years before, some of them two days long. */
const older = Array.from({ length: 20_000 }, (_, n) => {
  const from = -10 * DAY - n * 50;
  return { who: identifiers[n % 10]!, from, to: from + (n % 100 ? 45 : 2 * DAY) };
});

/** Returns the steps of the query plans that scan a table. Scans of JSON parameters are left out. */
async function scansOf(ran: Metered[]): Promise<string[]> {
  const steps = (await Promise.all(ran.map(plan))).flat();
  expect(steps.length).toBeGreaterThan(ran.length);
  return steps.filter((step) =>
    /^SCAN (b|c|i|m|p|t|block|event|identity|member|person|team|account|blocks|events|identities|members|people|teams|accounts)\b(?! VIRTUAL)/.test(
      step,
    ),
  );
}

async function teamWithRecent(): Promise<Team> {
  const team = await mintTeam();
  await push(team, Object.fromEntries(identifiers.map((who) => [who, "offline"])));
  await insertPastBlocks(team, recent);
  clock(3 * DAY);
  await push(team, Object.fromEntries([...identifiers, "zoe"].map((who) => [who, "online"])));
  await ring(team);
  return team;
}

describe("The queries of blocks", () => {
  test("More history adds no rows read, and every query uses an index", {
    timeout: 120_000,
  }, async () => {
    const team = await teamWithRecent();
    const measure = async () => {
      const ran = new Map<string, Metered[]>();
      for (const [name, send] of REQUESTS) ran.set(name, await metered(() => send(team)));
      return ran;
    };
    /** Runs every request twice and takes the cheaper run: objects of other suites may query D1 meanwhile. */
    const fewest = async () => {
      const [once, again] = [await measure(), await measure()];
      const cheaper = (a: Metered[], b: Metered[]) => (sum(a, "rowsRead") <= sum(b, "rowsRead") ? a : b);
      return new Map([...once].map(([name, ran]) => [name, cheaper(ran, again.get(name)!)] as const));
    };
    const before = await fewest();
    for (let n = 0; n < older.length; n += 5_000) await insertPastBlocks(team, older.slice(n, n + 5_000));
    const after = await fewest();
    const reads = (ran: Map<string, Metered[]>) =>
      new Map([...ran].map(([name, list]) => [name, sum(list, "rowsRead")]));
    for (const [name, count] of reads(after)) {
      // A query may read one row beyond its window to see where it ends.
      expect([name, count <= reads(before).get(name)! + 5]).toEqual([name, true]);
      expect([name, count < 2_500]).toEqual([name, true]);
    }
    expect(await scansOf([...after.values()].flat())).toEqual([]);
  });
});

describe("The queries of the object in D1", () => {
  test("Every query uses an index", async () => {
    const team = await teamWithRecent();
    const ran = await metered(async () => {
      await push(team, [{ personIdentifier: "new", status: "online", email: "new@x.test", timezone: "Asia/Tokyo" }]);
      await push(team, { new: "busy", p3: "away" });
      await ring(team);
      clock(3 * DAY + 15);
      await ring(team);
    });
    expect(await scansOf(ran)).toEqual([]);
  });
});
