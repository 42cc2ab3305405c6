import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { teams } from "../../db/schema/index.ts";

/** The time zones that teams are in. */
export async function teamZones(db: Database): Promise<string[]> {
  const rows = await db.selectDistinct({ zone: teams.timeZone }).from(teams);
  return rows.map(({ zone }) => zone);
}

/** A zone in which the day has begun: its local date and ISO weekday, and from when on absences matter. */
export type Morning = { zone: string; date: string; weekday: number; since: string };

/** A team whose report is due, with its absences from `since` to the date. What is JSON comes as it is stored. */
export type DueTeam = Record<"teamId" | "workDays" | "questions" | "date" | "absences", string>;

/**
 * The teams of onboarded accounts, of whatever account, for which a day has begun that they work on and that has no report
 * yet; by id, the first `limit` of those after `after`. A team whose work days cannot be read is due each day: whoever
 * plans its report finds out, and the other teams come all the same.
 */
export const dueTeams = (db: Database, mornings: Morning[], after: string, limit: number): Promise<DueTeam[]> =>
  db.all<DueTeam>(sql`
    SELECT t.id AS teamId, t.work_days AS workDays, t.questions, d.value ->> 'date' AS date,
      (SELECT json_group_array(date) FROM team_absences
        WHERE team_id = t.id AND date BETWEEN (d.value ->> 'since') AND (d.value ->> 'date')) AS absences
    FROM teams t JOIN json_each(${JSON.stringify(mornings)}) d ON (d.value ->> 'zone') = t.time_zone
      JOIN accounts a ON a.id = t.account_id
    WHERE t.id > ${after} AND a.onboarded_at IS NOT NULL
      AND (NOT json_valid(t.work_days) OR (d.value ->> 'weekday') IN (
        SELECT value FROM json_each(iif(json_valid(t.work_days), t.work_days, '[]'))))
      AND NOT EXISTS (SELECT 1 FROM reports WHERE team_id = t.id AND date = (d.value ->> 'date'))
      AND NOT EXISTS (SELECT 1 FROM team_absences WHERE team_id = t.id AND date = (d.value ->> 'date'))
    ORDER BY t.id LIMIT ${limit}`);
