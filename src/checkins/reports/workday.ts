import { monthDay, weekday } from "../../lib/date_words.ts";
import type { Interval } from "../../lib/interval.ts";
import { addDays, localDay, localWeekday } from "../../lib/time_zone.ts";

/** Days looked back for a work day that was no absence: a team away for longer begins anew. */
export const LOOK_BACK_DAYS = 366;

const DAYS_OF_WEEK = 7;

type Week = {
  /** ISO weekdays, 1 = Monday. */
  workDays: readonly number[];
  /** The team's absences, as dates. */
  absences: readonly string[];
};

/** Whether the team works on a local date. */
export const isWorkDay = (date: string, { workDays, absences }: Week): boolean =>
  workDays.includes(localWeekday(date)) && !absences.includes(date);

/** The last work day before a date; the absences count as far as `LOOK_BACK_DAYS` back (product.md, "Check-ins"). */
export function previousWorkDay(date: string, week: Week): string {
  const lastWithin = (days: number, absences: readonly string[]) =>
    Array.from({ length: days }, (_, n) => addDays(date, -n - 1)).find((day) => isWorkDay(day, { ...week, absences }));
  return lastWithin(LOOK_BACK_DAYS, week.absences) ?? lastWithin(DAYS_OF_WEEK, []) ?? addDays(date, -1);
}

/** What a report calls its previous day: "yesterday", "Friday" within the last week, else "February 5". */
export function previousLabel(date: string, previousDate: string): string {
  if (previousDate === addDays(date, -1)) return "yesterday";
  return previousDate > addDays(date, -DAYS_OF_WEEK) ? weekday(previousDate) : monthDay(previousDate);
}

/** The questions of a check-in, in the order in which a report lists them. */
export type Questions = Record<"next" | "blockers" | "previous" | "previous_completed", string>;

/** What every team is asked that has not put it in words of its own; `{previous_day}` stands for the label of that day. */
export const USUAL_QUESTIONS: Questions = {
  next: "What are your goals for today?",
  blockers: "Any obstacles impeding your progress?",
  previous: "What did you accomplish {previous_day}?",
  previous_completed: "Did you meet {previous_day}'s goals?",
};

/** The questions as asked on a day whose previous day has this label; `own` are the team's, where they are not the usual. */
export function questionsOn(label: string, own: Partial<Questions>): Questions {
  const ask = (key: keyof Questions) => (own[key] ?? USUAL_QUESTIONS[key]).replaceAll("{previous_day}", () => label);
  return {
    next: ask("next"),
    blockers: ask("blockers"),
    previous: ask("previous"),
    previous_completed: ask("previous_completed"),
  };
}

/** When what a check-in tells of happened: from the end of its previous day to the end of its own, in the team's zone. */
export const activityWindow = (days: { previousDate: string; date: string }, zone: string): Interval => ({
  start: localDay(days.previousDate, zone).end,
  end: localDay(days.date, zone).end,
});
