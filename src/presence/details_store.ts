import { type SQL, sql } from "drizzle-orm";
import type { Tenant } from "../people/store.ts";

/**
 * Makes the SQL expression that tells whether a team stores the `details` of presence and events. It depends on no other
 * row, so SQLite evaluates it once a statement.
 */
export const storesDetails = ({ teamId }: Pick<Tenant, "teamId">): SQL =>
  sql`(SELECT stores_details FROM teams WHERE id = ${teamId})`;
