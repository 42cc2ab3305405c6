import { describe, expect, test } from "vitest";
import { barrels, cycles, misplaced, openers, packagesOf, wrongArrows, wrongPackages, wrongSlices } from "./imports.ts";
import type { Module } from "./module.ts";
import { files, modules, namesMachine, read, shownOrders, strayEntries, unpinned } from "./repository.ts";
import { SLICES } from "./rules.ts";
import { emptyNames, isTooLong, queries, tenantless, undocumented, worldly } from "./source.ts";
import { TENANTLESS } from "./tenantless.ts";

const all = files();
const code = all.filter((path) => /^(?:src|test)\/.*\.(?:tsx?|m?js|css)$/.test(path));
const src = modules(all);
const inSource = (rule: (module: Module) => string[]) => [...src.values()].flatMap(rule);
const manifest = JSON.parse(read("package.json"));

describe("imports", () => {
  test("every file has a place and a role", () => expect(misplaced(src)).toEqual([]));
  test("a file imports only what its role may", () => expect(wrongArrows(src)).toEqual([]));
  test("a slice imports earlier slices alone, and no surface", () => expect(wrongSlices(src)).toEqual([]));
  test("a file uses only the packages of its role", () => expect(wrongPackages(src)).toEqual([]));
  test("only cron, objects and guards open a database", () => expect(openers(src)).toEqual([]));
  test("nothing imports in a circle", () => expect(cycles(src)).toEqual([]));
  test("what a file exports, it declares", () => expect(barrels(src)).toEqual([]));
});

describe("source", () => {
  test("time, randomness and the network are arguments", () => expect(inSource(worldly)).toEqual([]));
  test("queries are in stores", () => expect(inSource(queries)).toEqual([]));
  test("exported functions and classes say what they do", () => expect(inSource(undocumented)).toEqual([]));
  test("names say what is inside", () => expect(emptyNames(code)).toEqual([]));
  test("no file is too long to read", () => expect(code.filter((path) => isTooLong(read(path)))).toEqual([]));

  test("every query takes the database and the tenant, but for these", () => {
    expect(inSource(tenantless).sort()).toEqual(Object.keys(TENANTLESS).sort());
  });
});

describe("repository", () => {
  test("the top level holds only what it must", () => expect(strayEntries(all)).toEqual([]));
  test("dependencies are pinned", () => expect(unpinned(manifest)).toEqual([]));
  test("dependencies are what src/ imports", () => {
    expect(packagesOf(src)).toEqual(Object.keys(manifest.dependencies).sort());
  });
  test("no file names the machine it was written on", () => {
    expect(all.filter((path) => namesMachine(path, read(path)))).toEqual([]);
  });
  test("the manual shows the order of slices", () => {
    expect(shownOrders(read("src/docs/architecture.md"))).toContain(SLICES.join(" < "));
  });
});
