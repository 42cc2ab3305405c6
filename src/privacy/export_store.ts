import { getTableColumns, getTableName, type SQL, sql, type Table } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import * as tables from "../db/schema/index.ts";
import { mergedPersonIds, type Tenant } from "../people/store.ts";
import type { Part, Row } from "./export.ts";

/** Rows to a page, and characters of what may be long in them: what a page takes of memory is some ten megabytes. */
const PAGE = { rows: 2_000, characters: 4_000_000 };

/** Which rows of table `t` are somebody's, on one team. */
type Owned = (tenant: Tenant, selves: SQL) => SQL;

const theirs: Owned = ({ teamId }, selves) => sql`t.team_id = ${teamId} AND t.person_id IN (${selves})`;
const hangingOn =
  (owner: SQL, column: SQL): Owned =>
  ({ teamId }, selves) =>
    sql`t.team_id = ${teamId} AND t.${column} IN (
      SELECT id FROM ${owner} WHERE team_id = ${teamId} AND person_id IN (${selves}))`;
/** What they said, and what others said to them. */
const remarks: Owned = (tenant, selves) =>
  sql`(${theirs(tenant, selves)} OR (${hangingOn(sql`checkins`, sql`checkin_id`)(tenant, selves)}))`;
const ofSubscription = hangingOn(sql`subscriptions`, sql`subscription_id`);
const ofMerge: Owned = ({ accountId }, selves) =>
  sql`t.account_id = ${accountId} AND (t.from_person_id IN (${selves}) OR t.into_person_id IN (${selves}))`;

/** How the rows of a table are found: those in the order of time by the identities, through an index that has this order. */
type Source = { table: Table } & ({ owned: Owned; isKeyed?: boolean } | { at: SQL; index: SQL; long: SQL });

/** Every table with something of somebody in it, in the order of an export. `long`: characters of a row that may be many. */
const SOURCES: Source[] = [
  { table: tables.people, owned: ({ accountId }, selves) => sql`t.account_id = ${accountId} AND t.id IN (${selves})` },
  {
    table: tables.identities,
    owned: ({ accountId }, selves) => sql`t.account_id = ${accountId} AND t.person_id IN (${selves})`,
  },
  { table: tables.members, owned: theirs },
  { table: tables.merges, owned: ofMerge },
  {
    table: tables.mergeMoves,
    owned: (tenant, selves) => sql`t.merge_id IN (SELECT t.id FROM merges t WHERE ${ofMerge(tenant, selves)})`,
  },
  {
    table: tables.blocks,
    ...{ at: sql`started_at`, index: sql`blocks_by_identity`, long: sql`length(coalesce(h.details, ''))` },
  },
  {
    table: tables.events,
    ...{ at: sql`occurred_at`, index: sql`events_by_identity` },
    long: sql`length(h.title || coalesce(h.url, '') || coalesce(h.html, '') || coalesce(h.details, ''))`,
  },
  { table: tables.checkins, owned: theirs },
  { table: tables.checkinTags, owned: hangingOn(sql`checkins`, sql`checkin_id`) },
  { table: tables.comments, owned: remarks },
  { table: tables.reactions, owned: remarks },
  { table: tables.memberAbsences, owned: theirs },
  { table: tables.subscriptions, owned: theirs },
  { table: tables.webhooks, owned: ofSubscription },
  { table: tables.deliveries, owned: ofSubscription },
  // A row a month; these two have no rowid to page by.
  { table: tables.rollups, owned: theirs, isKeyed: false },
  { table: tables.staleDays, owned: theirs, isKeyed: false },
];

const columnsOf = (table: Table) => Object.values(getTableColumns(table));

/** Every column that an export can have, once. */
export const EXPORT_COLUMNS: readonly string[] = [
  ...new Set(SOURCES.flatMap(({ table }) => columnsOf(table).map(({ name }) => name))),
];

/**
 * Everything there is of somebody and of everybody merged into them on a team, table by table. It is read page by page as it
 * is asked for, so that no page depends on how much there is; what changes meanwhile may be in it or not.
 */
export function exportPerson(db: Database, tenant: Tenant, personId: string): Part[] {
  return SOURCES.map((source) => ({
    table: getTableName(source.table),
    pages: pagesOf(db, source, (after) => pageOf(source, tenant, personId, after)),
  }));
}

/** Where a page ended, in the order of its query. */
type Place = { at: number; row: number };

/** What a query adds to the columns of a table; a row without place is on the only page. */
type Placed = { place_at?: number; place_row?: number };

async function* pagesOf(db: Database, source: Source, page: (after: Place) => SQL): AsyncGenerator<Row[]> {
  for (let place: Place | null = { at: Number.MIN_SAFE_INTEGER, row: 0 }; place; ) {
    const rows: (Row & Placed)[] = await db.all(page(place));
    yield rows.map((row) => read(source.table, row));
    // A page of history may be cut short by its characters, any other only by the end.
    const isLast = "owned" in source && rows.length < PAGE.rows;
    const { place_at: at, place_row: row } = rows.at(-1) ?? {};
    place = isLast || at === undefined || row === undefined ? null : { at, row };
  }
}

/** The columns of a table in a row, as what they are declared to be. */
const read = (table: Table, row: Row): Row =>
  Object.fromEntries(
    columnsOf(table).map((column) => {
      const value = row[column.name];
      return [column.name, value === null ? null : column.mapFromDriverValue(value)];
    }),
  );

function pageOf(source: Source, tenant: Tenant, personId: string, after: Place): SQL {
  const selves = mergedPersonIds(personId);
  if (!("owned" in source)) return historyPage(source, tenant, selves, after);
  const { table, owned, isKeyed = true } = source;
  const rows = sql`FROM ${table} t WHERE ${owned(tenant, selves)}`;
  if (!isKeyed) return sql`SELECT t.* ${rows}`;
  // The plus keeps SQLite from looking through the whole table in this order, instead of for what is owned.
  return sql`SELECT t.*, 0 AS place_at, t.rowid AS place_row ${rows}
    AND +t.rowid > ${after.row} ORDER BY +t.rowid LIMIT ${PAGE.rows}`;
}

/** The next rows of each identity, then the first of those, up to the characters of a page but for one row at least. */
function historyPage(
  { table, at, index, long }: Extract<Source, { at: SQL }>,
  { accountId, teamId }: Tenant,
  selves: SQL,
  after: Place,
): SQL {
  const next = sql`SELECT rowid FROM ${table} INDEXED BY ${index}
    WHERE team_id = ${teamId} AND identity_id = i.id AND (${at}, rowid) > (${after.at}, ${after.row})
    ORDER BY ${at}, rowid LIMIT ${PAGE.rows}`;
  return sql`
    SELECT * FROM (
      SELECT h.*, sum(${long}) OVER (ORDER BY h.place_at, h.place_row) - (${long}) AS before FROM (
        SELECT t.*, t.${at} AS place_at, t.rowid AS place_row
        FROM identities i CROSS JOIN ${table} t ON t.rowid IN (${next})
        WHERE +i.account_id = ${accountId} AND i.person_id IN (${selves})
        ORDER BY t.${at}, t.rowid LIMIT ${PAGE.rows}) h)
    WHERE before < ${PAGE.characters} ORDER BY place_at, place_row`;
}
