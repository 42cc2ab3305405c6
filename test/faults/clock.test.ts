import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { anEvent, push as pushEvents } from "../events/client.ts";
import { evict, iso, MINUTE, objectOf, ring, START, stopTheClock, stored } from "../presence/client.ts";
import { steps } from "../presence/play.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { withoutD1 } from "./d1.ts";
import { held, Ledger, opened, waiting } from "./ledger.ts";
import { scale, TIMEOUT_MS } from "./scale.ts";
import { alarmAt, passTo } from "./schedule.ts";

stopTheClock();

const DAY = 1_440 * MINUTE;
const TIMEOUT = 10;
const MAX_AHEAD = 5 * MINUTE;

/** What product.md has an update of a time answered with: taken in, refused, or counted with a warning. */
const answerTo = (at: number, now: number) => (at - now > MAX_AHEAD ? "refused" : at < now - DAY ? "history" : "kept");

describe("A tool with a wrong clock", () => {
  test.each([
    { off: MAX_AHEAD, presence: "kept", events: { created: 1, errors: 0 } },
    { off: MAX_AHEAD + 1, presence: "refused", events: { created: 0, errors: 1 } },
    { off: DAY, presence: "refused", events: { created: 0, errors: 1 } },
    { off: -MAX_AHEAD, presence: "kept", events: { created: 1, errors: 0 } },
    { off: -DAY, presence: "kept", events: { created: 1, errors: 0 } },
    { off: -DAY - 1, presence: "history", events: { created: 1, errors: 0 } },
  ])(
    "A timestamp that is off by $off ms is answered as documented, by presence and by events",
    async ({ off, presence, events }) => {
      const team = await mintTeam();
      const ledger = new Ledger(team);
      const at = Date.now() + off;
      expect(answerTo(at, Date.now())).toBe(presence);
      expect(await ledger.tell({ ada: "online" }, { at })).toBe(presence === "refused" ? 400 : 200);
      expect((await pushEvents(team, anEvent({ timestamp: iso(at) }))).processed).toMatchObject(events);
      await passTo(team, START + 60 * MINUTE);
      expect(await held(team)).toEqual(ledger.foretold());
      expect(ledger.foretold()).toHaveLength(presence === "kept" ? 1 : 0);
    },
  );

  const STORY = "0 online, 4 online, 9 busy, 25 busy, 30 lunch, 40 lunch, 41 offline";
  test.each([MAX_AHEAD, -MAX_AHEAD, -DAY])(
    "A clock that is always off by %i ms gives the same blocks, shifted by as much",
    async (off) => {
      const teams = [
        { team: await mintTeam(), by: 0 },
        { team: await mintTeam(), by: off },
      ] as const;
      for (const { at: minute, status } of steps(STORY)) {
        const at = START + minute * MINUTE;
        for (const { team, by } of teams) {
          await passTo(team, at);
          expect(await new Ledger(team).tell({ ada: status! }, { at: at + by })).toBe(200);
        }
      }
      const told = [];
      for (const { team, by } of teams) {
        await passTo(team, START + 90 * MINUTE);
        const blocks = await held(team);
        told.push(blocks.map((b) => [b.status, b.started_at - by, b.last_seen_at - by, b.ended_at! - by]));
      }
      expect(told[0]).toHaveLength(4);
      expect(told[1]).toEqual(told[0]);
    },
  );
});

const OFF = [0, 0, 0, MAX_AHEAD, -MAX_AHEAD, DAY, -DAY, DAY + 1_000, -DAY - 1_000];

/** Two people and three tools; what a step's tool says, and how far off the server's clock and the tool's are by then. */
const story = fc.record({
  tools: fc.tuple(fc.constantFrom(...OFF), fc.constantFrom(...OFF), fc.constantFrom(...OFF)),
  steps: fc.array(
    fc.record({
      pause: fc.constantFrom(1_000, 30_000, MINUTE, 4 * MINUTE, 10 * MINUTE, 11 * MINUTE),
      server: fc.option(fc.constantFrom(...OFF), { freq: 5 }),
      // The third reports to the streams of the second.
      tool: fc.nat(2),
      who: fc.constantFrom("ada", "bob"),
      status: fc.constantFrom("online", "online", "busy", "offline"),
      act: fc.constantFrom("ring", "evict", "wake", null, null, null),
    }),
    { minLength: 10, maxLength: 40 },
  ),
});

/** Nothing ends before it begins or was last seen, and of one stream no block begins before the former has ended. */
async function expectSound(team: Team): Promise<void> {
  const rows = await stored(team);
  for (const { started_at, last_seen_at, ended_at } of rows) {
    expect(last_seen_at).toBeGreaterThanOrEqual(started_at);
    expect(ended_at ?? last_seen_at).toBeGreaterThanOrEqual(last_seen_at);
  }
  for (const blocks of Map.groupBy(rows, ({ identifier, source }) => `${identifier}|${source}`).values()) {
    const ends = blocks.map(({ ended_at }) => ended_at ?? Number.POSITIVE_INFINITY);
    for (const [n, { started_at }] of blocks.slice(1).entries()) expect(ends[n]).toBeLessThanOrEqual(started_at);
  }
}

test("Clocks that jump make no block negative, no blocks overlap, and lose none", { timeout: TIMEOUT_MS }, async () => {
  const seen = { kept: 0, refused: 0, history: 0 };
  await fc.assert(
    fc.asyncProperty(story, async ({ tools, steps }) => {
      vi.setSystemTime(START);
      const team = await mintTeam({ timeoutMinutes: TIMEOUT });
      const ledger = new Ledger(team, TIMEOUT);
      let [real, off] = [START, 0];
      for (const { pause, server, tool, who, status, act } of steps) {
        real += pause;
        off = server ?? off;
        vi.setSystemTime(real + off);
        const due = await alarmAt(team);
        if (due !== null && due <= Date.now()) await ring(team);
        // Milliseconds tell the tools apart: no two updates are of the same moment.
        const at = real + tools[tool]! + tool;
        const answer = answerTo(at, Date.now());
        seen[answer] += 1;
        expect(await ledger.tell({ [who]: status }, { at, source: tool === 0 ? "chat" : "desk" })).toBe(
          answer === "refused" ? 400 : 200,
        );
        if (act === "ring") await ring(team);
        if (act === "evict") await evict(team);
        if (act === "wake") await objectOf(team).wake();
        await expectSound(team);
      }
      vi.setSystemTime(real + 3 * DAY);
      await objectOf(team).wake();
      await expectSound(team);
      expect(await held(team)).toEqual(ledger.foretold());
    }),
    { numRuns: scale("skewedStories"), endOnFailure: true },
  );
  console.info("updates of clocks that were off:", seen);
  expect(seen.kept).toBeGreaterThan(0);
  expect(seen.refused + seen.history).toBeGreaterThan(0);
});

describe("A server whose clock was a day ahead for a while", () => {
  let team: Team;
  let ledger: Ledger;
  const stray = async (strayed: () => Promise<unknown>) => {
    vi.setSystemTime(START + DAY);
    await strayed();
    vi.setSystemTime(START + 2 * MINUTE);
  };
  beforeEach(async () => {
    team = await mintTeam({ timeoutMinutes: 720 });
    ledger = new Ledger(team, 720);
    expect(await ledger.tell({ ada: "online" })).toBe(200);
    await passTo(team, START + MINUTE);
  });

  test("Open blocks are written to D1 at least every 15 minutes afterwards", async () => {
    await stray(async () => {
      expect(await ledger.tell({ bob: "online" })).toBe(200);
      await ring(team);
    });
    for (let minute = 3; minute <= 40; minute++) {
      await passTo(team, START + minute * MINUTE);
      expect(await ledger.tell({ ada: "online" })).toBe(200);
    }
    const [ada] = (await stored(team)).filter(({ identifier }) => identifier === "ada");
    expect(Date.now() - ada!.last_seen_at).toBeLessThanOrEqual(15 * MINUTE);
  });

  test("An outage of D1 in that time delays blocks by at most a minute afterwards", async () => {
    await stray(async () => {
      expect(await ledger.tell({ bob: "online" })).toBe(200);
      await withoutD1(async () => {
        vi.setSystemTime(Date.now() + 1);
        expect(await ledger.tell({ bob: "busy" })).toBe(200);
        await ring(team);
      });
    });
    expect(await ledger.tell({ ada: "busy" })).toBe(200);
    await passTo(team, START + 3 * MINUTE);
    expect(await waiting(team)).toBe(0);
    expect(opened(await held(team))).toEqual(opened(ledger.foretold()));
  });
});
