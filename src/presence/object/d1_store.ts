import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../../db/client.ts";
import { linkStatements, type Tenant, updatePeopleStatements } from "../../people/store.ts";
import type { StatusClasses } from "../blocks/status.ts";
import type { DirectoryEntry } from "./directory_entry.ts";
import type { TeamPerson } from "./person_presence.ts";
import { INACTIVE_TIMEOUT_MS } from "./team_record.ts";

/** What D1 holds of a team's settings, and of the identities that were asked about. */
export type DirectoryRead = {
  /** The persons behind the identities that D1 has; null for a person who is not on the team. */
  people: Map<string, TeamPerson | null>;
  /** The account's directory version, see `accounts.directory_version`. */
  version: number;
  statusClasses: StatusClasses;
  storesDetails: boolean;
  /** Presence timeouts by integration, in milliseconds. */
  timeouts: Record<string, number>;
};

/** Identities per statement: their JSON stays far below the 2 MB that D1 accepts in a parameter. */
const IDS_PER_STATEMENT = 10_000;

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
  const reads = [
    readSettings(tenant),
    readTimeouts(tenant),
    ...inChunks(identityIds).map((ids) => readPeople(tenant, ids)),
  ];
  const results = await atomically(db, [...writes, ...reads]);
  const [settings, timeouts, ...people] = results.slice(writes.length);
  return {
    ...settingsOf(settings!.results as SettingsRow[]),
    timeouts: Object.fromEntries((timeouts!.results as TimeoutRow[]).map(({ id, timeoutMs }) => [id, timeoutMs])),
    people: new Map(people.flatMap(({ results }) => (results as PersonRow[]).map(personEntry))),
  };
}

const inChunks = (ids: string[]): string[][] =>
  Array.from({ length: Math.ceil(ids.length / IDS_PER_STATEMENT) }, (_, chunk) =>
    ids.slice(chunk * IDS_PER_STATEMENT, (chunk + 1) * IDS_PER_STATEMENT),
  );

function writePending(tenant: Tenant, pending: DirectoryEntry[], now: number): SQL[] {
  const unlinked = pending
    .filter(({ linked }) => !linked)
    .map((entry) => ({ ...entry, personId: entry.newPersonId, memberId: entry.newMemberId }));
  return [...linkStatements(tenant, unlinked, now), ...updatePeopleStatements(tenant, pending)];
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
