import { type AnyColumn, and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { updateExpectedCheckins } from "../checkins/reports/expected_store.ts";
import { atomically, type Database, violates } from "../db/client.ts";
import { members, people } from "../db/schema/index.ts";
import { bumpDirectoryVersion, identifyStatements, newIdentity, type Tenant, usualUsername } from "../people/store.ts";

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

/** Why a member cannot be as a client wants them: on the team by now, or somebody else is who goes by that. */
export type Refusal = "member" | "email" | "username";

/**
 * Puts the person with an e-mail address on the team, with today's check-in where there is a report: a new person, somebody
 * of the account, or somebody who was removed and comes back with all they left. Who is on another team of the account
 * keeps the name, location and zone they have there, and is only given those they lack. Answers their id, or why not.
 */
export async function addMember(
  db: Database,
  tenant: Tenant,
  { email, name, lastName, location, timeZone, role, manager = false, username }: NewMember,
  { now, today }: Moment,
): Promise<{ id: string } | { refused: Refusal }> {
  const { accountId, teamId } = tenant;
  const stranger = await newIdentity(accountId, { identifier: email, name, email, timeZone: timeZone ?? null });
  const holder = sql`(SELECT coalesce(merged_into, id) FROM people WHERE account_id = ${accountId} AND email = ${email})`;
  // Whom the address means: the same as in a reference.
  const id = sql`coalesce(${holder},
    (SELECT person_id FROM identities WHERE account_id = ${accountId} AND identifier = ${email}))`;
  const isAway = sql`NOT EXISTS (
    SELECT 1 FROM members WHERE team_id = ${teamId} AND person_id = people.id AND removed_at IS NULL)`;
  const usual = usualUsername(sql`${teamId}`, sql`slug`, sql`${stranger.memberId}`);
  const membership = sql`
    INSERT INTO members (id, team_id, person_id, role, manager, username, created_at)
    SELECT ${stranger.memberId}, ${teamId}, id, ${role}, ${manager ? 1 : 0},
      ${username === undefined ? usual : free(tenant, username, sql`people.id`)}, ${now}
    FROM people WHERE id = ${id}
    ON CONFLICT (team_id, person_id) DO UPDATE SET removed_at = NULL, role = excluded.role, manager = excluded.manager,
      username = ${username === undefined ? sql`members.username` : sql`excluded.username`}
    WHERE members.removed_at IS NOT NULL
    RETURNING person_id AS id`;
  const isElsewhere = sql`EXISTS (SELECT 1 FROM members WHERE person_id = people.id AND removed_at IS NULL)`;
  const kept = (column: AnyColumn, value: string | null) =>
    sql<string>`CASE WHEN ${isElsewhere} THEN coalesce(${column}, ${value}) ELSE ${value} END`;
  // A tool's identifier in place of a name is none.
  const isNamed = sql`${isElsewhere} AND NOT EXISTS (
    SELECT 1 FROM identities WHERE person_id = people.id AND identifier = people.name)`;
  const described = db
    .update(people)
    .set({
      name: sql`CASE WHEN ${isNamed} THEN ${people.name} ELSE ${name} END`,
      lastName: sql`CASE WHEN ${isNamed} THEN ${people.lastName} ELSE ${lastName ?? null} END`,
      ...(location !== undefined && { location: kept(people.location, location) }),
      ...(timeZone !== undefined && { timeZone: kept(people.timeZone, timeZone) }),
      // It may be theirs through somebody merged into them, who holds it.
      email: sql`CASE WHEN ${holder} IS NULL THEN coalesce(${people.email}, ${email}) ELSE ${people.email} END`,
    })
    .where(and(eq(people.id, id), isAway));
  const statements = [
    ...identifyStatements(tenant, [stranger], now),
    described.getSQL(),
    membership,
    ...updateExpectedCheckins(tenant, id, today, now),
    bumpDirectoryVersion(tenant),
  ];
  try {
    const results = await atomically(db, statements);
    // Only the membership gives a row back.
    const [added] = results.flatMap(({ results: rows }) => rows);
    return added ? { id: added.id as string } : { refused: "member" };
  } catch (error) {
    return { refused: refusal(error) };
  }
}

/**
 * Changes what is given of a member; whether they are to check in counts from today's report on. Answers why nothing was
 * changed, or null.
 */
export async function changeMember(
  db: Database,
  tenant: Tenant,
  personId: string,
  { role, manager, username, ...described }: MemberChange,
  { now, today }: Moment,
): Promise<Refusal | null> {
  const statements: SQL[] = [];
  if (isGiven(described)) {
    const person = and(eq(people.id, personId), eq(people.accountId, tenant.accountId));
    statements.push(db.update(people).set(described).where(person).getSQL(), bumpDirectoryVersion(tenant));
  }
  const membership = { role, manager, username: username && free(tenant, username, sql`${personId}`) };
  if (isGiven(membership))
    statements.push(db.update(members).set(membership).where(standing(tenant, personId)).getSQL());
  if (role !== undefined) statements.push(...updateExpectedCheckins(tenant, personId, today, now));
  try {
    await atomically(db, statements);
    return null;
  } catch (error) {
    return refusal(error);
  }
}

/** Which refusal the failure of a batch is; any other is thrown on. */
function refusal(error: unknown): Refusal {
  if (violates(error, "people.account_id, people.email")) return "email";
  if (violates(error, "members.username")) return "username";
  throw error;
}

/**
 * A username, or NULL where somebody else of the team, past members included, goes by it or has it as slug, whatever the
 * case of ASCII letters: the column takes no NULL, so the batch is undone.
 */
const free = ({ teamId }: Tenant, username: string, personId: SQL) => sql<string>`
  CASE WHEN NOT EXISTS (SELECT 1 FROM members m JOIN people p ON p.id = m.person_id
    WHERE m.team_id = ${teamId} AND coalesce(p.merged_into, p.id) <> ${personId}
      AND lower(${username}) IN (lower(m.username), p.slug)) THEN ${username} END`;

/**
 * Whether tools mean somebody else by an address than `personId`, or, where that is null, than whose e-mail it is: they
 * take it for an identifier first.
 */
export async function isForeignIdentifier(
  db: Database,
  { accountId }: Tenant,
  email: string,
  personId: string | null,
): Promise<boolean> {
  const row = await db.get(sql`
    SELECT 1 FROM identities WHERE account_id = ${accountId} AND identifier = ${email} AND person_id <> coalesce(
      ${personId}, (SELECT coalesce(merged_into, id) FROM people WHERE account_id = ${accountId} AND email = ${email}))`);
  return row !== undefined;
}

/** The name of whoever was merged into a person and holds an e-mail address; null where nobody does. */
export async function findMergedHolder(
  db: Database,
  { accountId }: Tenant,
  email: string,
  personId: string,
): Promise<string | null> {
  const held = and(eq(people.accountId, accountId), eq(people.email, email), eq(people.mergedInto, personId));
  const [row] = await db.select({ name: people.name }).from(people).where(held);
  return row?.name ?? null;
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
    ...updateExpectedCheckins(tenant, personId, today, now),
    bumpDirectoryVersion(tenant),
  ]);
}

const isGiven = (change: Record<string, unknown>): boolean =>
  Object.values(change).some((value) => value !== undefined);

const standing = ({ teamId }: Tenant, personId: string) =>
  and(eq(members.teamId, teamId), eq(members.personId, personId), isNull(members.removedAt));
