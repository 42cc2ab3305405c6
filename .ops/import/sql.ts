/** SQL for a file that wrangler executes. It has no parameters, so values are literals, and many rows are one JSON literal. */
import type { SQL } from "drizzle-orm";
import { SQLiteSyncDialect } from "drizzle-orm/sqlite-core";
import { protectWords, quoteText } from "../dump/literal.ts";
import { OperatorError } from "../wrangler.ts";

/** Bytes of JSON in one statement. D1 accepts statements of 100,000 bytes. */
const MAX_ROWS_BYTES = 50_000;
/** A row that is larger has no room in a statement. */
const MAX_ROW_BYTES = 95_000;

const dialect = new SQLiteSyncDialect();

/** Writes a value as an SQL literal. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "1" : "0";
  return protectWords(quoteText(String(value)));
}

/** Splits rows into pages whose JSON fits one statement. Throws if a row is too large. */
export function pagesOf<T>(rows: readonly T[], maxBytes = MAX_ROWS_BYTES): T[][] {
  const pages: T[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const json = JSON.stringify(row);
    const size = Buffer.byteLength(json) + (json.match(/'/g)?.length ?? 0) + 1;
    if (size > MAX_ROW_BYTES) throw new OperatorError(`This is too large for the database: ${json.slice(0, 120)}...`);
    if (bytes + size > maxBytes) {
      pages.push([]);
      bytes = 0;
    }
    bytes += size;
    pages.at(-1)!.push(row);
  }
  return pages;
}

/** Writes rows as literals for `json_each`, one for each page. */
export const rowLiterals = (rows: readonly unknown[]): string[] =>
  pagesOf(rows).map((page) => literal(JSON.stringify(page)));

/** Writes a statement of a store with literals instead of parameters. */
export function inlined(statement: SQL): string {
  const { sql, params } = dialect.sqlToQuery(statement);
  let next = 0;
  return `${sql.replaceAll("?", () => literal(params[next++])).trim()};`;
}
