import { sql } from "drizzle-orm";
import { atomically, type Database } from "../../db/client.ts";
import { growDirectory, type Tenant } from "../../people/store.ts";
import { MAX_CLASSES } from "./classes.ts";

/** What is to change of a team's settings; what is left out stays, and null within questions and classes takes one away. */
export type TeamChange = {
  name?: string | undefined;
  timeZone?: string | undefined;
  workDays?: number[] | undefined;
  questions?: Record<string, string | null | undefined> | undefined;
  statusClasses?: Record<string, boolean | null> | undefined;
};

/**
 * Changes the settings of a team and answers all of them; the team's object learns of those that concern it. Null, and
 * nothing done, where the team would class more than MAX_CLASSES statuses.
 */
export async function changeTeam(db: Database, tenant: Tenant, change: TeamChange) {
  const { name = null, timeZone = null, workDays = null, questions = {}, statusClasses = {} } = change;
  const isClassing = Object.keys(statusClasses).length > 0;
  const isPresence = name !== null || timeZone !== null || isClassing;
  const classes = sql`json_patch(status_classes, ${JSON.stringify(statusClasses)})`;
  // Holds before the change and after it alike: the same patch again changes nothing.
  const isFew = isClassing ? sql`(SELECT count(*) FROM json_each(${classes})) <= ${MAX_CLASSES}` : sql`true`;
  // A merge patch (RFC 7396) changes what it names whatever else has been changed meanwhile.
  const [updated] = await atomically(db, [
    sql`UPDATE teams SET name = coalesce(${name}, name), time_zone = coalesce(${timeZone}, time_zone),
        work_days = coalesce(${workDays && JSON.stringify(workDays)}, work_days),
        questions = json_patch(questions, ${JSON.stringify(questions)}),
        status_classes = ${classes}
      WHERE id = ${tenant.teamId} AND account_id = ${tenant.accountId} AND ${isFew}
      RETURNING name, time_zone, work_days, questions, status_classes`,
    ...(isPresence
      ? [growDirectory(tenant, sql`EXISTS (SELECT 1 FROM teams WHERE id = ${tenant.teamId} AND ${isFew})`)]
      : []),
  ]);
  const [row] = updated!.results as Record<
    "name" | "time_zone" | "work_days" | "questions" | "status_classes",
    string
  >[];
  if (!row) return null;
  return {
    teamName: row.name,
    teamTimeZone: row.time_zone,
    workDays: JSON.parse(row.work_days) as number[],
    questions: JSON.parse(row.questions) as Record<string, string>,
    statusClasses: JSON.parse(row.status_classes) as Record<string, boolean>,
  };
}
