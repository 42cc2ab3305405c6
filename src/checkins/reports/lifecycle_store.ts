import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../../db/client.ts";
import { newId } from "../../lib/id.ts";
import { addDays, localDate, localWeekday } from "../../lib/time_zone.ts";
import { mergedPersonIds } from "../../people/store.ts";
import { planReport, type ReportPlan, type TeamDays } from "./plan.ts";
import { LOOK_BACK_DAYS } from "./workday.ts";

/**
 * Makes today's report of the team with its pending check-ins, unless it stands or today is none of the team's work days.
 * However many touch the day at once, one report is made. Answers whether today has one; `now` is UTC milliseconds.
 */
export async function ensureReport(db: Database, tenant: TeamDays, now: number): Promise<boolean> {
  const { teamId } = tenant;
  const date = localDate(now, tenant.teamTimeZone);
  if (!tenant.workDays.includes(localWeekday(date))) return false;
  const report = sql`(SELECT id FROM reports WHERE team_id = ${teamId} AND date = ${date})`;
  const { id, absences } = await db.get<{ id: string | null; absences: string }>(sql`
    SELECT ${report} AS id, (SELECT json_group_array(date) FROM team_absences
      WHERE ${report} IS NULL AND team_id = ${teamId}
        AND date BETWEEN ${addDays(date, -LOOK_BACK_DAYS)} AND ${date}) AS absences`);
  if (id !== null) return true;
  const plan = planReport(tenant, date, JSON.parse(absences));
  if (plan) await makeReports(db, [plan], now);
  return plan !== null;
}

/** Makes reports with their pending check-ins, in one atomic batch. A report that stands by now is left as it is. */
export async function makeReports(db: Database, plans: ReportPlan[], now: number): Promise<void> {
  if (plans.length === 0) return;
  const rows = JSON.stringify(
    plans.map((plan) => ({ ...plan, id: newId(), questions: JSON.stringify(plan.questions) })),
  );
  const reports = sql`
    INSERT INTO reports (id, team_id, date, previous_date, questions, created_at, updated_at)
    SELECT r.value ->> 'id', r.value ->> 'teamId', r.value ->> 'date', r.value ->> 'previousDate',
      r.value ->> 'questions', ${now}, ${now}
    FROM json_each(${rows}) r
    WHERE NOT EXISTS (SELECT 1 FROM team_absences
      WHERE team_id = (r.value ->> 'teamId') AND date = (r.value ->> 'date'))
    ON CONFLICT (team_id, date) DO NOTHING`;
  const made = sql`r.id IN (SELECT value ->> 'id' FROM json_each(${rows}))`;
  await atomically(db, [reports, insertPending(made, now)]);
}

type Team = { teamId: string };

/** Who is expected to check in, of members `m` who are people `p`. */
const expected = sql`m.role = 'active' AND m.removed_at IS NULL AND p.merged_into IS NULL`;

/** A version 4 UUID (RFC 9562 section 5.4): the rows are not known before SQL finds them. */
const uuid =
  sql.raw(`lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
  || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`);

/** The check-ins that reports `r` lack; `condition` may speak of `r`, `m` and `p`. */
const missing = (condition: SQL): SQL => sql`
  FROM reports r JOIN members m ON m.team_id = r.team_id JOIN people p ON p.id = m.person_id
  WHERE ${condition} AND ${expected}
    AND NOT EXISTS (SELECT 1 FROM checkins WHERE report_id = r.id AND person_id IN (${mergedPersonIds(sql`p.id`)}))`;

/** Adds what is missing of the pending check-ins. */
const insertPending = (condition: SQL, now: number): SQL => sql`
  INSERT INTO checkins (id, team_id, report_id, person_id, date, slug, created_at, updated_at)
  SELECT ${uuid}, r.team_id, r.id, p.id, r.date, r.date || '-' || p.slug, ${now}, ${now} ${missing(condition)}
  ON CONFLICT DO NOTHING`;

/** The statement for a batch that changes, if `condition` holds, what the report of a date counts: answers, absences. */
export const touchReport = ({ teamId }: Team, date: string, now: number, condition: SQL = sql`true`): SQL =>
  sql`UPDATE reports SET updated_at = ${now} WHERE team_id = ${teamId} AND date = ${date} AND ${condition}`;

/**
 * The statements that follow, in the same batch, a change of whether somebody is to check in: their role, joining, leaving.
 * Reports from `from` on (the team's today) get the pending check-in of who is active now, and lose that of who is not,
 * unless others have remarked on it. Completed check-ins and earlier reports stay as they are.
 */
export function expectCheckins({ teamId }: Team, personId: string | SQL, from: string, now: number): SQL[] {
  const idle = sql`
    FROM checkins c
    WHERE c.team_id = ${teamId} AND c.person_id IN (${mergedPersonIds(personId)}) AND c.date >= ${from}
      AND c.completed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM members m JOIN people p ON p.id = m.person_id
        WHERE m.team_id = c.team_id AND m.person_id = ${personId} AND ${expected})
      AND NOT EXISTS (SELECT 1 FROM comments WHERE checkin_id = c.id AND removed_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM reactions WHERE checkin_id = c.id AND removed_at IS NULL)`;
  const lacking = sql`r.team_id = ${teamId} AND r.date >= ${from} AND m.person_id = ${personId}`;
  const idleIds = sql`SELECT c.id ${idle}`;
  return [
    // First, while it shows which reports change.
    sql`UPDATE reports SET updated_at = ${now}
      WHERE team_id = ${teamId} AND date >= ${from}
        AND (id IN (SELECT c.report_id ${idle}) OR id IN (SELECT r.id ${missing(lacking)}))`,
    // What is left of remarks are removed ones.
    sql`DELETE FROM comments WHERE checkin_id IN (${idleIds})`,
    sql`DELETE FROM reactions WHERE checkin_id IN (${idleIds})`,
    sql`DELETE FROM checkins WHERE id IN (${idleIds})`,
    insertPending(lacking, now),
  ];
}

/**
 * The statements that follow, in the same batch, a new team absence on a date: its report goes, with the pending
 * check-ins, unless somebody has checked in or remarked on a check-in by then.
 */
export function withdrawReport({ teamId }: Team, date: string): SQL[] {
  const unused = sql`SELECT r.id FROM reports r WHERE r.team_id = ${teamId} AND r.date = ${date} AND NOT EXISTS (
    SELECT 1 FROM checkins c WHERE c.report_id = r.id AND (c.completed_at IS NOT NULL
      OR EXISTS (SELECT 1 FROM comments WHERE checkin_id = c.id)
      OR EXISTS (SELECT 1 FROM reactions WHERE checkin_id = c.id)))`;
  return [sql`DELETE FROM checkins WHERE report_id IN (${unused})`, sql`DELETE FROM reports WHERE id IN (${unused})`];
}
