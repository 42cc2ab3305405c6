import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calendars } from "../../src/statistics/calendar.ts";
import { type Period, workByDay } from "../../src/statistics/numbers.ts";
import { windowOf } from "../../src/statistics/window.ts";
import { workByDate } from "../support/statistics.ts";

const MINUTE = 60_000;
const calendarOf = calendars();
const of = (start: number, end: number, status = "online"): Period => ({ start, end, status });
const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

describe("Working time of days", () => {
  const days = [
    { start: 0, end: 100 },
    { start: 100, end: 200 },
    { start: 300, end: 400 },
  ];
  test.each<[string, Period[], number[]]>([
    ["nothing", [], [0, 0, 0]],
    ["a period within a day", [of(10, 30)], [20, 0, 0]],
    ["a period over midnight", [of(90, 130)], [10, 30, 0]],
    ["a period over days that are not asked for", [of(150, 350)], [0, 50, 50]],
    ["a period over all days", [of(-50, 500)], [100, 100, 100]],
    ["two overlapping periods, in any order", [of(20, 40), of(10, 30)], [30, 0, 0]],
    ["two touching periods", [of(90, 100), of(100, 110)], [10, 10, 0]],
    [
      "a period that ends where the days begin, and one that begins where they end",
      [of(-9, 0), of(400, 409)],
      [0, 0, 0],
    ],
    ["a period of length 0", [of(50, 50)], [0, 0, 0]],
    ["statuses that are not working", [of(10, 30, "Lunch"), of(0, 100, "out-of-office")], [0, 0, 0]],
    ["a status that the team counts as working", [of(10, 30, "Dinner"), of(40, 90, "idling")], [20, 0, 0]],
  ])("The working time of %s is calculated", (_, periods, work) => {
    expect(workByDay(periods, days, { dinner: true, idling: false })).toEqual(work);
  });

  test("A date that the time zone skipped has no working time", () => {
    const dates = ["2011-12-29", "2011-12-30", "2011-12-31"].map((date) => calendarOf("Pacific/Apia").day(date));
    const midnight = Date.parse("2011-12-30T10:00:00Z");
    expect(workByDay([of(midnight - 5, midnight + 7)], dates, {})).toEqual([5, 0, 7]);
  });
});

const ZONES = ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Kiritimati"];
const YEAR = Date.parse("2030-01-01T00:00:00Z");
const period = fc
  .record({
    from: fc.integer({ min: -3 * 1_440, max: 368 * 1_440 }),
    long: fc.integer({ min: 0, max: 3 * 1_440 }),
    odd: fc.nat(59_999),
    status: fc.constantFrom("online", "coding", "lunch"),
    source: fc.nat(2),
  })
  .map(({ from, long, odd, status, source }) => {
    const start = YEAR + from * MINUTE + odd;
    return { source, ...of(start, start + long * MINUTE, status) };
  });
const history = fc.array(period, { maxLength: 40, size: "max" });
const zone = fc.constantFrom(...ZONES);
const month = fc.integer({ min: 1, max: 12 }).map((number) => `2030-${String(number).padStart(2, "0")}-15`);

/** The days of a window of the year 2030. */
function daysOf(kind: "monthly" | "quarterly", date: string, zone: string) {
  const { startDate, endDate } = windowOf(kind, date);
  const days = [];
  for (let at = Date.parse(startDate); at <= Date.parse(endDate); at += 1_440 * MINUTE) {
    days.push(calendarOf(zone).day(new Date(at).toISOString().slice(0, 10)));
  }
  return days;
}

describe("Working time of random histories", () => {
  test("Each day equals a count by quarters of an hour", () => {
    fc.assert(
      fc.property(history, zone, month, (periods, zone, date) => {
        const days = daysOf("monthly", date, zone);
        const work = workByDate(
          periods.filter(({ status }) => status !== "lunch"),
          zone,
        );
        expect(workByDay(periods, days, {})).toEqual(days.map(({ date }) => work.get(date) ?? 0));
      }),
      { numRuns: 30 },
    );
  });

  test("Three months add up to their quarter", () => {
    fc.assert(
      fc.property(history, zone, fc.constantFrom(1, 4, 7, 10), (periods, zone, first) => {
        const dates = [0, 1, 2].map((n) => `2030-${String(first + n).padStart(2, "0")}-01`);
        const months = dates.map((date) => sum(workByDay(periods, daysOf("monthly", date, zone), {})));
        expect(sum(workByDay(periods, daysOf("quarterly", dates[1]!, zone), {}))).toBe(sum(months));
      }),
    );
  });

  test("No day has more working time than it lasts", () => {
    fc.assert(
      fc.property(history, zone, month, (periods, zone, date) => {
        const days = daysOf("monthly", date, zone);
        workByDay(periods, days, { lunch: true }).forEach((ms, n) => {
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(days[n]!.end - days[n]!.start);
        });
      }),
    );
  });

  test("All sources together have at most their sum and at least the longest, and more periods never reduce it", () => {
    fc.assert(
      fc.property(history, period, zone, month, (periods, more, zone, date) => {
        const days = daysOf("monthly", date, zone);
        const total = (some: Period[]) => sum(workByDay(some, days, {}));
        const each = [0, 1, 2].map((source) => total(periods.filter((one) => one.source === source)));
        const together = total(periods);
        expect(together).toBeLessThanOrEqual(sum(each));
        expect(together).toBeGreaterThanOrEqual(Math.max(...each));
        expect(total([...periods, more])).toBeGreaterThanOrEqual(together);
        expect(total(periods.toReversed())).toBe(together);
      }),
    );
  });
});
