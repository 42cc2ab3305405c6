import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planReport } from "../../../src/checkins/reports/plan.ts";
import {
  activityWindow,
  isWorkDay,
  previousLabel,
  previousWorkDay,
  questionsOn,
} from "../../../src/checkins/reports/workday.ts";
import { addDays, localWeekday } from "../../../src/lib/time_zone.ts";

const MON_TO_FRI = [1, 2, 3, 4, 5];

/** Every date from one to another, both included. */
const span = (from: string, to: string): string[] => (from > to ? [] : [from, ...span(addDays(from, 1), to)]);

describe("the previous day", () => {
  test.each([
    { of: "the document's Monday", date: "2018-02-05", previous: "2018-02-02", label: "Friday" },
    { of: "the document's Friday", date: "2018-02-02", previous: "2018-02-01", label: "yesterday" },
    {
      of: "a Tuesday after a holiday Monday",
      date: "2018-02-20",
      absences: ["2018-02-19"],
      previous: "2018-02-16",
      label: "Friday",
    },
    {
      of: "a Wednesday after a holiday Tuesday",
      date: "2018-12-26",
      absences: ["2018-12-25"],
      previous: "2018-12-24",
      label: "Monday",
    },
    {
      of: "a Monday after a week off, ten days on",
      date: "2018-02-12",
      absences: span("2018-02-05", "2018-02-09"),
      previous: "2018-02-02",
      label: "February 2",
    },
    {
      of: "the first day after a closure of two weeks",
      date: "2018-01-08",
      absences: span("2017-12-25", "2018-01-05"),
      previous: "2017-12-22",
      label: "December 22",
    },
    { of: "a Monday of a six-day week", date: "2018-02-05", workDays: [1, 2, 3, 4, 5, 6], label: "Saturday" },
    { of: "a Saturday of a six-day week", date: "2018-02-03", workDays: [1, 2, 3, 4, 5, 6], label: "yesterday" },
    { of: "a Sunday of a Sunday-Thursday week", date: "2018-02-04", workDays: [7, 1, 2, 3, 4], label: "Thursday" },
    { of: "a Monday of a Sunday-Thursday week", date: "2018-02-05", workDays: [7, 1, 2, 3, 4], label: "yesterday" },
    { of: "a day of a team that never rests", date: "2018-01-01", workDays: [1, 2, 3, 4, 5, 6, 7], label: "yesterday" },
    { of: "the only work day of the week, seven days on", date: "2018-02-07", workDays: [3], label: "January 31" },
    { of: "the second of two work days, six days on", date: "2018-02-06", workDays: [2, 3], label: "Wednesday" },
    { of: "the day after a leap day", date: "2024-03-01", previous: "2024-02-29", label: "yesterday" },
    { of: "the first of March in no leap year", date: "2023-03-01", previous: "2023-02-28", label: "yesterday" },
    {
      of: "a day after more than a year away: the plain work day before",
      date: "2020-06-01",
      absences: span("2019-01-01", "2020-05-31"),
      previous: "2020-05-29",
      label: "Friday",
    },
    {
      of: "a day after 365 days away: the last day worked",
      date: "2021-06-02",
      absences: span("2020-06-02", "2021-06-01"),
      previous: "2020-06-01",
      label: "June 1",
    },
  ])("of $of reads $label", ({ date, workDays = MON_TO_FRI, absences = [], previous, label }) => {
    const found = previousWorkDay(date, { workDays, absences });
    if (previous) expect(found).toBe(previous);
    expect(previousLabel(date, found)).toBe(label);
  });

  test.each([
    [1, "yesterday"],
    [2, "Saturday"],
    [3, "Friday"],
    [4, "Thursday"],
    [5, "Wednesday"],
    [6, "Tuesday"],
    [7, "January 29"],
    [8, "January 28"],
    [36, "December 31"],
  ])("%i days earlier reads %s", (days, label) => {
    expect(previousLabel("2018-02-05", addDays("2018-02-05", -days))).toBe(label);
  });

  const dates = fc.integer({ min: 0, max: 40_000 }).map((n) => addDays("1990-01-01", n));
  const weeks = fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 });
  const holidays = fc.array(fc.integer({ min: -60, max: 10 }), { maxLength: 40 });

  test("is always a work day before, no absence, and the last of that kind", () => {
    fc.assert(
      fc.property(dates, weeks, holidays, (date, workDays, offsets) => {
        const absences = offsets.map((n) => addDays(date, n));
        const found = previousWorkDay(date, { workDays, absences });
        expect(found < date).toBe(true);
        expect(workDays).toContain(localWeekday(found));
        expect(absences).not.toContain(found);
        const between = span(addDays(found, 1), addDays(date, -1));
        expect(between.filter((day) => isWorkDay(day, { workDays, absences }))).toEqual([]);
      }),
    );
  });

  test("never moves back as the days go by", () => {
    fc.assert(
      fc.property(dates, weeks, holidays, (date, workDays, offsets) => {
        const week = { workDays, absences: offsets.map((n) => addDays(date, n)) };
        const next = previousWorkDay(addDays(date, 1), week);
        expect(next).toBe(isWorkDay(date, week) ? date : previousWorkDay(date, week));
      }),
    );
  });

  test("is named by a word that tells it from every other day of the week before", () => {
    fc.assert(
      fc.property(dates, (date) => {
        const labels = Array.from({ length: 30 }, (_, n) => previousLabel(date, addDays(date, -n - 1)));
        expect(new Set(labels).size).toBe(labels.length);
      }),
    );
  });
});

describe("the questions", () => {
  test("are the document's where the team has none of its own", () => {
    expect(questionsOn("Friday", {})).toEqual({
      next: "What are your goals for today?",
      blockers: "Any obstacles impeding your progress?",
      previous: "What did you accomplish Friday?",
      previous_completed: "Did you meet Friday's goals?",
    });
    expect(questionsOn("yesterday", {})).toMatchObject({
      previous: "What did you accomplish yesterday?",
      previous_completed: "Did you meet yesterday's goals?",
    });
  });

  test("are the team's own as far as it has any, with the previous day wherever they name it", () => {
    const own = { previous: "{previous_day}? And after {previous_day}?", next: "What for $& today?" };
    expect(questionsOn("$&", own)).toEqual({
      next: "What for $& today?",
      blockers: "Any obstacles impeding your progress?",
      previous: "$&? And after $&?",
      previous_completed: "Did you meet $&'s goals?",
    });
  });
});

describe("a report", () => {
  const team = { teamId: "t", workDays: MON_TO_FRI, questions: {} };

  test("is planned for a work day, with the day before and its words", () => {
    expect(planReport(team, "2018-02-05", ["2018-02-02"])).toMatchObject({
      teamId: "t",
      date: "2018-02-05",
      previousDate: "2018-02-01",
      questions: { previous: "What did you accomplish Thursday?" },
    });
  });

  test.each(["2018-02-03", "2018-02-04"])("is not planned for the weekend, %s", (date) => {
    expect(planReport(team, date, [])).toBeNull();
  });

  test("is not planned for a team absence", () => {
    expect(planReport(team, "2018-02-05", ["2018-02-05"])).toBeNull();
  });
});

describe("what a check-in tells of", () => {
  const iso = ({ start, end }: { start: number; end: number }) => [start, end].map((ms) => new Date(ms).toISOString());

  test("begins when the previous day ends and ends with the day, in the team's zone", () => {
    const days = { previousDate: "2018-02-02", date: "2018-02-05" };
    expect(iso(activityWindow(days, "America/Los_Angeles"))).toEqual([
      "2018-02-03T08:00:00.000Z",
      "2018-02-06T08:00:00.000Z",
    ]);
    expect(iso(activityWindow(days, "Pacific/Kiritimati"))).toEqual([
      "2018-02-02T10:00:00.000Z",
      "2018-02-05T10:00:00.000Z",
    ]);
  });

  test("is an hour shorter or longer where the clocks change", () => {
    const spring = activityWindow({ previousDate: "2026-03-06", date: "2026-03-09" }, "America/New_York");
    const autumn = activityWindow({ previousDate: "2026-10-30", date: "2026-11-02" }, "America/New_York");
    expect((spring.end - spring.start) / 3_600_000).toBe(71);
    expect((autumn.end - autumn.start) / 3_600_000).toBe(73);
  });

  test("of one report begins where that of the report before ended: no activity is lost or told twice", () => {
    const first = activityWindow({ previousDate: "2018-02-01", date: "2018-02-02" }, "Pacific/Apia");
    const second = activityWindow({ previousDate: "2018-02-02", date: "2018-02-05" }, "Pacific/Apia");
    expect(second.start).toBe(first.end);
  });
});
