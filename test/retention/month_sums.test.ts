import { expect, test } from "vitest";
import { sumEvents, sumWork } from "../../src/retention/month_sums.ts";
import { calendars } from "../../src/statistics/calendar.ts";

const HOUR = 3_600_000;
const at = (time: string) => Date.parse(time);
const inZone = (timeZone: string) => ({ teamId: "t", personId: "p", timeZone });

const event = (zone: string, time: string, completed = 1) => ({ ...inZone(zone), occurredAt: at(time), completed });

test("Events count on their local days", () => {
  const events = [
    event("America/New_York", "2026-03-01T04:59:59Z"),
    event("America/New_York", "2026-03-01T05:00:00Z", 0),
    event("America/New_York", "2026-03-01T23:00:00Z"),
  ];
  expect(sumEvents(events, calendars())).toEqual([
    { teamId: "t", personId: "p", month: "2026-02", days: { 28: [1, 1, 0] } },
    { teamId: "t", personId: "p", month: "2026-03", days: { "01": [2, 1, 0] } },
  ]);
});

test.each([
  ["A day of 23 hours", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "29"],
  ["A day of 25 hours", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", "25"],
  ["A day in the earliest time zone", "Pacific/Kiritimati", "2026-05-04T10:00:00Z", "2026-05-05T09:59:59Z", "05"],
  ["A day in the latest time zone", "Pacific/Niue", "2026-05-05T11:00:00Z", "2026-05-06T10:59:59Z", "05"],
  // The clock was set back at a minute past midnight. The hour that shows the old date again belongs to the new day.
  ["A day that began twice", "America/St_Johns", "2010-11-07T02:30:00Z", "2010-11-08T03:29:59Z", "07"],
])("%s contains its first and its last instant", (_, zone, first, last, day) => {
  const sums = sumEvents([event(zone, first), event(zone, last)], calendars());
  expect(sums.map(({ days }) => days)).toEqual([{ [day]: [2, 2, 0] }]);
});

const worked = (zone: string, cutoff: string, ...periods: [start: string, end: string, status?: string][]) => ({
  ...inZone(zone),
  statusClasses: {},
  cutoff: at(cutoff),
  periods: periods.map(([start, end, status = "online"]) => ({ start: at(start), end: at(end), status })),
});

test("Overlapping periods count once, on each local day they cover, up to the cutoff", () => {
  const person = worked(
    "Europe/Berlin",
    "2026-03-29T12:00:00Z",
    ["2026-03-27T22:00:00Z", "2026-03-29T14:00:00Z"],
    ["2026-03-28T10:00:00Z", "2026-03-28T12:00:00Z"],
    ["2026-03-20T10:00:00Z", "2026-03-20T12:00:00Z", "lunch"],
  );
  expect(sumWork([person], calendars())).toEqual([
    {
      ...{ teamId: "t", personId: "p", month: "2026-03" },
      days: { 27: [0, 0, HOUR], 28: [0, 0, 24 * HOUR], 29: [0, 0, 13 * HOUR] },
    },
  ]);
});

test("The work before a cutoff and after it adds up to the whole", () => {
  const stretches: [string, string][] = [
    ["2026-05-01T08:00:00Z", "2026-05-01T20:00:00Z"],
    ["2026-05-01T10:00:00Z", "2026-05-02T01:00:00Z"],
  ];
  const of = (...person: Parameters<typeof worked>) => sumWork([worked(...person)], calendars())[0]!.days;
  for (const cut of ["2026-05-01T08:00:01Z", "2026-05-01T11:30:00Z", "2026-05-02T00:00:00Z"]) {
    const later = stretches.map(([start, end]): [string, string] => [[start, cut].sort()[1]!, end]);
    const parts = [of("UTC", cut, ...stretches), of("UTC", "2026-05-03T00:00:00Z", ...later)];
    const whole = of("UTC", "2026-05-03T00:00:00Z", ...stretches);
    for (const day of ["01", "02"]) {
      expect(parts.reduce((ms, days) => ms + (days[day]?.[2] ?? 0), 0)).toBe(whole[day]![2]);
    }
  }
});

test("A person without working periods, or with one of length 0 only, has no day", () => {
  const people = [
    worked("UTC", "2026-05-01T00:00:00Z", ["2026-04-30T08:00:00Z", "2026-04-30T09:00:00Z", "away"]),
    worked("UTC", "2026-05-01T00:00:00Z", ["2026-04-30T08:00:00Z", "2026-04-30T08:00:00Z"]),
  ];
  expect(sumWork(people, calendars())).toEqual([]);
});
