import { type SQL, sql } from "drizzle-orm";
import { atomicallyNamed, type Database } from "../../db/client.ts";
import { linkStatements, type Tenant, updatePeopleStatements } from "../../people/store.ts";
import type { StatusClasses } from "../blocks/status.ts";
import type { DirectoryEntry } from "./directory_entry.ts";
import type { TeamPerson } from "./roster.ts";
import { INACTIVE_TIMEOUT_MS } from "./team_record.ts";

/** The persons behind the identities that were asked about and that D1 has; null for a person who is not on the team. */
export type DirectoryPeople = { people: Map<string, TeamPerson | null> };

/** What D1 holds of a team's settings, and of the identities that were asked about. */
export type DirectoryRead = DirectoryPeople & {
  /** The account's directory version, see `accounts.directory_version`. */
  version: number;
  statusClasses: StatusClasses;
  storesDetails: boolean;
  /** Presence timeouts by integration, in milliseconds. */
  timeouts: Record<string, number>;
};

/**
 * Writes the entries in `pending` to D1 and then reads, in the same transaction, the team's settings and the persons
 * behind `identityIds`. An entry that D1 has had before is not made again: it may have been erased. `now`: UTC
 * milliseconds.
 */
export async function exchangeDirectory(
  db: Database,
  tenant: Tenant,
  pending: DirectoryEntry[],
  identityIds: string[],
  now: number,
): Promise<DirectoryRead> {
  const writes = pending.length > 0 ? writePending(tenant, pending, now) : [];
  const { settings, timeouts, people } = await atomicallyNamed(db, {
    writes,
    settings: readSettings(tenant),
    timeouts: readTimeouts(tenant),
    people: readPeople(tenant, identityIds),
  });
  return {
    ...settingsOf(settings as SettingsRow[]),
    timeouts: Object.fromEntries((timeouts as TimeoutRow[]).map(({ id, timeoutMs }) => [id, timeoutMs])),
    people: new Map((people as PersonRow[]).map(personEntry)),
  };
}

/** Reads the persons behind identities. */
export const readDirectoryPeople = async (
  db: Database,
  tenant: Tenant,
  identityIds: string[],
): Promise<DirectoryPeople> => {
  const people = await db.all<PersonRow>(readPeople(tenant, identityIds));
  return { people: new Map(people.map(personEntry)) };
};

function writePending(tenant: Tenant, pending: DirectoryEntry[], now: number): SQL[] {
  const unlinked = pending
    .filter(({ linked }) => !linked)
    .map((entry) => ({ ...entry, personId: entry.newPersonId, memberId: entry.newMemberId }));
  // No limit: the directory has checked it, and the heartbeats of these identities are accepted.
  const links = [...Map.groupBy(unlinked, ({ integrationId = null }) => integrationId)].flatMap(
    ([integrationId, entries]) => linkStatements(tenant, { integrationId }, entries, now),
  );
  return [...links, ...updatePeopleStatements(tenant, pending)];
}

type SettingsRow = { version: number; statusClasses: string; storesDetails: number };

const readSettings = ({ teamId }: Tenant): SQL => sql`
  SELECT account.directory_version AS version, team.status_classes AS statusClasses, team.stores_details AS storesDetails
  FROM teams team JOIN accounts account ON account.id = team.account_id WHERE team.id = ${teamId}`;

function settingsOf([row]: SettingsRow[]) {
  const { version, statusClasses, storesDetails } = row!;
  return { version, statusClasses: JSON.parse(statusClasses) as StatusClasses, storesDetails: storesDetails === 1 };
}

type TimeoutRow = { id: string; timeoutMs: number };

/** All integrations of an archived team count as inactive. */
const readTimeouts = ({ teamId }: Tenant): SQL => sql`
  SELECT integration.id, CASE WHEN integration.active AND integration.removed_at IS NULL AND team.archived_at IS NULL
    THEN integration.presence_timeout_minutes * 60000 ELSE ${INACTIVE_TIMEOUT_MS} END AS timeoutMs
  FROM teams team JOIN integrations integration ON integration.team_id = team.id WHERE team.id = ${teamId}`;

type PersonRow = { id: string } & (TeamPerson | { personId: null });

/** CROSS JOIN: SQLite would otherwise search the whole list again for each identity of the account. */
const readPeople = ({ accountId, teamId }: Tenant, identityIds: string[]): SQL => sql`
  SELECT identity.id, member.person_id AS personId, person.name, coalesce(person.time_zone, team.time_zone) AS timeZone
  FROM json_each(${JSON.stringify(identityIds)}) asked
  CROSS JOIN identities identity ON identity.id = asked.value
  JOIN people person ON person.id = identity.person_id
  JOIN teams team ON team.id = ${teamId}
  LEFT JOIN members member ON member.team_id = team.id AND member.person_id = person.id AND member.removed_at IS NULL
  WHERE identity.account_id = ${accountId}`;

const personEntry = ({ id, ...person }: PersonRow): [string, TeamPerson | null] => [
  id,
  person.personId === null ? null : person,
];

/** Whether D1 has the team. */
export const teamExists = async (db: Database, { accountId, teamId }: Tenant): Promise<boolean> =>
  (await db.all(sql`SELECT 1 FROM teams WHERE id = ${teamId} AND account_id = ${accountId}`)).length > 0;
