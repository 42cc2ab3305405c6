import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { previousDayLabel } from "../../../src/checkins/reports/questions.ts";
import { isWorkDay, previousWorkDay } from "../../../src/checkins/reports/work_day.ts";
import { addDays, localWeekday } from "../../../src/lib/time_zone.ts";

const MON_TO_FRI = [1, 2, 3, 4, 5];

/** Lists every date from one to another, both included. */
const datesBetween = (from: string, to: string): string[] =>
  from > to ? [] : [from, ...datesBetween(addDays(from, 1), to)];

describe("the previous work day", () => {
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
      of: "a Monday after a week off, ten days later",
      date: "2018-02-12",
      absences: datesBetween("2018-02-05", "2018-02-09"),
      previous: "2018-02-02",
      label: "February 2",
    },
    {
      of: "the first day after a closure of two weeks",
      date: "2018-01-08",
      absences: datesBetween("2017-12-25", "2018-01-05"),
      previous: "2017-12-22",
      label: "December 22",
    },
    { of: "a Monday of a six-day week", date: "2018-02-05", workDays: [1, 2, 3, 4, 5, 6], label: "Saturday" },
    { of: "a Saturday of a six-day week", date: "2018-02-03", workDays: [1, 2, 3, 4, 5, 6], label: "yesterday" },
    { of: "a Sunday of a Sunday-Thursday week", date: "2018-02-04", workDays: [7, 1, 2, 3, 4], label: "Thursday" },
    { of: "a Monday of a Sunday-Thursday week", date: "2018-02-05", workDays: [7, 1, 2, 3, 4], label: "yesterday" },
    { of: "a day of a seven-day week", date: "2018-01-01", workDays: [1, 2, 3, 4, 5, 6, 7], label: "yesterday" },
    { of: "the only work day of the week, seven days later", date: "2018-02-07", workDays: [3], label: "January 31" },
    { of: "the second of two work days, six days later", date: "2018-02-06", workDays: [2, 3], label: "Wednesday" },
    { of: "the day after a leap day", date: "2024-03-01", previous: "2024-02-29", label: "yesterday" },
    { of: "the first of March of a common year", date: "2023-03-01", previous: "2023-02-28", label: "yesterday" },
    {
      of: "a day after an absence of more than a year, which is ignored",
      date: "2020-06-01",
      absences: datesBetween("2019-01-01", "2020-05-31"),
      previous: "2020-05-29",
      label: "Friday",
    },
    {
      of: "a day after an absence of 365 days",
      date: "2021-06-02",
      absences: datesBetween("2020-06-02", "2021-06-01"),
      previous: "2020-06-01",
      label: "June 1",
    },
  ])(
    "The previous work day of $of is called $label",
    ({ date, workDays = MON_TO_FRI, absences = [], previous, label }) => {
      const found = previousWorkDay(date, { workDays, absences });
      if (previous) expect(found).toBe(previous);
      expect(previousDayLabel(date, found)).toBe(label);
    },
  );

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
  ])("A date %i days earlier is called %s", (days, label) => {
    expect(previousDayLabel("2018-02-05", addDays("2018-02-05", -days))).toBe(label);
  });

  const dates = fc.integer({ min: 0, max: 40_000 }).map((n) => addDays("1990-01-01", n));
  const weeks = fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 });
  const holidays = fc.array(fc.integer({ min: -60, max: 10 }), { maxLength: 40 });

  test("The previous work day is always the last earlier work day without an absence", () => {
    fc.assert(
      fc.property(dates, weeks, holidays, (date, workDays, offsets) => {
        const absences = offsets.map((n) => addDays(date, n));
        const found = previousWorkDay(date, { workDays, absences });
        expect(found < date).toBe(true);
        expect(workDays).toContain(localWeekday(found));
        expect(absences).not.toContain(found);
        const between = datesBetween(addDays(found, 1), addDays(date, -1));
        expect(between.filter((day) => isWorkDay(day, { workDays, absences }))).toEqual([]);
      }),
    );
  });

  test("From one day to the next, the previous work day stays or becomes the day just past", () => {
    fc.assert(
      fc.property(dates, weeks, holidays, (date, workDays, offsets) => {
        const week = { workDays, absences: offsets.map((n) => addDays(date, n)) };
        const next = previousWorkDay(addDays(date, 1), week);
        expect(next).toBe(isWorkDay(date, week) ? date : previousWorkDay(date, week));
      }),
    );
  });

  test("The labels of the last 30 days all differ", () => {
    fc.assert(
      fc.property(dates, (date) => {
        const labels = Array.from({ length: 30 }, (_, n) => previousDayLabel(date, addDays(date, -n - 1)));
        expect(new Set(labels).size).toBe(labels.length);
      }),
    );
  });
});
