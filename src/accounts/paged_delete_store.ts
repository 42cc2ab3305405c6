import { type SQL, sql } from "drizzle-orm";
import { atomicallyNamed, type Database } from "../db/client.ts";
import type { Account } from "../people/store.ts";

/** Rows of one statement: D1 ends a statement after 30 seconds, and deleting this many takes a fraction of one. */
export const PAGE_ROWS = 5_000;

/** A condition on `team_id`: rows of the account's teams. */
export const isOfAccountTeams = ({ accountId }: Account): SQL =>
  sql`team_id IN (SELECT id FROM teams WHERE account_id = ${accountId})`;

/** How many pages a request may still delete: the platform limits its queries, and the caller waits. Counted down. */
export type PageLimit = { pages: number };

/**
 * Deletes the rows of an account that `selectRowids` selects, `pageRows` rows in each statement, until none is left or the
 * limit is reached. Returns whether none is left. If not, the next call continues.
 */
export async function deleteInPages(
  db: Database,
  account: Account,
  table: SQL,
  selectRowids: (account: Account) => SQL,
  limit: PageLimit,
  pageRows = PAGE_ROWS,
): Promise<boolean> {
  while (limit.pages > 0) {
    limit.pages -= 1;
    const { deleted } = await atomicallyNamed(db, {
      page: sql`DELETE FROM ${table} WHERE rowid IN (${selectRowids(account)} LIMIT ${pageRows})`,
      // changes() does not count the rows that triggers changed.
      deleted: sql`SELECT changes() AS count`,
    });
    const [{ count }] = deleted as [{ count: number }];
    if (count < pageRows) return true;
  }
  return false;
}
