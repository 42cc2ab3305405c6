import { type SQL, sql } from "drizzle-orm";
import { deleteInPages, isOfAccountTeams, type PageLimit } from "../accounts/paged_delete_store.ts";
import { atomicallyNamed, type Database } from "../db/client.ts";
import { type Account, bumpDirectoryVersion } from "../people/store.ts";

/** Pages of history that one request may delete: 80,000 rows. */
const MAX_PAGES = 16;

/** The ids of people who are erased together. */
export type PersonIds = readonly string[];

/** Lists the ids of an account's teams. */
export async function listTeamIds(db: Database, { accountId }: Account): Promise<string[]> {
  const rows = await db.all<{ id: string }>(sql`SELECT id FROM teams WHERE account_id = ${accountId} ORDER BY id`);
  return rows.map(({ id }) => id);
}

/** Lists the ids of all identities of people, including those of people merged into them. */
export async function listIdentityIds(db: Database, account: Account, personIds: PersonIds): Promise<string[]> {
  const rows = await db.all<{ id: string }>(identitiesOf(account, personIds));
  return rows.map(({ id }) => id);
}

/**
 * Selects the ids of people and of everyone merged into them. The index is named because few people are merged: with
 * statistics that say so, SQLite scans all people instead.
 */
const withMerged = (personIds: PersonIds): SQL => {
  const wanted = sql`json_each(${JSON.stringify(personIds)}) wanted`;
  return sql`SELECT wanted.value FROM ${wanted} UNION ALL SELECT merged.id FROM ${wanted}
    CROSS JOIN people merged INDEXED BY people_by_merge ON merged.merged_into = wanted.value`;
};

/** The unary plus: SQLite reads the identities of these people by index, not those of the whole account. */
const identitiesOf = ({ accountId }: Account, personIds: PersonIds): SQL => sql`
  SELECT identity.id FROM identities identity
  WHERE +identity.account_id = ${accountId} AND identity.person_id IN (${withMerged(personIds)})`;

/** The tables of which a person may have many rows. */
const HISTORY_TABLES = [sql`events`, sql`blocks`];

/** Selects the rows of such a table that belong to people, on all teams of the account, by the index of (team, identity). */
const historyOf =
  (table: SQL, personIds: PersonIds) =>
  (account: Account): SQL =>
    sql`
    SELECT history.rowid FROM teams team CROSS JOIN (${identitiesOf(account, personIds)}) identity
    CROSS JOIN ${table} history ON history.team_id = team.id AND history.identity_id = identity.id
    WHERE team.account_id = ${account.accountId}`;

/**
 * Deletes the blocks and events of people on all teams of the account, page by page. Returns false if the limit was
 * reached: the people are still there, and the next call continues.
 */
export async function deleteHistory(
  db: Database,
  account: Account,
  personIds: PersonIds,
  limit: PageLimit = { pages: MAX_PAGES },
): Promise<boolean> {
  for (const table of HISTORY_TABLES) {
    if (!(await deleteInPages(db, account, table, historyOf(table, personIds), limit))) return false;
  }
  return true;
}

/** Counts the blocks and events of people that are left. */
export const countHistory = (db: Database, account: Account, personIds: PersonIds) =>
  db.get<{ events: number; blocks: number }>(sql`
    SELECT (SELECT count(*) FROM (${historyOf(sql`events`, personIds)(account)})) AS events,
      (SELECT count(*) FROM (${historyOf(sql`blocks`, personIds)(account)})) AS blocks`);

/** The rows of people's history that are left to delete. */
export type HistoryRows = Awaited<ReturnType<typeof countHistory>>;

/**
 * Deletes people and those merged into them, with everything stored about them on all teams of the account, in one atomic
 * batch. Reports stay, and count without them. Returns the version of the directory from which on the account's objects no
 * longer find them. `now` is UTC milliseconds.
 */
export async function deletePeople(db: Database, account: Account, personIds: PersonIds, now: number): Promise<number> {
  const { accountId } = account;
  const allIds = withMerged(personIds);
  const isOfPerson = sql`${isOfAccountTeams(account)} AND person_id IN (${allIds})`;
  const isOnCheckin = sql`checkin_id IN (SELECT id FROM checkins WHERE ${isOfPerson})`;
  const isOfSubscription = sql`subscription_id IN (SELECT id FROM subscriptions WHERE ${isOfPerson})`;
  const isMergeOfPerson = sql`
    account_id = ${accountId} AND (from_person_id IN (${allIds}) OR into_person_id IN (${allIds}))`;
  // Merges of others may have moved what was theirs for a time, by a merge that is undone.
  const accountMerges = sql`
    SELECT merge.id FROM people person CROSS JOIN merges merge ON merge.from_person_id = person.id
    WHERE person.account_id = ${accountId}`;
  const movable = sql`
    ${allIds}
    UNION ALL ${identitiesOf(account, personIds)}
    UNION ALL SELECT id FROM members WHERE person_id IN (${allIds})`;
  const { version } = await atomicallyNamed(db, {
    // First, while the check-ins and absences still show which reports change.
    reports: sql`
      UPDATE reports SET updated_at = ${now}
      WHERE id IN (SELECT report_id FROM checkins WHERE ${isOfPerson})
        OR (team_id, date) IN (SELECT team_id, date FROM member_absences WHERE ${isOfPerson})`,
    // What the person wrote, and what others wrote on the person's check-ins.
    comments: [sql`DELETE FROM comments WHERE ${isOnCheckin}`, sql`DELETE FROM comments WHERE ${isOfPerson}`],
    reactions: [sql`DELETE FROM reactions WHERE ${isOnCheckin}`, sql`DELETE FROM reactions WHERE ${isOfPerson}`],
    tags: sql`DELETE FROM checkin_tags WHERE ${isOnCheckin}`,
    checkins: sql`DELETE FROM checkins WHERE ${isOfPerson}`,
    absences: sql`DELETE FROM member_absences WHERE ${isOfPerson}`,
    deliveries: sql`DELETE FROM deliveries WHERE ${isOfSubscription}`,
    webhooks: sql`DELETE FROM webhooks WHERE ${isOfSubscription}`,
    subscriptions: sql`DELETE FROM subscriptions WHERE ${isOfPerson}`,
    // What was stored since `deleteHistory`.
    history: HISTORY_TABLES.map(
      (table) => sql`DELETE FROM ${table} WHERE rowid IN (${historyOf(table, personIds)(account)})`,
    ),
    rollups: sql`DELETE FROM rollups WHERE ${isOfPerson}`,
    // After the history: the triggers `events_stale_removed` and `blocks_stale_removed` have added some.
    staleDays: sql`DELETE FROM stale_days WHERE ${isOfPerson}`,
    mergeMoves: [
      sql`DELETE FROM merge_moves WHERE merge_id IN (${accountMerges}) AND moved_id IN (${movable})`,
      sql`DELETE FROM merge_moves WHERE merge_id IN (SELECT id FROM merges WHERE ${isMergeOfPerson})`,
    ],
    merges: sql`DELETE FROM merges WHERE ${isMergeOfPerson}`,
    members: sql`DELETE FROM members WHERE ${isOfPerson}`,
    identities: sql`DELETE FROM identities WHERE id IN (${identitiesOf(account, personIds)})`,
    people: sql`DELETE FROM people WHERE account_id = ${accountId} AND id IN (${allIds})`,
    version: sql`${bumpDirectoryVersion(account)} RETURNING directory_version AS value`,
  });
  const [{ value }] = version as [{ value: number }];
  return value;
}
