import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import type { Cursor } from "../../lib/cursor.ts";
import type { Tenant } from "../../people/store.ts";

/** A person's name, and their time zone: the team's where they have none. */
export type NameAndZone = { personId: string; name: string; timeZone: string };

/** Which people to list: one, or a page of everyone after a position. */
type NamesPage = { personId?: string | undefined; after?: Cursor | undefined; limit: number };

/**
 * Lists the names and time zones of people who are or were on the team, by name and then id. Merged people are part of the
 * person they were merged into.
 */
export const listNamesAndZones = (
  db: Database,
  { teamId }: Tenant,
  { personId, after, limit }: NamesPage,
): Promise<NameAndZone[]> =>
  db.all<NameAndZone>(sql`
    SELECT person.id AS personId, person.name, coalesce(person.time_zone, (SELECT time_zone FROM teams WHERE id = ${teamId})) AS timeZone
    FROM members AS member CROSS JOIN people AS person ON person.id = member.person_id
    WHERE member.team_id = ${teamId} AND person.merged_into IS NULL
      ${personId === undefined ? sql`` : sql`AND member.person_id = ${personId}`}
      ${after ? sql`AND (person.name, person.id) > (${after.at}, ${after.id})` : sql``}
    ORDER BY person.name, person.id LIMIT ${limit}`);
