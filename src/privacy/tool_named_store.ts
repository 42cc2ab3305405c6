import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import type { Cursor } from "../lib/cursor.ts";
import type { Interval } from "../lib/interval.ts";
import type { Tenant } from "../people/store.ts";

/** The integration that named people first, and when they were created: UTC milliseconds, half-open. */
export type ToolNamedFilter = { integrationId: string; window: Interval };

/** A person whom only a tool has named. `createdAt`: UTC milliseconds. */
export type ToolNamedPerson = { id: string; name: string; email: string | null; createdAt: number };

/** Whether an integration is, or was, the team's. A removed one may have named people too. */
export async function hasIntegration(db: Database, { teamId }: Tenant, id: string): Promise<boolean> {
  return (await db.get(sql`SELECT 1 FROM integrations WHERE id = ${id} AND team_id = ${teamId}`)) !== undefined;
}

/** Lists up to `limit` people whom only the integration has named, in the order of their creation, ties by id. */
export const listToolNamed = (
  db: Database,
  tenant: Tenant,
  filter: ToolNamedFilter,
  { limit, after }: { limit: number; after?: Cursor | undefined },
): Promise<ToolNamedPerson[]> =>
  db.all<ToolNamedPerson>(sql`
    SELECT person.id, person.name, person.email, person.created_at AS createdAt
    FROM people person WHERE person.id IN (${toolNamedIds(tenant, filter)})
      ${after ? sql`AND (person.created_at, person.id) > (${after.at}, ${after.id})` : sql``}
    ORDER BY person.created_at, person.id LIMIT ${limit}`);

/** Counts the people whom only the integration has named. */
export async function countToolNamed(db: Database, tenant: Tenant, filter: ToolNamedFilter): Promise<number> {
  const { count } = await db.get<{ count: number }>(
    sql`SELECT count(DISTINCT id) AS count FROM (${toolNamedIds(tenant, filter)})`,
  );
  return count;
}

/**
 * Selects the people whom only one integration has named, within a time, and whom nothing else in the account knows. The
 * manual page "People" has this list.
 */
function toolNamedIds({ accountId, teamId }: Tenant, { integrationId, window: { start, end } }: ToolNamedFilter): SQL {
  const has = (table: SQL, condition: SQL) => sql`EXISTS (SELECT 1 FROM ${table} WHERE ${condition})`;
  const isOfPerson = sql`person_id = person.id`;
  const isOtherIdentity = sql`${isOfPerson}
    AND (integration_id IS NOT ${integrationId} OR created_at < ${start} OR created_at >= ${end})`;
  const isOtherMembership = sql`${isOfPerson}
    AND (team_id <> ${teamId} OR role <> 'observer' OR manager OR removed_at IS NOT NULL)`;
  // All identities of the person are of this integration, but another one may have reported the same identifiers.
  const reportedByOther = (table: SQL) => sql`EXISTS (
    SELECT 1 FROM identities identity CROSS JOIN ${table} history
      ON history.team_id = ${teamId} AND history.identity_id = identity.id
    WHERE identity.person_id = person.id AND history.integration_id IS NOT ${integrationId})`;
  // CROSS JOIN: SQLite reads the identities of the integration and the time, not all people of the account.
  return sql`
    SELECT person.id FROM identities named CROSS JOIN people person ON person.id = named.person_id
    WHERE named.integration_id = ${integrationId} AND named.created_at >= ${start} AND named.created_at < ${end}
      AND person.account_id = ${accountId} AND person.created_at >= ${start} AND person.created_at < ${end}
      AND person.merged_into IS NULL AND person.managed_at IS NULL AND NOT person.administrator
      AND ${has(sql`members`, sql`${isOfPerson} AND team_id = ${teamId}`)}
      AND NOT ${has(sql`members`, isOtherMembership)}
      AND NOT ${has(sql`identities`, isOtherIdentity)}
      AND NOT ${has(sql`merges`, sql`from_person_id = person.id`)}
      AND NOT ${has(sql`merges`, sql`into_person_id = person.id`)}
      AND NOT ${has(sql`checkins`, isOfPerson)}
      AND NOT ${has(sql`comments`, isOfPerson)}
      AND NOT ${has(sql`reactions`, isOfPerson)}
      AND NOT ${has(sql`member_absences`, isOfPerson)}
      AND NOT ${has(sql`subscriptions`, isOfPerson)}
      AND NOT ${reportedByOther(sql`blocks`)}
      AND NOT ${reportedByOther(sql`events`)}`;
}
