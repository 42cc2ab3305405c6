import { beforeAll, describe, expect, test } from "vitest";
import { at, clock, MINUTE, push, START, stopTheClock } from "../../support/presence.ts";
import { call, mintTeam, type Team } from "../../support/team.ts";
import { insertPastBlocks } from "../history.ts";

stopTheClock();

const MIB = 1_048_576;
const HOUR = 60;
const DAY = 24 * HOUR;
const WORK_DAYS = 5;

/** The largest time of a page of a large team, as a multiple of that of a small one. */
const MAX_RATIO = 1.5;
/** The clock of the runtime shows whole milliseconds, and the fastest answers take some twenty. */
const CLOCK_MS = 5;
/** Interleaved rounds: the fastest of each is compared, because other work on the machine only adds time. */
const ROUNDS = 15;

/** Creates a team whose people worked on the five days before START, in eight blocks a day that begin at odd times. */
async function teamOf(size: number): Promise<Team> {
  const team = await mintTeam();
  await call("/api/v1/team", { method: "PATCH", headers: team.asTeam, body: { new_identities_per_day: size } });
  const people = Array.from({ length: size }, (_, n) => `p${n}`);
  for (let n = 0; n < size; n += 1_000) {
    await push(team, Object.fromEntries(people.slice(n, n + 1_000).map((who) => [who, "offline"])));
  }
  for (let day = 0; day < WORK_DAYS; day++) {
    const blocks = people.flatMap((who, n) =>
      Array.from({ length: 8 }, (_, part) => {
        const from = (day - WORK_DAYS) * DAY + part * HOUR + ((n * 7_919 + part * 104_729) % 3_571) / 100;
        return { who, from, to: from + 50 };
      }),
    );
    for (let n = 0; n < blocks.length; n += 4_000) await insertPastBlocks(team, blocks.slice(n, n + 4_000));
  }
  return team;
}

let small: Team;
let large: Team;

beforeAll(async () => {
  [small, large] = [await teamOf(200), await teamOf(2_000)];
}, 300_000);

type Page<Row> = { data: Row[]; next_cursor: string | null };

const answer = async (team: Team, path: string): Promise<string> => {
  const response = await call(`/api/v1${path}`, { headers: team.asTeam });
  expect(response.status).toBe(200);
  return response.text();
};

const PATHS = {
  "one day of overlap": `/overlap?from=${at(-WORK_DAYS * DAY)}&to=${at((1 - WORK_DAYS) * DAY)}`,
  "five days of overlap": `/overlap?from=${at(-WORK_DAYS * DAY)}&to=${at(0)}`,
  "overlap with the largest limit": `/overlap?from=${at(-WORK_DAYS * DAY)}&to=${at(0)}&limit=200`,
  patterns: "/patterns",
  "patterns with the largest limit": "/patterns?limit=200",
  "patterns of half a year": "/patterns?weeks=26",
  "a timeline": `/people/p7/timeline?date=${at(-DAY).slice(0, 10)}`,
};

describe.each(Object.entries(PATHS))("At 2,000 people, %s", (name, path) => {
  test("An answer is at most 1 MiB, and every page takes at most 1.5 times as long as at 200 people", {
    timeout: 300_000,
  }, async () => {
    const time = async (team: Team) => {
      const before = performance.now();
      const text = await answer(team, path);
      return { ms: performance.now() - before, text };
    };
    const fastest = { small: Number.POSITIVE_INFINITY, large: Number.POSITIVE_INFINITY };
    for (let round = 0; round < ROUNDS; round++) {
      const [one, other] = [await time(small), await time(large)];
      fastest.small = Math.min(fastest.small, one.ms);
      fastest.large = Math.min(fastest.large, other.ms);
      expect(new TextEncoder().encode(other.text).length).toBeLessThan(MIB);
    }
    console.log(`${name}: ${fastest.small.toFixed(1)} ms at 200 people, ${fastest.large.toFixed(1)} ms at 2,000`);
    expect(fastest.large).toBeLessThan(fastest.small * MAX_RATIO + CLOCK_MS);
  });
});

test("At 2,000 people, the pages of overlap are complete, in order and at most 1 MiB", {
  timeout: 300_000,
}, async () => {
  const whole = `/overlap?from=${at(-DAY)}&to=${at(-DAY + 10)}&limit=200`;
  let end = "";
  let count = 0;
  for (let cursor: string | null = ""; cursor !== null; ) {
    const text = await answer(large, `${whole}${cursor && `&cursor=${cursor}`}`);
    expect(new TextEncoder().encode(text).length).toBeLessThan(MIB);
    const page = JSON.parse(text) as Page<{ started_at: string; ended_at: string }>;
    if (!cursor) expect(page).toMatchObject({ pairs_left_out: true });
    for (const { started_at, ended_at } of page.data) {
      expect(started_at >= end).toBe(true);
      end = ended_at;
    }
    count += page.data.length;
    cursor = page.next_cursor;
  }
  expect(count).toBeGreaterThan(400);
  expect(end).toBe(at(-DAY + 10));
});

test("At 2,000 people, all pages of patterns have everyone once", { timeout: 300_000 }, async () => {
  const names: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page = JSON.parse(await answer(large, `/patterns?limit=200${cursor && `&cursor=${cursor}`}`)) as Page<{
      name: string;
    }>;
    names.push(...page.data.map(({ name }) => name));
    cursor = page.next_cursor;
  }
  expect(names).toHaveLength(2_000);
  expect(new Set(names).size).toBe(2_000);
});

test("A day with more than a page of long entries comes in pages of at most 1 MiB", { timeout: 300_000 }, async () => {
  const team = await mintTeam();
  const details = { text: "é".repeat(8_000) };
  const timestamp = (n: number) => new Date(START - HOUR * MINUTE + n * 1_000).toISOString();
  for (let first = 0; first < 150; first += 50) {
    const events = Array.from({ length: 50 }, (_, n) => ({
      ...{ kind: "task", externalId: `e${first + n}`, personIdentifier: "ada", timestamp: timestamp(first + n) },
      ...{ title: "T", scope: "s", details },
    }));
    expect((await call("/api/v1/events", { headers: team.asIntegration, body: { events } })).status).toBe(200);
  }
  await push(team, { ada: "online" });
  clock(5);
  await push(team, { ada: "offline" });
  const found: string[] = [];
  let pages = 0;
  for (let cursor: string | null = ""; cursor !== null; pages++) {
    const text = await answer(team, `/people/ada/timeline?date=2030-01-07&limit=200${cursor && `&cursor=${cursor}`}`);
    expect(new TextEncoder().encode(text).length).toBeLessThan(MIB);
    const page = JSON.parse(text) as Page<{ external_id?: string; status?: string }> & { hours_worked: number };
    expect(page.hours_worked).toBe(0.08);
    found.push(...page.data.map(({ external_id, status }) => external_id ?? status!));
    cursor = page.next_cursor;
  }
  expect(pages).toBeGreaterThan(1);
  expect(found).toEqual([...Array.from({ length: 150 }, (_, n) => `e${n}`), "online"]);
});
