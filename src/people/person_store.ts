import { and, asc, eq, isNull, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "../db/client.ts";
import { identities, members, people } from "../db/schema/index.ts";
import { fold } from "../lib/text.ts";
import type { Tenant } from "./store.ts";

/** A person as their membership of one team shows them. */
const columns = {
  id: people.id,
  formerId: people.formerId,
  name: people.name,
  lastName: people.lastName,
  slug: people.slug,
  email: people.email,
  /** Null: the team's zone rules. */
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

/** Whom a reference names, before merges: they answer for themselves or their successor does. */
const named = alias(people, "named");

export type PersonRow = NonNullable<Awaited<ReturnType<typeof findPerson>>>;

/**
 * The person of the caller's team that a reference names: the id of a person or member, a former id, e-mail, slug, username
 * or `personIdentifier`, in this order of precedence. A merged person's references lead to the successor, and only
 * `namedId` still tells whom they named. Null for nobody, and for somebody who is not on the team.
 */
export const findPerson = (db: Database, team: Tenant, reference: string) =>
  findMember(db, team, reference, sql`m.removed_at IS NULL`);

/** Somebody who was removed from the team, by any reference that found them before; null for anybody else. */
export const findRemoved = (db: Database, team: Tenant, reference: string) =>
  findMember(db, team, reference, sql`m.removed_at IS NOT NULL`);

/** `membership` says which members `m` are looked for. */
async function findMember(db: Database, { accountId, teamId }: Tenant, reference: string, membership: SQL) {
  const onTeam = sql`JOIN members m ON m.team_id = ${teamId} AND m.person_id = coalesce(n.merged_into, n.id) AND ${membership}`;
  const person = sql`SELECT n.id FROM people n ${onTeam} WHERE n.account_id = ${accountId}`;
  const member = sql`SELECT n.id FROM members r JOIN people n ON n.id = r.person_id ${onTeam} WHERE r.team_id = ${teamId}`;
  const identity = sql`SELECT n.id FROM identities i JOIN people n ON n.id = i.person_id ${onTeam}
    WHERE i.account_id = ${accountId}`;
  // coalesce() looks no further than the first that finds somebody.
  const id = sql`coalesce(
    (${person} AND n.id = ${reference}),
    (${member} AND r.id = ${reference}),
    (${person} AND n.former_id = ${reference}),
    (${person} AND n.email = ${fold(reference)}),
    (${person} AND n.slug = ${reference}),
    (${member} AND r.username = ${reference} ORDER BY n.merged_into IS NOT NULL, r.created_at, r.id LIMIT 1),
    (${identity} AND i.identifier = ${reference}))`;
  const [row] = await db
    .select({ ...columns, namedId: named.id })
    .from(named)
    .innerJoin(people, eq(people.id, sql`coalesce(${named.mergedInto}, ${named.id})`))
    .innerJoin(members, and(eq(members.teamId, teamId), eq(members.personId, people.id)))
    .where(eq(named.id, id));
  return row ?? null;
}

/**
 * Everybody on the team but the merged and the removed, in no order; `identifiers`, one a line, where they are to be
 * searched. A team is read whole: SQLite folds and sorts ASCII only, and would read and sort them all for each page too.
 */
export function listTeam(db: Database, { teamId }: Tenant, { withIdentifiers }: { withIdentifiers: boolean }) {
  const identifiers = withIdentifiers
    ? sql<
        string | null
      >`(SELECT group_concat(i.identifier, char(10)) FROM identities i WHERE i.person_id = ${people.id})`
    : sql<null>`NULL`;
  return db
    .select({ ...columns, identifiers })
    .from(members)
    .innerJoin(people, eq(people.id, members.personId))
    .where(and(eq(members.teamId, teamId), isNull(members.removedAt), isNull(people.mergedInto)));
}

/** What tools call a person, in the order in which it was first seen. */
export const listIdentities = (db: Database, { accountId }: Pick<Tenant, "accountId">, personId: string) =>
  db
    .select({ id: identities.id, identifier: identities.identifier, createdAt: identities.createdAt })
    .from(identities)
    .where(and(eq(identities.accountId, accountId), eq(identities.personId, personId)))
    .orderBy(asc(identities.createdAt), asc(identities.identifier));
