import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Interval } from "../../../src/lib/interval.ts";
import { addDays } from "../../../src/lib/time_zone.ts";
import { patterns } from "../../../src/presence/insights/patterns.ts";

const utc = (...pairs: [string, string][]): Interval[] =>
  pairs.map(([start, end]) => ({ start: Date.parse(start), end: Date.parse(end) }));
const days = (from: string, count: number) => Array.from({ length: count }, (_, n) => addDays(from, n));

describe("patterns", () => {
  test("Patterns are the medians of each weekday, rounded down", () => {
    const work = utc(
      // Three Mondays and two Fridays of February 2018, in Madrid (UTC+1).
      ["2018-02-05T08:00:00Z", "2018-02-05T16:00:00Z"],
      ["2018-02-12T07:30:00Z", "2018-02-12T11:00:00Z"],
      ["2018-02-12T12:00:00Z", "2018-02-12T18:15:00Z"],
      ["2018-02-19T10:00:00Z", "2018-02-19T10:30:00Z"],
      ["2018-02-09T08:00:00Z", "2018-02-09T15:00:00Z"],
      ["2018-02-02T08:01:00Z", "2018-02-02T15:02:59Z"],
    );
    expect(patterns(work, "Europe/Madrid", days("2018-02-01", 28))).toEqual([
      { weekday: 1, days: 3, firstMinute: 9 * 60, lastMinute: 17 * 60 },
      { weekday: 5, days: 2, firstMinute: 9 * 60, lastMinute: 16 * 60 + 1 },
    ]);
  });

  test("Only the given dates count, each once", () => {
    const work = utc(
      ["2018-02-05T08:00:00Z", "2018-02-05T16:00:00Z"],
      ["2018-02-12T10:00:00Z", "2018-02-12T16:00:00Z"],
    );
    expect(patterns(work, "UTC", ["2018-02-12", "2018-02-12"])).toEqual([
      { weekday: 1, days: 1, firstMinute: 600, lastMinute: 960 },
    ]);
    expect(patterns(work, "UTC", [])).toEqual([]);
    expect(patterns([], "UTC", days("2018-02-01", 28))).toEqual([]);
  });

  test("Work of length 0 does not count", () => {
    expect(patterns(utc(["2018-02-05T08:00:00Z", "2018-02-05T08:00:00Z"]), "UTC", ["2018-02-05"])).toEqual([]);
  });

  test("Work past midnight ends one day at 1440 and begins the next at 0", () => {
    const work = utc(
      ["2018-02-06T03:00:00Z", "2018-02-06T07:00:00Z"],
      ["2018-02-05T22:00:00Z", "2018-02-06T04:00:00Z"],
    );
    expect(patterns(work, "America/New_York", days("2018-02-01", 10))).toEqual([
      { weekday: 1, days: 1, firstMinute: 17 * 60, lastMinute: 1440 },
      { weekday: 2, days: 1, firstMinute: 0, lastMinute: 2 * 60 },
    ]);
  });

  test("Work that ends at midnight adds nothing to the next day", () => {
    const work = utc(["2018-02-05T20:00:00Z", "2018-02-06T00:00:00Z"]);
    expect(patterns(work, "UTC", days("2018-02-05", 2))).toEqual([
      { weekday: 1, days: 1, firstMinute: 1200, lastMinute: 1440 },
    ]);
  });

  test.each([
    // The wall-clock hours are the same on all these Sundays, of 23 to 25 hours.
    ["Europe/Madrid", "2026-03-29", "2026-03-29T07:00:00Z", "2026-03-29T15:30:00Z"],
    ["Europe/Madrid", "2026-04-05", "2026-04-05T07:00:00Z", "2026-04-05T15:30:00Z"],
    ["Europe/Madrid", "2026-10-25", "2026-10-25T08:00:00Z", "2026-10-25T16:30:00Z"],
    ["America/New_York", "2026-03-08", "2026-03-08T13:00:00Z", "2026-03-08T21:30:00Z"],
    ["Australia/Lord_Howe", "2026-10-04", "2026-10-03T22:00:00Z", "2026-10-04T06:30:00Z"],
  ])("Minutes are those of the wall clock in %s on %s", (zone, date, start, end) => {
    expect(patterns(utc([start, end]), zone, [date])).toEqual([
      { weekday: 7, days: 1, firstMinute: 540, lastMinute: 1050 },
    ]);
  });

  test.each([
    ["in a zone that skipped midnight, begins at 60", "America/Sao_Paulo", "2018-11-04", 60, 1440],
    ["of 25 hours, ends at 1440", "Europe/Madrid", "2026-10-25", 0, 1440],
  ])("A day of work without a pause, %s", (_, zone, date, first, last) => {
    const work = utc([`${addDays(date, -2)}T00:00:00Z`, `${addDays(date, 3)}T00:00:00Z`]);
    expect(patterns(work, zone, [date])).toEqual([{ weekday: 7, days: 1, firstMinute: first, lastMinute: last }]);
  });

  test("A day that the zone skipped has no work", () => {
    const work = utc(["2011-12-29T00:00:00Z", "2012-01-02T00:00:00Z"]);
    expect(patterns(work, "Pacific/Apia", ["2011-12-30"])).toEqual([]);
  });

  test("The order of work and dates, and overlaps, do not matter", () => {
    const start = Date.parse("2026-03-20T00:00:00Z");
    const block = fc
      .tuple(fc.nat(20 * 1440), fc.integer({ min: 1, max: 600 }))
      .map(([from, minutes]) => ({ start: start + from * 60_000, end: start + (from + minutes) * 60_000 }));
    const dates = days("2026-03-18", 25);
    fc.assert(
      fc.property(fc.array(block, { maxLength: 20 }), (work) => {
        const found = patterns(work, "Europe/Madrid", dates);
        expect(patterns([...work, ...work].reverse(), "Europe/Madrid", dates.toReversed())).toEqual(found);
        expect(found.map(({ weekday }) => weekday)).toEqual([...new Set(found.map((p) => p.weekday))].sort());
        for (const { days: counted, firstMinute, lastMinute } of found) {
          expect(counted).toBeGreaterThan(0);
          expect(firstMinute).toBeGreaterThanOrEqual(0);
          expect(lastMinute).toBeGreaterThan(firstMinute);
          expect(lastMinute).toBeLessThanOrEqual(1440);
        }
      }),
      { numRuns: 50 },
    );
  });
});
