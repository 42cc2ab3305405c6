import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../src/lib/json.ts";

/** Whether all numbers are small, or so large that JSON.stringify writes them with an exponent. */
const hasSafeNumbers = (value: unknown): boolean =>
  typeof value === "number"
    ? Math.abs(value) <= Number.MAX_SAFE_INTEGER || Math.abs(value) >= 1e21
    : typeof value !== "object" || value === null || Object.values(value).every(hasSafeNumbers);

const json = fc.jsonValue({ stringUnit: "grapheme" }).filter(hasSafeNumbers);
// Keys and values that contain the characters of JSON syntax that the parser counts.
const tricky = fc.string({ unit: fc.constantFrom(...'":\\,{}[] a\n'), maxLength: 6 });
const trickyJson = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small" }, tricky, fc.integer(), fc.constant(null), tie("array"), tie("object")),
  array: fc.array(tie("value"), { maxLength: 4 }),
  object: fc.dictionary(fc.oneof(tricky, fc.constant("__proto__")), tie("value"), { maxKeys: 4 }),
})).value;
const blanks = fc.constantFrom(undefined, 1, "\t");

describe("a body without problems", () => {
  test.each([json, trickyJson])("A body is parsed without problems, with any spacing", (values) => {
    fc.assert(
      fc.property(values, blanks, (value, space) => {
        const text = JSON.stringify(value, null, space);
        const parsed = parseJson(text);
        expect(parsed.problems).toEqual([]);
        expect(JSON.stringify(parsed.value)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test.each([
    ["colons after quotes", '{"status":":palm_tree:","a":"\\":","b":["\\":\\":"]}'],
    ["blanks before a colon", '{"a" \r\n\t: 1, "b"\n:2}'],
    ["surrogate pairs, escaped or raw", '{"a":"\\ud83d\\ude00","😀":"😀"}'],
    ["an escaped backslash before u0000", '["\\\\u0000","\\\\ud83d"]'],
    ["the same key in different objects", '[{"a":{"a":1}},{"a":2}]'],
    ["keys that are numbers", '{"2":1,"1":2,"-1":3}'],
    ["__proto__ as a key", '{"__proto__":{"a":1},"b":{"__proto__":null,"constructor":1}}'],
    ["a scalar", "null"],
    ["the largest safe integers", "[9007199254740991,-9007199254740991]"],
    ["large numbers that are not written as integers", '{"a":1e20,"b":[1.5e300,-2E+18,123456789012345678.5]}'],
    ["digits in strings and keys", '{"9007199254740993":"9007199254740993"}'],
    ["64 levels", `${"[".repeat(64)}${"]".repeat(64)}`],
    ["64 levels of objects", `${'{"a":'.repeat(64)}1${"}".repeat(64)}`],
  ])("JSON is parsed without problems: %s", (_, text) => {
    const { value, problems } = parseJson(text);
    expect(problems).toEqual([]);
    expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(text)));
  });

  test.each(["", "{", '{"a":1,}', "[1,]", "{'a':1}", "undefined", "[".repeat(1 << 20), '{"a":1}x'])(
    "A text that is not JSON throws a SyntaxError (%#)",
    (text) => {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    },
  );
});

describe("problems", () => {
  const unsafe = "Integer beyond 2^53 - 1: send it as a string";
  const deep = `Nested deeper than 64 levels`;
  test.each([
    ["a duplicate key", '{"a":1,"a":2}', [[["a"], "Duplicate key"]]],
    ["one key three times, reported once", '{"a":1,"a":2,"a":3}', [[["a"], "Duplicate key"]]],
    ["keys that differ in spelling only", '{"a":1,"\\u0061":2}', [[["a"], "Duplicate key"]]],
    ["__proto__ twice", '{"__proto__":1,"__proto__":2}', [[["__proto__"], "Duplicate key"]]],
    ["the empty key twice", '{"":1,"":2}', [[[""], "Duplicate key"]]],
    [
      "a duplicate far down",
      '{"events":[1,[],{},{"details":{"a":{"a":1},"b":[1,2],"a":2}}]}',
      [[["events", 3, "details", "a"], "Duplicate key"]],
    ],
    [
      "duplicates inside a value that is itself overwritten",
      '{"a":{"b":1,"b":2},"a":3}',
      [
        [["a", "b"], "Duplicate key"],
        [["a"], "Duplicate key"],
      ],
    ],
    ["NUL in a string", '["x",{"a":"\\u0000"}]', [[[1, "a"], "String holds a NUL character"]]],
    ["NUL in a key", '{"a\\u0000":1}', [[["a\0"], "Key holds a NUL character"]]],
    ["NUL at the top", '"\\u0000"', [[[], "String holds a NUL character"]]],
    ["a lone high surrogate", '["\\uD83Dx"]', [[[0], "String holds a lone surrogate"]]],
    ["a lone low surrogate", '["\\ude00"]', [[[0], "String holds a lone surrogate"]]],
    ["a low one behind an escaped backslash", '["\\\\ud83d\\ude00"]', [[[0], "String holds a lone surrogate"]]],
    ["a raw lone surrogate", '["a","\ud83d"]', [[[1], "String holds a lone surrogate"]]],
    ["a lone surrogate in a key", '{"\\ud83d":1}', [[["\ud83d"], "Key holds a lone surrogate"]]],
    ["half raw, half escaped in a key", '{"a":["\ud83d\\ude00"]}', []],
    [
      "both in one string",
      '{"k":"\\u0000\\ud83d"}',
      [
        [["k"], "String holds a lone surrogate"],
        [["k"], "String holds a NUL character"],
      ],
    ],
    ["an integer beyond 2^53 - 1", '{"a":[1,{"id": 9007199254740993 }]}', [[["a", 1, "id"], unsafe]]],
    ["a negative one, last in an array", "[0,-9007199254740992]", [[[1], unsafe]]],
    ["an integer of 400 digits", `{"a":${"9".repeat(400)}}`, [[["a"], "Number too large"]]],
    [
      "infinities",
      '{"a":1e999,"b":[-1e999]}',
      [
        [["a"], "Number too large"],
        [["b", 0], "Number too large"],
      ],
    ],
    ["an infinity at the top", "1e999", [[[], "Number too large"]]],
    ["65 levels", `${"[".repeat(65)}${"]".repeat(65)}`, [[Array(64).fill(0), deep]]],
    [
      "two places too deep, with more behind them",
      `{"x":[${`${"[".repeat(63)}{"a":1,"a":[{}]}${"]".repeat(63)}`},7,${`${"[".repeat(63)}${"]".repeat(63)}`}],"x":1}`,
      [
        [["x", 0, ...Array(62).fill(0)], deep],
        [["x", 2, ...Array(62).fill(0)], deep],
        [["x"], "Duplicate key"],
      ],
    ],
  ] as [string, string, [(string | number)[], string][]][])(
    "Problems are reported with their paths: %s",
    (_, text, expected) => {
      expect(parseJson(text).problems).toEqual(expected.map(([path, message]) => ({ path, message })));
    },
  );

  test("One item of a batch has at most 100 problems, and long keys are cut", () => {
    const key = "k".repeat(500);
    const item = `{"a":[${Array(150).fill('{"a":1,"a":2}').join()}]}`;
    const { problems } = parseJson(`{"${key}":[${item},${item}]}`);
    expect(problems).toHaveLength(101);
    expect(problems[99]).toEqual({ path: [`${"k".repeat(100)}…`, 0, "a", 99, "a"], message: "Duplicate key" });
    expect(problems[100]).toEqual({ path: [`${"k".repeat(100)}…`, 1, "a", 0, "a"], message: "Duplicate key" });
  });

  test("Every invalid item of a batch is reported, even when all 1,000 are invalid", () => {
    const { problems } = parseJson(`{"events":[${Array(1_000).fill('{"title":"\\u0000\\ud800"}').join()}]}`);
    expect(new Set(problems.map(({ path }) => path[1])).size).toBe(1_000);
  });

  test("Problems in a megabyte of nesting are found without overflowing the stack", () => {
    const levels = 1 << 19;
    expect(parseJson("[".repeat(levels) + "]".repeat(levels)).problems).toHaveLength(1);
    expect(parseJson(`${'{"a":'.repeat(1 << 17)}1${"}".repeat(1 << 17)}`).problems).toHaveLength(1);
  });
});

test("A string is refused exactly when it contains a NUL or half a surrogate pair, escaped or not", () => {
  const units = [
    "\\ud83d",
    "\\uDE00",
    "\\\\",
    "ud83d",
    "ude00",
    "u0000",
    "\\u0000",
    '\\"',
    "\ud83d",
    "\ude00",
    "x",
    ":",
  ];
  const written = fc.string({ unit: fc.constantFrom(...units), maxLength: 6 });
  fc.assert(
    fc.property(written, fc.boolean(), (string, asKey) => {
      const plain = JSON.parse(`"${string}"`) as string;
      const { problems } = parseJson(asKey ? `{"${string}":1}` : `["${string}"]`);
      expect(problems.length > 0).toBe(!plain.isWellFormed() || plain.includes("\0"));
    }),
    { numRuns: 2_000 },
  );
});

/**
 * Writes the value as JSON, with one key of its `target`-th object written once more, escaped, in front or at the end.
 */
function withDuplicate(root: unknown, target: number, first: boolean) {
  let objects = 0;
  let planted: (string | number)[] | undefined;
  const escaped = (key: string) =>
    `"${Array.from({ length: key.length }, (_, i) => `\\u${key.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"`;
  const write = (value: unknown, path: (string | number)[]): string => {
    if (Array.isArray(value)) return `[${value.map((child, index) => write(child, [...path, index])).join(", ")}]`;
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    const entries = Object.entries(value);
    const members = entries.map(([key, child]) => `${JSON.stringify(key)} : ${write(child, [...path, key])}`);
    const key = entries[target % Math.max(1, entries.length)]?.[0];
    if (key !== undefined && objects++ === target) {
      planted = [...path, key];
      members.splice(first ? 0 : members.length, 0, `${escaped(key)}:[{}, "]}"]`);
    }
    return `{${members.join(", ")}}`;
  };
  return { text: write(root, []), planted };
}

test.each([json, trickyJson])("A duplicate key at any place is the only problem reported", (values) => {
  fc.assert(
    fc.property(values, fc.nat(4), fc.boolean(), (value, target, first) => {
      const { text, planted } = withDuplicate({ a: value }, target, first);
      const expected = planted === undefined ? [] : [{ path: planted, message: "Duplicate key" }];
      expect(parseJson(text).problems).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
