import { type AnyColumn, and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { updateExpectedCheckins } from "../checkins/reports/expected_store.ts";
import { abortUnless, atomically, atomicallyNamed, type Database, isAborted, violates } from "../db/client.ts";
import { members, people } from "../db/schema/index.ts";
import {
  type Account,
  bumpDirectoryVersion,
  createdToday,
  defaultUsername,
  identityStatements,
  newIdentity,
  type Tenant,
} from "../people/store.ts";

/** What a team sets for a member. */
export type MemberFields = {
  name: string;
  /** Null where it is all that follows the first word of the name. */
  lastName: string | null;
  email: string;
  location: string | null;
  /** Null: the team's time zone. */
  timeZone: string | null;
  role: "active" | "observer";
  manager: boolean;
  username: string;
};

/** The fields to change; undefined leaves one as it is. */
export type MemberChange = { [K in keyof MemberFields]?: MemberFields[K] | undefined };

/** A new member; what is undefined has its usual value. */
export type NewMember = MemberChange & Pick<MemberFields, "name" | "email" | "role">;

/** The time of a change: in UTC milliseconds, and as the local date of the team. */
type Moment = { now: number; today: string };

/** What already belongs to another member of the team (or, an e-mail, to another person of the account). */
export type Taken = "email" | "username";

/** The reason for which a batch of this file is aborted. */
const USERNAME_TAKEN = "username_taken";
const TOO_MANY_NEW = "too_many_new_identities";

/**
 * Adds the person who has an e-mail address to the team: a new person, a person of the account, or a removed member, who
 * comes back with their history. If today's report exists, it gets their pending check-in. A person who is on another team
 * keeps their name, location and time zone; only missing ones are filled in.
 *
 * Returns the person's id, or why nothing was done: `member` where the person is on the team already, `limit` where the
 * team's key may create no more identities today than `dailyLimit`.
 */
export async function addMember(
  db: Database,
  tenant: Tenant,
  { email, name, lastName = null, location, timeZone, role, manager = false, username }: NewMember,
  dailyLimit: number,
  { now, today }: Moment,
): Promise<{ personId: string } | { refused: Taken | "member" | "limit" }> {
  const { accountId, teamId } = tenant;
  const identity = await newIdentity(accountId, { identifier: email, name, email, timeZone: timeZone ?? null });
  const emailOwner = sql`(
    SELECT coalesce(merged_into, id) FROM people WHERE account_id = ${accountId} AND email = ${email})`;
  // The person that `findPerson` finds by the address. Where the first statements create one, it is this person.
  const personId = sql`coalesce(${emailOwner},
    (SELECT person_id FROM identities WHERE account_id = ${accountId} AND identifier = ${email}))`;
  const creator = { integrationId: null };
  const isWithinLimit = sql`${createdToday(tenant, creator, now)} < ${dailyLimit}`;
  const isOnThisTeam = sql`EXISTS (
    SELECT 1 FROM members WHERE team_id = ${teamId} AND person_id = people.id AND removed_at IS NULL)`;
  const isOnATeam = sql`EXISTS (SELECT 1 FROM members WHERE person_id = people.id AND removed_at IS NULL)`;
  // A tool that knows no name reports the identifier instead.
  const keepsName = sql`${isOnATeam} AND NOT EXISTS (
    SELECT 1 FROM identities WHERE person_id = people.id AND identifier = people.name)`;
  const keptOr = (column: AnyColumn, value: string | null) =>
    sql<string>`CASE WHEN ${isOnATeam} THEN coalesce(${column}, ${value}) ELSE ${value} END`;
  // The trigger `people_stale` marks the days of a person whose time zone changes.
  const updatePerson = db
    .update(people)
    .set({
      name: sql`CASE WHEN ${keepsName} THEN ${people.name} ELSE ${name} END`,
      lastName: sql`CASE WHEN ${keepsName} THEN ${people.lastName} ELSE ${lastName} END`,
      ...(location !== undefined && { location: keptOr(people.location, location) }),
      ...(timeZone !== undefined && { timeZone: keptOr(people.timeZone, timeZone) }),
      // If a person merged into this one has the address, they keep it.
      email: sql`CASE WHEN ${emailOwner} IS NULL THEN coalesce(${people.email}, ${email}) ELSE ${people.email} END`,
      managedAt: sql`coalesce(${people.managedAt}, ${now})`,
    })
    .where(and(eq(people.id, personId), sql`NOT ${isOnThisTeam}`));
  const newUsername =
    username === undefined
      ? defaultUsername(sql`${teamId}`, sql`person.slug`, sql`${identity.memberId}`)
      : sql`${username}`;
  const insertMember = sql`
    INSERT INTO members (id, team_id, person_id, role, manager, username, created_at)
    SELECT ${identity.memberId}, ${teamId}, person.id, ${role}, ${manager ? 1 : 0}, ${newUsername}, ${now}
    FROM people person WHERE person.id = ${personId}
    ON CONFLICT (team_id, person_id) DO UPDATE SET removed_at = NULL, role = excluded.role, manager = excluded.manager,
      username = ${username === undefined ? sql`members.username` : sql`excluded.username`}
    WHERE members.removed_at IS NOT NULL
    RETURNING person_id`;
  try {
    const { added } = await atomicallyNamed(db, {
      limit: abortUnless(sql`${personId} IS NOT NULL OR ${isWithinLimit}`, TOO_MANY_NEW),
      person: identityStatements(tenant, creator, [identity], now),
      // Before the membership, which `isOnATeam` must not see.
      update: updatePerson.getSQL(),
      usernameCheck: username === undefined ? [] : requireFreeUsername(tenant, username, personId),
      added: insertMember,
      // After the membership, which decides whether a check-in is expected.
      checkins: updateExpectedCheckins(tenant, personId, today, now),
      version: bumpDirectoryVersion(tenant),
    });
    const [row] = added as { person_id: string }[];
    return row ? { personId: row.person_id } : { refused: "member" };
  } catch (error) {
    return { refused: isAborted(error, TOO_MANY_NEW) ? "limit" : takenFrom(error) };
  }
}

/**
 * Changes a member of the team. A change of role applies to check-ins from today's report on. Returns what belongs to
 * another member, where nothing was changed for that reason; else null.
 */
export async function changeMember(
  db: Database,
  tenant: Tenant,
  personId: string,
  { role, manager, username, ...ofPerson }: MemberChange,
  { now, today }: Moment,
): Promise<Taken | null> {
  const ofMembership = { role, manager, username };
  const statements: SQL[] = [];
  if (isGiven(ofPerson)) {
    const person = and(eq(people.id, personId), eq(people.accountId, tenant.accountId));
    // The trigger `people_stale` marks the days of a person whose time zone changes.
    statements.push(db.update(people).set(ofPerson).where(person).getSQL(), bumpDirectoryVersion(tenant));
  }
  if (isGiven(ofPerson) || isGiven(ofMembership)) statements.push(markManaged(tenant, personId, now));
  if (username !== undefined) statements.push(requireFreeUsername(tenant, username, sql`${personId}`));
  if (isGiven(ofMembership)) {
    statements.push(db.update(members).set(ofMembership).where(membershipOf(tenant, personId)).getSQL());
  }
  if (role !== undefined) statements.push(...updateExpectedCheckins(tenant, personId, today, now));
  try {
    await atomically(db, statements);
    return null;
  } catch (error) {
    return takenFrom(error);
  }
}

/** Notes that a team has changed a person, once: from then on it is not only tools that know them. */
const markManaged = ({ accountId }: Account, personId: string, now: number): SQL => sql`
  UPDATE people SET managed_at = ${now} WHERE id = ${personId} AND account_id = ${accountId} AND managed_at IS NULL`;

/** Removes a member from the team, and their pending check-ins from today on. Everything they did stays. */
export async function removeMember(
  db: Database,
  tenant: Tenant,
  personId: string,
  { now, today }: Moment,
): Promise<void> {
  await atomically(db, [
    db.update(members).set({ removedAt: now }).where(membershipOf(tenant, personId)).getSQL(),
    ...updateExpectedCheckins(tenant, personId, today, now),
    bumpDirectoryVersion(tenant),
  ]);
}

/** Tells from the error of a batch what is taken; throws any other error again. */
function takenFrom(error: unknown): Taken {
  if (violates(error, "people.account_id, people.email")) return "email";
  if (isAborted(error, USERNAME_TAKEN)) return "username";
  throw error;
}

/**
 * Aborts the batch if another person of the team, removed ones included, has this username or has it as slug, ignoring the
 * case of ASCII letters: either is a reference to a member.
 */
const requireFreeUsername = ({ teamId }: Tenant, username: string, personId: SQL): SQL =>
  abortUnless(
    sql`NOT EXISTS (
      SELECT 1 FROM members member JOIN people person ON person.id = member.person_id
      WHERE member.team_id = ${teamId} AND coalesce(person.merged_into, person.id) <> ${personId}
        AND lower(${username}) IN (lower(member.username), person.slug))`,
    USERNAME_TAKEN,
  );

/**
 * Whether tools know another person by an e-mail address, because they use it as an identifier. `personId` is the person who
 * gets the address; null: the person who has it as e-mail.
 */
export async function isIdentifierOfAnother(
  db: Database,
  { accountId }: Account,
  email: string,
  personId: string | null,
): Promise<boolean> {
  const row = await db.get(sql`
    SELECT 1 FROM identities WHERE account_id = ${accountId} AND identifier = ${email} AND person_id <> coalesce(
      ${personId}, (SELECT coalesce(merged_into, id) FROM people WHERE account_id = ${accountId} AND email = ${email}))`);
  return row !== undefined;
}

/** Returns the name of the person merged into `personId` who has an e-mail address; null if there is none. */
export async function findMergedOwner(
  db: Database,
  { accountId }: Account,
  email: string,
  personId: string,
): Promise<string | null> {
  const owner = and(eq(people.accountId, accountId), eq(people.email, email), eq(people.mergedInto, personId));
  const [row] = await db.select({ name: people.name }).from(people).where(owner);
  return row?.name ?? null;
}

const isGiven = (change: Record<string, unknown>): boolean =>
  Object.values(change).some((value) => value !== undefined);

const membershipOf = ({ teamId }: Tenant, personId: string) =>
  and(eq(members.teamId, teamId), eq(members.personId, personId), isNull(members.removedAt));
