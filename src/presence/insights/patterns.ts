import { clip, type Interval, union } from "../../lib/interval.ts";
import { localDay, localMinute, localWeekday } from "../../lib/time_zone.ts";

/**
 * A person's usual hours on one weekday (1 is Monday). `days`: how many days with work this is computed from. `firstMinute`
 * and `lastMinute`: the medians of the first and the last minute of work, in minutes after local midnight, 0-1440.
 */
export type WeekdayPattern = { weekday: number; days: number; firstMinute: number; lastMinute: number };

/** Local midnight as the end of a day, in minutes; as the start of a day it is 0. */
const END_OF_DAY = 24 * 60;

/**
 * Computes a person's usual hours by weekday from their work on the given local dates. Work past midnight ends one day at
 * minute 1440 and begins the next at 0. Weekdays without work are absent.
 */
export function patterns(work: readonly Interval[], zone: string, dates: readonly string[]): WeekdayPattern[] {
  const worked = union(work);
  const minutesByWeekday = new Map<number, { first: number[]; last: number[] }>();
  for (const date of new Set(dates)) {
    const day = localDay(date, zone);
    const workOfDay = worked.flatMap((interval) => clip(interval, day) ?? []);
    const [start, end] = [workOfDay[0]?.start, workOfDay.at(-1)?.end];
    if (start === undefined || end === undefined) continue;
    const weekday = localWeekday(date);
    const minutes = minutesByWeekday.get(weekday) ?? { first: [], last: [] };
    minutes.first.push(localMinute(start, zone));
    minutes.last.push(end === day.end ? END_OF_DAY : localMinute(end, zone));
    minutesByWeekday.set(weekday, minutes);
  }
  return [...minutesByWeekday]
    .sort(([a], [b]) => a - b)
    .map(([weekday, { first, last }]) => ({
      weekday,
      days: first.length,
      firstMinute: median(first),
      lastMinute: median(last),
    }));
}

/** Returns the middle of at least one value; of an even number of values, the mean of the middle two, rounded down. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[(sorted.length - 1) >> 1]!;
  const high = sorted[sorted.length >> 1]!;
  return Math.floor((low + high) / 2);
}
