import { sql } from "drizzle-orm";
import { atomically, type Database } from "../db/client.ts";
import { linkStatements, type Tenant, updatePeopleStatements } from "../people/store.ts";
import type { StatusClasses } from "./blocks/status.ts";
import type { Known } from "./object/current.ts";
import type { DirectoryEntry } from "./object/storage_store.ts";

/** The timeout, in milliseconds, of an integration that is switched off or removed: nobody waits for it any more. */
export const SILENCED = 0;

/** What D1 says of the people behind identities, and of their team. */
export type DirectoryNews = {
  /** By identity that there is; null where they are not on the team. */
  people: Map<string, Known | null>;
  version: number;
  statusClasses: StatusClasses;
  storesDetails: boolean;
  /** By integration, in milliseconds. */
  timeouts: Record<string, number>;
};

/** Identities to a query: their JSON stays far below the 2 MB that D1 takes in a parameter. */
const IDS_AT_ONCE = 10_000;

/**
 * Tells D1 of the identities in `pending`, which it has not heard of or not in these words, and reads who on the team is
 * behind each of `identityIds` now and what the team has settled of statuses and integrations, all in one atomic batch.
 */
export async function settleDirectory(
  db: Database,
  tenant: Tenant,
  pending: DirectoryEntry[],
  identityIds: string[],
  now: number,
): Promise<DirectoryNews> {
  // Who was erased must not come back from here, by the name and id they had.
  const newIdentities = pending
    .filter(({ linked }) => !linked)
    .map((entry) => ({ ...entry, personId: entry.newPersonId, memberId: entry.newMemberId }));
  const chunks = Array.from({ length: Math.ceil(identityIds.length / IDS_AT_ONCE) }, (_, i) =>
    identityIds.slice(i * IDS_AT_ONCE, (i + 1) * IDS_AT_ONCE),
  );
  const results = await atomically(db, [
    ...(pending.length > 0
      ? [...linkStatements(tenant, newIdentities, now), ...updatePeopleStatements(tenant, pending)]
      : []),
    sql`SELECT a.directory_version AS version, t.status_classes AS statusClasses, t.stores_details AS storesDetails
      FROM teams t JOIN accounts a ON a.id = t.account_id WHERE t.id = ${tenant.teamId}`,
    sql`SELECT id, CASE WHEN active AND removed_at IS NULL THEN presence_timeout_minutes * 60000 ELSE ${SILENCED} END AS ms
      FROM integrations WHERE team_id = ${tenant.teamId}`,
    ...chunks.map(
      (ids) => sql`SELECT i.id, m.person_id AS personId, p.name, coalesce(p.time_zone, t.time_zone) AS timeZone
        FROM json_each(${JSON.stringify(ids)}) a
        -- CROSS keeps SQLite from walking the whole list anew for each identity of the account.
        CROSS JOIN identities i ON i.id = a.value
        JOIN people p ON p.id = i.person_id
        JOIN teams t ON t.id = ${tenant.teamId}
        LEFT JOIN members m ON m.team_id = t.id AND m.person_id = p.id AND m.removed_at IS NULL
        WHERE i.account_id = ${tenant.accountId}`,
    ),
  ]);
  const [teams, integrations, ...people] = results.slice(results.length - chunks.length - 2);
  const known = people.flatMap(({ results: rows }) => rows as ({ id: string } & (Known | { personId: null }))[]);
  const team = teams!.results[0] as { version: number; statusClasses: string; storesDetails: number };
  const timeouts = (integrations!.results as { id: string; ms: number }[]).map(({ id, ms }) => [id, ms] as const);
  return {
    people: new Map(known.map(({ id, ...person }) => [id, person.personId === null ? null : person])),
    version: team.version,
    statusClasses: JSON.parse(team.statusClasses),
    storesDetails: team.storesDetails === 1,
    timeouts: Object.fromEntries(timeouts),
  };
}

/** Whether there is such a team, as far as D1 knows. */
export const hasTeam = async (db: Database, { accountId, teamId }: Tenant): Promise<boolean> =>
  (await db.all(sql`SELECT 1 FROM teams WHERE id = ${teamId} AND account_id = ${accountId}`)).length > 0;

/** The teams whose tools were heard after `since`, UTC milliseconds: the one query here that is for no team but for all. */
export const teamsHeard = (db: Database, since: number): Promise<{ teamId: string; directoryVersion: number }[]> =>
  db.all(sql`
    SELECT t.id AS teamId, a.directory_version AS directoryVersion FROM teams t JOIN accounts a ON a.id = t.account_id
    WHERE t.id IN (SELECT team_id FROM integrations WHERE last_used_at > ${since}) ORDER BY t.id`);
