import { sql } from "drizzle-orm";
import { atomically, type Database } from "../../db/client.ts";
import { mergedPersonIds, type Tenant } from "../../people/store.ts";
import { deleteUnusedReport, markReportChanged } from "../reports/lifecycle_store.ts";

type Team = Pick<Tenant, "teamId">;

/** A member's absence on a local date. */
type MemberAbsence = { personId: string; date: string };

/** Matches a member's absence, and that of people merged into the member. */
const isAbsence = ({ teamId }: Team, { personId, date }: MemberAbsence) =>
  sql`team_id = ${teamId} AND date = ${date} AND person_id IN (${mergedPersonIds(personId)})`;

/** Matches when the member has this absence already. */
const hasAbsence = (team: Team, absence: MemberAbsence) =>
  sql`EXISTS (SELECT 1 FROM member_absences WHERE ${isAbsence(team, absence)})`;

/** Adds a member's absence; false if they, or a person merged into them, have it already. */
export async function addMemberAbsence(
  db: Database,
  team: Team,
  absence: MemberAbsence,
  now: number,
): Promise<boolean> {
  const { personId, date } = absence;
  const [, inserted] = await atomically(db, [
    // First: once the absence is inserted, the condition no longer tells whether it is new.
    markReportChanged(team, date, now, sql`NOT ${hasAbsence(team, absence)}`),
    sql`INSERT INTO member_absences (team_id, person_id, date)
      SELECT ${team.teamId}, ${personId}, ${date} WHERE NOT ${hasAbsence(team, absence)}
      RETURNING date`,
  ]);
  return inserted!.results.length > 0;
}

/** Removes a member's absence, and that of people merged into them; false if there is none on that date. */
export async function removeMemberAbsence(
  db: Database,
  team: Team,
  absence: MemberAbsence,
  now: number,
): Promise<boolean> {
  const [, deleted] = await atomically(db, [
    markReportChanged(team, absence.date, now, hasAbsence(team, absence)),
    sql`DELETE FROM member_absences WHERE ${isAbsence(team, absence)} RETURNING date`,
  ]);
  return deleted!.results.length > 0;
}

/** Adds an absence of the whole team, and deletes the report of that date if it is unused; false if the absence exists. */
export async function addTeamAbsence(db: Database, team: Team, date: string): Promise<boolean> {
  const [inserted] = await atomically(db, [
    sql`INSERT INTO team_absences (team_id, date) VALUES (${team.teamId}, ${date}) ON CONFLICT DO NOTHING RETURNING date`,
    ...deleteUnusedReport(team, date),
  ]);
  return inserted!.results.length > 0;
}

/** Removes an absence of the whole team; false if there is none on that date. */
export async function removeTeamAbsence(db: Database, { teamId }: Team, date: string): Promise<boolean> {
  const deleted = await db.all(
    sql`DELETE FROM team_absences WHERE team_id = ${teamId} AND date = ${date} RETURNING date`,
  );
  return deleted.length > 0;
}
