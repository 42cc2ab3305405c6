import { and, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { ReportRow } from "../../api/status_hero/report_body.ts";
import type { Database } from "../../db/client.ts";
import { checkins, people, reports } from "../../db/schema/index.ts";
import { mergedPersonIds } from "../../people/store.ts";
import { isMet, type Turnout } from "./metrics.ts";

type Team = { teamId: string };

/** A page of the team's reports, newest first; `page` counts from 1. */
export const listReports = (db: Database, tenant: Team, { page, size }: { page: number; size: number }) =>
  readReports(db, tenant, undefined, { limit: size, offset: (page - 1) * size });

/** The report with an id, or of a date; null where there is none. */
export async function findReport(db: Database, tenant: Team, reference: string): Promise<ReportRow | null> {
  const theirs = sql`SELECT r.id FROM reports r WHERE r.team_id = ${tenant.teamId}`;
  const id = sql`coalesce((${theirs} AND r.id = ${reference}), (${theirs} AND r.date = ${reference}))`;
  const [report] = await readReports(db, tenant, eq(reports.id, id), { limit: 1, offset: 0 });
  return report ?? null;
}

async function readReports(
  db: Database,
  { teamId }: Team,
  wanted: SQL | undefined,
  { limit, offset }: { limit: number; offset: number },
): Promise<ReportRow[]> {
  const found = await db
    .select()
    .from(reports)
    .where(and(eq(reports.teamId, teamId), wanted))
    .orderBy(desc(reports.date))
    .limit(limit)
    .offset(offset);
  if (found.length === 0) return [];
  const ids = found.map(({ id }) => id);
  const turnout = Map.groupBy(await readTurnout(db, { teamId }, ids), ({ reportId }) => reportId);
  return found.map((report) => ({ ...report, turnout: turnout.get(report.id) ?? [] }));
}

/**
 * A pending check-in that stands for nobody since a merge: the report has another of the same person (one of theirs that is
 * completed, else the successor's own, else the first), or the successor is not expected to check in. It comes back when
 * the merge is undone.
 */
export const isSuperseded = sql`(${checkins.completedAt} IS NULL AND EXISTS (
  SELECT 1 FROM people w WHERE w.id = ${checkins.personId} AND (
    EXISTS (
      SELECT 1 FROM checkins o CROSS JOIN people s ON s.id = o.person_id
      WHERE o.report_id = ${checkins.reportId}
        AND o.person_id IN (${mergedPersonIds(sql`coalesce(w.merged_into, w.id)`)})
        AND (o.completed_at IS NULL, s.merged_into IS NOT NULL, s.id) < (1, w.merged_into IS NOT NULL, w.id))
    OR w.merged_into IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM members m WHERE m.team_id = ${checkins.teamId} AND m.person_id = w.merged_into
        AND m.role = 'active' AND m.removed_at IS NULL))))`;

/** Who a check-in is of by now. */
const lasting = sql<string>`coalesce(${people.mergedInto}, ${people.id})`;

/** Who was expected for the reports, and how it turned out. */
async function readTurnout(db: Database, { teamId }: Team, reportIds: string[]) {
  const ids = JSON.stringify(reportIds);
  // Cross joins, here and below, are read in the order written: never a team's whole history.
  const leave = sql`
    SELECT a.date, coalesce(s.merged_into, s.id) FROM json_each(${ids}) k CROSS JOIN reports r ON r.id = k.value
      CROSS JOIN member_absences a ON a.team_id = ${teamId} AND a.date = r.date
      CROSS JOIN people s ON s.id = a.person_id`;
  const rows = await db
    .select({
      id: checkins.id,
      reportId: checkins.reportId,
      completedAt: checkins.completedAt,
      personId: lasting,
      // As a condition: for a value, which may be null, SQLite reads all of the leave again for each check-in.
      absent: sql<number>`iif((${checkins.date}, ${lasting}) IN (${leave}), 1, 0)`,
      // Answers are stored trimmed. Their text stays where it is: fifteen hundred of them may be long.
      blocked: sql<number>`coalesce(${checkins.blockers}, '') <> ''`,
      previousCompleted: checkins.previousCompleted,
    })
    .from(checkins)
    .crossJoin(people)
    // The ids are of the team's own reports.
    .where(
      and(
        inArray(checkins.reportId, sql`(SELECT value FROM json_each(${ids}))`),
        eq(people.id, checkins.personId),
        sql`NOT ${isSuperseded}`,
      ),
    );
  return rows.map(({ absent, blocked, previousCompleted, ...row }) => ({
    ...row,
    absent: absent === 1,
    blocked: blocked === 1,
    previousCompleted: isMet(previousCompleted),
  })) satisfies Turnout[];
}
