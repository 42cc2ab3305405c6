import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Interval, length } from "../../../src/lib/interval.ts";
import { pageOfIntervals, pairOverlaps, sharedIntervals } from "../../../src/presence/insights/overlap.ts";

/** The intervals and pairs of a whole window. */
const overlap = (work: ReadonlyMap<string, readonly Interval[]>, window: Interval) => ({
  intervals: [...sharedIntervals(work, window)],
  pairs: pairOverlaps(work, window),
});

const window = { start: 0, end: 100 };
const work = (people: Record<string, [number, number][]>) =>
  new Map(Object.entries(people).map(([id, pairs]) => [id, pairs.map(([start, end]) => ({ start, end }))]));

describe("overlap", () => {
  test("Overlap names who worked together, and for how long", () => {
    const { intervals, pairs } = overlap(work({ c: [[10, 30]], a: [[0, 20]], b: [[15, 40]] }), window);
    expect(intervals).toEqual([
      { start: 10, end: 15, people: ["a", "c"] },
      { start: 15, end: 20, people: ["a", "b", "c"] },
      { start: 20, end: 30, people: ["b", "c"] },
    ]);
    expect(pairs).toEqual([
      { people: ["b", "c"], ms: 15 },
      { people: ["a", "c"], ms: 10 },
      { people: ["a", "b"], ms: 5 },
    ]);
  });

  test.each([
    ["no people", {}],
    ["one person alone", { a: [[0, 50]] }],
    [
      "a person with blocks that overlap each other",
      {
        a: [
          [0, 50],
          [20, 70],
        ],
        b: [],
      },
    ],
    ["a person who stops when the other starts", { a: [[0, 50]], b: [[50, 70]] }],
    ["an interval of length 0", { a: [[0, 50]], b: [[20, 20]] }],
    [
      "work outside the window",
      {
        a: [[100, 150]],
        b: [
          [90, 100],
          [100, 150],
        ],
      },
    ],
  ] as [string, Record<string, [number, number][]>][])("There is no overlap for %s", (_, people) => {
    expect(overlap(work(people), window)).toEqual({ intervals: [], pairs: [] });
  });

  test("Touching intervals of a person are joined", () => {
    const blocks = work({
      a: [
        [0, 10],
        [10, 20],
      ],
      b: [
        [5, 12],
        [12, 30],
        [8, 9],
      ],
    });
    expect(overlap(blocks, window).intervals).toEqual([{ start: 5, end: 20, people: ["a", "b"] }]);
  });

  test("A pause of one person divides the interval", () => {
    const { intervals, pairs } = overlap(
      work({
        a: [
          [0, 10],
          [20, 30],
        ],
        b: [[0, 30]],
      }),
      window,
    );
    expect(intervals.map(({ start, end }) => [start, end])).toEqual([
      [0, 10],
      [20, 30],
    ]);
    expect(pairs).toEqual([{ people: ["a", "b"], ms: 20 }]);
  });

  test("When one person replaces another, the intervals touch", () => {
    const { intervals } = overlap(work({ a: [[0, 10]], b: [[0, 20]], c: [[10, 20]] }), window);
    expect(intervals).toEqual([
      { start: 0, end: 10, people: ["a", "b"] },
      { start: 10, end: 20, people: ["b", "c"] },
    ]);
  });

  test("Work is clipped to the window", () => {
    const { intervals, pairs } = overlap(work({ a: [[-50, 150]], b: [[-10, 500]] }), window);
    expect(intervals).toEqual([{ start: 0, end: 100, people: ["a", "b"] }]);
    expect(pairs).toEqual([{ people: ["a", "b"], ms: 100 }]);
  });

  test("Ties are ordered by ids, by code unit", () => {
    const { intervals, pairs } = overlap(work({ b: [[0, 9]], B: [[0, 9]], a: [[0, 9]] }), window);
    expect(intervals[0]?.people).toEqual(["B", "a", "b"]);
    expect(pairs.map(({ people }) => people.join(""))).toEqual(["Ba", "Bb", "ab"]);
  });

  test("Overlap equals a count minute by minute", () => {
    const interval = fc
      .tuple(fc.integer({ min: -5, max: 45 }), fc.nat(15))
      .map(([start, ms]): Interval => ({ start, end: start + ms }));
    const people = fc.dictionary(fc.constantFrom("d", "a", "c", "b", "e"), fc.array(interval, { maxLength: 6 }));
    const span = { start: 3, end: 40 };
    fc.assert(
      fc.property(people, (blocks) => {
        const ids = Object.keys(blocks).sort();
        const at = (minute: number) =>
          ids.filter((id) => blocks[id]!.some(({ start, end }) => start <= minute && minute < end));
        const expected: { start: number; end: number; people: string[] }[] = [];
        const together = new Map<string, number>();
        for (let minute = span.start; minute < span.end; minute++) {
          const present = at(minute);
          present.forEach((one, index) => {
            for (const other of present.slice(index + 1)) {
              together.set(one + other, (together.get(one + other) ?? 0) + 1);
            }
          });
          if (present.length < 2) continue;
          const last = expected.at(-1);
          if (last?.end === minute && last.people.join() === present.join()) last.end++;
          else expected.push({ start: minute, end: minute + 1, people: present });
        }
        const found = overlap(new Map(Object.entries(blocks)), span);
        expect(found.intervals).toEqual(expected);
        expect(found.pairs).toEqual(
          [...together]
            .map(([pair, ms]) => ({ people: [...pair], ms }))
            .sort((a, b) => b.ms - a.ms || (a.people.join() < b.people.join() ? -1 : 1)),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("Pages of parts of a window hold the same intervals as the whole, or divisions of them", () => {
    const interval = fc
      .tuple(fc.integer({ min: -5, max: 45 }), fc.nat(15))
      .map(([start, ms]): Interval => ({ start, end: start + ms }));
    const people = fc.dictionary(fc.constantFrom("d", "a", "c", "b", "e"), fc.array(interval, { maxLength: 6 }));
    const span = { start: 3, end: 40 };
    const parts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(people, parts, fc.integer({ min: 1, max: 4 }), (blocks, lengths, limit) => {
        const work = new Map(Object.entries(blocks));
        const found: { start: number; end: number; people: string[] }[] = [];
        let at: number | null = span.start;
        for (let n = 0; at !== null && n < 200; n++) {
          const covered: Interval = { start: at, end: Math.min(span.end, at + lengths[n % lengths.length]!) };
          const page: ReturnType<typeof pageOfIntervals> = pageOfIntervals(work, { covered, window: span, limit });
          expect(page.intervals.length).toBeLessThanOrEqual(limit);
          // A page that is not the last one comes closer to the end.
          if (page.next !== null) expect(page.next).toBeGreaterThan(at);
          found.push(...page.intervals);
          at = page.next;
        }
        expect(at).toBeNull();
        // Joins what was divided: the same people, without a gap.
        const joined: typeof found = [];
        for (const one of found) {
          const last = joined.at(-1);
          if (last?.end === one.start && last.people.join() === one.people.join()) last.end = one.end;
          else joined.push({ ...one });
        }
        expect(joined).toEqual([...sharedIntervals(work, span)]);
      }),
      { numRuns: 500 },
    );
  });

  test("An interval is divided only where it fills all of the part of the window that a page covers", () => {
    const work_ = work({ a: [[0, 60]], b: [[0, 60]], c: [[5, 20]] });
    const page = (start: number, end: number) =>
      pageOfIntervals(work_, { covered: { start, end }, window: { start: 0, end: 100 }, limit: 10 });
    expect(page(0, 10)).toEqual({ intervals: [{ start: 0, end: 5, people: ["a", "b"] }], next: 5 });
    expect(page(5, 30)).toEqual({ intervals: [{ start: 5, end: 20, people: ["a", "b", "c"] }], next: 20 });
    expect(page(20, 30)).toEqual({ intervals: [{ start: 20, end: 30, people: ["a", "b"] }], next: 30 });
    expect(page(30, 70)).toEqual({ intervals: [{ start: 30, end: 60, people: ["a", "b"] }], next: 70 });
    expect(page(70, 100)).toEqual({ intervals: [], next: null });
  });

  test("A page ends early where many people work at the same time", () => {
    const crowd = new Map(
      Array.from({ length: 3_000 }, (_, n) => [`p${n}`.padEnd(8), [{ start: 0, end: 100 - (n % 50) }]] as const),
    );
    const { intervals, next } = pageOfIntervals(crowd, { covered: window, window, limit: 50 });
    expect(intervals).toHaveLength(3);
    expect(next).toBe(intervals.at(-1)!.end);
  });

  test("The overlap of 200 people over a month is computed", () => {
    const day = 86_400_000;
    const shift = (person: number, n: number): Interval[] => {
      const start = n * day + 9 * 3_600_000 + ((person * 7919 + n * 104_729) % 3_600_000);
      return [0, 1, 2, 3].map((part) => ({
        start: start + part * 7_200_000,
        end: start + part * 7_200_000 + 6_000_000,
      }));
    };
    const month = new Map(
      Array.from({ length: 200 }, (_, person) => [
        `usr_${person}`,
        Array.from({ length: 31 }, (_, n) => shift(person, n)).flat(),
      ]),
    );
    const { intervals, pairs } = overlap(month, { start: 0, end: 31 * day });
    expect(pairs).toHaveLength((200 * 199) / 2);
    expect(length(intervals)).toBeGreaterThan(31 * 4 * 6_000_000);
  });
});
