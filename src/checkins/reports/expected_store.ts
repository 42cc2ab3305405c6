import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../../db/client.ts";
import { mergedPersonIds, type Tenant } from "../../people/store.ts";

type Team = Pick<Tenant, "teamId">;

/** Matches a `member`, with their `person`, who is expected to check in. */
const isExpected = sql`member.role = 'active' AND member.removed_at IS NULL AND person.merged_into IS NULL`;

/** Makes a version 4 UUID (RFC 9562 section 5.4) in SQL, because the rows to insert are not known before. */
const uuid =
  sql.raw(`lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
  || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`);

/** Makes the FROM and WHERE that find check-ins which reports lack; `condition` may name `report`, `member` and `person`. */
const fromMissing = (condition: SQL): SQL => sql`
  FROM reports report
    JOIN members member ON member.team_id = report.team_id
    JOIN people person ON person.id = member.person_id
  WHERE ${condition} AND ${isExpected}
    AND NOT EXISTS (SELECT 1 FROM checkins
      WHERE report_id = report.id AND person_id IN (${mergedPersonIds(sql`person.id`)}))`;

/** Makes the statement that inserts the pending check-ins that reports lack; for `condition` see `fromMissing`. */
export const insertMissingCheckins = (condition: SQL, now: number): SQL => sql`
  INSERT INTO checkins (id, team_id, report_id, person_id, date, slug, created_at, updated_at)
  SELECT ${uuid}, report.team_id, report.id, person.id, report.date, report.date || '-' || person.slug, ${now}, ${now}
  ${fromMissing(condition)}
  ON CONFLICT DO NOTHING`;

/**
 * Makes the statements that follow, in the same batch, a change of whether a person is expected to check in: their role,
 * joining or leaving the team. Reports from the local date `from` on get the pending check-in of a person who is expected
 * now. They lose that of a person who is not, unless it has comments or reactions. Completed check-ins and earlier reports
 * stay.
 */
export function updateExpectedCheckins({ teamId }: Team, personId: string | SQL, from: string, now: number): SQL[] {
  // The pending check-ins to delete: those of a person who is not expected, without comments and reactions.
  const fromNotExpected = sql`
    FROM checkins checkin
    WHERE checkin.team_id = ${teamId} AND checkin.person_id IN (${mergedPersonIds(personId)})
      AND checkin.date >= ${from} AND checkin.completed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM members member JOIN people person ON person.id = member.person_id
        WHERE member.team_id = checkin.team_id AND member.person_id = ${personId} AND ${isExpected})
      AND NOT EXISTS (SELECT 1 FROM comments WHERE checkin_id = checkin.id AND removed_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM reactions WHERE checkin_id = checkin.id AND removed_at IS NULL)`;
  const notExpectedIds = sql`SELECT checkin.id ${fromNotExpected}`;
  const ofPerson = sql`report.team_id = ${teamId} AND report.date >= ${from} AND member.person_id = ${personId}`;
  return [
    // First, because the next statements change what these conditions find.
    sql`UPDATE reports SET updated_at = ${now}
      WHERE team_id = ${teamId} AND date >= ${from}
        AND (id IN (SELECT checkin.report_id ${fromNotExpected}) OR id IN (SELECT report.id ${fromMissing(ofPerson)}))`,
    // The comments and reactions of these check-ins are removed ones. Their rows refer to the check-in, so they go first.
    sql`DELETE FROM comments WHERE checkin_id IN (${notExpectedIds})`,
    sql`DELETE FROM reactions WHERE checkin_id IN (${notExpectedIds})`,
    sql`DELETE FROM checkins WHERE id IN (${notExpectedIds})`,
    insertMissingCheckins(ofPerson, now),
  ];
}

/** Adds the pending check-in of a local date that a person is expected to have and has not. */
export async function addExpectedCheckin(
  db: Database,
  { teamId }: Team,
  personId: string,
  date: string,
  now: number,
): Promise<void> {
  const isMissing = sql`report.team_id = ${teamId} AND report.date = ${date} AND member.person_id = ${personId}`;
  await atomically(db, [
    // First, because the next statement changes what this condition finds.
    sql`UPDATE reports SET updated_at = ${now}
      WHERE team_id = ${teamId} AND date = ${date} AND id IN (SELECT report.id ${fromMissing(isMissing)})`,
    insertMissingCheckins(isMissing, now),
  ]);
}
