import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import type { Tenant } from "../../people/store.ts";

/** A person's name, and their time zone: the team's where they have none. */
export type NameAndZone = { personId: string; name: string; timeZone: string };

/** Lists the names and time zones of people of the account, by name and then id. */
export const listNamesAndZones = (
  db: Database,
  { accountId, teamId }: Tenant,
  personIds: string[],
): Promise<NameAndZone[]> =>
  // CROSS JOIN: each id is looked up by the primary key.
  db.all<NameAndZone>(sql`
    SELECT person.id AS personId, person.name, coalesce(person.time_zone, team.time_zone) AS timeZone
    FROM json_each(${JSON.stringify(personIds)}) AS wanted
    CROSS JOIN people AS person ON person.id = wanted.value
    JOIN teams AS team ON team.id = ${teamId}
    WHERE person.account_id = ${accountId} ORDER BY person.name, person.id`);
