import Papa from "papaparse";

// The first characters of formulas (OWASP, "CSV Injection") and their full-width forms, also after spaces or quotes, which
// spreadsheets remove; and a tab or line break first. papaparse's own pattern misses "=1+1\n...".
const FORMULA = /^(?:[\s\0"']*[=+\-@＝＋－＠]|[\t\r\n\0])/;

/**
 * Writes rows as CSV (RFC 4180): a header row of the columns, then the rows, each line ended by CRLF. Null, undefined and
 * absent cells are empty, objects are JSON. A text that a spreadsheet would run as a formula gets a leading apostrophe;
 * numbers, also negative ones, stay numbers.
 */
export function toCsv(columns: readonly string[], rows: readonly Record<string, unknown>[]): string {
  // Arrays, also for the header: with objects or `fields`, papaparse drops the delimiters of an empty row and writes a
  // blank line for no rows.
  const data = rows.map((row) => columns.map((column) => (Object.hasOwn(row, column) ? cell(row[column]) : null)));
  return `${Papa.unparse([columns, ...data], { escapeFormulae: FORMULA, newline: "\r\n" })}\r\n`;
}

function cell(value: unknown): unknown {
  if (value === null || value instanceof Date) return value;
  if (typeof value === "object") return JSON.stringify(value);
  // A spreadsheet does not read "-Infinity" and "NaN" as numbers.
  if (typeof value === "number" && !Number.isFinite(value)) return null;
  return value;
}
