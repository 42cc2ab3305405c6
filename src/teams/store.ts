import { sql } from "drizzle-orm";
import { atomically, type Database } from "../db/client.ts";
import { bumpDirectoryVersion, type Tenant } from "../people/store.ts";
import { MAX_CLASSES } from "./status_classes.ts";

/** What is to change of a team's settings; what is left out stays, and null within questions and classes takes one away. */
export type TeamChange = {
  name?: string | undefined;
  timeZone?: string | undefined;
  workDays?: number[] | undefined;
  questions?: Record<string, string | null | undefined> | undefined;
  statusClasses?: Record<string, boolean | null> | undefined;
  storesDetails?: boolean | undefined;
  /** Null: for ever. */
  retentionDays?: number | null | undefined;
};

/**
 * Changes the settings of a team and answers all of them; the team's object learns of those that concern it. Null, and
 * nothing done, where the team would class more than MAX_CLASSES statuses.
 */
export async function changeTeam(db: Database, tenant: Tenant, change: TeamChange) {
  const { name = null, timeZone = null, workDays = null, questions = {}, statusClasses = {} } = change;
  const storesDetails = change.storesDetails === undefined ? null : Number(change.storesDetails);
  const isClassing = Object.keys(statusClasses).length > 0;
  const isPresence = name !== null || timeZone !== null || isClassing || storesDetails !== null;
  const classes = sql`json_patch(status_classes, ${JSON.stringify(statusClasses)})`;
  // Holds before the change and after it alike: the same patch again changes nothing.
  const isFew = isClassing ? sql`(SELECT count(*) FROM json_each(${classes})) <= ${MAX_CLASSES}` : sql`true`;
  // A merge patch (RFC 7396) changes what it names whatever else has been changed meanwhile.
  const [updated, ...rest] = await atomically(db, [
    sql`UPDATE teams SET name = coalesce(${name}, name), time_zone = coalesce(${timeZone}, time_zone),
        work_days = coalesce(${workDays && JSON.stringify(workDays)}, work_days),
        questions = json_patch(questions, ${JSON.stringify(questions)}),
        status_classes = ${classes}, stores_details = coalesce(${storesDetails}, stores_details),
        retention_days = ${change.retentionDays === undefined ? sql`retention_days` : change.retentionDays}
      WHERE id = ${tenant.teamId} AND account_id = ${tenant.accountId} AND ${isFew}
      RETURNING name, time_zone, work_days, questions, status_classes, stores_details, retention_days`,
    ...(isPresence
      ? [bumpDirectoryVersion(tenant, sql`EXISTS (SELECT 1 FROM teams WHERE id = ${tenant.teamId} AND ${isFew})`)]
      : []),
    sql`SELECT directory_version AS version FROM accounts WHERE id = ${tenant.accountId}`,
  ]);
  const read = rest.at(-1);
  const [row] = updated!.results as (Record<
    "name" | "time_zone" | "work_days" | "questions" | "status_classes",
    string
  > & { stores_details: number; retention_days: number | null })[];
  if (!row) return null;
  return {
    teamName: row.name,
    teamTimeZone: row.time_zone,
    workDays: JSON.parse(row.work_days) as number[],
    questions: JSON.parse(row.questions) as Record<string, string>,
    statusClasses: JSON.parse(row.status_classes) as Record<string, boolean>,
    storesDetails: row.stores_details === 1,
    retentionDays: row.retention_days,
    directoryVersion: (read!.results[0] as { version: number }).version,
  };
}
