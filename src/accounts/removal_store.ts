import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../db/client.ts";
import type { Account } from "../people/store.ts";
import { deleteInPages, isOfAccountTeams, PAGE_ROWS, type PageLimit } from "./paged_delete_store.ts";

/** Pages that one request may delete: at least one of each table. */
const MAX_PAGES = 40;

/** Identities or people of one statement: for each, SQLite looks for references in a dozen tables. */
const REFERENCED_PAGE_ROWS = 500;

/** Selects the rows of a table with a `team_id`. CROSS JOIN: SQLite reads the teams first, then each one's rows by index. */
const byTeam =
  (table: SQL) =>
  ({ accountId }: Account) =>
    sql`
    SELECT owned.rowid FROM teams team CROSS JOIN ${table} owned ON owned.team_id = team.id
    WHERE team.account_id = ${accountId}`;

const byAccount =
  (table: SQL) =>
  ({ accountId }: Account) =>
    sql`SELECT rowid FROM ${table} WHERE account_id = ${accountId}`;

/** By way of the subscriptions: deliveries have no index by team. */
const deliveries = ({ accountId }: Account) => sql`
  SELECT delivery.rowid FROM teams team
  CROSS JOIN subscriptions subscription ON subscription.team_id = team.id
  CROSS JOIN deliveries delivery ON delivery.subscription_id = subscription.id
  WHERE team.account_id = ${accountId}`;

/** By way of the people: merges have no index by account. */
const merges = ({ accountId }: Account) => sql`
  SELECT merge.rowid FROM people person CROSS JOIN merges merge ON merge.from_person_id = person.id
  WHERE person.account_id = ${accountId}`;

const mergeMoves = (account: Account) => sql`
  SELECT move.rowid FROM merge_moves move
  WHERE move.merge_id IN (SELECT id FROM merges WHERE rowid IN (${merges(account)}))`;

type Deletion = { table: SQL; selectRowids: (account: Account) => SQL; pageRows?: number };

const ofTeams = (table: SQL): Deletion => ({ table, selectRowids: byTeam(table) });

const ofAccount = (table: SQL): Deletion => ({
  table,
  selectRowids: byAccount(table),
  pageRows: REFERENCED_PAGE_ROWS,
});

/** The tables that may have many rows of an account, each before those that its rows refer to. */
const DELETIONS: Deletion[] = [
  ofTeams(sql`events`),
  ofTeams(sql`blocks`),
  ofTeams(sql`checkin_tags`),
  ofTeams(sql`comments`),
  ofTeams(sql`reactions`),
  ofTeams(sql`checkins`),
  ofTeams(sql`reports`),
  ofTeams(sql`member_absences`),
  ofTeams(sql`team_absences`),
  { table: sql`deliveries`, selectRowids: deliveries },
  ofTeams(sql`webhooks`),
  ofTeams(sql`subscriptions`),
  ofTeams(sql`members`),
  ofTeams(sql`identity_counts`),
  ofTeams(sql`integrations`),
  { table: sql`merge_moves`, selectRowids: mergeMoves },
  { table: sql`merges`, selectRowids: merges },
  ofAccount(sql`identities`),
  ofAccount(sql`people`),
];

/** Lists the ids of an account's teams; null if there is no such account. */
export async function listTeamIds(db: Database, { accountId }: Account): Promise<string[] | null> {
  const rows = await db.all<{ id: string | null }>(sql`
    SELECT team.id FROM accounts account LEFT JOIN teams team ON team.account_id = account.id
    WHERE account.id = ${accountId}`);
  return rows.length === 0 ? null : rows.flatMap(({ id }) => id ?? []);
}

/**
 * Revokes all keys of an account from the next request on, and removes its webhooks, so that no message about its people is
 * sent any more.
 */
export async function revokeAccount(db: Database, account: Account): Promise<void> {
  await atomically(db, [
    sql`DELETE FROM api_keys WHERE ${isOfAccountTeams(account)}`,
    sql`DELETE FROM webhooks WHERE ${isOfAccountTeams(account)}`,
  ]);
}

/**
 * Deletes every row of an account, page by page, and the account itself last. Returns false if the limit was reached: the
 * next call continues. Its keys must be revoked and its objects erased, so that no new
 * rows follow.
 */
export async function deleteAccount(
  db: Database,
  account: Account,
  limit: PageLimit = { pages: MAX_PAGES },
): Promise<boolean> {
  for (const { table, selectRowids, pageRows = PAGE_ROWS } of DELETIONS) {
    if (!(await deleteInPages(db, account, table, selectRowids, limit, pageRows))) return false;
  }
  await atomically(db, [
    // One row a month. Stale days come last: the triggers of events and blocks have added some.
    sql`DELETE FROM rollups WHERE ${isOfAccountTeams(account)}`,
    sql`DELETE FROM stale_days WHERE ${isOfAccountTeams(account)}`,
    sql`DELETE FROM teams WHERE account_id = ${account.accountId}`,
    sql`DELETE FROM accounts WHERE id = ${account.accountId}`,
  ]);
  return true;
}

/** Counts the rows of an account that are left, in the tables that may have many. */
export const countAccountRows = (db: Database, account: Account) =>
  db.get<{ events: number; blocks: number; people: number }>(sql`
    SELECT (SELECT count(*) FROM (${byTeam(sql`events`)(account)})) AS events,
      (SELECT count(*) FROM (${byTeam(sql`blocks`)(account)})) AS blocks,
      (SELECT count(*) FROM (${byAccount(sql`people`)(account)})) AS people`);

/** The rows of an account that are left to delete. */
export type AccountRows = Awaited<ReturnType<typeof countAccountRows>>;
