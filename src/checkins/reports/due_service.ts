import type { SystemContext } from "../../auth/actor.ts";
import { addDays, localDate, localMinute, localWeekday } from "../../lib/time_zone.ts";
import * as store from "./due_store.ts";
import { createReports } from "./lifecycle_store.ts";
import { planReport, type ReportPlan } from "./plan.ts";
import { LOOK_BACK_DAYS } from "./work_day.ts";

type Context = Pick<SystemContext, "db" | "now">;

/** The local time at which cron creates the reports of a day, in minutes since midnight: 06:00. */
const REPORTS_AT_MINUTE = 6 * 60;

/** Lists the time zones of teams in which it is past 06:00, with the local day. */
export async function listStartedDays({ db, now }: Context): Promise<store.StartedDay[]> {
  const zones = await store.listTimeZones(db);
  return zones.filter((zone) => localMinute(now, zone) >= REPORTS_AT_MINUTE).map((zone) => startedDay(zone, now));
}

function startedDay(zone: string, now: number): store.StartedDay {
  const date = localDate(now, zone);
  return { zone, date, weekday: localWeekday(date), absencesFrom: addDays(date, -LOOK_BACK_DAYS) };
}

/** Lists up to `limit` teams with an id after `afterId`, by id, that work on one of these days and have no report of it. */
export const listDueTeams = (
  { db }: Context,
  days: store.StartedDay[],
  { afterId, limit }: { afterId: string; limit: number },
): Promise<store.DueTeam[]> => store.listDueTeams(db, days, afterId, limit);

/** Creates the due reports of teams, all or none. Fails if the settings of any of them cannot be read. */
export async function createDueReports({ db, now }: Context, teams: store.DueTeam[]): Promise<void> {
  const plans = teams.map(planDueReport).filter((plan) => plan !== null);
  await createReports(db, plans, now);
}

function planDueReport({ teamId, workDays, questions, date, absences }: store.DueTeam): ReportPlan | null {
  const settings = { workDays: JSON.parse(workDays), questions: JSON.parse(questions) };
  return planReport(teamId, settings, date, JSON.parse(absences));
}
