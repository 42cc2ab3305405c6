import { toCsv } from "../lib/csv.ts";
import { formatInstant } from "../lib/instant.ts";

/** A row as it is kept: column to value, booleans and lists as such, instants in UTC milliseconds. */
export type Row = Record<string, unknown>;

/** The rows of one table that are of a person, in pages. */
export type Part = { table: string; pages: AsyncIterable<Row[]> };

/** Columns that hold JSON as it was sent. */
const JSON_COLUMNS = ["details", "days"];

/** A row as an export shows it: instants as the API writes them, JSON as JSON. */
export const rowBody = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [column, shown(column, value)]));

function shown(column: string, value: unknown): unknown {
  if (value === null) return null;
  if (column.endsWith("_at") || column === "since") return formatInstant(value as number);
  return JSON_COLUMNS.includes(column) ? JSON.parse(value as string) : value;
}

/** An export as the text of one JSON object, piece by piece: what `head` says, then a list of rows for each table. */
export async function* asJson(head: Row, parts: Part[]): AsyncGenerator<string> {
  yield JSON.stringify(head).slice(0, -1);
  for (const { table, pages } of parts) {
    yield `,${JSON.stringify(table)}:[`;
    let comma = "";
    for await (const rows of pages) {
      if (rows.length === 0) continue;
      yield comma + rows.map((row) => JSON.stringify(rowBody(row))).join(",");
      comma = ",";
    }
    yield "]";
  }
  yield "}";
}

/** An export as one flat CSV file, piece by piece: `type` says which table a row is of, and cells it has not are empty. */
export async function* asCsv(parts: Part[], columns: readonly string[]): AsyncGenerator<string> {
  const all = ["type", ...columns];
  const header = toCsv(all, []);
  yield header;
  for (const { table, pages } of parts) {
    for await (const rows of pages) {
      const typed = rows.map((row) => ({ type: table, ...rowBody(row) }));
      yield toCsv(all, typed).slice(header.length);
    }
  }
}
