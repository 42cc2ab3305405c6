import { and, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { checkins, memberAbsences, people, reports } from "../../db/schema/index.ts";
import { isMet, type Turnout } from "./metrics.ts";
import type { ReportRow } from "./report_body.ts";

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
 * A pending check-in of somebody merged since: the successor is expected, and not they as well. It comes back when the
 * merge is undone.
 */
export const isSuperseded = sql`(${checkins.completedAt} IS NULL AND EXISTS (
  SELECT 1 FROM ${people} WHERE ${people.id} = ${checkins.personId} AND ${people.mergedInto} IS NOT NULL))`;

/** Who was expected for the reports, and how it turned out. */
async function readTurnout(db: Database, { teamId }: Team, reportIds: string[]) {
  const rows = await db
    .select({
      id: checkins.id,
      reportId: checkins.reportId,
      completedAt: checkins.completedAt,
      absentOn: memberAbsences.date,
      // Answers are stored trimmed. Their text stays where it is: fifteen hundred of them may be long.
      blocked: sql<number>`coalesce(${checkins.blockers}, '') <> ''`,
      previousCompleted: checkins.previousCompleted,
    })
    .from(checkins)
    .leftJoin(
      memberAbsences,
      and(
        eq(memberAbsences.teamId, teamId),
        eq(memberAbsences.date, checkins.date),
        eq(memberAbsences.personId, checkins.personId),
      ),
    )
    // The ids are of the team's own reports.
    .where(
      and(
        inArray(checkins.reportId, sql`(SELECT value FROM json_each(${JSON.stringify(reportIds)}))`),
        sql`NOT ${isSuperseded}`,
      ),
    );
  return rows.map(({ absentOn, blocked, previousCompleted, ...row }) => ({
    ...row,
    absent: absentOn !== null,
    blocked: blocked === 1,
    previousCompleted: isMet(previousCompleted),
  })) satisfies Turnout[];
}
