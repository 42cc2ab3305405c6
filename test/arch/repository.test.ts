import { describe, expect, test } from "vitest";
import { namesMachine, shownOrders, strayEntries, unpinned } from "./repository.ts";

describe("repository", () => {
  test("stray entries of the top level are found, dotfiles are free", () => {
    expect(strayEntries(["src/app.ts", "docs/a.md", "docs/b.md", ".biome.json", "vitest.config.ts"])).toEqual([
      "docs",
      "vitest.config.ts",
    ]);
  });

  test("a range, a tag or an address is no pin", () => {
    const pinned = { a: "1.2.3", b: "1.2.3-beta.1", c: "npm:@x/y@1.2.3" };
    const loose = { d: "^1.2.3", e: "latest", f: "npm:@x/y", g: "1.x", h: "github:x/y" };
    expect(unpinned({ dependencies: pinned, overrides: { i: { a: "$a" } } })).toEqual([]);
    expect(unpinned({ devDependencies: { ...pinned, ...loose } })).toHaveLength(5);
    expect(unpinned({ overrides: { i: { a: "~1.2.3" } } })).toEqual(["a: ~1.2.3"]);
  });

  test("traces of a machine are found", () => {
    // Put together here, lest this file be one that holds them.
    const traces = [
      ["", "work", "main"].join("/"),
      ["https://registry", "example.org"].join("."),
      ["npm", "mirror"].join(""),
    ];
    for (const trace of traces) expect(namesMachine("README.md", `see ${trace}`)).toBe(true);
    expect(namesMachine("package-lock.json", '{ "resolved": "x" }')).toBe(true);
    expect(namesMachine("README.md", "Work days, in the registry. /api/v1/homework")).toBe(false);
  });

  test("chains of slices are read out of a text", () => {
    expect(shownOrders("Slices: `auth < people < events`.\n1 < 2, a <b>")).toEqual(["auth < people < events"]);
  });
});
