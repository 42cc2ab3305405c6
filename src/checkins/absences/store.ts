import { type SQL, sql } from "drizzle-orm";
import { abortUnless, atomicallyNamed, type Database, isAborted } from "../../db/client.ts";
import { mergedPersonIds, type Tenant } from "../../people/store.ts";
import { offsetOf, type Page } from "../paging.ts";
import { deleteUnusedReports, markReportsChanged } from "../reports/lifecycle_store.ts";

type Team = Pick<Tenant, "teamId">;

/** Local dates, from the first to the last inclusive. */
export type DateRange = { from: string; to: string };

/** The most dates, of today and later, on which a member, or the whole team, can be absent. */
export const MAX_ABSENCES = 1_000;

/** The reason for which a batch of this file is aborted. */
const TOO_MANY_ABSENCES = "too_many_absences";

/** Selects dates that are given as a list. */
const selectDates = (dates: readonly string[]): SQL => sql`SELECT value FROM json_each(${JSON.stringify(dates)})`;

/** Matches the absences of a member, and of people merged into the member. */
const isOfMember = ({ teamId }: Team, personId: string): SQL =>
  sql`team_id = ${teamId} AND person_id IN (${mergedPersonIds(personId)})`;

/** Makes the statement that aborts the batch if more than MAX_ABSENCES rows match, of the local date `today` and later. */
const requireFewAbsences = (table: SQL, condition: SQL, today: string): SQL =>
  abortUnless(
    sql`(SELECT count(*) FROM ${table} WHERE ${condition} AND date >= ${today}) <= ${MAX_ABSENCES}`,
    TOO_MANY_ABSENCES,
  );

/** The time of a change: in UTC milliseconds, and as the local date of the team. */
type Moment = { now: number; today: string };

/**
 * Adds a member's absences on these dates. A date on which they, or a person merged into them, are absent already stays as
 * it is. Returns how many are new; null, and adds nothing, if there would be more than MAX_ABSENCES.
 */
export async function addMemberAbsences(
  db: Database,
  team: Team,
  { personId, dates }: { personId: string; dates: readonly string[] },
  { now, today }: Moment,
): Promise<number | null> {
  const isTheirs = isOfMember(team, personId);
  const newDates = sql`${selectDates(dates)} WHERE value NOT IN (SELECT date FROM member_absences WHERE ${isTheirs})`;
  return countAdded(
    atomicallyNamed(db, {
      // First: once the absences are inserted, the query no longer selects them.
      reports: markReportsChanged(team, newDates, now),
      added: sql`INSERT INTO member_absences (team_id, person_id, date)
        SELECT ${team.teamId}, ${personId}, value FROM (${newDates}) RETURNING date`,
      limit: requireFewAbsences(sql`member_absences`, isTheirs, today),
    }),
  );
}

async function countAdded(batch: Promise<{ added: unknown[] }>): Promise<number | null> {
  try {
    return (await batch).added.length;
  } catch (error) {
    if (isAborted(error, TOO_MANY_ABSENCES)) return null;
    throw error;
  }
}

/** Removes a member's absence, and that of people merged into them; false if there is none on that date. */
export async function removeMemberAbsence(
  db: Database,
  team: Team,
  { personId, date }: { personId: string; date: string },
  now: number,
): Promise<boolean> {
  const isAbsence = sql`${isOfMember(team, personId)} AND date = ${date}`;
  const { deleted } = await atomicallyNamed(db, {
    report: markReportsChanged(team, sql`SELECT date FROM member_absences WHERE ${isAbsence}`, now),
    deleted: sql`DELETE FROM member_absences WHERE ${isAbsence} RETURNING date`,
  });
  return deleted.length > 0;
}

/**
 * Adds absences of the whole team, and deletes the unused reports of these dates. Returns how many are new; null, and adds
 * nothing, if there would be more than MAX_ABSENCES.
 */
export const addTeamAbsences = (
  db: Database,
  team: Team,
  dates: readonly string[],
  today: string,
): Promise<number | null> =>
  countAdded(
    atomicallyNamed(db, {
      added: sql`INSERT INTO team_absences (team_id, date)
        SELECT ${team.teamId}, value FROM (${selectDates(dates)}) WHERE true ON CONFLICT DO NOTHING RETURNING date`,
      limit: requireFewAbsences(sql`team_absences`, sql`team_id = ${team.teamId}`, today),
      reports: deleteUnusedReports(team, selectDates(dates)),
    }),
  );

/** Removes an absence of the whole team; false if there is none on that date. */
export async function removeTeamAbsence(db: Database, { teamId }: Team, date: string): Promise<boolean> {
  const deleted = await db.all(
    sql`DELETE FROM team_absences WHERE team_id = ${teamId} AND date = ${date} RETURNING date`,
  );
  return deleted.length > 0;
}

/** A member's absence on a local date. */
export type MemberAbsence = { personId: string; date: string };

/** Lists a page of the absences of the team's members within a range, by date. */
export const listMemberAbsences = (
  db: Database,
  { teamId }: Team,
  { from, to }: DateRange,
  page: Page,
): Promise<MemberAbsence[]> => {
  const personId = sql`coalesce(owner.merged_into, owner.id)`;
  // Of a person and those merged into them who are absent on one date, the first is listed: the person themselves, else the
  // lowest id. The order of lists is that of the primary key, so that a page reads only as far as it goes.
  const isRepeated = sql`owner.merged_into IS NOT NULL AND EXISTS (
    SELECT 1 FROM member_absences other
    WHERE other.team_id = absence.team_id AND other.date = absence.date
      AND other.person_id IN (${mergedPersonIds(sql`owner.merged_into`)})
      AND (other.person_id = owner.merged_into OR other.person_id < absence.person_id))`;
  return db.all<MemberAbsence>(sql`
    SELECT ${personId} AS personId, absence.date
    FROM member_absences absence
      CROSS JOIN people owner ON owner.id = absence.person_id
      CROSS JOIN members member ON member.team_id = absence.team_id AND member.person_id = ${personId}
    WHERE absence.team_id = ${teamId} AND absence.date BETWEEN ${from} AND ${to}
      AND member.removed_at IS NULL AND NOT (${isRepeated})
    ORDER BY absence.date, absence.person_id LIMIT ${page.size} OFFSET ${offsetOf(page)}`);
};

/** Lists a page of the dates within a range on which a member is absent, sorted. */
export async function listDatesOfMember(
  db: Database,
  team: Team,
  personId: string,
  { from, to }: DateRange,
  page: Page,
): Promise<string[]> {
  const rows = await db.all<{ date: string }>(sql`
    SELECT DISTINCT date FROM member_absences WHERE ${isOfMember(team, personId)} AND date BETWEEN ${from} AND ${to}
    ORDER BY date LIMIT ${page.size} OFFSET ${offsetOf(page)}`);
  return rows.map(({ date }) => date);
}

/** Lists a page of the dates within a range on which the whole team is absent, sorted. */
export async function listTeamAbsences(
  db: Database,
  { teamId }: Team,
  { from, to }: DateRange,
  page: Page,
): Promise<string[]> {
  const rows = await db.all<{ date: string }>(sql`
    SELECT date FROM team_absences WHERE team_id = ${teamId} AND date BETWEEN ${from} AND ${to}
    ORDER BY date LIMIT ${page.size} OFFSET ${offsetOf(page)}`);
  return rows.map(({ date }) => date);
}

/** Lists the dates, from the local date `today` on, on which people are absent, by person id: sorted, each date once. */
export async function listAbsentDates(
  db: Database,
  { teamId }: Team,
  personIds: readonly string[],
  today: string,
): Promise<Map<string, string[]>> {
  if (personIds.length === 0) return new Map();
  const rows = await db.all<{ personId: string; dates: string }>(sql`
    SELECT wanted.value AS personId, (SELECT json_group_array(date) FROM (
      SELECT DISTINCT date FROM member_absences
      WHERE team_id = ${teamId} AND person_id IN (${mergedPersonIds(sql`wanted.value`)}) AND date >= ${today}
      ORDER BY date LIMIT ${MAX_ABSENCES})) AS dates
    FROM json_each(${JSON.stringify(personIds)}) wanted`);
  return new Map(rows.map(({ personId, dates }) => [personId, JSON.parse(dates)]));
}
