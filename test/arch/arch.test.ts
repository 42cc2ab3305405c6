import { describe, expect, test } from "vitest";
import {
  barrels,
  cycles,
  misplaced,
  openers,
  packagesOf,
  wrongImports,
  wrongPackages,
  wrongSlices,
} from "./imports.ts";
import type { Module } from "./module.ts";
import { files, modules, namesMachine, read, shownOrders, strayEntries, unpinned } from "./repository.ts";
import { SLICES } from "./rules.ts";
import { emptyNames, hiddenInputs, isTooLong, queries, tenantless, undocumented } from "./source.ts";
import { TENANTLESS } from "./tenantless.ts";

const all = files();
const code = all.filter((path) => /^(?:src|test)\/.*\.(?:tsx?|m?js|css)$/.test(path));
const src = modules(all);
const inSource = (rule: (module: Module) => string[]) => [...src.values()].flatMap(rule);
const manifest = JSON.parse(read("package.json"));

describe("imports", () => {
  test("Every file has a place and a role", () => expect(misplaced(src)).toEqual([]));
  test("A file imports only what its role may import", () => expect(wrongImports(src)).toEqual([]));
  test("A slice imports only earlier slices, and no surface", () => expect(wrongSlices(src)).toEqual([]));
  test("A file uses only the packages of its role", () => expect(wrongPackages(src)).toEqual([]));
  test("Only cron, objects and guards open a database", () => expect(openers(src)).toEqual([]));
  test("No imports form a cycle", () => expect(cycles(src)).toEqual([]));
  test("A file declares everything that it exports", () => expect(barrels(src)).toEqual([]));
});

describe("source", () => {
  test("Pure code receives the time, randomness and the network as arguments", () =>
    expect(inSource(hiddenInputs)).toEqual([]));
  test("Queries are only in stores", () => expect(inSource(queries)).toEqual([]));
  test("Every exported function and class has a docstring", () => expect(inSource(undocumented)).toEqual([]));
  test("No file or folder has a name without meaning", () => expect(emptyNames(code)).toEqual([]));
  test("No file is longer than 300 lines", () => expect(code.filter((path) => isTooLong(read(path)))).toEqual([]));

  test("Every query takes the database and the tenant, except the listed ones", () => {
    expect(inSource(tenantless).sort()).toEqual(Object.keys(TENANTLESS).sort());
  });
});

describe("repository", () => {
  test("The top level contains only the allowed entries", () => expect(strayEntries(all)).toEqual([]));
  test("Dependencies are pinned to exact versions", () => expect(unpinned(manifest)).toEqual([]));
  test("The dependencies are exactly the packages that src/ imports", () => {
    expect(packagesOf(src)).toEqual(Object.keys(manifest.dependencies).sort());
  });
  test("No file names the machine it was written on", () => {
    expect(all.filter((path) => namesMachine(path, read(path)))).toEqual([]);
  });
  test("The manual shows the order of slices", () => {
    expect(shownOrders(read("src/docs/architecture.md"))).toContain(SLICES.join(" < "));
  });
});
