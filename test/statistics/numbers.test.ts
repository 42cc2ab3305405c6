import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calendars } from "../../src/statistics/calendar.ts";
import { type Stretch, snapshotBody, workOfDays } from "../../src/statistics/numbers.ts";
import { windowOf } from "../../src/statistics/window.ts";
import { workByDate } from "../support/statistics.ts";

const MINUTE = 60_000;
const calendarOf = calendars();
const of = (start: number, end: number, status = "online"): Stretch => ({ start, end, status });
const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

describe("the work of days", () => {
  const days = [
    { start: 0, end: 100 },
    { start: 100, end: 200 },
    { start: 300, end: 400 },
  ];
  test.each<[string, Stretch[], number[]]>([
    ["nothing", [], [0, 0, 0]],
    ["a stretch within a day", [of(10, 30)], [20, 0, 0]],
    ["a stretch over midnight", [of(90, 130)], [10, 30, 0]],
    ["a stretch over days that are not asked about", [of(150, 350)], [0, 50, 50]],
    ["a stretch over all of them", [of(-50, 500)], [100, 100, 100]],
    ["two that overlap, in whatever order", [of(20, 40), of(10, 30)], [30, 0, 0]],
    ["two that touch", [of(90, 100), of(100, 110)], [10, 10, 0]],
    ["one that ends where the days begin, and one that begins where they end", [of(-9, 0), of(400, 409)], [0, 0, 0]],
    ["a lone beat", [of(50, 50)], [0, 0, 0]],
    ["what is no work", [of(10, 30, "Lunch"), of(0, 100, "out-of-office")], [0, 0, 0]],
    ["what is work to this team", [of(10, 30, "Dinner"), of(40, 90, "idling")], [20, 0, 0]],
  ])("of %s", (_, stretches, work) => {
    expect(workOfDays(stretches, days, { dinner: true, idling: false })).toEqual(work);
  });

  test("a date that the zone skipped has none, though work went on over it", () => {
    const dates = ["2011-12-29", "2011-12-30", "2011-12-31"].map((date) => calendarOf("Pacific/Apia").day(date));
    const midnight = Date.parse("2011-12-30T10:00:00Z");
    expect(workOfDays([of(midnight - 5, midnight + 7)], dates, {})).toEqual([5, 0, 7]);
  });
});

test("hours are rounded once, at the end, to two decimals", () => {
  const numbers = { totalActivities: 3, completedActivities: 2, workMs: 5_417_999 };
  expect(snapshotBody(numbers)).toEqual({ total_activities: 3, completed_activities: 2, hours_logged: 1.5 });
  const none = { totalActivities: 0, completedActivities: 0, workMs: 0 };
  expect(snapshotBody(none)).toEqual({ total_activities: 0, completed_activities: 0, hours_logged: 0 });
  expect([17_999, 18_000].map((workMs) => snapshotBody({ ...none, workMs }).hours_logged)).toEqual([0, 0.01]);
});

const ZONES = ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Kiritimati"];
const YEAR = Date.parse("2030-01-01T00:00:00Z");
const stretch = fc
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
const history = fc.array(stretch, { maxLength: 40, size: "max" });
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

describe("whatever somebody did", () => {
  test("each day has what a count by quarters of an hour gives it", () => {
    fc.assert(
      fc.property(history, zone, month, (stretches, zone, date) => {
        const days = daysOf("monthly", date, zone);
        const work = workByDate(
          stretches.filter(({ status }) => status !== "lunch"),
          zone,
        );
        expect(workOfDays(stretches, days, {})).toEqual(days.map(({ date }) => work.get(date) ?? 0));
      }),
      { numRuns: 30 },
    );
  });

  test("three months add up to their quarter", () => {
    fc.assert(
      fc.property(history, zone, fc.constantFrom(1, 4, 7, 10), (stretches, zone, first) => {
        const dates = [0, 1, 2].map((n) => `2030-${String(first + n).padStart(2, "0")}-01`);
        const months = dates.map((date) => sum(workOfDays(stretches, daysOf("monthly", date, zone), {})));
        expect(sum(workOfDays(stretches, daysOf("quarterly", dates[1]!, zone), {}))).toBe(sum(months));
      }),
    );
  });

  test("no day has more than it lasts", () => {
    fc.assert(
      fc.property(history, zone, month, (stretches, zone, date) => {
        const days = daysOf("monthly", date, zone);
        workOfDays(stretches, days, { lunch: true }).forEach((ms, n) => {
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(days[n]!.end - days[n]!.start);
        });
      }),
    );
  });

  test("the sources together are no more than their sum and no less than the longest, and more takes nothing away", () => {
    fc.assert(
      fc.property(history, stretch, zone, month, (stretches, more, zone, date) => {
        const days = daysOf("monthly", date, zone);
        const total = (some: Stretch[]) => sum(workOfDays(some, days, {}));
        const each = [0, 1, 2].map((source) => total(stretches.filter((one) => one.source === source)));
        const together = total(stretches);
        expect(together).toBeLessThanOrEqual(sum(each));
        expect(together).toBeGreaterThanOrEqual(Math.max(...each));
        expect(total([...stretches, more])).toBeGreaterThanOrEqual(together);
        expect(total(stretches.toReversed())).toBe(together);
      }),
    );
  });
});
