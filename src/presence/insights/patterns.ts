import { clip, type Interval, union } from "../../lib/interval.ts";
import { localDay, localMinute, localWeekday } from "../../lib/time_zone.ts";

/** A person's usual hours on one weekday (1 = Monday): medians over `days` worked days, in wall-clock minutes, 0-1440. */
export type WeekdayPattern = { weekday: number; days: number; first_minute: number; last_minute: number };

/** The minute an interval that ends with its local day reports: midnight as the end of a day, not as its start. */
const MIDNIGHT = 24 * 60;

/**
 * When one person's work usually begins and ends, by weekday, over the given local dates: the medians of each worked
 * day's first and last working minute on the wall clock of the zone. Work across midnight ends one day at 1440 and begins
 * the next at 0. Weekdays without work are absent.
 */
export function patterns(work: readonly Interval[], zone: string, dates: readonly string[]): WeekdayPattern[] {
  const worked = union(work);
  const weekdays = new Map<number, { first: number[]; last: number[] }>();
  for (const date of new Set(dates)) {
    const day = localDay(date, zone);
    const parts = worked.flatMap((interval) => clip(interval, day) ?? []);
    const [begin, end] = [parts[0]?.start, parts.at(-1)?.end];
    if (begin === undefined || end === undefined) continue;
    const weekday = localWeekday(date);
    const minutes = weekdays.get(weekday) ?? { first: [], last: [] };
    minutes.first.push(localMinute(begin, zone));
    minutes.last.push(end === day.end ? MIDNIGHT : localMinute(end, zone));
    weekdays.set(weekday, minutes);
  }
  return [...weekdays]
    .sort(([a], [b]) => a - b)
    .map(([weekday, { first, last }]) => ({
      weekday,
      days: first.length,
      first_minute: median(first),
      last_minute: median(last),
    }));
}

/** The middle value; of an even count the mean of the middle two, rounded down. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[(sorted.length - 1) >> 1] ?? 0;
  const high = sorted[sorted.length >> 1] ?? 0;
  return Math.floor((low + high) / 2);
}
