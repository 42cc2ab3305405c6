import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fold, foldStatus, isEmail, slugify } from "../../src/lib/text.ts";

const unicode = fc.string({ unit: "binary", maxLength: 30 });

describe("fold", () => {
  test.each([
    ["  In a Meeting ", "in a meeting"],
    ["Jane@Example.COM", "jane@example.com"],
    ["ＡＷＡＹ", "away"],
    ["Cafe\u0301", "caf\u00e9"],
    ["\u00a0busy\u00a0", "busy"],
    ["", ""],
  ])("The folded form ignores case and outer blanks: %j", (text, expected) => {
    expect(fold(text)).toBe(expected);
  });

  test("Folding is idempotent and ignores case and outer blanks", () => {
    fc.assert(fc.property(unicode, (text) => fold(fold(text)) === fold(text)));
    fc.assert(fc.property(fc.string(), (text) => fold(` ${text.toUpperCase()}\t`) === fold(text)));
  });
});

describe("foldStatus", () => {
  test.each([
    ["Out-of_Office", "out of office"],
    [" be  right\tback ", "be right back"],
    ["OUT OF OFFICE", "out of office"],
    ["_away_", "away"],
    ["-", ""],
    ["do - not - disturb", "do not disturb"],
  ])("The folded status also ignores hyphens, underscores and repeated blanks: %j", (text, expected) => {
    expect(foldStatus(text)).toBe(expected);
  });

  test("Folding a status is idempotent", () => {
    fc.assert(fc.property(unicode, (text) => foldStatus(foldStatus(text)) === foldStatus(text)));
  });
});

describe("slugify", () => {
  test.each([
    ["Jane Doe", "jane-doe"],
    ["  José   Ñandú ", "jose-nandu"],
    ["Søren Æbelø", "soren-aebelo"],
    ["Łukasz Groß", "lukasz-gross"],
    ["Zoë O'Brien (QA)", "zoe-o-brien-qa"],
    ["ＡＣＭＥ ①", "acme-1"],
    ["İstanbul", "istanbul"],
    ["Team 42", "team-42"],
    ["---", ""],
    ["李小龍", ""],
    ["", ""],
    ["a".repeat(80), "a".repeat(60)],
    [`${"a".repeat(59)} b`, "a".repeat(59)],
  ])("The slug of a name is made from its letters and digits: %j", (name, expected) => {
    expect(slugify(name)).toBe(expected);
  });

  test("The result is empty or a slug, and a slug is its own slug", () => {
    fc.assert(
      fc.property(unicode, (name) => {
        const slug = slugify(name);
        expect(slug).toMatch(/^(?:[a-z0-9]+(?:-[a-z0-9]+)*)?$/);
        expect(slug.length).toBeLessThanOrEqual(60);
        expect(slugify(slug)).toBe(slug);
      }),
    );
  });
});

describe("isEmail", () => {
  test.each([
    "jane@example.com",
    "jane.doe+tag@mail.example.co.uk",
    "o'brien@example.ie",
    "ünï@exämple.de",
    "a@b.c",
    "1_2-3@x-y.example",
    `${"a".repeat(242)}@example.com`,
  ])("%j is an e-mail address", (text) => {
    expect(isEmail(text)).toBe(true);
  });

  test.each([
    "[email protected]",
    "[email\u00a0protected]",
    "",
    "jane",
    "jane@",
    "@example.com",
    "jane@localhost",
    "jane@@example.com",
    "jane@doe@example.com",
    "jane doe@example.com",
    " jane@example.com",
    "jane@example.com\n",
    "jane@.com",
    "jane@example.",
    "jane@exa..mple.com",
    "Jane <jane@example.com>",
    "jane@[127.0.0.1]",
    "jane(work)@example.com",
    "mailto:jane@example.com",
    "a@example.com,b@example.com",
    "ja\0ne@example.com",
    `${"a".repeat(243)}@example.com`,
  ])("%j is not an e-mail address", (text) => {
    expect(isEmail(text)).toBe(false);
  });
});
