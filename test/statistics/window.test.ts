import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TIME_WINDOWS, type TimeWindow, windowAt, windowOf } from "../../src/statistics/window.ts";
import { windowKey } from "../support/statistics.ts";

const DAY = 86_400_000;
/** Converts a date to the number of its day, and back, with Date alone. */
const dateOf = (number: number) => new Date(number * DAY).toISOString().slice(0, 10);
const numberOf = (date: string) => Date.parse(`${date}T00:00:00Z`) / DAY;

const ZONES = [
  ...["UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"],
  ...["Pacific/Kiritimati", "Pacific/Niue", "Pacific/Chatham", "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut"],
];
const kind = fc.constantFrom<TimeWindow>(...TIME_WINDOWS);
/** From 1900 to 2200. */
const number = fc.integer({ min: numberOf("1900-01-01"), max: numberOf("2200-12-31") });
const zone = fc.constantFrom(...ZONES);
/** Years in which time zone tables are complete. */
const instant = fc.integer({ min: Date.parse("1990-01-01T00:00:00Z"), max: Date.parse("2040-01-01T00:00:00Z") });

describe("windowOf", () => {
  test.each<[TimeWindow, string, string, string]>([
    ["daily", "2024-02-29", "2024-02-29", "2024-02-29"],
    ["weekly", "2030-01-07", "2030-01-07", "2030-01-13"],
    ["weekly", "2030-01-06", "2029-12-31", "2030-01-06"],
    ["weekly", "2024-12-31", "2024-12-30", "2025-01-05"],
    ["weekly", "2024-02-29", "2024-02-26", "2024-03-03"],
    ["monthly", "2024-02-01", "2024-02-01", "2024-02-29"],
    ["monthly", "2023-02-28", "2023-02-01", "2023-02-28"],
    ["monthly", "2100-02-10", "2100-02-01", "2100-02-28"],
    ["monthly", "2030-12-31", "2030-12-01", "2030-12-31"],
    ["quarterly", "2030-01-01", "2030-01-01", "2030-03-31"],
    ["quarterly", "2030-05-31", "2030-04-01", "2030-06-30"],
    ["quarterly", "2030-09-30", "2030-07-01", "2030-09-30"],
    ["quarterly", "2030-12-31", "2030-10-01", "2030-12-31"],
    ["half_yearly", "2030-06-30", "2030-01-01", "2030-06-30"],
    ["half_yearly", "2030-07-01", "2030-07-01", "2030-12-31"],
    ["yearly", "2024-12-31", "2024-01-01", "2024-12-31"],
    ["yearly", "0099-05-05", "0099-01-01", "0099-12-31"],
  ])("The %s window of %s is %s to %s", (kind, date, startDate, endDate) => {
    expect(windowOf(kind, date)).toEqual({ startDate, endDate });
  });

  test("Each date is in one window of a kind, and the next window begins the day after", () => {
    fc.assert(
      fc.property(kind, number, (kind, n) => {
        const date = dateOf(n);
        const { startDate, endDate } = windowOf(kind, date);
        expect(startDate <= date && date <= endDate).toBe(true);
        for (const inside of [startDate, endDate]) expect(windowOf(kind, inside)).toEqual({ startDate, endDate });
        const before = windowOf(kind, dateOf(numberOf(startDate) - 1));
        expect(before.endDate).toBe(dateOf(numberOf(startDate) - 1));
        expect(windowOf(kind, dateOf(numberOf(endDate) + 1)).startDate).toBe(dateOf(numberOf(endDate) + 1));
      }),
      { numRuns: 500 },
    );
  });

  test("Two dates share a window exactly if a naive calendar puts them together", () => {
    fc.assert(
      fc.property(kind, number, fc.integer({ min: -400, max: 400 }), (kind, n, apart) => {
        const [a, b] = [dateOf(n), dateOf(n + apart)];
        const isShared = windowOf(kind, a).startDate === windowOf(kind, b).startDate;
        expect(isShared).toBe(windowKey(kind, a) === windowKey(kind, b));
      }),
      { numRuns: 500 },
    );
  });

  test("Three months make a quarter, two quarters a half-year, two half-years a year", () => {
    const parts: [TimeWindow, TimeWindow, number][] = [
      ["monthly", "quarterly", 3],
      ["quarterly", "half_yearly", 2],
      ["half_yearly", "yearly", 2],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...parts), number, ([small, large, count], n) => {
        const whole = windowOf(large, dateOf(n));
        let date = whole.startDate;
        for (let part = 1; part <= count; part += 1) {
          const { startDate, endDate } = windowOf(small, date);
          expect(startDate).toBe(date);
          if (part === count) expect(endDate).toBe(whole.endDate);
          date = dateOf(numberOf(endDate) + 1);
        }
      }),
    );
  });
});

describe("windowAt", () => {
  test.each<[TimeWindow, string, string, string, string, string]>([
    ["daily", "2030-01-07T09:59:59.999Z", "Pacific/Kiritimati", "2030-01-07", "2030-01-07", "2030-01-07T10:00:00Z"],
    ["daily", "2030-01-07T10:00:00Z", "Pacific/Kiritimati", "2030-01-08", "2030-01-08", "2030-01-08T10:00:00Z"],
    ["daily", "2030-01-07T10:59:59.999Z", "Pacific/Niue", "2030-01-06", "2030-01-06", "2030-01-07T11:00:00Z"],
    ["weekly", "2030-01-06T23:00:00Z", "Europe/Madrid", "2030-01-07", "2030-01-13", "2030-01-13T23:00:00Z"],
    ["yearly", "2029-12-31T18:15:00Z", "Asia/Kathmandu", "2030-01-01", "2030-12-31", "2030-12-31T18:15:00Z"],
    // A day of 23 hours, one of 25, one of 23 and a half.
    ["daily", "2030-03-31T00:00:00Z", "Europe/Madrid", "2030-03-31", "2030-03-31", "2030-03-31T22:00:00Z"],
    ["daily", "2030-11-03T12:00:00Z", "America/New_York", "2030-11-03", "2030-11-03", "2030-11-04T05:00:00Z"],
    ["daily", "2030-10-06T00:00:00Z", "Australia/Lord_Howe", "2030-10-06", "2030-10-06", "2030-10-06T13:00:00Z"],
    // The 30th was skipped: the 29th ends where the 31st begins.
    ["daily", "2011-12-30T09:59:59Z", "Pacific/Apia", "2011-12-29", "2011-12-29", "2011-12-30T10:00:00Z"],
    ["daily", "2011-12-30T10:00:00Z", "Pacific/Apia", "2011-12-31", "2011-12-31", "2011-12-31T10:00:00Z"],
  ])("The %s window at %s in %s is %s to %s, until %s", (kind, at, timeZone, startDate, endDate, end) => {
    const endsAt = Date.parse(end);
    expect(windowAt(kind, Date.parse(at), timeZone)).toEqual({ startDate, endDate, timeZone, endsAt });
  });

  test("A window ends after its instant, and the next window begins at that end", () => {
    fc.assert(
      fc.property(kind, instant, zone, (kind, at, zone) => {
        const window = windowAt(kind, at, zone);
        expect(window.endsAt).toBeGreaterThan(at);
        expect(windowAt(kind, window.endsAt - 1, zone)).toEqual(window);
        const next = windowAt(kind, window.endsAt, zone);
        expect(next.startDate > window.endDate).toBe(true);
        // There is no date between them, except the one that Apia skipped.
        const between = numberOf(next.startDate) - numberOf(window.endDate);
        expect(between).toBe(zone === "Pacific/Apia" && window.endDate === "2011-12-29" ? 2 : 1);
      }),
      { numRuns: 300 },
    );
  });
});
