import { addDays, localWeekday } from "../../lib/time_zone.ts";

/** How many days before a date team absences matter for it. */
export const LOOK_BACK_DAYS = 366;

type WorkDays = {
  /** ISO weekdays, 1 = Monday. */
  workDays: readonly number[];
  /** Dates on which the whole team is absent. */
  absences: readonly string[];
};

/** Whether the team works on a local date. */
export const isWorkDay = (date: string, { workDays, absences }: WorkDays): boolean =>
  workDays.includes(localWeekday(date)) && !absences.includes(date);

/**
 * Returns the last work day before a date. If there is none within `LOOK_BACK_DAYS`, absences are ignored; for a team
 * without work days, it is the day before.
 */
export function previousWorkDay(date: string, { workDays, absences }: WorkDays): string {
  const lastWithin = (days: number, absences: readonly string[]) =>
    Array.from({ length: days }, (_, n) => addDays(date, -n - 1)).find((day) => isWorkDay(day, { workDays, absences }));
  return lastWithin(LOOK_BACK_DAYS, absences) ?? lastWithin(7, []) ?? addDays(date, -1);
}
