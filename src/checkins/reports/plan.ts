import { isWorkDay, previousLabel, previousWorkDay, type Questions, questionsOn } from "./workday.ts";

/** What a team's days and questions are; a caller's, for one. */
export type TeamDays = {
  teamId: string;
  teamTimeZone: string;
  workDays: readonly number[];
  /** The team's own, as far as they are not the usual ones. */
  questions: Partial<Questions>;
};

/** A report to be made. */
export type ReportPlan = { teamId: string; date: string; previousDate: string; questions: Questions };

/**
 * The report of a team's local date; null where the team does not work that day. `absences` are the team's, up to the date
 * itself.
 */
export function planReport(team: Omit<TeamDays, "teamTimeZone">, date: string, absences: string[]): ReportPlan | null {
  const week = { workDays: team.workDays, absences };
  if (!isWorkDay(date, week)) return null;
  const previousDate = previousWorkDay(date, week);
  const questions = questionsOn(previousLabel(date, previousDate), team.questions);
  return { teamId: team.teamId, date, previousDate, questions };
}
