import { DEFAULT_QUESTIONS, type Questions } from "../../checkins/reports/questions.ts";
import { classNames } from "../../teams/status_classes.ts";

/** What there is to say of a team; a caller's, for one. */
export type Team = {
  teamId: string;
  teamSlug: string;
  teamName: string;
  teamTimeZone: string;
  workDays: readonly number[];
  questions: Partial<Questions>;
  statusClasses: Readonly<Record<string, boolean>>;
  storesDetails: boolean;
  retentionDays: number | null;
};

/** A team's settings as the API shows them. In questions, `{previous_day}` stands for "yesterday", "Friday" or a date. */
export const teamBody = (team: Team) => ({
  id: team.teamId,
  slug: team.teamSlug,
  name: team.teamName,
  time_zone: team.teamTimeZone,
  work_days: team.workDays,
  questions: { ...DEFAULT_QUESTIONS, ...team.questions },
  status_classes: classNames(team.statusClasses),
  stores_details: team.storesDetails,
  retention_days: team.retentionDays,
});
