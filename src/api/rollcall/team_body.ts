import { DEFAULT_QUESTIONS } from "../../checkins/reports/questions.ts";
import { snakeCaseKeys } from "../../lib/key_case.ts";
import type { Team } from "../../teams/service.ts";
import { statusClassNames } from "../../teams/status_classes.ts";

/**
 * Shows a team with each of its settings, under the name of its column. In questions, `{previous_day}` is replaced by
 * "yesterday", a weekday or a date.
 */
export const teamBody = ({ id, countedUntil: _, archivedAt: __, ...settings }: Team) => ({
  id,
  ...snakeCaseKeys({
    ...settings,
    questions: { ...DEFAULT_QUESTIONS, ...settings.questions },
    statusClasses: statusClassNames(settings.statusClasses),
  }),
});
