import { monthDay, weekday } from "../../lib/date_words.ts";
import { addDays } from "../../lib/time_zone.ts";

/** The questions of a check-in, in the order in which a report lists them. The keys are those of the stored JSON. */
export type Questions = Record<"next" | "blockers" | "previous" | "previous_completed", string>;

/** The questions of a team that has none of its own. `{previous_day}` is replaced by the label of the previous work day. */
export const DEFAULT_QUESTIONS: Questions = {
  next: "What are your goals for today?",
  blockers: "Any obstacles impeding your progress?",
  previous: "What did you accomplish {previous_day}?",
  previous_completed: "Did you meet {previous_day}'s goals?",
};

/** Names the previous work day of a date: "yesterday", the weekday ("Friday") within the last six days, else "February 5". */
export function previousDayLabel(date: string, previousDate: string): string {
  if (previousDate === addDays(date, -1)) return "yesterday";
  return previousDate > addDays(date, -7) ? weekday(previousDate) : monthDay(previousDate);
}

/** Writes the questions of a day. `label` names its previous work day; a question that the team has not set is the default. */
export function questionsFor(label: string, teamQuestions: Partial<Questions>): Questions {
  const question = (key: keyof Questions) =>
    // A function, because in a replacement string `$&` and the like are patterns.
    (teamQuestions[key] ?? DEFAULT_QUESTIONS[key]).replaceAll("{previous_day}", () => label);
  return {
    next: question("next"),
    blockers: question("blockers"),
    previous: question("previous"),
    previous_completed: question("previous_completed"),
  };
}
