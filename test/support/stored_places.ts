import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { objectOf } from "./presence.ts";
import type { Team } from "./team.ts";

/** A column that holds a word: `d1.people.name`, or `object.directory.value`. */
type Place = string;

/** Selects the tables of a database, each with its columns. */
const COLUMNS = `SELECT master.name AS tbl, info.name AS col FROM sqlite_master master JOIN pragma_table_info(master.name) info
  WHERE master.type = 'table' AND master.name NOT GLOB 'sqlite*' AND master.name NOT GLOB '_cf*'
    AND master.name <> 'd1_migrations'`;

type Column = { tbl: string; col: string };
type Row = Record<string, unknown>;

/**
 * Selects the rows of a table that contain one of the words of ?1, a JSON list, ignoring case; a number is searched as its
 * digits. The limit has SQLite build the text of a row once, and not for each word: other suites leave many rows.
 */
function selectHolding(table: string, columns: Column[]): string {
  const text = columns.map(({ col }) => `coalesce(CAST("${col}" AS TEXT), '')`).join(" || char(10) || ");
  return `SELECT * FROM (SELECT *, lower(${text}) AS row_text FROM "${table}" LIMIT -1)
    WHERE EXISTS (SELECT 1 FROM json_each(?1) word WHERE instr(row_text, word.value) > 0)`;
}

const lowered = (words: string[]) => words.map((word) => word.toLowerCase());

/** The columns of a row that contain one of the words. */
const columnsOf = (table: string, row: Row, words: string[]) =>
  Object.entries(row).flatMap(([column, value]) =>
    column !== "row_text" && words.some((word) => String(value).toLowerCase().includes(word))
      ? [`${table}.${column}`]
      : [],
  );

const byTable = (columns: Column[]) => [...Map.groupBy(columns, ({ tbl }) => tbl)];

/** Lists every column of D1 and of the teams' objects that contains one of the words. */
export async function placesOf(words: string[], teams: Team[]): Promise<Place[]> {
  const sought = lowered(words);
  const { results: columns } = await env.DB.prepare(COLUMNS).all<Column>();
  const places: Place[] = [];
  for (const [table, own] of byTable(columns)) {
    const { results } = await env.DB.prepare(selectHolding(table, own)).bind(JSON.stringify(sought)).all<Row>();
    places.push(...results.flatMap((row) => columnsOf(table, row, sought)).map((place) => `d1.${place}`));
  }
  for (const team of teams) places.push(...(await placesInObject(sought, team)).map((place) => `object.${place}`));
  return [...new Set(places)].sort();
}

const placesInObject = (words: string[], team: Team): Promise<string[]> =>
  runInDurableObject(objectOf(team), (_, { storage }) =>
    byTable(storage.sql.exec<Column>(COLUMNS).toArray()).flatMap(([table, columns]) =>
      storage.sql
        .exec<Record<string, SqlStorageValue>>(selectHolding(table, columns), JSON.stringify(words))
        .toArray()
        .flatMap((row) => columnsOf(table, row, words)),
    ),
  );

/** What a team's object has besides its rows: its tables, its alarm, and its live viewers. */
export const objectState = (team: Team) =>
  runInDurableObject(objectOf(team), async (_, ctx) => ({
    tables: ctx.storage.sql.exec<Column>(COLUMNS).toArray().length,
    alarm: await ctx.storage.getAlarm(),
    viewers: ctx.getWebSockets().filter(({ readyState }) => readyState === WebSocket.OPEN).length,
  }));
