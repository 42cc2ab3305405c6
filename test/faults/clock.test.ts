import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { anEvent, push as pushEvents } from "../events/client.ts";
import { evict, iso, MINUTE, objectOf, ring, START, stopTheClock, stored } from "../support/presence.ts";
import { parseSteps } from "../support/stream_steps.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { withoutD1 } from "./d1.ts";
import { blockStarts, blocksInD1, countUnsent, Ledger } from "./ledger.ts";
import { scale, TIMEOUT_MS } from "./scale.ts";
import { alarmAt, passTo } from "./schedule.ts";

stopTheClock();

const DAY = 1_440 * MINUTE;
const TIMEOUT = 10;
const MAX_AHEAD = 5 * MINUTE;

/** How a heartbeat must be answered: recorded, refused, or only counted with a warning. */
const expectedAnswer = (at: number, now: number) =>
  at - now > MAX_AHEAD ? "refused" : at < now - DAY ? "too old" : "recorded";

describe("A tool with a wrong clock", () => {
  test.each([
    { offset: MAX_AHEAD, presence: "recorded", events: { created: 1, errors: 0 } },
    { offset: MAX_AHEAD + 1, presence: "refused", events: { created: 0, errors: 1 } },
    { offset: DAY, presence: "refused", events: { created: 0, errors: 1 } },
    { offset: -MAX_AHEAD, presence: "recorded", events: { created: 1, errors: 0 } },
    { offset: -DAY, presence: "recorded", events: { created: 1, errors: 0 } },
    { offset: -DAY - 1, presence: "too old", events: { created: 1, errors: 0 } },
  ])(
    "A timestamp that is off by $offset ms is answered as documented, by presence and by events",
    async ({ offset, presence, events }) => {
      const team = await mintTeam();
      const ledger = new Ledger(team);
      const at = Date.now() + offset;
      expect(expectedAnswer(at, Date.now())).toBe(presence);
      expect(await ledger.send({ ada: "online" }, { at })).toBe(presence === "refused" ? 400 : 200);
      expect((await pushEvents(team, anEvent({ timestamp: iso(at) }))).processed).toMatchObject(events);
      await passTo(team, START + 60 * MINUTE);
      expect(await blocksInD1(team)).toEqual(ledger.expectedBlocks());
      expect(ledger.expectedBlocks()).toHaveLength(presence === "recorded" ? 1 : 0);
    },
  );

  const HEARTBEATS = "0 online, 4 online, 9 busy, 25 busy, 30 lunch, 40 lunch, 41 offline";
  test.each([MAX_AHEAD, -MAX_AHEAD, -DAY])(
    "A clock that is always off by %i ms gives the same blocks, shifted by as much",
    async (offset) => {
      const teams = [
        { team: await mintTeam(), by: 0 },
        { team: await mintTeam(), by: offset },
      ] as const;
      for (const { at: minute, status } of parseSteps(HEARTBEATS)) {
        const at = START + minute * MINUTE;
        for (const { team, by } of teams) {
          await passTo(team, at);
          expect(await new Ledger(team).send({ ada: status! }, { at: at + by })).toBe(200);
        }
      }
      const shifted = [];
      for (const { team, by } of teams) {
        await passTo(team, START + 90 * MINUTE);
        const blocks = await blocksInD1(team);
        shifted.push(blocks.map((b) => [b.status, b.started_at - by, b.last_seen_at - by, b.ended_at! - by]));
      }
      expect(shifted[0]).toHaveLength(4);
      expect(shifted[1]).toEqual(shifted[0]);
    },
  );
});

const OFFSETS = [0, 0, 0, MAX_AHEAD, -MAX_AHEAD, DAY, -DAY, DAY + 1_000, -DAY - 1_000];

/**
 * Heartbeats of two people by three tools. `tools` and `server`: how far the clocks of tools and server are off, in ms.
 */
const histories = fc.record({
  tools: fc.tuple(fc.constantFrom(...OFFSETS), fc.constantFrom(...OFFSETS), fc.constantFrom(...OFFSETS)),
  steps: fc.array(
    fc.record({
      pause: fc.constantFrom(1_000, 30_000, MINUTE, 4 * MINUTE, 10 * MINUTE, 11 * MINUTE),
      server: fc.option(fc.constantFrom(...OFFSETS), { freq: 5 }),
      // The third tool reports the same source as the second.
      tool: fc.nat(2),
      who: fc.constantFrom("ada", "bob"),
      status: fc.constantFrom("online", "online", "busy", "offline"),
      act: fc.constantFrom("ring", "evict", "wake", null, null, null),
    }),
    { minLength: 10, maxLength: 40 },
  ),
});

/** Checks that no block ends before its start or last heartbeat, and that blocks of a stream do not overlap. */
async function expectValidBlocks(team: Team): Promise<void> {
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

test("With clocks that jump, no block is negative, overlaps another or is lost", { timeout: TIMEOUT_MS }, async () => {
  const seen = { recorded: 0, refused: 0, "too old": 0 };
  await fc.assert(
    fc.asyncProperty(histories, async ({ tools, steps }) => {
      vi.setSystemTime(START);
      const team = await mintTeam({ timeoutMinutes: TIMEOUT });
      const ledger = new Ledger(team, TIMEOUT);
      let [real, offset] = [START, 0];
      for (const { pause, server, tool, who, status, act } of steps) {
        real += pause;
        offset = server ?? offset;
        vi.setSystemTime(real + offset);
        const due = await alarmAt(team);
        if (due !== null && due <= Date.now()) await ring(team);
        // The milliseconds make the times of any two tools different.
        const at = real + tools[tool]! + tool;
        const answer = expectedAnswer(at, Date.now());
        seen[answer] += 1;
        expect(await ledger.send({ [who]: status }, { at, source: tool === 0 ? "chat" : "desk" })).toBe(
          answer === "refused" ? 400 : 200,
        );
        if (act === "ring") await ring(team);
        if (act === "evict") await evict(team);
        if (act === "wake") await objectOf(team).wake();
        await expectValidBlocks(team);
      }
      vi.setSystemTime(real + 3 * DAY);
      await objectOf(team).wake();
      await expectValidBlocks(team);
      expect(await blocksInD1(team)).toEqual(ledger.expectedBlocks());
    }),
    { numRuns: scale("skewedStories"), endOnFailure: true },
  );
  console.info("heartbeats of clocks that were off:", seen);
  expect(seen.recorded).toBeGreaterThan(0);
  expect(seen.refused + seen["too old"]).toBeGreaterThan(0);
});

describe("A server whose clock was a day ahead for a while", () => {
  let team: Team;
  let ledger: Ledger;
  const whileADayAhead = async (act: () => Promise<unknown>) => {
    vi.setSystemTime(START + DAY);
    await act();
    vi.setSystemTime(START + 2 * MINUTE);
  };
  beforeEach(async () => {
    team = await mintTeam({ timeoutMinutes: 720 });
    ledger = new Ledger(team, 720);
    expect(await ledger.send({ ada: "online" })).toBe(200);
    await passTo(team, START + MINUTE);
  });

  test("Open blocks are written to D1 at least every 15 minutes afterwards", async () => {
    await whileADayAhead(async () => {
      expect(await ledger.send({ bob: "online" })).toBe(200);
      await ring(team);
    });
    for (let minute = 3; minute <= 40; minute++) {
      await passTo(team, START + minute * MINUTE);
      expect(await ledger.send({ ada: "online" })).toBe(200);
    }
    const [ada] = (await stored(team)).filter(({ identifier }) => identifier === "ada");
    expect(Date.now() - ada!.last_seen_at).toBeLessThanOrEqual(15 * MINUTE);
  });

  test("An outage of D1 in that time delays blocks by at most a minute afterwards", async () => {
    await whileADayAhead(async () => {
      expect(await ledger.send({ bob: "online" })).toBe(200);
      await withoutD1(async () => {
        vi.setSystemTime(Date.now() + 1);
        expect(await ledger.send({ bob: "busy" })).toBe(200);
        await ring(team);
      });
    });
    expect(await ledger.send({ ada: "busy" })).toBe(200);
    await passTo(team, START + 3 * MINUTE);
    expect(await countUnsent(team)).toBe(0);
    expect(blockStarts(await blocksInD1(team))).toEqual(blockStarts(ledger.expectedBlocks()));
  });
});
