import { sql } from "drizzle-orm";
import { atomically, type Database } from "../../db/client.ts";
import { mergedPersonIds } from "../../people/store.ts";
import { touchReport, withdrawReport } from "../reports/lifecycle_store.ts";

type Team = { teamId: string };
/** A member's absence: the local date on which they are on leave. */
type Leave = { personId: string; date: string };

/** Puts a member on leave; false when they already are, be it as somebody merged into them. */
export async function addMemberAbsence(db: Database, team: Team, leave: Leave, now: number): Promise<boolean> {
  const [, inserted] = await atomically(db, [
    touchReport(team, leave.date, now, sql`NOT ${stands(team, leave)}`),
    sql`INSERT INTO member_absences (team_id, person_id, date)
      SELECT ${team.teamId}, ${leave.personId}, ${leave.date} WHERE NOT ${stands(team, leave)}
      RETURNING date`,
  ]);
  return inserted!.results.length > 0;
}

/** Takes a member's leave back, with that of everybody merged into them; false when they have none on that date. */
export async function removeMemberAbsence(db: Database, team: Team, leave: Leave, now: number): Promise<boolean> {
  const [, deleted] = await atomically(db, [
    touchReport(team, leave.date, now, stands(team, leave)),
    sql`DELETE FROM member_absences WHERE ${ofThem(team, leave)} RETURNING date`,
  ]);
  return deleted!.results.length > 0;
}

const ofThem = ({ teamId }: Team, { personId, date }: Leave) =>
  sql`team_id = ${teamId} AND date = ${date} AND person_id IN (${mergedPersonIds(personId)})`;

const stands = (team: Team, leave: Leave) => sql`EXISTS (SELECT 1 FROM member_absences WHERE ${ofThem(team, leave)})`;

/** Makes a date a holiday of the team, and withdraws its report as far as nobody used it; false when it already is one. */
export async function addTeamAbsence(db: Database, team: Team, date: string): Promise<boolean> {
  const [inserted] = await atomically(db, [
    sql`INSERT INTO team_absences (team_id, date) VALUES (${team.teamId}, ${date}) ON CONFLICT DO NOTHING RETURNING date`,
    ...withdrawReport(team, date),
  ]);
  return inserted!.results.length > 0;
}

/** Makes a holiday of the team a day as any other; false when it was none. */
export async function removeTeamAbsence(db: Database, { teamId }: Team, date: string): Promise<boolean> {
  const deleted = await db.all(
    sql`DELETE FROM team_absences WHERE team_id = ${teamId} AND date = ${date} RETURNING date`,
  );
  return deleted.length > 0;
}
