import { completedIds, metrics, type Turnout } from "../../checkins/reports/metrics.ts";
import { previousLabel, type Questions } from "../../checkins/reports/workday.ts";
import { wholeSeconds } from "../../lib/instant.ts";
import { type Place, reportUrl } from "./link.ts";

/** A report as it is stored, with its check-ins. */
export type ReportRow = {
  id: string;
  teamId: string;
  date: string;
  previousDate: string;
  questions: Questions;
  updatedAt: number;
  turnout: Turnout[];
};

/** A report as Status Hero shows it ("Reports"). */
export const reportBody = (
  { id, teamId, date, previousDate, questions, updatedAt, turnout }: ReportRow,
  place: Place,
) => ({
  id,
  date,
  team_id: teamId,
  questions: {
    next: questions.next,
    blockers: questions.blockers,
    previous: questions.previous,
    previous_completed: questions.previous_completed,
  },
  question_labels: { next: "today", blockers: "blockers", previous: previousLabel(date, previousDate) },
  // The document writes this one instant in UTC without saying so: "2018-02-05 13:48:00".
  metrics: { updated_at: wholeSeconds(updatedAt).replace("T", " ").replace("Z", ""), ...metrics(turnout) },
  url: reportUrl(place, date),
  completed_status_ids: completedIds(turnout),
});
