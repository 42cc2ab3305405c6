import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Interval, union } from "../../../src/lib/interval.ts";
import { beat, lastSeenAt, openBlock } from "../../../src/presence/blocks/block.ts";
import { expectedBlocks } from "../../support/expected_blocks.ts";
import { inWords, parseSteps, type RecordedBlock, runSteps, type Step } from "../../support/stream_steps.ts";

const TIMEOUT = 10;
const run = (text: string) => runSteps(parseSteps(text), TIMEOUT);

describe("beat, with a timeout of 10", () => {
  test.each([
    // One status.
    ["0 online", "online 0-0..."],
    ["0 online, 4 online, 9 online", "online 0-9..."],
    ["0 online, 10 online", "online 0-10..."],
    ["0 online, 11 online", "online 0-0, online 11-11..."],
    ["0 online, 7 online, 17 online, 28 online", "online 0-17, online 28-28..."],
    // Another status.
    ["0 online, 5 away", "online 0-5, away 5-5..."],
    ["0 online, 10 away", "online 0-10, away 10-10..."],
    ["0 online, 6 online, 17 away", "online 0-6, away 17-17..."],
    ["0 online, 5 away, 9 online", "online 0-5, away 5-9, online 9-9..."],
    // Offline.
    ["0 offline", ""],
    ["0 offline, 5 offline, 6 online", "online 6-6..."],
    ["0 online, 5 offline", "online 0-5"],
    ["0 online, 5 Off Line", "online 0-5, Off Line 5-5..."],
    ["0 online, 5  OFFLINE ", "online 0-5"],
    ["0 online, 5 offline, 7 offline", "online 0-5"],
    ["0 online, 5 offline, 7 online", "online 0-5, online 7-7..."],
    ["0 online, 10 offline", "online 0-10"],
    ["0 online, 11 offline", "online 0-0"],
    // The clock alone.
    ["0 online, 10", "online 0-0..."],
    ["0 online, 11", "online 0-0"],
    ["0 online, 8 online, 19", "online 0-8"],
    ["0 online, 11, 99", "online 0-0"],
    ["0 offline, 99", ""],
    // A heartbeat that arrives after the timeout passed, but was sent before, continues the block.
    ["0 online, 5 online, 16, 15 online", "online 0-15..."],
    ["0 online, 5 online, 16, 15 away", "online 0-15, away 15-15..."],
    ["0 online, 5 online, 16, 15 offline", "online 0-15"],
    ["0 online, 5 online, 16, 16 online", "online 0-5, online 16-16..."],
    ["0 online, 5 online, 16, 15 online, 26", "online 0-15"],
    ["0 online, 11, 0 away, 11", "away 0-0"],
    // Heartbeats older than the newest one.
    ["5 online, 4 away", "online 5-5..."],
    ["5 online, 4 offline, 6 online", "online 5-6..."],
    ["5 offline, 4 online", ""],
    ["5 online, 99, 4 online", "online 5-5"],
    ["5 online, 16, 4 offline, 15 online", "online 5-15..."],
    // Several heartbeats at the same time: the last one counts.
    ["5 online, 5 online", "online 5-5..."],
    ["5 online, 5 away", "away 5-5..."],
    ["5 online, 5 away, 5 online, 8 online", "online 5-8..."],
    ["0 online, 5 online, 5 away", "online 0-5, away 5-5..."],
    ["0 online, 5 away, 5 busy", "online 0-5, busy 5-5..."],
    ["0 online, 5 online, 5 offline", "online 0-5"],
    ["0 online, 5 offline, 5 away", "online 0-5, away 5-5..."],
    // Statuses are compared trimmed and case-folded, and stored as sent.
    ["0 In Call, 5 in call", "In Call 0-5..."],
    ["0 ÜBER, 5 über", "ÜBER 0-5..."],
    ["0 in-call, 5 in call", "in-call 0-5, in call 5-5..."],
  ])('The heartbeats "%s" make the blocks "%s"', (given, expected) => {
    expect(inWords(run(given).blocks)).toBe(expected);
  });

  test("Spaces around a status are stored, but not compared", () => {
    const { blocks } = runSteps(
      [
        { at: 0, status: " Coding\t" },
        { at: 5, status: "coding" },
      ],
      TIMEOUT,
    );
    expect(blocks).toMatchObject([{ status: " Coding\t", lastSeenAt: 5, endedAt: null }]);
  });

  test("A block keeps its id from its first heartbeat to its end", () => {
    expect(run("0 online, 5 online, 16, 15 online, 20 away").blocks).toMatchObject([
      { id: "b1", startedAt: 0, lastSeenAt: 15, endedAt: 20 },
      { id: "b2", startedAt: 20, lastSeenAt: 20, endedAt: null },
    ]);
  });

  test("Each gap is compared with the timeout given with that heartbeat", () => {
    const stream = beat(null, { at: 0, status: "online", details: null }, 10, () => "a").stream;
    const next = { at: 30, status: "online", details: null };
    expect(beat(stream, next, 30, () => "b").ended).toBeNull();
    expect(beat(stream, next, 29, () => "b").ended).toMatchObject({ id: "a", endedAt: 0 });
  });

  test("A block has the newest details sent with its status, and none of the previous status", () => {
    const detailsAfter = (...sent: [string, string | null][]) =>
      openBlock(
        runSteps(
          sent.map(([status, details], at) => ({ at, status, details })),
          TIMEOUT,
        ).stream!,
      )!.details;
    expect(detailsAfter(["online", "1"], ["online", "2"])).toBe("2");
    expect(detailsAfter(["online", "1"], ["online", null])).toBe("1");
    expect(detailsAfter(["online", null], ["online", "2"])).toBe("2");
    expect(detailsAfter(["online", "1"], ["away", null])).toBeNull();
    expect(
      runSteps(
        [
          { at: 0, status: "online", details: "1" },
          { at: 0, status: "away" },
        ],
        TIMEOUT,
      ).stream!.block!.details,
    ).toBeNull();
  });

  test.each([
    ["0 online", "changed"],
    ["0 offline", "changed"],
    ["0 online, 5 online", "same"],
    ["0 online, 0 online", "same"],
    ["0 offline, 5 offline", "same"],
    ["0 online, 5 away", "changed"],
    ["0 online, 11 online", "changed"],
    ["0 online, 11, 10 online", "changed"],
    ["5 online, 4 online", "stale"],
    ["5 online, 4 offline", "stale"],
  ])('The last heartbeat of "%s" has the outcome %s', (given, kind) => {
    const all = parseSteps(given);
    const { stream } = runSteps(all.slice(0, -1), TIMEOUT);
    const { at, status } = all.at(-1)!;
    const outcome = beat(stream, { at, status: status!, details: null }, TIMEOUT, () => "new");
    expect(outcome.kind).toBe(kind);
    if (kind === "stale") expect(outcome.stream).toBe(stream);
    if (kind === "same") expect(outcome.stream).toEqual({ ...stream, lastAt: at });
  });

  test.each([
    ["0 offline", null],
    ["0 online", 0],
    ["0 online, 5 online", 5],
    ["0 online, 5 online, 16", 5],
    ["0 online, 5 offline", 5],
    ["0 online, 5 offline, 9 offline", 5],
    ["0 online, 5 away, 9 away", 9],
    ["0 online, 20 offline", 0],
    ["0 online, 20 offline, 25 online, 99", 25],
  ])('After "%s", lastSeenAt is %s', (given, at) => {
    expect(lastSeenAt(run(given).stream!)).toBe(at);
  });
});

const STATUSES = ["online", "Online ", "away", "busy", "offline", "OFFLINE"];
const aBeat = fc.record({ at: fc.nat(200), status: fc.constantFrom(...STATUSES) });
const aTick = fc.record({ at: fc.nat(300) });
/** Heartbeats in any order: late, repeated, at the same time. */
const beats = fc.array(aBeat, { maxLength: 30 });
const anySteps = fc.array(fc.oneof({ weight: 3, arbitrary: aBeat }, aTick), { maxLength: 40 });
const isBeat = (step: Step): step is Required<Pick<Step, "at" | "status">> => step.status !== undefined;
const END = { at: 1_000 };

/** The time covered by each status, however it is divided into blocks. */
function timeByStatus(blocks: readonly RecordedBlock[]): Map<string, Interval[]> {
  const statuses = [...new Set(blocks.map(({ status }) => status.trim().toLowerCase()))].sort();
  const intervals = statuses.map((status) => {
    const same = blocks.filter((block) => block.status.trim().toLowerCase() === status);
    return [status, union(same.map((b) => ({ start: b.startedAt, end: b.endedAt ?? b.lastSeenAt })))] as const;
  });
  return new Map(intervals.filter(([, covered]) => covered.length > 0));
}

describe("beat and expire, for any heartbeats", () => {
  test("The blocks are those that the documented rules give", () => {
    const distinct = fc.uniqueArray(aBeat, { selector: ({ at }) => at, maxLength: 30 });
    fc.assert(
      fc.property(distinct, fc.integer({ min: 1, max: 40 }), (given, timeout) => {
        expect(inWords(runSteps([...given, END], timeout).blocks)).toBe(inWords(expectedBlocks(given, timeout)));
      }),
      { numRuns: 1_000 },
    );
  });

  test("With several heartbeats at the same time, the time of each status is as the documented rules give", () => {
    fc.assert(
      fc.property(beats, fc.integer({ min: 1, max: 40 }), (given, timeout) => {
        expect(timeByStatus(runSteps([...given, END], timeout).blocks)).toEqual(
          timeByStatus(expectedBlocks(given, timeout)),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  test("Blocks depend on the heartbeats alone, and not on when timeouts were noticed", () => {
    fc.assert(
      fc.property(anySteps, fc.integer({ min: 1, max: 40 }), (given, timeout) => {
        const unnoticed = runSteps([...given.filter(isBeat), END], timeout);
        expect(runSteps([...given, END], timeout).blocks).toEqual(unnoticed.blocks);
      }),
      { numRuns: 1_000 },
    );
  });

  test("Blocks are in order and never overlap", () => {
    fc.assert(
      fc.property(anySteps, fc.integer({ min: 1, max: 40 }), (given, timeout) => {
        const { blocks } = runSteps(given, timeout);
        let previousEnd = Number.NEGATIVE_INFINITY;
        for (const [index, { startedAt, lastSeenAt, endedAt }] of blocks.entries()) {
          expect(startedAt).toBeGreaterThanOrEqual(previousEnd);
          expect(lastSeenAt).toBeGreaterThanOrEqual(startedAt);
          expect(endedAt ?? lastSeenAt).toBeGreaterThanOrEqual(lastSeenAt);
          if (index < blocks.length - 1) expect(endedAt).not.toBeNull();
          previousEnd = endedAt ?? lastSeenAt;
        }
      }),
    );
  });

  test("Repeated heartbeats change nothing", () => {
    fc.assert(
      fc.property(anySteps, fc.integer({ min: 1, max: 40 }), (given, timeout) => {
        const newest = Math.max(...given.filter(isBeat).map(({ at }) => at));
        const again = given.filter(isBeat).filter(({ at }) => at < newest);
        const last = given
          .filter(isBeat)
          .filter(({ at }) => at === newest)
          .slice(-1);
        expect(runSteps([...given, ...again, ...last], timeout)).toEqual(runSteps([...given, ...last], timeout));
        expect(runSteps([...given, ...last, ...last], timeout)).toEqual(runSteps([...given, ...last], timeout));
      }),
    );
  });

  test("A block covers no time that no heartbeat reported", () => {
    fc.assert(
      fc.property(anySteps, fc.integer({ min: 1, max: 40 }), (given, timeout) => {
        const times = given
          .filter(isBeat)
          .map(({ at }) => at)
          .sort((a, b) => a - b);
        for (const { startedAt, lastSeenAt, endedAt } of runSteps([...given, END], timeout).blocks) {
          const inside = times.filter((at) => at >= startedAt && at <= endedAt!);
          expect(inside[0]).toBe(startedAt);
          expect(inside.at(-1)).toBe(endedAt);
          expect(inside).toContain(lastSeenAt);
          for (const [index, at] of inside.entries())
            expect(at - (inside[index - 1] ?? at)).toBeLessThanOrEqual(timeout);
        }
      }),
    );
  });
});
