import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calendars } from "../../src/statistics/calendar.ts";
import { FIRST_DATE, LAST_DATE, type Mark, planDays, stretchesOf } from "../../src/statistics/marks.ts";
import { dateOf } from "../support/statistics.ts";

const DAY = 86_400_000;
const HOUR = DAY / 24;
const NOW = Date.parse("2030-01-07T09:00:00Z");
const calendarOf = calendars();
const ZONES = [
  ...["UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"],
  ...["Pacific/Kiritimati", "Pacific/Niue", "Pacific/Chatham", "America/St_Johns", "Pacific/Kwajalein"],
];

const mark = (firstDate: string, lastDate = firstDate, tick = 1): Mark => ({ tick, firstDate, lastDate });
const plan = (marks: Mark[], { earliest = null as string | null, zone = "UTC", limit = 400, now = NOW } = {}) => {
  const { days, rest } = planDays(marks, earliest, calendarOf(zone), now, limit);
  return { dates: days.map(({ date }) => date), rest };
};

describe("the days to be counted anew", () => {
  test("are the local dates that the marks have a part of, each once and in order", () => {
    const marks = [mark("2030-01-05"), mark("2030-01-02", "2030-01-03"), mark("2030-01-03", "2030-01-03", 2)];
    const dates = ["2030-01-02", "2030-01-03", "2030-01-04", "2030-01-05", "2030-01-06"];
    expect(plan(marks, { zone: "Asia/Kathmandu" }).dates).toEqual(dates);
    expect(plan(marks).dates).toEqual(dates.filter((date) => date !== "2030-01-04" && date !== "2030-01-06"));
  });

  test("begin where there is something, and end tomorrow, where a mark says neither", () => {
    const all = [mark(FIRST_DATE, LAST_DATE)];
    expect(plan(all, { earliest: "2030-01-06" }).dates).toEqual(["2030-01-06", "2030-01-07", "2030-01-08"]);
    expect(plan(all).dates).toEqual([]);
    expect(plan([...all, mark("2029-05-05")]).dates).toEqual(["2029-05-05"]);
  });

  test("leave out the date that Apia skipped", () => {
    const { days } = planDays([mark("2011-12-29", "2011-12-31")], null, calendarOf("Pacific/Apia"), NOW, 400);
    const lasting = days.filter(({ start, end }) => start < end);
    expect(lasting.map(({ date }) => date)).toEqual(["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]);
  });

  test("of two marks far apart, the time between them is nobody's", () => {
    const { dates, rest } = plan([mark("1970-01-01"), mark("2030-01-01", "2030-01-03")], { limit: 2 });
    expect(dates).toEqual(["1970-01-01", "2030-01-01"]);
    expect(rest).toEqual([{ firstDate: "2030-01-02", lastDate: "2030-01-03" }]);
  });

  test("what begins centuries ago is not gone through to its end", () => {
    const { dates, rest } = plan([mark(FIRST_DATE, LAST_DATE)], { earliest: "0001-01-01", limit: 3 });
    expect(dates).toEqual(["0001-01-01", "0001-01-02", "0001-01-03"]);
    expect(rest).toEqual([{ firstDate: "0001-01-04", lastDate: LAST_DATE }]);
  });
});

/** Somewhere around Apia's skipped day and the changes of clocks after it. */
const around = Date.parse("2011-12-20T00:00:00Z");
const date = (n: number) => new Date(around + n * DAY).toISOString().slice(0, 10);
const marks = fc.array(
  fc.record({ n: fc.nat(120), long: fc.nat(12), tick: fc.nat(3) }).map(({ n, long, tick }) => ({
    ...{ n, long },
    ...mark(date(n), date(n + long), tick),
  })),
  { minLength: 1, maxLength: 6 },
);

test("whatever instants marks are of, their local dates are counted, step by step and never too many at once", () => {
  fc.assert(
    fc.property(marks, fc.constantFrom(...ZONES), fc.integer({ min: 3, max: 30 }), (marks, zone, limit) => {
      const counted = new Set<string>();
      let left: Mark[] = marks;
      let steps = 0;
      while (left.length > 0) {
        const { days, rest } = planDays(left, null, calendarOf(zone), NOW, limit);
        expect(days.length).toBeLessThanOrEqual(limit);
        expect(days.map(({ date }) => date)).toEqual(days.map(({ date }) => date).toSorted());
        for (const day of days) counted.add(day.date);
        left = rest.map((one) => ({ ...one, tick: 9 }));
        steps += 1;
        expect(steps, "steps").toBeLessThan(200);
      }
      for (const { n, long } of marks) {
        for (let at = around + n * DAY; at < around + (n + long + 1) * DAY; at += HOUR / 4) {
          expect(counted).toContain(dateOf(at, zone));
        }
      }
    }),
    { numRuns: 60 },
  );
});

test("days that follow one another make one stretch", () => {
  const of = (...pairs: [number, number][]) => pairs.map(([start, end]) => ({ start, end }));
  expect(stretchesOf(of([0, 10], [10, 19], [24, 30], [30, 40]))).toEqual(of([0, 19], [24, 40]));
  expect(stretchesOf([])).toEqual([]);
});
