import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";

/** Lists the teams whose integrations were used after `since`, UTC milliseconds, by id. */
export const listActiveTeams = (db: Database, since: number): Promise<{ teamId: string; directoryVersion: number }[]> =>
  db.all(sql`
    SELECT team.id AS teamId, account.directory_version AS directoryVersion
    FROM teams team JOIN accounts account ON account.id = team.account_id
    WHERE team.id IN (SELECT team_id FROM integrations WHERE last_used_at > ${since}) ORDER BY team.id`);
