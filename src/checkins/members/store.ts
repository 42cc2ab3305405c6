import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { atomically, type Database, violates } from "../../db/client.ts";
import { members, people } from "../../db/schema/index.ts";
import { arrival, growDirectory, identifyStatements, type Tenant } from "../../people/store.ts";
import { expectCheckins } from "../reports/store.ts";

/** What can be said of a member; what is left out stays as it is. */
export type MemberChange = {
  name?: string | undefined;
  lastName?: string | null | undefined;
  email?: string | undefined;
  location?: string | null | undefined;
  timeZone?: string | null | undefined;
  role?: "active" | "observer" | undefined;
  manager?: boolean | undefined;
  username?: string | undefined;
};

/** When something happens: UTC milliseconds, and the local date of the team. */
type Moment = { now: number; today: string };

export type NewMember = MemberChange & { email: string; name: string; role: "active" | "observer" };

/**
 * Puts the person with an e-mail address on the team, with today's check-in where there is a report: a new person, somebody
 * of the account, or somebody who was removed and comes back with all they left. Answers their id; null for somebody who
 * is on the team by now.
 */
export async function addMember(
  db: Database,
  tenant: Tenant,
  { email, name, role, manager = false, username, ...change }: NewMember,
  { now, today }: Moment,
): Promise<string | null> {
  const { accountId, teamId } = tenant;
  const stranger = await arrival(accountId, { identifier: email, name, email, timeZone: change.timeZone ?? null });
  // Whom the address means: the same as in a reference.
  const id = sql`coalesce(
    (SELECT coalesce(merged_into, id) FROM people WHERE account_id = ${accountId} AND email = ${email}),
    (SELECT person_id FROM identities WHERE account_id = ${accountId} AND identifier = ${email}))`;
  const isAway = sql`NOT EXISTS (
    SELECT 1 FROM members WHERE team_id = ${teamId} AND person_id = people.id AND removed_at IS NULL)`;
  const membership = sql`
    INSERT INTO members (id, team_id, person_id, role, manager, username, created_at)
    SELECT ${stranger.memberId}, ${teamId}, id, ${role}, ${manager ? 1 : 0}, coalesce(${username ?? null}, slug), ${now}
    FROM people WHERE id = ${id}
    ON CONFLICT (team_id, person_id) DO UPDATE SET removed_at = NULL, role = excluded.role, manager = excluded.manager,
      username = coalesce(${username ?? null}, members.username)
    WHERE members.removed_at IS NOT NULL
    RETURNING person_id AS id`;
  const described = db
    .update(people)
    .set({ name, ...change, email: sql`coalesce(${people.email}, ${email})` })
    .where(and(eq(people.id, id), isAway));
  const results = await atomically(db, [
    ...identifyStatements(tenant, [stranger], now),
    described.getSQL(),
    membership,
    ...expectCheckins(tenant, id, today, now),
    growDirectory(tenant),
  ]);
  // Only the membership gives a row back.
  const [added] = results.flatMap(({ results: rows }) => rows);
  return (added?.id as string | undefined) ?? null;
}

/**
 * Changes what is given of a member; whether they are to check in counts from today's report on. False when the e-mail
 * address is another person's of the account.
 */
export async function changeMember(
  db: Database,
  tenant: Tenant,
  personId: string,
  { role, manager, username, ...described }: MemberChange,
  { now, today }: Moment,
): Promise<boolean> {
  const statements: SQL[] = [];
  if (isGiven(described)) {
    const person = and(eq(people.id, personId), eq(people.accountId, tenant.accountId));
    statements.push(db.update(people).set(described).where(person).getSQL(), growDirectory(tenant));
  }
  const membership = { role, manager, username };
  if (isGiven(membership))
    statements.push(db.update(members).set(membership).where(standing(tenant, personId)).getSQL());
  if (role !== undefined) statements.push(...expectCheckins(tenant, personId, today, now));
  try {
    await atomically(db, statements);
    return true;
  } catch (error) {
    if (violates(error, "people.account_id, people.email")) return false;
    throw error;
  }
}

/** Removes somebody from the team, and what was expected of them from today on; all they did stays. */
export async function removeMember(
  db: Database,
  tenant: Tenant,
  personId: string,
  { now, today }: Moment,
): Promise<void> {
  await atomically(db, [
    db.update(members).set({ removedAt: now }).where(standing(tenant, personId)).getSQL(),
    ...expectCheckins(tenant, personId, today, now),
    growDirectory(tenant),
  ]);
}

/** Whether somebody else of the team, past members included, goes by a username, whatever the case of ASCII letters. */
export async function isUsernameTaken(
  db: Database,
  { teamId }: Tenant,
  username: string,
  personId: string | null,
): Promise<boolean> {
  const rows = await db.all(sql`
    SELECT m.id FROM members m JOIN people p ON p.id = m.person_id
    WHERE m.team_id = ${teamId} AND lower(m.username) = lower(${username})
      AND m.person_id IS NOT ${personId} AND p.merged_into IS NULL
    LIMIT 1`);
  return rows.length > 0;
}

const isGiven = (change: Record<string, unknown>): boolean =>
  Object.values(change).some((value) => value !== undefined);

const standing = ({ teamId }: Tenant, personId: string) =>
  and(eq(members.teamId, teamId), eq(members.personId, personId), isNull(members.removedAt));
