/** Reads the schema of a database: tables with their columns and foreign keys, indexes, triggers and views. */
import { query, type Target } from "../wrangler.ts";
import { quoteName } from "./literal.ts";

/** An entry of `sqlite_master`. */
export type SchemaObject = { type: "table" | "index" | "trigger" | "view"; name: string; sql: string };
/** `primaryKey`: the place of the column in the primary key, from 1 on; 0 if it is not part of it. */
type Column = { table: string; name: string; type: string; primaryKey: number };
type ForeignKey = { table: string; parent: string };

/** A schema. Objects are in the order of their creation. */
export type Schema = { objects: SchemaObject[]; columns: Column[]; foreignKeys: ForeignKey[] };

/** SQL condition: whether a table is ours. A backup has no tables of Cloudflare or SQLite. */
const IS_OURS = (name: string) =>
  String.raw`${name} NOT LIKE '\_cf\_%' ESCAPE '\' AND ${name} NOT LIKE 'sqlite\_%' ESCAPE '\'`;

const READ_SCHEMA = `
  SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND ${IS_OURS("tbl_name")} ORDER BY rowid;
  SELECT entry.name AS "table", info.name, info.type, info.pk AS primaryKey
    FROM sqlite_master AS entry JOIN pragma_table_info(entry.name) AS info
    WHERE entry.type = 'table' AND ${IS_OURS("entry.name")} ORDER BY entry.rowid, info.cid;
  SELECT entry.name AS "table", foreign_key."table" AS parent
    FROM sqlite_master AS entry JOIN pragma_foreign_key_list(entry.name) AS foreign_key
    WHERE entry.type = 'table' AND ${IS_OURS("entry.name")};`;

/** Reads the schema of a database. */
export async function readSchema(target: Target): Promise<Schema> {
  const [objects, columns, foreignKeys] = await query(target, READ_SCHEMA);
  return { objects, columns, foreignKeys } as Schema;
}

/** Returns the names of the tables, each after the tables that it refers to. */
export function tablesParentsFirst({ objects, foreignKeys }: Schema): string[] {
  const ordered = new Set<string>();
  const visiting = new Set<string>();
  const visit = (name: string) => {
    if (ordered.has(name) || visiting.has(name)) return;
    visiting.add(name);
    for (const { table, parent } of foreignKeys) if (table === name) visit(parent);
    ordered.add(name);
  };
  const names = objects.filter(({ type }) => type === "table").map(({ name }) => name);
  for (const name of names) visit(name);
  return [...ordered].filter((name) => names.includes(name));
}

/** Counts the rows of tables. */
export async function countRows(target: Target, tables: readonly string[]): Promise<Record<string, number>> {
  if (tables.length === 0) return {};
  const counts = tables.map((table) => `SELECT count(*) AS rows FROM ${quoteName(table)};`).join("\n");
  const answers = await query(target, counts);
  return Object.fromEntries(tables.map((table, index) => [table, Number(answers[index]![0]!.rows)]));
}
