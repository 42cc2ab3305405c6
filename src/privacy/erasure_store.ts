import { type SQL, sql } from "drizzle-orm";
import { type Budget, isOfTeams, removePages } from "../accounts/page_store.ts";
import { atomically, type Database } from "../db/client.ts";
import { blocks, comments, events, reactions } from "../db/schema/index.ts";
import { type Account, bumpDirectoryVersion, mergedPersonIds, type Tenant } from "../people/store.ts";

/** Pages of history that one request removes: 80,000 rows. */
const PAGES = 16;

/** The teams of an account. */
export async function listTeamIds(db: Database, { accountId }: Account): Promise<string[]> {
  const rows = await db.all<{ id: string }>(sql`SELECT id FROM teams WHERE account_id = ${accountId} ORDER BY id`);
  return rows.map(({ id }) => id);
}

/** Every identity of somebody, and of everybody merged into them. */
export async function listIdentityIds(db: Database, account: Account, personId: string): Promise<string[]> {
  const rows = await db.all<{ id: string }>(identitiesOf(account, personId));
  return rows.map(({ id }) => id);
}

/** The plus keeps SQLite from looking through the identities of the whole account, instead of the person's. */
const identitiesOf = ({ accountId }: Account, personId: string): SQL =>
  sql`SELECT i.id FROM identities i WHERE +i.account_id = ${accountId} AND i.person_id IN (${mergedPersonIds(personId)})`;

/**
 * Whether a team may erase somebody from the whole account: they are on no other team of it, or more than an observer on
 * this one. Any tool that names somebody makes them an observer, which must not be enough to take them from others.
 */
export async function mayErase(db: Database, { accountId, teamId }: Tenant, personId: string): Promise<boolean> {
  const { may } = await db.get<{ may: number }>(sql`
    SELECT EXISTS (SELECT 1 FROM members WHERE team_id = ${teamId} AND person_id = ${personId} AND removed_at IS NULL
        AND (role = 'active' OR manager))
      OR NOT EXISTS (SELECT 1 FROM members m JOIN teams t ON t.id = m.team_id WHERE t.account_id = ${accountId}
        AND m.person_id = ${personId} AND m.team_id <> ${teamId} AND m.removed_at IS NULL) AS may`);
  return may === 1;
}

/** The rows of a table of blocks or events that are of somebody, on every team of the account, each found by its index. */
const history = (table: SQL, personId: string) => (account: Account) =>
  sql`
  SELECT h.rowid FROM teams t CROSS JOIN (${identitiesOf(account, personId)}) i
    CROSS JOIN ${table} h ON h.team_id = t.id AND h.identity_id = i.id
  WHERE t.account_id = ${account.accountId}`;

/**
 * Removes the blocks and events of somebody, page by page, on every team of the account. False where one request could
 * not remove them all: then the person is still there to be asked for again.
 */
export async function removeHistory(
  db: Database,
  account: Account,
  personId: string,
  budget: Budget = { pages: PAGES },
): Promise<boolean> {
  for (const table of [sql`${events}`, sql`${blocks}`]) {
    if (!(await removePages(db, account, table, history(table, personId), budget))) return false;
  }
  return true;
}

/** How many of somebody's blocks and events are left. */
export async function countHistory(db: Database, account: Account, personId: string) {
  const count = (table: SQL) => sql`(SELECT count(*) FROM (${history(table, personId)(account)}))`;
  return db.get<{ events: number; blocks: number }>(
    sql`SELECT ${count(sql`${events}`)} AS events, ${count(sql`${blocks}`)} AS blocks`,
  );
}

/**
 * Removes somebody, everybody merged into them and all there is of them on every team of the account, in one atomic batch:
 * what is left of their history, check-ins with what others remarked on them, remarks, absences, subscriptions, numbers,
 * merges, memberships, identities. Reports stay, and count anew. Answers the version of the directory from which on the
 * account's objects know them no more. `now` is UTC milliseconds.
 */
export async function removePerson(db: Database, account: Account, personId: string, now: number): Promise<number> {
  const { accountId } = account;
  const selves = mergedPersonIds(personId);
  const theirs = sql`${isOfTeams(account)} AND person_id IN (${selves})`;
  const checkins = sql`SELECT id FROM checkins WHERE ${theirs}`;
  const subscriptions = sql`SELECT id FROM subscriptions WHERE ${theirs}`;
  const merges = sql`account_id = ${accountId} AND (from_person_id IN (${selves}) OR into_person_id IN (${selves}))`;
  const remove = (table: SQL, condition: SQL) => sql`DELETE FROM ${table} WHERE ${condition}`;
  const results = await atomically(db, [
    sql`UPDATE reports SET updated_at = ${now} WHERE id IN (SELECT report_id FROM checkins WHERE ${theirs})
      OR (team_id, date) IN (SELECT team_id, date FROM member_absences WHERE ${theirs})`,
    ...[comments, reactions].flatMap((table) => [
      remove(sql`${table}`, sql`checkin_id IN (${checkins})`),
      remove(sql`${table}`, theirs),
    ]),
    remove(sql`checkin_tags`, sql`checkin_id IN (${checkins})`),
    remove(sql`checkins`, theirs),
    remove(sql`member_absences`, theirs),
    remove(sql`deliveries`, sql`subscription_id IN (${subscriptions})`),
    remove(sql`webhooks`, sql`subscription_id IN (${subscriptions})`),
    remove(sql`subscriptions`, theirs),
    // Whatever came in since their history was removed.
    ...[sql`${events}`, sql`${blocks}`].map((table) =>
      remove(table, sql`rowid IN (${history(table, personId)(account)})`),
    ),
    remove(sql`rollups`, theirs),
    // After all that triggers mark days for.
    remove(sql`stale_days`, theirs),
    // Later merges moved along whom and what an earlier one, undone by now, had brought.
    remove(
      sql`merge_moves`,
      sql`merge_id IN (SELECT g.id FROM people p CROSS JOIN merges g ON g.from_person_id = p.id WHERE p.account_id = ${accountId})
        AND moved_id IN (${selves} UNION ALL ${identitiesOf(account, personId)}
          UNION ALL SELECT id FROM members WHERE person_id IN (${selves}))`,
    ),
    remove(sql`merge_moves`, sql`merge_id IN (SELECT id FROM merges WHERE ${merges})`),
    remove(sql`merges`, merges),
    remove(sql`members`, theirs),
    remove(sql`identities`, sql`id IN (${identitiesOf(account, personId)})`),
    remove(sql`people`, sql`account_id = ${accountId} AND id IN (${selves})`),
    bumpDirectoryVersion(account),
    sql`SELECT directory_version AS version FROM accounts WHERE id = ${accountId}`,
  ]);
  return (results.at(-1)!.results[0] as { version: number }).version;
}
