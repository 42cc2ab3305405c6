import type { Interval } from "../lib/interval.ts";
import { addDays } from "../lib/time_zone.ts";
import { type Calendar, datesFrom, type LocalDay, utcDate } from "./calendar.ts";

/** Days of which the roll-up may be wrong: UTC dates, both inclusive. See the table `stale_days`. */
export type Mark = { tick: number; firstDate: string; lastDate: string };

/** What the triggers write for "as long as there is anything". */
export const FIRST_DATE = "0000-01-01";
export const LAST_DATE = "9999-12-31";

/** Which local days are to be counted anew, in order, and what of the marks is left for another time. */
export type Plan = { days: LocalDay[]; rest: Omit<Mark, "tick">[] };

/**
 * The local days that marks touch, the first `limit` of them. A mark without an end ends tomorrow, and begins no earlier
 * than `earliest`, the first UTC date on which there is anything for it (null: there is nothing). Looks at no more dates
 * than it plans: one event of long ago may have made a mark of centuries.
 */
export function planDays(
  marks: readonly Mark[],
  earliest: string | null,
  calendar: Calendar,
  now: number,
  limit: number,
): Plan {
  const tomorrow = addDays(utcDate(now), 1);
  const spans = marks
    .filter(({ lastDate }) => lastDate !== LAST_DATE || earliest !== null)
    .map(({ firstDate, lastDate }) => {
      const isEndless = lastDate === LAST_DATE;
      const first = isEndless && earliest! > firstDate ? earliest! : firstDate;
      return { first, last: isEndless ? tomorrow : lastDate, lastDate };
    })
    .sort((a, b) => (a.first < b.first ? -1 : 1));
  const touched = new Set<string>();
  const days = () => [...touched].slice(0, limit).map((date) => calendar.day(date));
  let seen = "";
  for (const { first, last } of spans) {
    // In order, so that later dates touch no local date before those touched already.
    for (const date of datesFrom(first > seen ? first : seen, last)) {
      for (const local of calendar.touchedBy(date)) touched.add(local);
      if (touched.size > limit) return { days: days(), rest: restFrom(date, spans) };
      seen = date;
    }
  }
  return { days: days(), rest: [] };
}

const restFrom = (date: string, spans: { first: string; last: string; lastDate: string }[]): Plan["rest"] =>
  spans.flatMap(({ first, last, lastDate }) =>
    last < date ? [] : [{ firstDate: first > date ? first : date, lastDate }],
  );

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
