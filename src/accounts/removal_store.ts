import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../db/client.ts";
import type { Account } from "../people/store.ts";
import { type Budget, isOfTeams, PAGE, removePages } from "./page_store.ts";

/** Batches that remove a page one request may run: every table takes one at least. */
const PAGES = 40;

/** Identities or people to a statement: whatever may refer to one is looked for as it goes, in a dozen tables. */
const FEW = 500;

const ofTeams =
  (table: SQL) =>
  ({ accountId }: Account) =>
    sql`SELECT x.rowid FROM teams t CROSS JOIN ${table} x ON x.team_id = t.id WHERE t.account_id = ${accountId}`;

const byTeam = (table: SQL) => ({ table, pick: ofTeams(table) });

const deliveries = ({ accountId }: Account) => sql`
  SELECT d.rowid FROM teams t CROSS JOIN subscriptions s ON s.team_id = t.id CROSS JOIN deliveries d ON d.subscription_id = s.id
  WHERE t.account_id = ${accountId}`;

const merges = ({ accountId }: Account) => sql`
  SELECT g.rowid FROM people p CROSS JOIN merges g ON g.from_person_id = p.id WHERE p.account_id = ${accountId}`;

const mergeMoves = (account: Account) => sql`
  SELECT v.rowid FROM merge_moves v WHERE v.merge_id IN (SELECT id FROM merges WHERE rowid IN (${merges(account)}))`;

const ofAccount =
  (table: SQL) =>
  ({ accountId }: Account) =>
    sql`SELECT rowid FROM ${table} WHERE account_id = ${accountId}`;

/** The tables that may be long, what refers to others before what is referred to. */
const STEPS: { table: SQL; pick: (account: Account) => SQL; size?: number }[] = [
  ...[sql`events`, sql`blocks`, sql`checkin_tags`, sql`comments`, sql`reactions`, sql`checkins`, sql`reports`].map(
    byTeam,
  ),
  ...[sql`member_absences`, sql`team_absences`].map(byTeam),
  { table: sql`deliveries`, pick: deliveries },
  ...[sql`webhooks`, sql`subscriptions`, sql`members`, sql`integrations`].map(byTeam),
  { table: sql`merge_moves`, pick: mergeMoves },
  { table: sql`merges`, pick: merges },
  { table: sql`identities`, pick: ofAccount(sql`identities`), size: FEW },
  { table: sql`people`, pick: ofAccount(sql`people`), size: FEW },
];

/**
 * Takes all keys of an account out of force, from the next request on, and answers the ids of its teams. Null where there is
 * no such account.
 */
export async function revokeAccount(db: Database, account: Account): Promise<string[] | null> {
  const { accountId } = account;
  const [accounts, , , teams] = await atomically(db, [
    sql`SELECT id FROM accounts WHERE id = ${accountId}`,
    sql`DELETE FROM api_keys WHERE ${isOfTeams(account)}`,
    // Nor is anybody told of its people any more.
    sql`DELETE FROM webhooks WHERE ${isOfTeams(account)}`,
    sql`SELECT id FROM teams WHERE account_id = ${accountId}`,
  ]);
  return accounts!.results.length === 0 ? null : teams!.results.map(({ id }) => id as string);
}

/**
 * Removes every row of an account, page by page, and the account itself last. False where one request could not remove them
 * all: asked again, it does the rest. Its keys must be revoked and its objects erased: then nothing is written behind it.
 */
export async function removeAccount(
  db: Database,
  account: Account,
  budget: Budget = { pages: PAGES },
): Promise<boolean> {
  for (const { table, pick, size = PAGE } of STEPS) {
    if (!(await removePages(db, account, table, pick, budget, size))) return false;
  }
  await atomically(db, [
    // A row a month, and the marks that removing events and blocks has made.
    sql`DELETE FROM rollups WHERE ${isOfTeams(account)}`,
    sql`DELETE FROM stale_days WHERE ${isOfTeams(account)}`,
    sql`DELETE FROM teams WHERE account_id = ${account.accountId}`,
    sql`DELETE FROM accounts WHERE id = ${account.accountId}`,
  ]);
  return true;
}

/** How many rows of an account are left, of those of which there may be many. */
export const countAccount = (db: Database, account: Account) =>
  db.get<{ events: number; blocks: number; people: number }>(sql`
    SELECT (SELECT count(*) FROM (${ofTeams(sql`events`)(account)})) AS events,
      (SELECT count(*) FROM (${ofTeams(sql`blocks`)(account)})) AS blocks,
      (SELECT count(*) FROM (${ofAccount(sql`people`)(account)})) AS people`);
