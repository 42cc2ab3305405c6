import { describe, expect, test } from "vitest";
import { namesMachine, shownOrders, strayEntries, unpinned } from "./repository.ts";

describe("repository", () => {
  test("Unexpected entries of the top level are found, and dotfiles are allowed", () => {
    expect(strayEntries(["src/app.ts", "docs/a.md", "docs/b.md", ".biome.json", "vitest.config.ts"])).toEqual([
      "docs",
      "vitest.config.ts",
    ]);
  });

  test("A range, a tag or an address is not an exact version", () => {
    const pinned = { a: "1.2.3", b: "1.2.3-beta.1", c: "npm:@x/y@1.2.3" };
    const loose = { d: "^1.2.3", e: "latest", f: "npm:@x/y", g: "1.x", h: "github:x/y" };
    expect(unpinned({ dependencies: pinned, overrides: { i: { a: "$a" } } })).toEqual([]);
    expect(unpinned({ devDependencies: { ...pinned, ...loose } })).toHaveLength(5);
    expect(unpinned({ overrides: { i: { a: "~1.2.3" } } })).toEqual(["a: ~1.2.3"]);
  });

  test("Paths and hosts of a machine are found", () => {
    // The parts are joined here so that this file does not contain the names itself.
    const traces = [
      ["", "work", "main"].join("/"),
      ["https://registry", "example.org"].join("."),
      ["npm", "mirror"].join(""),
    ];
    for (const trace of traces) expect(namesMachine("README.md", `see ${trace}`)).toBe(true);
    expect(namesMachine("package-lock.json", '{ "resolved": "x" }')).toBe(true);
    expect(namesMachine("README.md", "Work days, in the registry. /api/v1/homework")).toBe(false);
  });

  test("The orders of slices are read from a text", () => {
    expect(shownOrders("Slices: `auth < people < events`.\n1 < 2, a <b>")).toEqual(["auth < people < events"]);
  });
});
