import { type Numbers, snapshotBody } from "../statistics/numbers.ts";
import type { PlacedWindow, TimeWindow } from "../statistics/window.ts";

/** The numbers of a window: its first and last date, both inclusive, and the time zone of these dates. */
export type WindowNumbers = Numbers & Omit<PlacedWindow, "endsAt">;

/** A subscription to the numbers of one person. Times are UTC milliseconds. */
export type Subscription = WindowNumbers & {
  id: string;
  /** The person it was made for, or the person they were merged into. */
  personId: string;
  timeWindow: TimeWindow;
  status: "active" | "removed";
  lastRefreshedAt: number;
  createdAt: number;
  updatedAt: number;
};

/** Shows the numbers of a window, in answers and webhook messages alike (Stats Notifier, "snapshot"). */
export const numbersBody = (numbers: WindowNumbers) => ({
  snapshot: snapshotBody(numbers),
  window: { start_date: numbers.startDate, end_date: numbers.endDate, timezone: numbers.timeZone },
});
