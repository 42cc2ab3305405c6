import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../../db/client.ts";
import { newId } from "../../lib/id.ts";
import { addDays } from "../../lib/time_zone.ts";
import type { Tenant } from "../../people/store.ts";
import { insertMissingCheckins } from "./expected_store.ts";
import type { ReportPlan } from "./plan.ts";
import { LOOK_BACK_DAYS } from "./work_day.ts";

type Team = Pick<Tenant, "teamId">;

/**
 * Reads whether a date of the team has its report. If it has none, `absences` are the team's absences that `planReport`
 * needs; else they are not read, and empty.
 */
export async function readReportDay(
  db: Database,
  { teamId }: Team,
  date: string,
): Promise<{ hasReport: boolean; absences: string[] }> {
  const reportId = sql`(SELECT id FROM reports WHERE team_id = ${teamId} AND date = ${date})`;
  const row = await db.get<{ reportId: string | null; absences: string }>(sql`
    SELECT ${reportId} AS reportId, (SELECT json_group_array(date) FROM team_absences
      WHERE ${reportId} IS NULL AND team_id = ${teamId}
        AND date BETWEEN ${addDays(date, -LOOK_BACK_DAYS)} AND ${date}) AS absences`);
  return { hasReport: row.reportId !== null, absences: JSON.parse(row.absences) };
}

/**
 * Creates reports with a pending check-in for each person expected, in one atomic batch. However many callers do so at
 * once, one report of a day is created: the key is unique, and a report that exists is left as it is. A team that has an
 * absence on the date by now gets none.
 */
export async function createReports(db: Database, plans: ReportPlan[], now: number): Promise<void> {
  if (plans.length === 0) return;
  const rows = JSON.stringify(
    plans.map((plan) => ({ ...plan, id: newId(), questions: JSON.stringify(plan.questions) })),
  );
  const insertReports = sql`
    INSERT INTO reports (id, team_id, date, previous_date, questions, created_at, updated_at)
    SELECT planned.value ->> 'id', planned.value ->> 'teamId', planned.value ->> 'date', planned.value ->> 'previousDate',
      planned.value ->> 'questions', ${now}, ${now}
    FROM json_each(${rows}) planned
    WHERE NOT EXISTS (SELECT 1 FROM team_absences
      WHERE team_id = (planned.value ->> 'teamId') AND date = (planned.value ->> 'date'))
    ON CONFLICT (team_id, date) DO NOTHING`;
  // By the new ids: a report that existed before gets no check-ins here.
  const isInserted = sql`report.id IN (SELECT value ->> 'id' FROM json_each(${rows}))`;
  await atomically(db, [insertReports, insertMissingCheckins(isInserted, now)]);
}

/**
 * Makes the statement, for a batch, that records when the numbers of reports changed (by answers or absences). `dates`: a
 * date, or a query that selects dates.
 */
export const markReportsChanged = ({ teamId }: Team, dates: SQL, now: number): SQL =>
  sql`UPDATE reports SET updated_at = ${now} WHERE team_id = ${teamId} AND date IN (${dates})`;

/**
 * Makes the statements that follow, in the same batch, new team absences: they delete the reports of these dates with their
 * check-ins, except a report with a check-in that is completed or ever had a comment or reaction. `dates`: a query.
 */
export function deleteUnusedReports({ teamId }: Team, dates: SQL): SQL[] {
  const unusedIds = sql`
    SELECT report.id FROM reports report
    WHERE report.team_id = ${teamId} AND report.date IN (${dates}) AND NOT EXISTS (
      SELECT 1 FROM checkins checkin
      WHERE checkin.report_id = report.id AND (checkin.completed_at IS NOT NULL
        OR EXISTS (SELECT 1 FROM comments WHERE checkin_id = checkin.id)
        OR EXISTS (SELECT 1 FROM reactions WHERE checkin_id = checkin.id)))`;
  return [
    sql`DELETE FROM checkins WHERE report_id IN (${unusedIds})`,
    sql`DELETE FROM reports WHERE id IN (${unusedIds})`,
  ];
}
