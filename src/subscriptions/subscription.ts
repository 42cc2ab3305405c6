import { hours } from "../presence/blocks/work.ts";
import type { Numbers } from "../statistics/numbers.ts";
import type { TimeWindow, WindowDates } from "../statistics/window.ts";

/** The numbers of a window: its first and last date, both inclusive, and the time zone of these dates. */
export type WindowNumbers = Numbers & WindowDates & { timeZone: string };

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

/** Shows the three numbers of a subscription. Hours are rounded here, once, to two decimals. */
export const snapshotBody = ({ totalActivities, completedActivities, workMs }: Numbers) => ({
  total_activities: totalActivities,
  completed_activities: completedActivities,
  hours_logged: hours(workMs),
});
