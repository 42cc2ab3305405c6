import type { ServiceContext, TeamSettings } from "../../auth/actor.ts";
import { notFound } from "../../lib/failure.ts";
import { localDate, localWeekday } from "../../lib/time_zone.ts";
import type { Page } from "../paging.ts";
import { createReports, readReportDay } from "./lifecycle_store.ts";
import { planReport, type ReportSettings } from "./plan.ts";
import type { ReportRow } from "./report.ts";
import * as store from "./store.ts";

/** Lists a page of the team's reports, the newest first. */
export async function listReports(context: ServiceContext, page: Page): Promise<ReportRow[]> {
  await ensureReport(context);
  return store.listReports(context.db, context.actor, page);
}

/** Returns a report by its id or date. Fails with `not_found`. */
export async function getReport(context: ServiceContext, reference: string): Promise<ReportRow> {
  await ensureReport(context);
  const report = await store.findReport(context.db, context.actor, reference);
  if (!report) throw notFound();
  return report;
}

/** What `ensureReport` needs of its caller's context. */
type ReportContext = Pick<ServiceContext, "db" | "now"> & {
  actor: { teamId: string; team: ReportSettings & Pick<TeamSettings, "timeZone"> };
};

/**
 * Creates today's report of the team with its pending check-ins, unless it exists or the team does not work today. Returns
 * whether today has one. Verbs that read or answer check-ins call this first: cron creates reports at 06:00 team time, but a
 * request can come earlier, and a run of cron can fail.
 */
export const ensureReport = (context: ReportContext): Promise<boolean> =>
  ensureReportOn(context, localDate(context.now, context.actor.team.timeZone));

/**
 * Creates the report of a local date, of today or before, as `ensureReport` does. Its pending check-ins are of the people who
 * are expected to check in now.
 */
export async function ensureReportOn({ db, actor, now }: ReportContext, date: string): Promise<boolean> {
  const { teamId, team } = actor;
  if (!team.workDays.includes(localWeekday(date))) return false;
  const { hasReport, absences } = await readReportDay(db, actor, date);
  if (hasReport) return true;
  const plan = planReport(teamId, team, date, absences);
  if (plan) await createReports(db, [plan], now);
  return plan !== null;
}
