import { addDays, localDate, localDay, localWeekday } from "../lib/time_zone.ts";

/** The calendar windows a subscription may have. */
export const TIME_WINDOWS = ["daily", "weekly", "monthly", "quarterly", "half_yearly", "yearly"] as const;

export type TimeWindow = (typeof TIME_WINDOWS)[number];

/** Months in a window that is made of whole months. */
const MONTHS = { monthly: 1, quarterly: 3, half_yearly: 6, yearly: 12 };

/** The first and the last date of a window, both inclusive. */
export type WindowDates = { startDate: string; endDate: string };

/** Returns the window of this kind that contains a date. Weeks begin on Monday. */
export function windowOf(kind: TimeWindow, date: string): WindowDates {
  if (kind === "daily") return { startDate: date, endDate: date };
  if (kind === "weekly") {
    const startDate = addDays(date, 1 - localWeekday(date));
    return { startDate, endDate: addDays(startDate, 6) };
  }
  const months = MONTHS[kind];
  const [year, month] = date.split("-").map(Number) as [number, number];
  const first = month - ((month - 1) % months);
  const next = first + months;
  const startDate = firstOfMonth(year, first);
  return { startDate, endDate: addDays(next > 12 ? firstOfMonth(year + 1, next - 12) : firstOfMonth(year, next), -1) };
}

const firstOfMonth = (year: number, month: number): string =>
  `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-01`;

/** A window in one time zone. `endsAt`, in UTC milliseconds, is when the next window begins. */
export type LocalWindow = WindowDates & { timeZone: string; endsAt: number };

/** Returns the window of this kind that contains an instant, in a time zone. */
export function windowAt(kind: TimeWindow, at: number, timeZone: string): LocalWindow {
  const dates = windowOf(kind, localDate(at, timeZone));
  return { ...dates, timeZone, endsAt: localDay(dates.endDate, timeZone).end };
}

/**
 * Returns a UTC date before which no present window shows a day, in any time zone: the longest window is a year, and at the
 * turn of a year some time zones are still in the former one.
 */
export function firstShownDate(now: number): string {
  const yesterday = addDays(localDate(now, "UTC"), -1);
  return addDays(windowOf("yearly", yesterday).startDate, -1);
}
