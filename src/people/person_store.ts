import { and, asc, eq, isNull, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "../db/client.ts";
import { identities, members, people } from "../db/schema/index.ts";
import { fold } from "../lib/text.ts";
import type { Account, Tenant } from "./store.ts";

/** A person with their membership of one team. */
const columns = {
  id: people.id,
  formerId: people.formerId,
  name: people.name,
  lastName: people.lastName,
  slug: people.slug,
  email: people.email,
  /** Null: the team's time zone. */
  timeZone: people.timeZone,
  location: people.location,
  avatarUrl: people.avatarUrl,
  administrator: people.administrator,
  createdAt: people.createdAt,
  memberId: members.id,
  role: members.role,
  manager: members.manager,
  username: members.username,
};

/** A person with their membership of one team. */
export type Person = Omit<PersonRow, "namedId">;

/** The person that a reference names. If they are merged, `people` is the person they were merged into. */
const named = alias(people, "named");

/** A person of a team as a reference finds them. `namedId` differs from `id` where the reference names a merged person. */
export type PersonRow = NonNullable<Awaited<ReturnType<typeof findPerson>>>;

/**
 * Finds the person of the team that a reference names: the id of a person or member, a former id, e-mail, slug, username or
 * `personIdentifier`, in this order of precedence. A reference of a merged person finds the person they were merged into.
 * Null if there is no such person on the team.
 */
export const findPerson = (db: Database, tenant: Tenant, reference: string) =>
  findByReference(db, tenant, reference, sql`member.removed_at IS NULL`);

/** Finds a person who was removed from the team, by any reference that found them before; null for any other reference. */
export const findRemoved = (db: Database, tenant: Tenant, reference: string) =>
  findByReference(db, tenant, reference, sql`member.removed_at IS NOT NULL`);

/** Finds a person by reference among the memberships `member` that `condition` selects. */
async function findByReference(db: Database, { accountId, teamId }: Tenant, reference: string, condition: SQL) {
  const onTeam = sql`JOIN members member
    ON member.team_id = ${teamId} AND member.person_id = coalesce(candidate.merged_into, candidate.id) AND ${condition}`;
  const byPerson = sql`SELECT candidate.id FROM people candidate ${onTeam} WHERE candidate.account_id = ${accountId}`;
  // The membership of the candidate themselves. `member` is that of the person they were merged into, if they were.
  const byMember = sql`SELECT candidate.id FROM members own JOIN people candidate ON candidate.id = own.person_id ${onTeam}
    WHERE own.team_id = ${teamId}`;
  const byIdentity = sql`SELECT candidate.id FROM identities identity
    JOIN people candidate ON candidate.id = identity.person_id ${onTeam} WHERE identity.account_id = ${accountId}`;
  // coalesce() stops at the first query that finds a row.
  const id = sql`coalesce(
    (${byPerson} AND candidate.id = ${reference}),
    (${byMember} AND own.id = ${reference}),
    (${byPerson} AND candidate.former_id = ${reference}),
    (${byPerson} AND candidate.email = ${fold(reference)}),
    (${byPerson} AND candidate.slug = ${reference}),
    (${byMember} AND own.username = ${reference}
      ORDER BY candidate.merged_into IS NOT NULL, own.created_at, own.id LIMIT 1),
    (${byIdentity} AND identity.identifier = ${reference}))`;
  const [row] = await db
    .select({ ...columns, namedId: named.id })
    .from(named)
    .innerJoin(people, eq(people.id, sql`coalesce(${named.mergedInto}, ${named.id})`))
    .innerJoin(members, and(eq(members.teamId, teamId), eq(members.personId, people.id)))
    .where(eq(named.id, id));
  return row ?? null;
}

/**
 * Lists everyone on the team except merged and removed people, in no order. With `withIdentifiers`, each comes with their
 * identifiers, one a line. The whole team is read: SQLite folds and sorts ASCII only, and would read everyone for each page.
 */
export function listTeam(db: Database, { teamId }: Tenant, { withIdentifiers }: { withIdentifiers: boolean }) {
  const identifiers = withIdentifiers
    ? sql<string | null>`(SELECT group_concat(identity.identifier, char(10))
        FROM identities identity WHERE identity.person_id = ${people.id})`
    : sql<null>`NULL`;
  return db
    .select({ ...columns, identifiers })
    .from(members)
    .innerJoin(people, eq(people.id, members.personId))
    .where(and(eq(members.teamId, teamId), isNull(members.removedAt), isNull(people.mergedInto)));
}

/** Lists the people of the team with these ids, in no order. Each id is one of a person who is not merged. */
export const listPeopleById = (db: Database, { teamId }: Pick<Tenant, "teamId">, ids: readonly string[]) =>
  db
    .select(columns)
    .from(sql`json_each(${JSON.stringify(ids)}) AS wanted`)
    .innerJoin(people, eq(people.id, sql`wanted.value`))
    .innerJoin(members, and(eq(members.teamId, teamId), eq(members.personId, people.id)));

/** Lists the identities of a person, the first seen first. */
export const listIdentities = (db: Database, { accountId }: Account, personId: string) =>
  db
    .select({ id: identities.id, identifier: identities.identifier, createdAt: identities.createdAt })
    .from(identities)
    .where(and(eq(identities.accountId, accountId), eq(identities.personId, personId)))
    .orderBy(asc(identities.createdAt), asc(identities.identifier));

/** One name by which tools report a person. */
export type Identity = Awaited<ReturnType<typeof listIdentities>>[number];

/**
 * Whether a team may change or erase a person: the person is on no other team, or is more than an observer on this one. Any
 * tool that reports a person makes them an observer, which must not be enough.
 */
export async function mayChangePerson(db: Database, { accountId, teamId }: Tenant, personId: string): Promise<boolean> {
  const { allowed } = await db.get<{ allowed: number }>(sql`
    SELECT EXISTS (
        SELECT 1 FROM members WHERE team_id = ${teamId} AND person_id = ${personId} AND removed_at IS NULL
          AND (role = 'active' OR manager))
      OR NOT EXISTS (
        SELECT 1 FROM members member JOIN teams team ON team.id = member.team_id
        WHERE team.account_id = ${accountId} AND member.person_id = ${personId} AND member.team_id <> ${teamId}
          AND member.removed_at IS NULL) AS allowed`);
  return allowed === 1;
}
