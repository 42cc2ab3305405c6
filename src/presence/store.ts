import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import type { Tenant } from "../people/store.ts";

/** Lists the teams whose integrations were used after `since`, UTC milliseconds, by id. */
export const listActiveTeams = (db: Database, since: number): Promise<{ teamId: string; directoryVersion: number }[]> =>
  db.all(sql`
    SELECT team.id AS teamId, account.directory_version AS directoryVersion
    FROM teams team JOIN accounts account ON account.id = team.account_id
    WHERE team.id IN (SELECT team_id FROM integrations WHERE last_used_at > ${since}) ORDER BY team.id`);

/** The most teams of one call: a request must stay below the platform's limit of calls to objects. */
const MAX_TEAMS_OF_PEOPLE = 100;

/** Lists the team itself, and the teams of the account that people are on or were on, up to 100, with the directory version. */
export const listTeamsOfPeople = (
  db: Database,
  { accountId, teamId }: Tenant,
  personIds: string[],
): Promise<{ teamId: string; directoryVersion: number }[]> =>
  // CROSS JOIN: the memberships are found by person.
  db.all(sql`
    SELECT team.id AS teamId, account.directory_version AS directoryVersion
    FROM (
      SELECT ${teamId} AS id
      UNION SELECT member.team_id FROM json_each(${JSON.stringify(personIds)}) AS person
        CROSS JOIN members AS member ON member.person_id = person.value
    ) AS affected
    CROSS JOIN teams AS team ON team.id = affected.id
    JOIN accounts AS account ON account.id = team.account_id
    WHERE team.account_id = ${accountId} ORDER BY team.id <> ${teamId}, team.id LIMIT ${MAX_TEAMS_OF_PEOPLE}`);
