import { localDay } from "../../lib/time_zone.ts";
import type { Leave } from "../../presence/blocks/block_row.ts";

/** Returns the window of local dates, from the start of the first to the end of the last. `dates` must not be empty. */
export function windowOfDates(dates: readonly string[], timeZone: string) {
  const sorted = dates.toSorted();
  return { start: localDay(sorted[0]!, timeZone).start, end: localDay(sorted.at(-1)!, timeZone).end };
}

/**
 * Returns for each local date who was on leave: the people whom a tool reported with a status that means leave at any time
 * of that day.
 */
export function peopleOnLeave(
  leave: readonly Leave[],
  dates: readonly string[],
  timeZone: string,
): Map<string, Set<string>> {
  return new Map(
    dates.map((date) => {
      const { start, end } = localDay(date, timeZone);
      const onDay = leave.filter(({ firstSeenAt, lastSeenAt }) => firstSeenAt < end && lastSeenAt >= start);
      return [date, new Set(onDay.map(({ personId }) => personId))];
    }),
  );
}
