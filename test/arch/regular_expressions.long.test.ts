import { describe, expect, test } from "vitest";
import { newActivity } from "../../src/api/status_hero/activities_schema.ts";
import { hashtags, normalizeTag } from "../../src/checkins/statuses/hashtags.ts";
import { toCsv } from "../../src/lib/csv.ts";
import { parseJson } from "../../src/lib/json.ts";
import { ianaTimeZone } from "../../src/lib/rails_time_zone.ts";
import { foldStatus, isEmail, slugify } from "../../src/lib/text.ts";
import { readModule } from "./module.ts";
import { type Hostile, regularExpressions, slowSize } from "./regular_expressions.ts";
import { files, modules } from "./repository.ts";

/**
 * Every regular expression of src/, with the inputs that cost it most: a long run of what one part of it takes, then
 * something that does not match, so that it tries the other ways.
 */
const WORST = new Map<RegExp, Hostile[]>([
  [/^tc_[0-9A-Za-z]{20}$/, [["tc_", "a", ""]]],
  [/^[\w-]{43}$/, [["", "a", "!"]]],
  [/^(:?)[a-z0-9_+-]+\1$/, [[":", "a", "!"]]],
  [
    /(?:\b[a-z][a-z0-9+.-]{0,15}:\/\/|\bwww\.|\]\()\S*/g,
    [
      ["", "a", ""],
      ["", "a.", ""],
      ["", "a+", ":/"],
      ["", "](", ""],
    ],
  ],
  [
    /(?<![\p{L}\p{M}\p{N}/&#-]_*)#_*(?!_)([\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}])/gu,
    [
      ["#", "_", ""],
      ["#a", "_", ""],
      ["#", "-", ""],
      ["a", "_", "#a"],
      ["", "_#", ""],
      ["", "#_", ""],
      ["#", "_-", ""],
    ],
  ],
  [/\p{L}/u, [["", "1", ""]]],
  [/^#?_*/, [["#", "_", "a"]]],
  [/^application\/[\w.-]+\+json$/, [["application/", "a", "+jso"]]],
  [
    /^Bearer +(\S+) *$/i,
    [
      ["Bearer ", " ", "a b"],
      ["Bearer a", " ", "b"],
      ["Bearer ", "a", " b"],
    ],
  ],
  [
    /^Basic +([A-Za-z0-9+/]+=*) *$/i,
    [
      ["Basic ", " ", "!"],
      ["Basic ", "a", "!"],
      ["Basic a", "=", "!"],
      ["Basic a", " ", "!"],
    ],
  ],
  [
    /^([^:]*):(.*)$/,
    [
      ["", "a", ""],
      ["", ":", "\n"],
    ],
  ],
  [/^basic /i, [["", "basic", ""]]],
  [/\/$/, [["", "/", "a"]]],
  [/\.json$/, [["", ".json", "a"]]],
  [/={1,2}$/, [["", "=", "a"]]],
  [
    /^(?:[\s\0"']*[=+\-@＝＋－＠]|[\t\r\n\0])/,
    [
      ["", " ", "a"],
      ["\t", '"', "a"],
    ],
  ],
  [
    /[;\t\r\n][;\s\0"']*([=+\-@＝＋－＠])?/g,
    [
      ["", "\t", "a"],
      ["", ";", "a"],
      [";", " ", "a"],
    ],
  ],
  [/^(?:https?|mailto):/i, [["", "http", ""]]],
  [
    /<(\/?)([a-z0-9]+)(?: href="([^"]*)")?(?: \/)?>/g,
    [
      ["<", "a", ""],
      ["", "<a", ""],
      ["", '<a href="', ""],
      ['<a href="', "a", ""],
    ],
  ],
  [/\s+/g, [["", " ", "a"]]],
  [/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, [["", "a", ""]]],
  [
    /^(\d{4}-\d{2}-\d{2})[Tt ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?(?:[Zz]|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)$/,
    [["2026-01-15T10:00:00.", "1", "!"]],
  ],
  [/^\d{4}-\d{2}-\d{2}$/, [["2026-01-15", "1", ""]]],
  [
    /\\u0000|\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]|\\\\u[dD]/,
    [
      ["", "\\", ""],
      ["", "\\u", ""],
      ["", "\\ud83d\\ude00", ""],
    ],
  ],
  [
    /_(\w)/g,
    [
      ["", "_", ""],
      ["", "_!", ""],
    ],
  ],
  [/[A-Z]/g, [["", "A", ""]]],
  [
    /^[^\s\p{Cc}@<>()[\]{},;:"\\]+@(?:[^\s\p{Cc}@<>()[\]{},;:"\\.]+\.)+[^\s\p{Cc}@<>()[\]{},;:"\\.]+$/u,
    [
      ["", "a", ""],
      ["a@", "a", ""],
      ["a@", "a.", ""],
      ["a@", "a.a", "@"],
    ],
  ],
  [
    /[\s_-]+/g,
    [
      ["", "_", "a"],
      ["", " a", ""],
    ],
  ],
  [/\p{M}/gu, [["", "\u0301", ""]]],
  [/[ßæœøđðłþı]/g, [["", "ß", ""]]],
  [/[^a-z0-9]+/g, [["", "!", "a"]]],
  [/^-/, [["", "-", ""]]],
  [/-$/, [["", "-", "a"]]],
  [
    /^(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Europe|Indian|Mexico|Pacific|US)(?:\/[A-Za-z_-]+){1,2}$/,
    [
      ["Europe/", "a", "!"],
      ["Europe", "/a", ""],
    ],
  ],
  [/[A-Za-z]+/g, [["", "a", "!"]]],
  [/^(\d{4}|[+-]\d{6})-(\d{2})-(\d{2})$/, [["", "1", ""]]],
  [/^https?:/i, [["", "http", ""]]],
  [/^\d{1,9}$/, [["", "1", ""]]],
  [/^[\p{L}\p{N}._-]+$/u, [["", "a", "!"]]],
  [/[\\"\n]/g, [["", "\\", ""]]],
  [/[\u0300-\u036f]/g, [["", "\u0301", ""]]],
  [/[.eE]/, [["", "1", ""]]],
  [/^\d+$/, [["", "1", "!"]]],
  [/^[A-Z][a-z]+,? /, [["A", "a", ","]]],
  [
    /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    [
      ["", "a", ""],
      ["", "a.", ""],
    ],
  ],
  [
    /^\d+(?:\.\d+){3}$/,
    [
      ["", "1", "!"],
      ["1", ".1", ""],
    ],
  ],
  [/\.$/, [["", ".", "a"]]],
  [
    /^[ \t\n\r]{0,8}\{[ \t\n\r]{0,8}"timestamp"[ \t\n\r]{0,8}:[ \t\n\r]{0,8}"([^"\\]{1,64})"/,
    [
      ["", " ", ""],
      ['{"timestamp":"', "1", ""],
    ],
  ],
]);

describe("regular expressions", () => {
  test("Every regular expression of src/ has a worst input, and every worst input is for one of them", () => {
    const written = [...modules(files()).values()].flatMap(regularExpressions);
    expect([...WORST.keys()].map(String).sort()).toEqual([...new Set(written)].sort());
  });

  test("Literals and uses of RegExp are found", () => {
    const source = "const a = /x+/g; const b = (text: string) => new RegExp(text); text.replace(/y/, '');";
    expect(regularExpressions(readModule("src/lib/a.ts", source))).toEqual(["/x+/g", "RegExp in src/lib/a.ts", "/y/"]);
  });

  test("A quadratic search is noticed", () => {
    expect(slowSize(["", "=", "a"], (text) => /=+$/.test(text))).toBeLessThan(1_048_576);
  });

  test.each([...WORST])("%s takes linear time", (pattern, inputs) => {
    const search = (text: string) => (pattern.global ? text.replace(pattern, "") : pattern.test(text));
    for (const input of inputs) expect(slowSize(input, search), JSON.stringify(input)).toBeNull();
  });
});

const DESCRIPTION = { email: "ada@example.com", source: "board" };
const parseActivity = (description: string) => newActivity.safeParse({ ...DESCRIPTION, description });

describe("texts of clients", () => {
  test.each<[string, (text: string) => unknown, Hostile[]]>([
    [
      "the hashtags of an answer",
      (text) => hashtags([text]),
      [
        ["#", "_", ""],
        ["", "#a", ""],
        ["", "www.", ""],
      ],
    ],
    ["the name of a tag", normalizeTag, [["#", "_", "a"]]],
    [
      "the description of an activity",
      parseActivity,
      [
        ["", "<div>", ""],
        ["", "<i></b>", ""],
        ["", "<", ">"],
        ["", "&", ""],
        ['<a href="', "java&#9;", '">x</a>'],
        ["", "<!--", ""],
      ],
    ],
    [
      "a cell of CSV",
      (v) => toCsv(["v"], [{ v }]),
      [
        ["", "\t", "a"],
        ["", '"', ""],
        ["", ";=", ""],
        ["", "\r\n", ""],
      ],
    ],
    [
      "a status",
      foldStatus,
      [
        ["a", " ", "b"],
        ["", "_", ""],
      ],
    ],
    [
      "a name",
      slugify,
      [
        ["", "-", ""],
        ["", "e\u0301", ""],
      ],
    ],
    ["an e-mail address", isEmail, [["a@", "a.", ""]]],
    [
      "a time zone",
      ianaTimeZone,
      [
        ["Europe/", "a", ""],
        ["", "(", ""],
      ],
    ],
    [
      "JSON",
      parseJson,
      [
        ['{"a":"', "\\\\", '"}'],
        ["[", '":",', "1]"],
        ['{"a" :1,"a" ', " ", ":2}"],
        ['["\\u0000', "\\\\", '"]'],
      ],
    ],
  ])("Reading %s takes linear time", (_, read, inputs) => {
    for (const input of inputs) expect(slowSize(input, read), JSON.stringify(input)).toBeNull();
  });
});
