import Papa from "papaparse";

// OWASP's formula starters and their full-width twins, also behind blanks or quotes, which spreadsheets strip; and any
// cell starting with a tab or line break. papaparse's own pattern misses "=1+1\n...": its dot stops at a line break.
const FORMULA = /^(?:[\s\0"']*[=+\-@＝＋－＠]|[\t\r\n\0])/;

/**
 * RFC 4180 text: a header row of the columns, then the rows, every line closed by CRLF. Null, undefined and absent cells
 * are empty, objects are JSON. A text a spreadsheet would run as a formula gets a leading apostrophe; values of type
 * number stay numbers, negative ones too.
 */
export function toCsv(columns: readonly string[], rows: readonly Record<string, unknown>[]): string {
  // All as arrays, the header too: given objects or `fields`, papaparse drops the delimiters of an empty row and writes
  // a blank line for no rows.
  const data = rows.map((row) => columns.map((column) => (Object.hasOwn(row, column) ? cell(row[column]) : null)));
  return `${Papa.unparse([columns, ...data], { escapeFormulae: FORMULA, newline: "\r\n" })}\r\n`;
}

function cell(value: unknown): unknown {
  if (value === null || value instanceof Date) return value;
  if (typeof value === "object") return JSON.stringify(value);
  // "-Infinity" and "NaN" are no numbers to a spreadsheet.
  if (typeof value === "number" && !Number.isFinite(value)) return null;
  return value;
}
