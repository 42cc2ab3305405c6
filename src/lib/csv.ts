import Papa from "papaparse";

// The first characters of formulas (OWASP, "CSV Injection") and their full-width forms, also after spaces or quotes, which
// spreadsheets remove; and a tab or line break first. papaparse's own pattern misses "=1+1\n...".
const FORMULA = /^(?:[\s\0"']*[=+\-@＝＋－＠]|[\t\r\n\0])/;

// A line break, or a character at which a program may split instead of the comma; the blanks and quotes behind it; and the
// first character of a formula, if one follows. The run always matches as a whole, which keeps the time linear.
const INNER_START = /[;\t\r\n][;\s\0"']*([=+\-@＝＋－＠])?/g;

/**
 * Writes rows as CSV (RFC 4180): a header row of the columns, then the rows, each line ended by CRLF. Null, undefined and
 * absent cells are empty, objects are JSON. An apostrophe goes before a text that a spreadsheet would run as a formula, also
 * where the program splits at semicolons or tabs; numbers, also negative ones, stay numbers.
 */
export function toCsv(columns: readonly string[], rows: readonly Record<string, unknown>[]): string {
  // Arrays, also for the header: with objects or `fields`, papaparse drops the delimiters of an empty row and writes a
  // blank line for no rows.
  const data = rows.map((row) => columns.map((column) => (Object.hasOwn(row, column) ? cell(row[column]) : null)));
  return `${Papa.unparse([columns, ...data], { escapeFormulae: FORMULA, newline: "\r\n" })}\r\n`;
}

function cell(value: unknown): unknown {
  if (value === null || value instanceof Date) return value;
  if (typeof value === "string") return neutralize(value);
  if (typeof value === "object") return neutralize(JSON.stringify(value));
  // A spreadsheet does not read "-Infinity" and "NaN" as numbers.
  if (typeof value === "number" && !Number.isFinite(value)) return null;
  return value;
}

/** Puts an apostrophe before each formula behind the start of a text. papaparse does it at the start. */
const neutralize = (text: string): string =>
  text.replace(INNER_START, (run: string, formula?: string) =>
    formula === undefined ? run : `${run.slice(0, -1)}'${formula}`,
  );
