import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { countedDay } from "./new_identities.ts";
import { type Creator, createdToday, creatorId, type Tenant } from "./store.ts";

/** Adds to the number of new identities that were refused to a key. */
export async function addToRefused(
  db: Database,
  tenant: Tenant,
  creator: Creator,
  count: number,
  now: number,
): Promise<void> {
  await db.run(sql`
    INSERT INTO identity_counts (creator_id, team_id, day, refused)
    VALUES (${creatorId(tenant, creator)}, ${tenant.teamId}, ${countedDay(now)}, ${count})
    ON CONFLICT (creator_id) DO UPDATE SET refused = refused + excluded.refused`);
}

/** Which of some identities exist, and how many identities an integration has created today. */
export type NewIdentityState = { existing: Set<string>; created: number };

/** Reads a `NewIdentityState` in one query. `now`: UTC milliseconds. */
export async function readNewIdentityState(
  db: Database,
  tenant: Tenant,
  creator: Creator,
  identityIds: string[],
  now: number,
): Promise<NewIdentityState> {
  const { existing, created } = await db.get<{ existing: string; created: number }>(sql`
    SELECT ${createdToday(tenant, creator, now)} AS created, (
      SELECT json_group_array(identity.id) FROM json_each(${JSON.stringify(identityIds)}) asked
      CROSS JOIN identities identity ON identity.id = asked.value WHERE identity.account_id = ${tenant.accountId}) AS existing`);
  return { existing: new Set(JSON.parse(existing) as string[]), created };
}
