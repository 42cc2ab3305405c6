import type { Interval } from "../lib/interval.ts";
import { addDays, localDate, localDay } from "../lib/time_zone.ts";

/** A local date, and the time it spans. */
export type LocalDay = Interval & { date: string };

/** The calendar of one time zone. */
export type Calendar = {
  /** Returns the time that a local date spans. */
  day: (date: string) => LocalDay;
  /** Lists the local dates that overlap a UTC date, in order; a date may be listed twice. */
  datesOverlapping: (utcDate: string) => string[];
};

/** Looks up the calendar of a time zone. */
export type CalendarOf = (timeZone: string) => Calendar;

/** Makes calendars that cache their results: a run of cron asks for the same few days of thousands of people. */
export const calendars = (): CalendarOf =>
  memoized((timeZone) => ({
    day: memoized((date) => ({ date, ...localDay(date, timeZone) })),
    datesOverlapping: memoized((date) => {
      const { start, end } = localDay(date, "UTC");
      // Both midnights of a short local day may lie within one UTC date, which then overlaps three local dates.
      return [...datesFrom(localDate(start, timeZone), localDate(end - 1, timeZone))];
    }),
  }));

function memoized<T extends object>(compute: (key: string) => T): (key: string) => T {
  const cache = new Map<string, T>();
  return (key) => {
    const value = cache.get(key) ?? compute(key);
    cache.set(key, value);
    return value;
  };
}

/** Splits a date as roll-ups store it: the month, `YYYY-MM`, and the day of the month, "01" to "31". */
export const monthAndDay = (date: string): [month: string, day: string] => [date.slice(0, -3), date.slice(-2)];

/** Yields the dates from `first` to `last`, both inclusive. */
export function* datesFrom(first: string, last: string): Generator<string> {
  for (let date = first; date <= last; date = addDays(date, 1)) yield date;
}

/** Returns the UTC date of an instant, `YYYY-MM-DD`. */
export const utcDate = (ms: number): string => localDate(ms, "UTC");
