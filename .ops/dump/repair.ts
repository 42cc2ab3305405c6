/** Corrects the texts that the export of wrangler writes wrongly. See `exportedLiteral`. */
import { query, type Target } from "../wrangler.ts";
import type { Schema } from "./database.ts";
import { exactLiteral, exportedLiteral, isDamaged, protectWords, quoteName } from "./literal.ts";
import { insertedInto, splitInsert } from "./statements.ts";

/** The correct literals, by table, key of the row, column and wrong literal. */
export type Repairs = Map<string, string>;

/** The most characters of SQL in one command line: every system accepts this many. */
const MAX_COMMAND = 50_000;

/** Finds every text of these tables that the export writes wrongly. */
export async function findRepairs(target: Target, schema: Schema, tables: ReadonlySet<string>): Promise<Repairs> {
  const repairs: Repairs = new Map();
  const searches = [...tables].map((table) => searchOf(schema, table)).filter((search) => search !== undefined);
  for (const group of grouped(searches)) {
    const answers = await query(target, group.map(({ sql }) => sql).join("\n"));
    group.forEach(({ table, keys, texts }, index) => {
      for (const row of answers[index]!) {
        for (const column of texts) {
          const text = row[column];
          if (typeof text !== "string" || !isDamaged(text)) continue;
          const key = keys.map((name) => literalOf(row[name]));
          repairs.set(keyOf(table, key, column, exportedLiteral(text)), exactLiteral(text));
        }
      }
    });
  }
  return repairs;
}

type Search = { table: string; keys: string[]; texts: string[]; sql: string };

function searchOf({ columns }: Schema, table: string): Search | undefined {
  const own = columns.filter((column) => column.table === table);
  const keys = own.filter(({ primaryKey }) => primaryKey > 0).map(({ name }) => name);
  const texts = own.filter(({ type }) => /text/i.test(type)).map(({ name }) => name);
  if (texts.length === 0) return undefined;
  const conditions = texts.flatMap((name) =>
    [
      ["n", 10],
      ["r", 13],
    ].map(
      ([letter, code]) =>
        `(instr(${quoteName(name)}, char(${code})) > 0 AND instr(${quoteName(name)}, char(92) || '${letter}') > 0)`,
    ),
  );
  const shown = [...new Set([...keys, ...texts])].map(quoteName).join(", ");
  const sql = `SELECT ${shown} FROM ${quoteName(table)} WHERE ${conditions.join(" OR ")};`;
  return { table, keys, texts, sql };
}

/** Groups searches, so that each group fits one command. */
function grouped(searches: Search[]): Search[][] {
  const groups: Search[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const search of searches) {
    length += search.sql.length;
    if (length > MAX_COMMAND) {
      groups.push([]);
      length = search.sql.length;
    }
    groups.at(-1)!.push(search);
  }
  return groups;
}

/** Corrects the texts of an `INSERT`, so that loading it gives the stored texts. */
export function repairInsert(statement: string, schema: Schema, repairs: Repairs): string {
  const mayBeDamaged = repairs.size > 0 && statement.includes("replace(");
  if (!mayBeDamaged && protectWords(statement) === statement) return statement;
  const { head, columns, values } = splitInsert(statement);
  const table = insertedInto(statement)!;
  const keys = schema.columns.filter((column) => column.table === table && column.primaryKey > 0);
  const key = keys.map(({ name }) => values[columns.indexOf(name)] ?? "");
  const repaired = values.map((literal, index) =>
    protectWords(repairs.get(keyOf(table, key, columns[index]!, literal)) ?? literal),
  );
  return `${head}${repaired.join(",")});`;
}

const literalOf = (value: unknown): string => (typeof value === "string" ? exportedLiteral(value) : String(value));
const keyOf = (...parts: [table: string, key: string[], column: string, literal: string]) => JSON.stringify(parts);
