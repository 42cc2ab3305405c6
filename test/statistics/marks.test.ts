import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calendars } from "../../src/statistics/calendar.ts";
import { FIRST_DATE, joinAdjacent, LAST_DATE, type Mark, planRecount } from "../../src/statistics/marks.ts";
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
const planOf = (marks: Mark[], { earliest = null as string | null, zone = "UTC", limit = 400, now = NOW } = {}) => {
  const { days, remaining } = planRecount(marks, earliest, calendarOf(zone), now, limit);
  return { dates: days.map(({ date }) => date), remaining };
};

describe("Days of a recount", () => {
  test("The days are the local dates that the marks overlap, each once and in order", () => {
    const marks = [mark("2030-01-05"), mark("2030-01-02", "2030-01-03"), mark("2030-01-03", "2030-01-03", 2)];
    const dates = ["2030-01-02", "2030-01-03", "2030-01-04", "2030-01-05", "2030-01-06"];
    expect(planOf(marks, { zone: "Asia/Kathmandu" }).dates).toEqual(dates);
    expect(planOf(marks).dates).toEqual(dates.filter((date) => date !== "2030-01-04" && date !== "2030-01-06"));
  });

  test("An open-ended mark begins at the earliest date with anything, and ends tomorrow", () => {
    const all = [mark(FIRST_DATE, LAST_DATE)];
    expect(planOf(all, { earliest: "2030-01-06" }).dates).toEqual(["2030-01-06", "2030-01-07", "2030-01-08"]);
    expect(planOf(all).dates).toEqual([]);
    expect(planOf([...all, mark("2029-05-05")]).dates).toEqual(["2029-05-05"]);
  });

  test("The date that Apia skipped has no time", () => {
    const { days } = planRecount([mark("2011-12-29", "2011-12-31")], null, calendarOf("Pacific/Apia"), NOW, 400);
    const lasting = days.filter(({ start, end }) => start < end);
    expect(lasting.map(({ date }) => date)).toEqual(["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]);
  });

  test("The time between two marks far apart is not counted", () => {
    const { dates, remaining } = planOf([mark("1970-01-01"), mark("2030-01-01", "2030-01-03")], { limit: 2 });
    expect(dates).toEqual(["1970-01-01", "2030-01-01"]);
    expect(remaining).toEqual([{ firstDate: "2030-01-02", lastDate: "2030-01-03" }]);
  });

  test("From a date on, only later days are counted, and what is before it remains marked", () => {
    const { days, remaining } = planRecount(
      [mark(FIRST_DATE, LAST_DATE), mark("2029-12-01", "2029-12-03"), mark("2029-12-30", "2030-01-02")],
      "1990-06-01",
      calendarOf("UTC"),
      NOW,
      400,
      "2030-01-01",
    );
    const january = ["01", "02", "03", "04", "05", "06", "07", "08"].map((day) => `2030-01-${day}`);
    expect(days.map(({ date }) => date)).toEqual(january);
    expect(remaining).toEqual([
      { firstDate: "1990-06-01", lastDate: "2029-12-31" },
      { firstDate: "2029-12-01", lastDate: "2029-12-03" },
      { firstDate: "2029-12-30", lastDate: "2029-12-31" },
    ]);
  });

  test("A long mark begins where there is anything, and is dropped where there is nothing", () => {
    const long = [mark("1990-01-01", "2029-12-31")];
    expect(planOf(long, { earliest: "2029-12-30" }).dates).toEqual(["2029-12-30", "2029-12-31"]);
    expect(planOf(long, { earliest: "2030-01-01" })).toEqual({ dates: [], remaining: [] });
  });

  test("A recount of a mark of centuries takes only the days up to the limit", () => {
    const { dates, remaining } = planOf([mark(FIRST_DATE, LAST_DATE)], { earliest: "0001-01-01", limit: 3 });
    expect(dates).toEqual(["0001-01-01", "0001-01-02", "0001-01-03"]);
    expect(remaining).toEqual([{ firstDate: "0001-01-04", lastDate: LAST_DATE }]);
  });
});

/** Near the date that Apia skipped, and changes to and from summer time after it. */
const around = Date.parse("2011-12-20T00:00:00Z");
const date = (n: number) => new Date(around + n * DAY).toISOString().slice(0, 10);
const marks = fc.array(
  fc.record({ n: fc.nat(120), long: fc.nat(12), tick: fc.nat(3) }).map(({ n, long, tick }) => ({
    ...{ n, long },
    ...mark(date(n), date(n + long), tick),
  })),
  { minLength: 1, maxLength: 6 },
);

test("Every local date that the marks overlap is counted, in steps of at most the limit", () => {
  fc.assert(
    fc.property(marks, fc.constantFrom(...ZONES), fc.integer({ min: 3, max: 30 }), (marks, zone, limit) => {
      const counted = new Set<string>();
      let left: Mark[] = marks;
      let steps = 0;
      while (left.length > 0) {
        const { days, remaining } = planRecount(left, null, calendarOf(zone), NOW, limit);
        expect(days.length).toBeLessThanOrEqual(limit);
        expect(days.map(({ date }) => date)).toEqual(days.map(({ date }) => date).toSorted());
        for (const day of days) counted.add(day.date);
        left = remaining.map((one) => ({ ...one, tick: 9 }));
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

test("Days that follow one another are joined into one interval", () => {
  const of = (...pairs: [number, number][]) => pairs.map(([start, end]) => ({ start, end }));
  expect(joinAdjacent(of([0, 10], [10, 19], [24, 30], [30, 40]))).toEqual(of([0, 19], [24, 40]));
  expect(joinAdjacent([])).toEqual([]);
});
