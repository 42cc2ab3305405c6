import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clip, type Interval, length, union } from "../../src/lib/interval.ts";

const interval = fc.tuple(fc.nat(200), fc.nat(40)).map(([start, ms]): Interval => ({ start, end: start + ms }));
const intervals = fc.array(interval, { maxLength: 20 });
const of = (...pairs: [number, number][]): Interval[] => pairs.map(([start, end]) => ({ start, end }));

describe("union", () => {
  test.each([
    ["nothing", of(), of()],
    ["one", of([1, 2]), of([1, 2])],
    ["apart, unsorted", of([5, 6], [1, 2]), of([1, 2], [5, 6])],
    ["overlapping", of([1, 4], [3, 6]), of([1, 6])],
    ["touching", of([1, 3], [3, 6]), of([1, 6])],
    ["one inside the other", of([1, 9], [3, 4], [8, 9]), of([1, 9])],
    ["a lone heartbeat", of([3, 3]), of()],
    ["a lone heartbeat between two intervals", of([1, 2], [3, 3], [4, 5]), of([1, 2], [4, 5])],
    ["inverted", of([4, 1]), of()],
  ])("The union is sorted and disjoint: %s", (_, input, expected) => {
    expect(union(input)).toEqual(expected);
  });

  test("The input of a union stays unchanged", () => {
    const input = of([3, 6], [1, 4]);
    union(input);
    expect(input).toEqual(of([3, 6], [1, 4]));
  });

  test("A union is idempotent, sorted and disjoint, and covers exactly the time of its input", () => {
    fc.assert(
      fc.property(intervals, (input) => {
        const merged = union(input);
        expect(union(merged)).toEqual(merged);
        merged.slice(1).forEach((next, index) => {
          expect(next.start).toBeGreaterThan(merged[index]!.end);
        });
        const covers = (list: Interval[], at: number) => list.some(({ start, end }) => start <= at && at < end);
        for (let at = 0; at <= 240; at++) expect(covers(merged, at)).toBe(covers(input, at));
      }),
    );
  });
});

describe("length", () => {
  test("Time that two intervals cover counts once", () => {
    expect(length(of([0, 10], [5, 15], [20, 21]))).toBe(16);
    expect(length([])).toBe(0);
  });

  test("The length is at most the sum of the intervals and at least the longest", () => {
    fc.assert(
      fc.property(intervals, (input) => {
        const each = input.map(({ start, end }) => end - start);
        expect(length(input)).toBe(length(union(input)));
        expect(length(input)).toBeLessThanOrEqual(each.reduce((sum, ms) => sum + ms, 0));
        expect(length(input)).toBeGreaterThanOrEqual(Math.max(0, ...each));
      }),
    );
  });
});

describe("clip", () => {
  const window = { start: 10, end: 20 };
  test.each([
    ["inside", [12, 15], [12, 15]],
    ["the window itself", [10, 20], [10, 20]],
    ["over both ends", [5, 25], [10, 20]],
    ["over the start", [5, 15], [10, 15]],
    ["over the end", [15, 25], [15, 20]],
    ["before", [1, 5], null],
    ["after", [25, 30], null],
    ["touching the start", [5, 10], null],
    ["touching the end", [20, 25], null],
    ["length 0 inside", [15, 15], null],
  ] as const)("The interval is cut to the window: %s", (_, [start, end], expected) => {
    expect(clip({ start, end }, window)).toEqual(expected && { start: expected[0], end: expected[1] });
  });

  test("Adjacent windows divide an interval without loss", () => {
    fc.assert(
      fc.property(interval, fc.nat(250), (one, cut) => {
        const parts = [clip(one, { start: -1, end: cut }), clip(one, { start: cut, end: 1_000 })];
        expect(union(parts.filter((part) => part !== null))).toEqual(union([one]));
      }),
    );
  });
});
