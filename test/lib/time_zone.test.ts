import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDays,
  isTimeZone,
  localDate,
  localDay,
  localMinute,
  localTime,
  localWeekday,
} from "../../src/lib/time_zone.ts";

const HOUR = 3_600_000;
const utc = (text: string) => Date.parse(text);

describe("isTimeZone", () => {
  test("Valid names are accepted after any number of invented ones", () => {
    for (let n = 0; n < 1_100; n++)
      expect(isTimeZone(`Europe/${n.toString(2).replaceAll("0", "A").replaceAll("1", "b")}`)).toBe(false);
    expect(isTimeZone("Europe/Madrid")).toBe(true);
    expect(isTimeZone(`Europe/${"A".repeat(64)}`)).toBe(false);
  });

  test.each([
    "UTC",
    "Europe/Madrid",
    "America/New_York",
    "America/Argentina/Buenos_Aires",
    "America/Port-au-Prince",
    "Africa/Porto-Novo",
    "Europe/Isle_of_Man",
    "Australia/Lord_Howe",
    "Arctic/Longyearbyen",
    // Aliases, which Intl resolves to other names.
    "Europe/Kyiv",
    "Europe/Kiev",
    "Asia/Calcutta",
    "Asia/Kolkata",
    "Asia/Ho_Chi_Minh",
    "US/Pacific",
    "US/Indiana-Starke",
    "Brazil/DeNoronha",
    "Mexico/BajaSur",
    "Chile/EasterIsland",
    "America/Knox_IN",
    "America/Argentina/ComodRivadavia",
    "Australia/NSW",
    "Australia/ACT",
    "Australia/LHI",
    "Antarctica/McMurdo",
    "Antarctica/DumontDUrville",
    "Antarctica/South_Pole",
  ])("%s is a time zone, on every call", (name) => {
    expect([isTimeZone(name), isTimeZone(name)]).toEqual([true, true]);
  });

  test.each([
    "",
    "EST",
    "PST",
    "EST5EDT",
    "CET",
    "GMT",
    "GMT+1",
    "UTC+1",
    "+01:00",
    "-05:00",
    "Z",
    "utc",
    "Etc/UTC",
    "Etc/GMT+1",
    "Etc/GMT",
    "SystemV/EST5",
    "Japan",
    "GB",
    "Singapore",
    "america/new_york",
    "America/new_york",
    "AMERICA/NEW_YORK",
    "europe/kyiv",
    "Europe/kyiv",
    "Asia/calcutta",
    "America/Knox_In",
    "Antarctica/Mcmurdo",
    "America/Port-Au-Prince",
    "Europe/Isle_Of_Man",
    "us/Pacific",
    "Europe/Atlantis",
    "Europe/",
    "Europe",
    "/Madrid",
    "Europe/Madrid ",
    " Europe/Madrid",
    "Europe/Madrid\n",
    "Europe/Madrid/Sol/Centro",
    "Europe\\Madrid",
    "Pacific Time (US & Canada)",
    `Europe/${"a".repeat(5_000)}`,
  ])("%j is not a time zone, on every call", (name) => {
    expect([isTimeZone(name), isTimeZone(name)]).toEqual([false, false]);
  });

  test("The zones that the runtime lists are accepted in that spelling only", () => {
    for (const name of Intl.supportedValuesOf("timeZone")) {
      if (!name.includes("/") || name.startsWith("Etc/")) continue;
      expect([name, isTimeZone(name)]).toEqual([name, true]);
      expect([name, isTimeZone(name.toLowerCase()), isTimeZone(name.toUpperCase())]).toEqual([name, false, false]);
    }
  });

  test("The answers stay correct when invented names fill the cache", () => {
    const word = (n: number) => n.toString(26).replace(/[0-9]/g, (digit) => "qrstuvwxyz"[Number(digit)]!);
    for (let n = 0; n < 2_500; n++) expect(isTimeZone(`Asia/X${word(n)}`)).toBe(false);
    expect(isTimeZone("Asia/Tokyo")).toBe(true);
  });
});

describe("localDay", () => {
  test.each([
    ["an ordinary day", "2026-11-20", "Europe/Madrid", "2026-11-19T23:00:00Z", 24],
    ["23 hours", "2026-03-29", "Europe/Madrid", "2026-03-28T23:00:00Z", 23],
    ["25 hours", "2026-10-25", "Europe/Madrid", "2026-10-24T22:00:00Z", 25],
    ["23 hours", "2026-03-08", "America/New_York", "2026-03-08T05:00:00Z", 23],
    ["25 hours", "2026-11-01", "America/New_York", "2026-11-01T04:00:00Z", 25],
    ["half an hour less", "2026-10-04", "Australia/Lord_Howe", "2026-10-03T13:30:00Z", 23.5],
    ["half an hour more", "2026-04-05", "Australia/Lord_Howe", "2026-04-04T13:00:00Z", 24.5],
    ["the day before the skipped one", "2011-12-29", "Pacific/Apia", "2011-12-29T10:00:00Z", 24],
    ["the skipped day", "2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z", 0],
    ["the day after the skipped one", "2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00Z", 24],
    ["three quarters of an hour off", "2026-11-20", "Asia/Kathmandu", "2026-11-19T18:15:00Z", 24],
    ["no midnight: it starts at 01:00", "2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z", 23],
    ["midnight twice", "2023-11-05", "America/Havana", "2023-11-05T04:00:00Z", 25],
    ["23:00 twice", "2018-02-17", "America/Sao_Paulo", "2018-02-17T02:00:00Z", 25],
    ["UTC", "2024-02-29", "UTC", "2024-02-29T00:00:00Z", 24],
  ])("A local day has its start and length (%s): %s in %s", (_, date, zone, start, hours) => {
    expect(localDay(date, zone)).toEqual({ start: utc(start), end: utc(start) + hours * HOUR });
  });

  const zones = [
    "UTC",
    "Europe/Madrid",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "America/Havana",
    "Africa/Cairo",
    "Asia/Beirut",
    "Africa/Casablanca",
    "America/St_Johns",
    "America/Nuuk",
    "Antarctica/Troll",
    "Antarctica/Casey",
    "Pacific/Kiritimati",
  ];
  const zone = fc.constantFrom(...zones);
  // From 2012, for before St. John's set its clock back across midnight and showed one date in two pieces.
  const day = fc.integer({ min: 0, max: 25 * 365 }).map((n) => addDays("2012-01-01", n));

  test("Each day begins when the day before ends", () => {
    fc.assert(
      fc.property(zone, day, (name, date) => {
        const { start, end } = localDay(date, name);
        expect(localDay(addDays(date, 1), name).start).toBe(end);
        expect(end).toBeGreaterThan(start);
      }),
      { numRuns: 500 },
    );
  });

  test("Every instant is in the day of its date, also the first and the last of a day", () => {
    const offset = fc.oneof(fc.integer({ min: 0, max: 23 * HOUR - 1 }), fc.constantFrom(0, -1));
    fc.assert(
      fc.property(zone, day, offset, (name, date, ms) => {
        const instant = localDay(date, name).start + ms;
        const found = localDay(localDate(instant, name), name);
        expect(found.start).toBeLessThanOrEqual(instant);
        expect(found.end).toBeGreaterThan(instant);
        expect(localDate(instant, name)).toBe(ms < 0 ? addDays(date, -1) : date);
      }),
      { numRuns: 500 },
    );
  });
});

describe("wall clock", () => {
  test.each([
    ["2026-11-20T14:30:00Z", "America/New_York", "2026-11-20T09:30:00-05:00", 570],
    ["2026-11-20T14:30:00.999Z", "UTC", "2026-11-20T14:30:00+00:00", 870],
    ["2026-11-20T14:30:59Z", "Asia/Kathmandu", "2026-11-20T20:15:59+05:45", 1215],
    ["2026-11-20T22:59:59.999Z", "Europe/Madrid", "2026-11-20T23:59:59+01:00", 1439],
    ["2026-11-20T23:00:00Z", "Europe/Madrid", "2026-11-21T00:00:00+01:00", 0],
    // 02:30 comes twice on this night, an hour apart.
    ["2026-10-25T00:30:00Z", "Europe/Madrid", "2026-10-25T02:30:00+02:00", 150],
    ["2026-10-25T01:30:00Z", "Europe/Madrid", "2026-10-25T02:30:00+01:00", 150],
    ["2018-11-04T03:00:00Z", "America/Sao_Paulo", "2018-11-04T01:00:00-02:00", 60],
    ["2011-12-30T09:59:59Z", "Pacific/Apia", "2011-12-29T23:59:59-10:00", 1439],
    ["2011-12-30T10:00:00Z", "Pacific/Apia", "2011-12-31T00:00:00+14:00", 0],
    ["1969-12-31T23:59:59.500Z", "UTC", "1969-12-31T23:59:59+00:00", 1439],
  ])("%s is converted to the local time in %s", (instant, zone, local, minute) => {
    expect(localTime(utc(instant), zone)).toBe(local);
    expect(localMinute(utc(instant), zone)).toBe(minute);
    expect(localDate(utc(instant), zone)).toBe(local.slice(0, 10));
  });
});

describe("calendar", () => {
  test.each([
    ["2018-02-05", 1],
    ["2018-02-02", 5],
    ["2024-02-29", 4],
    ["2026-11-22", 7],
  ])("%s is ISO weekday %d", (date, weekday) => {
    expect(localWeekday(date)).toBe(weekday);
  });

  test.each([
    ["2024-02-28", 1, "2024-02-29"],
    ["2024-03-01", -1, "2024-02-29"],
    ["-000001-12-31", 1, "0000-01-01"],
    ["0000-01-01", -1, "-000001-12-31"],
    ["2023-12-31", 1, "2024-01-01"],
    ["2024-01-31", 0, "2024-01-31"],
    ["2011-12-29", 1, "2011-12-30"],
    ["2024-01-01", 366, "2025-01-01"],
  ])("%s %+d days is %s", (date, n, expected) => {
    expect(addDays(date, n)).toBe(expected);
  });

  test("The weekday of the next day is the next weekday", () => {
    fc.assert(
      fc.property(fc.integer({ min: -30_000, max: 30_000 }), (n) => {
        const date = addDays("2018-02-05", n);
        expect(localWeekday(addDays(date, 1))).toBe((localWeekday(date) % 7) + 1);
        expect(addDays(date, -n)).toBe("2018-02-05");
      }),
    );
  });
});
