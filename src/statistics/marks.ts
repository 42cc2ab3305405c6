import type { Interval } from "../lib/interval.ts";
import { addDays } from "../lib/time_zone.ts";
import { type Calendar, datesFrom, type LocalDay, utcDate } from "./calendar.ts";

/** Days whose roll-ups may be wrong: UTC dates, both inclusive. `tick` is the clock's when the mark was made. */
export type Mark = { tick: number; firstDate: string; lastDate: string };

/** The dates with which triggers mark a whole history: see src/db/triggers.ts. */
export const FIRST_DATE = "0000-01-01";
export const LAST_DATE = "9999-12-31";

/** The most days of one person that one step counts: a year, in which a busy person has a few thousand blocks. */
export const MAX_DAYS_OF_PERSON = 400;

/** Whether a mark may have long parts without anything to count, so that its first date with something is looked up. */
const isLong = ({ firstDate, lastDate }: Omit<Mark, "tick">): boolean =>
  lastDate > addDays(firstDate, MAX_DAYS_OF_PERSON);

/** The local days to count now, in order, and what remains to be marked again because it is too much for one step. */
export type RecountPlan = { days: LocalDay[]; remaining: Omit<Mark, "tick">[] };

/**
 * Plans a recount: the local days that the marks overlap from the UTC date `from` on, at most `limit` of them. A mark up to
 * LAST_DATE ends tomorrow. A long mark begins no earlier than `earliest`, the first UTC date that has anything to count (null:
 * there is nothing). Visits no more dates than it plans, because one event with a date of long ago can make a mark of
 * centuries.
 */
export function planRecount(
  marks: readonly Mark[],
  earliest: string | null,
  calendar: Calendar,
  now: number,
  limit: number,
  from = FIRST_DATE,
): RecountPlan {
  const tomorrow = addDays(utcDate(now), 1);
  const whole = marks
    .filter((mark) => !isLong(mark) || (earliest !== null && earliest <= mark.lastDate))
    .map((mark) => {
      const { firstDate, lastDate } = mark;
      const first = isLong(mark) && earliest! > firstDate ? earliest! : firstDate;
      return { first, last: lastDate === LAST_DATE ? tomorrow : lastDate, lastDate };
    })
    .sort((a, b) => (a.first < b.first ? -1 : 1));
  const before = addDays(from, -1);
  const older = whole.filter(({ first }) => first < from);
  const spans = whole.filter(({ last }) => last >= from).map((span) => ({ ...span, first: maxDate(span.first, from) }));
  const left = older.map(({ first, lastDate }) => ({
    firstDate: first,
    lastDate: lastDate < from ? lastDate : before,
  }));
  const dates = new Set<string>();
  const days = () => [...dates].slice(0, limit).map((date) => calendar.day(date));
  let visited = "";
  for (const { first, last } of spans) {
    // UTC dates are visited in order, so the set of local dates is in order too.
    for (const date of datesFrom(maxDate(first, visited), last)) {
      for (const localDate of calendar.datesOverlapping(date)) dates.add(localDate);
      if (dates.size > limit) return { days: days(), remaining: [...left, ...remainingFrom(date, spans)] };
      visited = date;
    }
  }
  return { days: days(), remaining: left };
}

const maxDate = (one: string, other: string): string => (one > other ? one : other);

const remainingFrom = (
  date: string,
  spans: { first: string; last: string; lastDate: string }[],
): RecountPlan["remaining"] =>
  spans.flatMap(({ first, last, lastDate }) => (last < date ? [] : [{ firstDate: maxDate(first, date), lastDate }]));

/** Joins days that follow one another into intervals. Days must be in order. */
export function joinAdjacent(days: readonly Interval[]): Interval[] {
  const joined: Interval[] = [];
  for (const { start, end } of days) {
    const last = joined.at(-1);
    if (last?.end === start) last.end = end;
    else joined.push({ start, end });
  }
  return joined;
}
