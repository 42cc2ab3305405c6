import { and, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { TeamSettings } from "../../auth/actor.ts";
import type { Database } from "../../db/client.ts";
import { checkins, people, reports } from "../../db/schema/index.ts";
import type { Tenant } from "../../people/store.ts";
import { listLeave } from "../../presence/blocks/leave_store.ts";
import { offsetOf, type Page } from "../paging.ts";
import { areGoalsMet, NO_BLOCKERS } from "../statuses/checkin.ts";
import { isObsoleteAfterMerge } from "../statuses/obsolete_store.ts";
import { peopleOnLeave, windowOfDates } from "./leave.ts";
import type { ReportEntry } from "./metrics.ts";
import type { ReportRow } from "./report.ts";

type Team = Pick<Tenant, "teamId">;

/** A tenant with the time zone in which its days begin and end. */
type TenantInZone = Tenant & { team: Pick<TeamSettings, "timeZone"> };

/** Lists a page of the team's reports, the newest first. */
export const listReports = (db: Database, tenant: TenantInZone, page: Page): Promise<ReportRow[]> =>
  readReports(db, tenant, undefined, page);

/** Finds the team's report by its id or date; null if there is none. */
export async function findReport(db: Database, tenant: TenantInZone, reference: string): Promise<ReportRow | null> {
  const ofTeam = sql`SELECT report.id FROM reports report WHERE report.team_id = ${tenant.teamId}`;
  // coalesce() stops at the first subquery that finds a row, so each is one look-up in an index.
  const id = sql`coalesce((${ofTeam} AND report.id = ${reference}), (${ofTeam} AND report.date = ${reference}))`;
  const [report] = await readReports(db, tenant, eq(reports.id, id), { page: 1, size: 1 });
  return report ?? null;
}

async function readReports(
  db: Database,
  tenant: TenantInZone,
  condition: SQL | undefined,
  page: Page,
): Promise<ReportRow[]> {
  const { timeZone } = tenant.team;
  const found = await db
    .select()
    .from(reports)
    .where(and(eq(reports.teamId, tenant.teamId), condition))
    .orderBy(desc(reports.date))
    .limit(page.size)
    .offset(offsetOf(page));
  if (found.length === 0) return [];
  const dates = found.map(({ date }) => date);
  const [entries, leave] = await Promise.all([
    readEntries(
      db,
      tenant,
      found.map(({ id }) => id),
    ),
    listLeave(db, tenant, windowOfDates(dates, timeZone)),
  ]);
  const onLeave = peopleOnLeave(leave, dates, timeZone);
  const byReport = Map.groupBy(entries, ({ reportId }) => reportId);
  return found.map((report) => ({
    ...report,
    entries: (byReport.get(report.id) ?? []).map((entry) => ({
      ...entry,
      absent: entry.absent || onLeave.get(report.date)!.has(entry.personId),
    })),
  }));
}

/** The id of the person whom a check-in belongs to now: after a merge, the successor. */
const currentPersonId = sql<string>`coalesce(${people.mergedInto}, ${people.id})`;

/** The branches of a CASE in which an answer says that there are no blockers. */
const whenNoBlockers = sql.join(
  ["", ...NO_BLOCKERS].map((words) => sql`WHEN ${words} THEN 0`),
  sql` `,
);

/** Reads the entries of the team's reports with these ids. */
async function readEntries(
  db: Database,
  { teamId }: Team,
  reportIds: string[],
): Promise<(ReportEntry & { reportId: string })[]> {
  const ids = JSON.stringify(reportIds);
  // Cross joins, here and below, keep the order written: from the reports on. A team's whole history is never read.
  const absences = sql`
    SELECT absence.date, coalesce(absentee.merged_into, absentee.id)
    FROM json_each(${ids}) wanted
      CROSS JOIN reports report ON report.id = wanted.value
      CROSS JOIN member_absences absence ON absence.team_id = ${teamId} AND absence.date = report.date
      CROSS JOIN people absentee ON absentee.id = absence.person_id`;
  const rows = await db
    .select({
      id: checkins.id,
      reportId: checkins.reportId,
      completedAt: checkins.completedAt,
      personId: currentPersonId,
      // iif() makes the IN a condition. As a value, which may be NULL, SQLite reads all absences again for each check-in.
      absent: sql<number>`iif((${checkins.date}, ${currentPersonId}) IN (${absences}), 1, 0)`,
      // Decides as `isBlocked` does. The texts are not read: a page has some 1,500 of them, of up to 10,000 characters each.
      // With CASE, because IN makes a table of the words and reads a row of it for each check-in.
      blocked: sql<number>`CASE lower(coalesce(${checkins.blockers}, '')) ${whenNoBlockers} ELSE 1 END`,
      previousCompleted: checkins.previousCompleted,
    })
    .from(checkins)
    .crossJoin(people)
    .where(
      and(
        inArray(checkins.reportId, sql`(SELECT value FROM json_each(${ids}))`),
        eq(people.id, checkins.personId),
        sql`NOT ${isObsoleteAfterMerge}`,
      ),
    );
  return rows.map(({ absent, blocked, previousCompleted, ...row }) => ({
    ...row,
    absent: absent === 1,
    blocked: blocked === 1,
    previousCompleted: areGoalsMet(previousCompleted),
  }));
}
