import { toCsv } from "../../lib/csv.ts";
import { formatInstant } from "../../lib/instant.ts";
import type { ExportedTable } from "../../privacy/export_store.ts";

type Row = Record<string, unknown>;

/** Columns that hold JSON as a tool sent it. */
const JSON_COLUMNS = ["details", "days"];

/** Shows a row under the names of its columns: instants as the API writes them, JSON as JSON. */
const rowBody = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [column, valueBody(column, value)]));

function valueBody(column: string, value: unknown): unknown {
  if (value === null) return null;
  if (column.endsWith("_at") || column === "since") return formatInstant(value as number);
  return JSON_COLUMNS.includes(column) ? JSON.parse(value as string) : value;
}

/** Writes an export as one JSON object, piece by piece: the fields of `head`, then a list of rows for each table. */
export async function* exportJson(head: Row, tables: ExportedTable[]): AsyncGenerator<string> {
  yield JSON.stringify(head).slice(0, -1);
  for (const { table, pages } of tables) {
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

/**
 * Writes an export as one CSV file, piece by piece. The first column, `type`, is the table of a row; columns that this table
 * does not have are empty.
 */
export async function* exportCsv(tables: ExportedTable[], columns: readonly string[]): AsyncGenerator<string> {
  const allColumns = ["type", ...columns];
  const header = toCsv(allColumns, []);
  yield header;
  for (const { table, pages } of tables) {
    for await (const rows of pages) {
      const typed = rows.map((row) => ({ type: table, ...rowBody(row) }));
      yield toCsv(allColumns, typed).slice(header.length);
    }
  }
}
