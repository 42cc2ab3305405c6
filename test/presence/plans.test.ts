import { describe, expect, test } from "vitest";
import { mintTeam, type Team } from "../support/team.ts";
import { at, clock, page, push, read, ring, stopTheClock } from "./client.ts";
import { remember } from "./history.ts";
import { type Metered, metered, plan, sum } from "./meter.ts";

stopTheClock();

const DAY = 24 * 60;
const crowd = Array.from({ length: 10 }, (_, n) => `p${n}`);

/** What is asked of blocks, in the days after START; each page of a long list begins where the one before ended. */
const QUESTIONS: [string, (team: Team) => Promise<unknown>][] = [
  ["the newest", (team) => page(team)],
  ["a person's newest", (team) => page(team, { person: "p3" })],
  ["the newest of somebody seldom seen", (team) => page(team, { person: "zoe" })],
  ["a day", (team) => page(team, { from: at(DAY), to: at(2 * DAY), limit: "200" })],
  ["a person's day", (team) => page(team, { person: "p3", from: at(DAY), to: at(2 * DAY) })],
  ["a day at a source", (team) => page(team, { from: at(DAY), to: at(2 * DAY), source: "git" })],
  ["a day in a status", (team) => page(team, { from: at(DAY), to: at(2 * DAY), status: "never" })],
  [
    "page after page",
    async (team) => {
      let { next_cursor: cursor } = await page(team, { limit: "20" });
      for (let n = 0; n < 3; n++) ({ next_cursor: cursor } = await page(team, { limit: "20", cursor: cursor! }));
    },
  ],
  ["who worked with whom", (team) => read(team, `/overlap?from=${at(DAY)}&to=${at(2 * DAY)}`)],
  ["a person's habits", (team) => read(team, "/patterns?weeks=1&person=p3")],
  ["everybody's habits", (team) => read(team, "/patterns?weeks=1")],
  ["a person's day as a timeline", (team) => read(team, "/people/p3/timeline?date=2030-01-08")],
];

/** Three days in which ten people each held 60 statuses. */
const recent = crowd.flatMap((who) =>
  Array.from({ length: 60 }, (_, n) => ({ who, from: n * 72, to: n * 72 + 50, source: n % 2 ? "git" : "slack" })),
);

/** 20,000 blocks of the two years until a week before, some of them days long. */
const older = Array.from({ length: 20_000 }, (_, n) => {
  const from = -10 * DAY - n * 50;
  return { who: crowd[n % 10]!, from, to: from + (n % 100 ? 45 : 2 * DAY) };
});

/** The steps that read a table from end to end; of lists handed in as JSON that is as it should be. */
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
  await push(team, Object.fromEntries(crowd.map((who) => [who, "offline"])));
  await remember(team, recent);
  clock(3 * DAY);
  await push(team, Object.fromEntries([...crowd, "zoe"].map((who) => [who, "online"])));
  await ring(team);
  return team;
}

describe("a question about blocks", () => {
  test("reads no more when there is more history, and finds all it reads by an index", {
    timeout: 120_000,
  }, async () => {
    const team = await teamWithRecent();
    const ask = async () => {
      const ran = new Map<string, Metered[]>();
      for (const [name, question] of QUESTIONS) ran.set(name, await metered(() => question(team)));
      return ran;
    };
    /** Of each question the cheaper of two times: objects of other suites may be at work meanwhile. */
    const fewest = async () => {
      const [once, again] = [await ask(), await ask()];
      const cheaper = (a: Metered[], b: Metered[]) => (sum(a, "rowsRead") <= sum(b, "rowsRead") ? a : b);
      return new Map([...once].map(([name, ran]) => [name, cheaper(ran, again.get(name)!)] as const));
    };
    const before = await fewest();
    for (let n = 0; n < older.length; n += 5_000) await remember(team, older.slice(n, n + 5_000));
    const after = await fewest();
    const reads = (ran: Map<string, Metered[]>) =>
      new Map([...ran].map(([name, list]) => [name, sum(list, "rowsRead")]));
    for (const [name, count] of reads(after)) {
      // One row of the history may be read to see that it is beyond.
      expect([name, count <= reads(before).get(name)! + 5]).toEqual([name, true]);
      expect([name, count < 2_500]).toEqual([name, true]);
    }
    expect(await scansOf([...after.values()].flat())).toEqual([]);
  });
});

describe("what the object asks of D1", () => {
  test("finds everything by an index, however many are on the team", async () => {
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
