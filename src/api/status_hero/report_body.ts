import { completedIds, reportMetrics } from "../../checkins/reports/metrics.ts";
import { previousDayLabel } from "../../checkins/reports/questions.ts";
import type { ReportRow } from "../../checkins/reports/report.ts";
import { wholeSeconds } from "../../lib/instant.ts";
import { reportUrl, type TeamSite } from "./link.ts";

/** Shows a report as Status Hero does ("Reports"). */
export const reportBody = (report: ReportRow, site: TeamSite) => ({
  id: report.id,
  date: report.date,
  team_id: report.teamId,
  questions: {
    next: report.questions.next,
    blockers: report.questions.blockers,
    previous: report.questions.previous,
    previous_completed: report.questions.previous_completed,
  },
  question_labels: {
    next: "today",
    blockers: "blockers",
    previous: previousDayLabel(report.date, report.previousDate),
  },
  metrics: metricsBody(report),
  url: reportUrl(site, report.date),
  completed_status_ids: completedIds(report.entries),
});

function metricsBody({ updatedAt, entries }: ReportRow) {
  const { blocked, participation, absent, present, previousCompleted } = reportMetrics(entries);
  return {
    // The document writes this one instant as UTC without a zone: "2018-02-05 13:48:00".
    updated_at: wholeSeconds(updatedAt).replace("T", " ").replace("Z", ""),
    blocked_count: blocked,
    participation_count: participation,
    absent_statuses_count: absent,
    present_statuses_count: present,
    previous_completed_count: previousCompleted,
  };
}
