import type { TeamSettings } from "../../auth/actor.ts";
import { previousDayLabel, type Questions, questionsFor } from "./questions.ts";
import { isWorkDay, previousWorkDay } from "./work_day.ts";

/** A report that is to be created. */
export type ReportPlan = { teamId: string; date: string; previousDate: string; questions: Questions };

/** The settings of a team that decide when it has a report, and what the report asks. */
export type ReportSettings = Pick<TeamSettings, "workDays" | "questions">;

/**
 * Plans the report of a team's local date; null if the team does not work that day. `absences` are the team's, from
 * `LOOK_BACK_DAYS` before the date up to the date itself.
 */
export function planReport(
  teamId: string,
  settings: ReportSettings,
  date: string,
  absences: string[],
): ReportPlan | null {
  const days = { workDays: settings.workDays, absences };
  if (!isWorkDay(date, days)) return null;
  const previousDate = previousWorkDay(date, days);
  const questions = questionsFor(previousDayLabel(date, previousDate), settings.questions);
  return { teamId, date, previousDate, questions };
}
