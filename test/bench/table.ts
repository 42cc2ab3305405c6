import { isMet, type Row } from "./row.ts";

const HEAD = [
  "",
  "measured",
  "compared with",
  "value",
  "bound",
  "",
  "D1 read",
  "D1 written",
  "object read",
  "object written",
];

/** Writes rows as one table of plain text. */
export function table(rows: readonly Row[]): string {
  const [head, ...lines] = columns([HEAD, ...rows.map(cells)]).split("\n");
  return [head, "-".repeat(head!.length), ...lines].join("\n");
}

/** Writes lines of cells as text, with the first column aligned left and the others aligned right. */
export function columns(lines: readonly string[][]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!);
  return lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}

function cells(row: Row): string[] {
  const { what, measured, against, value, unit, usage } = row;
  const counts = usage ? [usage.d1Read, usage.d1Written, usage.objectRead, usage.objectWritten].map(number) : [];
  return [
    what,
    measured,
    against,
    `${number(value)} ${unit}`,
    boundText(row),
    verdict(row),
    ...counts,
    "",
    "",
    "",
    "",
  ].slice(0, HEAD.length);
}

function verdict(row: Row): string {
  if (row.bound === null) return "";
  return isMet(row) ? "ok" : "MISSED";
}

function boundText({ bound }: Row): string {
  if (bound === null) return "";
  return "atLeast" in bound ? `>= ${number(bound.atLeast)}` : `<= ${number(bound.atMost)}`;
}

/** Writes a number with three significant digits, or without decimals from 100 on. */
export const number = (value: number): string =>
  value.toLocaleString("en", Math.abs(value) >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });
