import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { objectOf } from "../presence/client.ts";
import type { Team } from "./team.ts";

/** Where a word was found: `d1.people.name`, or `object.directory.value`. */
type Place = string;

/** The tables of a database, each with its columns. */
const COLUMNS = `SELECT m.name AS tbl, c.name AS col FROM sqlite_master m JOIN pragma_table_info(m.name) c
  WHERE m.type = 'table' AND m.name NOT GLOB 'sqlite*' AND m.name NOT GLOB '_cf*' AND m.name <> 'd1_migrations'`;

type Column = { tbl: string; col: string };
type Row = Record<string, unknown>;

/**
 * The rows of a table that hold one of the words of ?1, a JSON list, whatever the case: a number is looked through as its
 * digits. The limit keeps SQLite from putting the text of a row together anew for each word: other suites leave many rows.
 */
function holding(table: string, columns: Column[]): string {
  const text = columns.map(({ col }) => `coalesce(CAST("${col}" AS TEXT), '')`).join(" || char(10) || ");
  return `SELECT * FROM (SELECT *, lower(${text}) AS row_text FROM "${table}" LIMIT -1)
    WHERE EXISTS (SELECT 1 FROM json_each(?1) w WHERE instr(row_text, w.value) > 0)`;
}

const lowered = (words: string[]) => words.map((word) => word.toLowerCase());

/** The columns of a row in which the words are. */
const columnsOf = (table: string, row: Row, words: string[]) =>
  Object.entries(row).flatMap(([column, value]) =>
    column !== "row_text" && words.some((word) => String(value).toLowerCase().includes(word))
      ? [`${table}.${column}`]
      : [],
  );

const byTable = (columns: Column[]) => [...Map.groupBy(columns, ({ tbl }) => tbl)];

/** Every column of D1 and of the teams' objects that holds one of the words. */
export async function placesOf(words: string[], teams: Team[]): Promise<Place[]> {
  const sought = lowered(words);
  const { results: columns } = await env.DB.prepare(COLUMNS).all<Column>();
  const places: Place[] = [];
  for (const [table, own] of byTable(columns)) {
    const { results } = await env.DB.prepare(holding(table, own)).bind(JSON.stringify(sought)).all<Row>();
    places.push(...results.flatMap((row) => columnsOf(table, row, sought)).map((place) => `d1.${place}`));
  }
  for (const team of teams) places.push(...(await placesInObject(sought, team)).map((place) => `object.${place}`));
  return [...new Set(places)].sort();
}

const placesInObject = (words: string[], team: Team): Promise<string[]> =>
  runInDurableObject(objectOf(team), (_, { storage }) =>
    byTable(storage.sql.exec<Column>(COLUMNS).toArray()).flatMap(([table, columns]) =>
      storage.sql
        .exec<Record<string, SqlStorageValue>>(holding(table, columns), JSON.stringify(words))
        .toArray()
        .flatMap((row) => columnsOf(table, row, words)),
    ),
  );

/** What a team's object keeps beside its tables: whether it will wake, and how many watch it. */
export const stirring = (team: Team) =>
  runInDurableObject(objectOf(team), async (_, ctx) => ({
    tables: ctx.storage.sql.exec<Column>(COLUMNS).toArray().length,
    alarm: await ctx.storage.getAlarm(),
    viewers: ctx.getWebSockets().filter(({ readyState }) => readyState === WebSocket.OPEN).length,
  }));
