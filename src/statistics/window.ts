import { addDays, localDate, localDay, localWeekday } from "../lib/time_zone.ts";

/** The calendar windows a subscription may have (product.md, "Numbers"). */
export const TIME_WINDOWS = ["daily", "weekly", "monthly", "quarterly", "half_yearly", "yearly"] as const;

export type TimeWindow = (typeof TIME_WINDOWS)[number];

/** How many months the windows last that are made of months. */
const MONTHS = { monthly: 1, quarterly: 3, half_yearly: 6, yearly: 12 };

/** A calendar window: its first and last date, both inclusive. */
export type Dates = { startDate: string; endDate: string };

/** The window of this kind that a date lies in; weeks begin on Monday. */
export function windowOf(kind: TimeWindow, date: string): Dates {
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

/** A window as the wall calendar of a zone has it; at `endsAt`, UTC milliseconds, the next one begins. */
export type PlacedWindow = Dates & { timeZone: string; endsAt: number };

/** The window of this kind that an instant lies in, in a zone. */
export function windowAt(kind: TimeWindow, at: number, timeZone: string): PlacedWindow {
  const dates = windowOf(kind, localDate(at, timeZone));
  return { ...dates, timeZone, endsAt: localDay(dates.endDate, timeZone).end };
}
