import { clip, type Interval, union } from "../lib/interval.ts";
import { isWorking, type StatusClasses } from "../presence/blocks/status.ts";
import { hours } from "../presence/blocks/work.ts";

/** A stretch in which somebody held a status. */
export type Stretch = Interval & { status: string };

/**
 * The milliseconds worked on each of the days: what the union of the working stretches has of it, so that time covered by
 * two tools counts once (product.md, "Working time"). Days must be in order.
 */
export function workOfDays(stretches: readonly Stretch[], days: readonly Interval[], classes: StatusClasses): number[] {
  const work = union(stretches.filter(({ status }) => isWorking(status, classes)));
  let next = 0;
  return days.map((day) => {
    let ms = 0;
    while (next < work.length && work[next]!.end <= day.start) next += 1;
    for (let i = next; i < work.length && work[i]!.start < day.end; i += 1) {
      // Null for a day that the zone skipped.
      const part = clip(work[i]!, day);
      if (part) ms += part.end - part.start;
    }
    return ms;
  });
}

/** What a day came to, as roll-ups have it: [events, completed events, milliseconds worked]. */
export type DayNumbers = [number, number, number];

/** What a window came to. */
export type Numbers = { totalActivities: number; completedActivities: number; workMs: number };

/** The three numbers of a subscription as its contract shows them: hours are rounded here, once, to two decimals. */
export const snapshotBody = ({ totalActivities, completedActivities, workMs }: Numbers) => ({
  total_activities: totalActivities,
  completed_activities: completedActivities,
  hours_logged: hours(workMs),
});
