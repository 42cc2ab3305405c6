import { describe, expect, test } from "vitest";
import { calendars, datesFrom, utcDate } from "../../src/statistics/calendar.ts";

const HOUR = 3_600_000;

describe("Calendar of a time zone", () => {
  test.each([
    ["UTC", "2030-01-07", 24],
    ["Europe/Madrid", "2030-03-31", 23],
    ["Europe/Madrid", "2030-10-27", 25],
    ["America/New_York", "2030-03-10", 23],
    ["America/New_York", "2030-11-03", 25],
    ["Australia/Lord_Howe", "2030-04-07", 24.5],
    ["Australia/Lord_Howe", "2030-10-06", 23.5],
    ["Asia/Kathmandu", "2030-03-31", 24],
    ["Pacific/Apia", "2011-12-29", 24],
    ["Pacific/Apia", "2011-12-30", 0],
  ])("In %s, the date %s has %s hours", (zone, date, hours) => {
    const day = calendars()(zone).day(date);
    expect(day.date).toBe(date);
    expect((day.end - day.start) / HOUR).toBe(hours);
  });

  test.each([
    ["UTC", "2030-01-07", ["2030-01-07"]],
    ["Europe/Madrid", "2030-01-07", ["2030-01-07", "2030-01-08"]],
    ["America/New_York", "2030-01-07", ["2030-01-06", "2030-01-07"]],
    ["Pacific/Kiritimati", "2030-01-07", ["2030-01-07", "2030-01-08"]],
    ["Pacific/Niue", "2030-01-07", ["2030-01-06", "2030-01-07"]],
    // Both midnights of the short local day lie within the UTC date.
    ["Europe/Dublin", "1916-05-21", ["1916-05-20", "1916-05-21", "1916-05-22"]],
  ])("In %s, the UTC date %s overlaps %s", (zone, date, touched) => {
    expect([...new Set(calendars()(zone).datesOverlapping(date))]).toEqual(touched);
  });

  test("Calendars and days are calculated once", () => {
    const calendarOf = calendars();
    expect(calendarOf("UTC")).toBe(calendarOf("UTC"));
    expect(calendarOf("UTC").day("2030-01-07")).toBe(calendarOf("UTC").day("2030-01-07"));
    expect(calendarOf("Europe/Madrid").day("2030-01-07")).not.toEqual(calendarOf("UTC").day("2030-01-07"));
  });
});

test("Dates from one to another are in order, both included", () => {
  expect([...datesFrom("2024-02-27", "2024-03-01")]).toEqual(["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01"]);
  expect([...datesFrom("2030-01-07", "2030-01-07")]).toEqual(["2030-01-07"]);
  expect([...datesFrom("2030-01-08", "2030-01-07")]).toEqual([]);
});

test("The UTC date of an instant changes at midnight in UTC", () => {
  expect([-1, 0, 86_399_999, 86_400_000].map(utcDate)).toEqual([
    "1969-12-31",
    "1970-01-01",
    "1970-01-01",
    "1970-01-02",
  ]);
});
