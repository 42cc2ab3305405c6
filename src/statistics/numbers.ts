import { clip, type Interval, union } from "../lib/interval.ts";
import { isWorking, type StatusClasses } from "../presence/blocks/status.ts";

/** The numbers of one day, as roll-ups store them: [events, completed events, milliseconds worked]. */
export type DayNumbers = [total: number, completed: number, workMs: number];

/** The numbers of a window. */
export type Numbers = { totalActivities: number; completedActivities: number; workMs: number };

/** A period in which a person had one presence status. */
export type Period = Interval & { status: string };

/**
 * Calculates the milliseconds worked on each of the days, which must be in order. Time that two periods cover counts once:
 * the working periods are united before they are cut into days.
 */
export function workByDay(periods: readonly Period[], days: readonly Interval[], classes: StatusClasses): number[] {
  const work = union(periods.filter(({ status }) => isWorking(status, classes)));
  let next = 0;
  return days.map((day) => {
    let ms = 0;
    while (next < work.length && work[next]!.end <= day.start) next += 1;
    for (let i = next; i < work.length && work[i]!.start < day.end; i += 1) {
      // Null for a date that the time zone skipped.
      const part = clip(work[i]!, day);
      if (part) ms += part.end - part.start;
    }
    return ms;
  });
}
