import type { Interval } from "../lib/interval.ts";
import { addDays, localDate, localDay } from "../lib/time_zone.ts";

/** A local day, and what it spans. */
export type LocalDay = Interval & { date: string };

/** The calendar of one zone. */
export type Calendar = {
  /** The local day of a date. */
  day: (date: string) => LocalDay;
  /** The local dates that a date in UTC has a part of. */
  touchedBy: (utcDate: string) => string[];
};

/** A calendar for each zone asked for. They remember: a run of cron asks for the same few days of thousands of people. */
export const calendars = (): ((zone: string) => Calendar) =>
  remembered((zone) => ({
    day: remembered((date) => ({ date, ...localDay(date, zone) })),
    touchedBy: remembered((date) => {
      const { start, end } = localDay(date, "UTC");
      // Of a short local day both midnights may lie within one day of UTC.
      return [...datesFrom(localDate(start, zone), localDate(end - 1, zone))];
    }),
  }));

function remembered<T extends object>(work: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const answer = known.get(key) ?? work(key);
    known.set(key, answer);
    return answer;
  };
}

/** A date as roll-ups keep it: the month, `YYYY-MM`, and the day of the month, "01" to "31". */
export const monthAndDay = (date: string): [month: string, day: string] => [date.slice(0, -3), date.slice(-2)];

/** The dates from `first` to `last`, both inclusive. */
export function* datesFrom(first: string, last: string): Generator<string> {
  for (let date = first; date <= last; date = addDays(date, 1)) yield date;
}

/** The date in UTC of an instant, `YYYY-MM-DD`. */
export const utcDate = (ms: number): string => localDate(ms, "UTC");
