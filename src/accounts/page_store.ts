import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../db/client.ts";
import type { Account } from "../people/store.ts";

/** Rows to a statement: D1 ends a statement that takes 30 seconds, and removing these takes a fraction of one. */
export const PAGE = 5_000;

/** Holds for rows of the account's teams. */
export const isOfTeams = ({ accountId }: Account): SQL =>
  sql`team_id IN (SELECT id FROM teams WHERE account_id = ${accountId})`;

/** How many pages one request may still remove: the platform bounds how often it may ask D1, and a caller waits. */
export type Budget = { pages: number };

/**
 * Removes the rows of an account that `pick` finds by their rowid, `size` to a statement, as far as the budget goes. True
 * when none is left. Cut short, it has removed what it has; asked again, it does the rest.
 */
export async function removePages(
  db: Database,
  account: Account,
  table: SQL,
  pick: (account: Account) => SQL,
  budget: Budget,
  size = PAGE,
): Promise<boolean> {
  while (budget.pages > 0) {
    budget.pages -= 1;
    const [, counted] = await atomically(db, [
      sql`DELETE FROM ${table} WHERE rowid IN (${pick(account)} LIMIT ${size})`,
      // What triggers wrote meanwhile does not count.
      sql`SELECT changes() AS removed`,
    ]);
    const { removed } = counted!.results[0] as { removed: number };
    if (removed < size) return true;
  }
  return false;
}
