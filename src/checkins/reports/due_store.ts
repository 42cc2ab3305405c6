import { isNull, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { teams } from "../../db/schema/index.ts";

/** Lists the time zones of all teams that are not archived. */
export async function listTimeZones(db: Database): Promise<string[]> {
  const rows = await db.selectDistinct({ timeZone: teams.timeZone }).from(teams).where(isNull(teams.archivedAt));
  return rows.map(({ timeZone }) => timeZone);
}

/** A time zone whose work day has started: its local date and ISO weekday, and the date from which team absences matter. */
export type StartedDay = { zone: string; date: string; weekday: number; absencesFrom: string };

/** A team whose report of a date is due, with its absences up to the date. Values that are JSON are not parsed. */
export type DueTeam = Record<"teamId" | "workDays" | "questions" | "date" | "absences", string>;

/**
 * Lists the teams that are not archived, of all onboarded accounts, that work on one of these days in their zone and have no report of it: up to
 * `limit` teams with an id after `afterId`, by id. A team whose work days are invalid JSON is listed too, so that creating
 * its report fails and is logged; here it must not stop the other teams.
 */
export const listDueTeams = (db: Database, days: StartedDay[], afterId: string, limit: number): Promise<DueTeam[]> =>
  db.all<DueTeam>(sql`
    SELECT team.id AS teamId, team.work_days AS workDays, team.questions, day.value ->> 'date' AS date,
      (SELECT json_group_array(date) FROM team_absences
        WHERE team_id = team.id AND date BETWEEN (day.value ->> 'absencesFrom') AND (day.value ->> 'date')) AS absences
    FROM teams team
      JOIN json_each(${JSON.stringify(days)}) day ON (day.value ->> 'zone') = team.time_zone
      JOIN accounts account ON account.id = team.account_id
    WHERE team.id > ${afterId} AND team.archived_at IS NULL AND account.onboarded_at IS NOT NULL
      AND (NOT json_valid(team.work_days) OR (day.value ->> 'weekday') IN (
        SELECT value FROM json_each(iif(json_valid(team.work_days), team.work_days, '[]'))))
      AND NOT EXISTS (SELECT 1 FROM reports WHERE team_id = team.id AND date = (day.value ->> 'date'))
      AND NOT EXISTS (SELECT 1 FROM team_absences WHERE team_id = team.id AND date = (day.value ->> 'date'))
    ORDER BY team.id LIMIT ${limit}`);
