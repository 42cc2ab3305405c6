import { getTableColumns, getTableName, type SQL, sql, type Table } from "drizzle-orm";
import { type Database, decodeRow, type Row } from "../db/client.ts";
import * as schema from "../db/schema/index.ts";
import { mergedPersonIds, type Tenant } from "../people/store.ts";

/** The rows of one table that belong to a person, in pages. A row has the names of its columns; instants are UTC milliseconds. */
export type ExportedTable = { table: string; pages: AsyncIterable<Row[]> };

/** The most rows of a page, and the most characters of its long columns: together some ten megabytes of memory. */
const PAGE = { rows: 2_000, characters: 4_000_000 };

/** A condition on rows `owned` of a table: those that belong to one of `personIds`, on one team. */
type Condition = (tenant: Tenant, personIds: SQL) => SQL;

const byPerson: Condition = ({ teamId }, personIds) =>
  sql`owned.team_id = ${teamId} AND owned.person_id IN (${personIds})`;

/** Rows that refer, by `column`, to a row of `parent` that belongs to the person. */
const byParent =
  (parent: SQL, column: SQL): Condition =>
  ({ teamId }, personIds) =>
    sql`owned.team_id = ${teamId} AND owned.${column} IN (
      SELECT id FROM ${parent} WHERE team_id = ${teamId} AND person_id IN (${personIds}))`;

const byCheckin = byParent(sql`checkins`, sql`checkin_id`);
const bySubscription = byParent(sql`subscriptions`, sql`subscription_id`);

/** What the person wrote, and what others wrote on the person's check-ins. */
const byAuthorOrCheckin: Condition = (tenant, personIds) =>
  sql`(${byPerson(tenant, personIds)} OR (${byCheckin(tenant, personIds)}))`;

const byMerge: Condition = ({ accountId }, personIds) =>
  sql`owned.account_id = ${accountId} AND (owned.from_person_id IN (${personIds}) OR owned.into_person_id IN (${personIds}))`;

/** A table whose rows a condition finds. Most are read in the order of `rowid`; a table without one is read as one page. */
type OwnedSource = { table: Table; condition: Condition; hasRowid?: boolean };

/**
 * A table of history, which may be long. It is read by identity, in the order of `time`, which `index` has. `longText` is the
 * length, in characters, of the columns of a row `item` that may be long.
 */
type HistorySource = { table: Table; time: SQL; index: SQL; longText: SQL };

/** Every table with rows of a person, in the order of an export. */
const SOURCES: (OwnedSource | HistorySource)[] = [
  {
    table: schema.people,
    condition: ({ accountId }, personIds) => sql`owned.account_id = ${accountId} AND owned.id IN (${personIds})`,
  },
  {
    table: schema.identities,
    condition: ({ accountId }, personIds) => sql`owned.account_id = ${accountId} AND owned.person_id IN (${personIds})`,
  },
  { table: schema.members, condition: byPerson },
  { table: schema.merges, condition: byMerge },
  {
    table: schema.mergeMoves,
    condition: (tenant, personIds) =>
      sql`owned.merge_id IN (SELECT owned.id FROM merges owned WHERE ${byMerge(tenant, personIds)})`,
  },
  {
    table: schema.blocks,
    time: sql`started_at`,
    index: sql`blocks_by_identity`,
    longText: sql`length(coalesce(item.details, ''))`,
  },
  {
    table: schema.events,
    time: sql`occurred_at`,
    index: sql`events_by_identity`,
    longText: sql`length(item.title || coalesce(item.url, '') || coalesce(item.html, '') || coalesce(item.details, ''))`,
  },
  { table: schema.checkins, condition: byPerson },
  { table: schema.checkinTags, condition: byCheckin },
  { table: schema.comments, condition: byAuthorOrCheckin },
  { table: schema.reactions, condition: byAuthorOrCheckin },
  { table: schema.memberAbsences, condition: byPerson },
  { table: schema.subscriptions, condition: byPerson },
  { table: schema.webhooks, condition: bySubscription },
  { table: schema.deliveries, condition: bySubscription },
  // One row a month.
  { table: schema.rollups, condition: byPerson, hasRowid: false },
  { table: schema.staleDays, condition: byPerson, hasRowid: false },
];

/** The columns of a table by their names in the database. */
const columnsOf = (table: Table) =>
  Object.fromEntries(Object.values(getTableColumns(table)).map((column) => [column.name, column]));

/** Every column that an export can have, once. */
export const EXPORT_COLUMNS: readonly string[] = [
  ...new Set(SOURCES.flatMap(({ table }) => Object.keys(columnsOf(table)))),
];

/**
 * Exports everything stored on a team about a person, including the people merged into them, table by table. Each page is
 * read when it is asked for, so that memory does not depend on the amount. What changes meanwhile may be missing.
 */
export const exportPerson = (db: Database, tenant: Tenant, personId: string): ExportedTable[] =>
  SOURCES.map((source) => ({ table: getTableName(source.table), pages: readPages(db, source, tenant, personId) }));

/** The last row of a page, in the order of its query. */
type Position = { time: number; rowid: number };

const START: Position = { time: Number.MIN_SAFE_INTEGER, rowid: 0 };

/** What a query adds to the columns of a row, in a table that is read in pages. */
type Positioned = { position_time?: number; position_rowid?: number };

async function* readPages(
  db: Database,
  source: OwnedSource | HistorySource,
  tenant: Tenant,
  personId: string,
): AsyncGenerator<Row[]> {
  const columns = columnsOf(source.table);
  const personIds = mergedPersonIds(personId);
  for (let after: Position | null = START; after; ) {
    const page: SQL =
      "condition" in source
        ? ownedPage(source, tenant, personIds, after)
        : historyPage(source, tenant, personIds, after);
    const rows: (Row & Positioned)[] = await db.all(page);
    yield rows.map((row) => decodeRow(columns, row));
    // A short page of history may have been cut by its characters; any other short page is the last one.
    const isLast = "condition" in source && rows.length < PAGE.rows;
    const { position_time: time, position_rowid: rowid } = rows.at(-1) ?? {};
    after = isLast || time === undefined || rowid === undefined ? null : { time, rowid };
  }
}

function ownedPage(
  { table, condition, hasRowid = true }: OwnedSource,
  tenant: Tenant,
  personIds: SQL,
  after: Position,
): SQL {
  const rows = sql`FROM ${table} owned WHERE ${condition(tenant, personIds)}`;
  if (!hasRowid) return sql`SELECT owned.* ${rows}`;
  // The unary plus keeps SQLite from scanning the whole table in the order of rowid instead of using the condition's index.
  return sql`SELECT owned.*, 0 AS position_time, owned.rowid AS position_rowid ${rows}
    AND +owned.rowid > ${after.rowid} ORDER BY +owned.rowid LIMIT ${PAGE.rows}`;
}

/**
 * Selects the first rows after a position over all identities of the person. They end where their long columns exceed the
 * characters of a page, but after one row at the earliest.
 */
function historyPage(
  { table, time, index, longText }: HistorySource,
  { accountId, teamId }: Tenant,
  personIds: SQL,
  after: Position,
): SQL {
  // INDEXED BY: this index has the rows of one identity in the order of time, so that a page reads no more than its rows.
  const nextOfIdentity = sql`
    SELECT rowid FROM ${table} INDEXED BY ${index}
    WHERE team_id = ${teamId} AND identity_id = identity.id AND (${time}, rowid) > (${after.time}, ${after.rowid})
    ORDER BY ${time}, rowid LIMIT ${PAGE.rows}`;
  // CROSS JOIN and the unary plus: SQLite reads the identities of the person first, not those of the whole account.
  return sql`
    WITH page AS (
      SELECT history.*, history.${time} AS position_time, history.rowid AS position_rowid
      FROM identities identity CROSS JOIN ${table} history ON history.rowid IN (${nextOfIdentity})
      WHERE +identity.account_id = ${accountId} AND identity.person_id IN (${personIds})
      ORDER BY history.${time}, history.rowid LIMIT ${PAGE.rows}),
    measured AS (
      SELECT item.*,
        sum(${longText}) OVER (ORDER BY item.position_time, item.position_rowid) - (${longText}) AS characters_before
      FROM page item)
    SELECT * FROM measured WHERE characters_before < ${PAGE.characters} ORDER BY position_time, position_rowid`;
}
