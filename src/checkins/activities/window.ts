import type { Interval } from "../../lib/interval.ts";
import { localDay } from "../../lib/time_zone.ts";

/**
 * Returns the time whose events belong to a check-in: from the end of its previous work day to the end of its own day, in
 * the team's zone. The windows of consecutive reports touch, so an event belongs to at most one of them.
 */
export const activityWindow = (days: { previousDate: string; date: string }, timeZone: string): Interval => ({
  start: localDay(days.previousDate, timeZone).end,
  end: localDay(days.date, timeZone).end,
});
