import type { Interval } from "../lib/interval.ts";
import { addDays } from "../lib/time_zone.ts";
import { type Calendar, datesFrom, type LocalDay, utcDate } from "./calendar.ts";

/** Days of which the roll-up may be wrong: UTC dates, both inclusive. See the table `stale_days`. */
export type Mark = { tick: number; firstDate: string; lastDate: string };

/** What the triggers write for "as long as there is anything". */
export const FIRST_DATE = "0000-01-01";
export const LAST_DATE = "9999-12-31";

/** Which local days are to be counted anew, in order, and what of the marks is left for another time. */
export type Plan = { days: LocalDay[]; rest: Omit<Mark, "tick"> | null };

/**
 * The local days that marks touch, the first `limit` of them. A mark without a beginning begins on `earliest`, the first
 * UTC date on which there is anything (null: there is nothing); one without an end ends tomorrow.
 */
export function planDays(
  marks: readonly Mark[],
  earliest: string | null,
  calendar: Calendar,
  now: number,
  limit: number,
): Plan {
  const touched = new Set<string>();
  for (const { firstDate, lastDate } of marks) {
    const first = firstDate === FIRST_DATE ? earliest : firstDate;
    const last = lastDate === LAST_DATE ? addDays(utcDate(now), 1) : lastDate;
    if (first === null) continue;
    for (const date of datesFrom(first, last)) for (const local of calendar.touchedBy(date)) touched.add(local);
  }
  const dates = [...touched].sort();
  const days = dates.slice(0, limit).map((date) => calendar.day(date));
  if (dates.length <= limit) return { days, rest: null };
  // A local date lies within the UTC dates next to it.
  return { days, rest: { firstDate: addDays(dates[limit]!, -1), lastDate: addDays(dates.at(-1)!, 1) } };
}

/** The stretches of time that days make up, those that follow one another as one. Days must be in order. */
export function stretchesOf(days: readonly Interval[]): Interval[] {
  const stretches: Interval[] = [];
  for (const { start, end } of days) {
    const last = stretches.at(-1);
    if (last?.end === start) last.end = end;
    else stretches.push({ start, end });
  }
  return stretches;
}
