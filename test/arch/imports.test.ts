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
import { type Module, readModule } from "./module.ts";

/** A source tree in memory. */
const tree = (files: Record<string, string>): Map<string, Module> =>
  new Map(Object.entries(files).map(([path, text]) => [path, readModule(path, text)]));

/** A tree of one file that imports another existing file. */
const importing = (from: string, statement: string, to: string): Map<string, Module> =>
  tree({ [from]: statement, [to]: "export const a = 1;" });

const value = (to: string) => `import { a } from "${to}";`;
const type = (to: string) => `import type { a } from "${to}";`;

describe("places and roles", () => {
  test.each([
    ["src/api/rollcall/people_routes.ts", "routes"],
    ["src/api/rollcall/person_body.ts", "body"],
    ["src/api/status_hero/link.ts", "pure"],
    ["src/people/service.ts", "service"],
    ["src/people/merges/merge_store.ts", "store"],
    ["src/people/store_merge.ts", "pure"],
    ["src/people/stored.ts", "pure"],
    ["src/dashboard/team/page.tsx", "page"],
    ["src/http/schema.ts", "schema"],
    ["src/http/store.ts", "http"],
    ["src/lib/store.ts", "lib"],
    ["src/db/client.ts", "client"],
    ["src/db/triggers.ts", "triggers"],
    ["src/db/schema/people.ts", "tables"],
    ["src/auth/actor.ts", "actor"],
    ["src/app.ts", "app"],
  ])("The file %s has the role %s", (path, role) => {
    expect(readModule(path, "").role).toBe(role);
    expect(misplaced(tree({ [path]: "" }))).toEqual([]);
  });

  test.each([
    "src/billing/store.ts",
    "src/server.ts",
    "src/db/queries.ts",
    "src/api/routes.ts",
    "src/api/acme/routes.ts",
    "src/people/routes.ts",
    "src/people/schema.ts",
    "src/people/person_body.ts",
    "src/api/rollcall/store.ts",
    "src/api/rollcall/service.ts",
  ])("The file %s has no place", (path) => {
    expect(misplaced(tree({ [path]: "" }))).toHaveLength(1);
  });
});

describe("imports of roles", () => {
  test.each([
    ["src/people/service.ts", value("./store.ts"), "src/people/store.ts"],
    ["src/people/service.ts", value("../presence/stub.ts"), "src/presence/stub.ts"],
    ["src/people/service.ts", type("../auth/actor.ts"), "src/auth/actor.ts"],
    ["src/people/store.ts", value("../db/schema/index.ts"), "src/db/schema/index.ts"],
    ["src/http/context.ts", type("../db/client.ts"), "src/db/client.ts"],
    ["src/presence/stub.ts", type("./object.ts"), "src/presence/object.ts"],
    ["src/presence/block.ts", value("../lib/text.ts"), "src/lib/text.ts"],
    ["src/presence/job.ts", value("./service.ts"), "src/presence/service.ts"],
    ["src/api/rollcall/routes.ts", value("../../people/service.ts"), "src/people/service.ts"],
    ["src/api/rollcall/schema.ts", value("../../http/schema.ts"), "src/http/schema.ts"],
    ["src/api/rollcall/a_body.ts", type("../../people/store.ts"), "src/people/store.ts"],
  ])("The file %s may contain: %s", (from, statement, to) => {
    expect(wrongImports(importing(from, statement, to))).toEqual([]);
  });

  test.each([
    ["src/api/rollcall/routes.ts", value("../../people/store.ts"), "src/people/store.ts"],
    ["src/api/rollcall/routes.ts", type("../../people/store.ts"), "src/people/store.ts"],
    ["src/api/rollcall/routes.ts", value("../../presence/stub.ts"), "src/presence/stub.ts"],
    ["src/api/rollcall/routes.ts", value("../../db/client.ts"), "src/db/client.ts"],
    ["src/api/rollcall/a_body.ts", value("../../people/store.ts"), "src/people/store.ts"],
    ["src/people/service.ts", type("../http/context.ts"), "src/http/context.ts"],
    ["src/people/service.ts", type("../http/schema.ts"), "src/http/schema.ts"],
    ["src/people/store.ts", value("../http/schema.ts"), "src/http/schema.ts"],
    ["src/people/store.ts", 'import { type a } from "../http/schema.ts";', "src/http/schema.ts"],
    ["src/people/store.ts", 'const a = await import("../http/schema.ts");', "src/http/schema.ts"],
    ["src/people/store.ts", 'export { a } from "../http/schema.ts";', "src/http/schema.ts"],
    ["src/people/store.ts", 'export * from "../http/schema.ts";', "src/http/schema.ts"],
    ["src/people/store.ts", 'import a = require("../http/schema.ts");', "src/http/schema.ts"],
    ["src/people/store.ts", 'import "../http/schema.ts";', "src/http/schema.ts"],
    ["src/people/store.ts", 'type A = import("../http/schema.ts").a;', "src/http/schema.ts"],
    ["src/people/merge.ts", type("./store.ts"), "src/people/store.ts"],
    ["src/people/job.ts", value("./store.ts"), "src/people/store.ts"],
    ["src/http/context.ts", value("../db/client.ts"), "src/db/client.ts"],
    ["src/http/context.ts", type("../db/schema/people.ts"), "src/db/schema/people.ts"],
    ["src/presence/stub.ts", value("./object.ts"), "src/presence/object.ts"],
    ["src/presence/object.ts", value("../http/schema.ts"), "src/http/schema.ts"],
    ["src/lib/text.ts", value("../http/body.ts"), "src/http/body.ts"],
    ["src/index.ts", value("./api/rollcall/routes.ts"), "src/api/rollcall/routes.ts"],
  ])("The file %s may not contain: %s", (from, statement, to) => {
    expect(wrongImports(importing(from, statement, to))).toHaveLength(1);
  });

  test("Files in src/ may import neither tests nor files that do not exist", () => {
    const statements = value("../test/support/team.ts") + value("./gone.ts") + value("./lib/text");
    expect(wrongImports(importing("src/app.ts", statements, "src/lib/text.ts"))).toHaveLength(3);
  });
});

describe("slices and surfaces", () => {
  test.each([
    ["src/presence/store.ts", "src/people/store.ts"],
    ["src/timeline/service.ts", "src/presence/stub.ts"],
    ["src/timeline/service.ts", "src/presence/insights/overlap.ts"],
    ["src/api/rollcall/routes.ts", "src/auth/key_guard.ts"],
    ["src/api/rollcall/routes.ts", "src/people/service.ts"],
    ["src/app.ts", "src/api/rollcall/routes.ts"],
  ])("The file %s may import %s", (from, to) => {
    expect(wrongSlices(importing(from, value(relative(from, to)), to))).toEqual([]);
  });

  test.each([
    ["src/people/store.ts", "src/presence/store.ts"],
    ["src/people/service.ts", "src/api/rollcall/person_body.ts"],
    ["src/api/rollcall/person_body.ts", "src/api/status_hero/user_body.ts"],
    ["src/dashboard/page.tsx", "src/api/rollcall/person_body.ts"],
    ["src/timeline/service.ts", "src/presence/object.ts"],
    ["src/lib/text.ts", "src/people/merge.ts"],
    ["src/http/body.ts", "src/auth/key_guard.ts"],
  ])("The file %s may not import %s, not even a type", (from, to) => {
    expect(wrongSlices(importing(from, value(relative(from, to)), to))).toHaveLength(1);
    expect(wrongSlices(importing(from, type(relative(from, to)), to))).toHaveLength(1);
  });

  const relative = (from: string, to: string) => "../".repeat(from.split("/").length - 2) + to.slice("src/".length);
});

describe("packages", () => {
  test.each([
    ["src/people/store.ts", value("drizzle-orm/sqlite-core")],
    ["src/api/rollcall/schema.ts", 'import * as z from "zod";'],
    ["src/people/value.ts", 'import * as z from "zod";'],
    ["src/http/body.ts", 'import type * as z from "zod";'],
    ["src/lib/csv.ts", 'import Papa from "papaparse";'],
    ["src/dashboard/page.tsx", value("hono/jsx")],
    ["src/presence/object.ts", value("cloudflare:workers")],
  ])("The file %s may import the package: %s", (path, text) =>
    expect(wrongPackages(tree({ [path]: text }))).toEqual([]),
  );

  test.each([
    ["src/api/rollcall/routes.ts", value("drizzle-orm")],
    ["src/api/rollcall/routes.ts", value("honoured")],
    ["src/people/service.ts", value("hono")],
    ["src/people/service.ts", 'import * as z from "zod";'],
    ["src/http/body.ts", 'import * as z from "zod";'],
    ["src/lib/text.ts", 'import Papa from "papaparse";'],
    ["src/presence/overlap.ts", value("temporal-polyfill")],
    ["src/dashboard/page.tsx", value("hono")],
    ["src/app.ts", value("node:fs")],
    ["src/people/store.ts", "const a = await import(name);"],
    ["src/people/store.ts", value("@/db/client.ts")],
  ])("The file %s may not import the package: %s", (path, text) =>
    expect(wrongPackages(tree({ [path]: text }))).toHaveLength(1),
  );

  test("Packages are listed by name, without subpaths and without modules of the runtime", () => {
    const text = value("hono/factory") + value("hono") + value("@hono/zod-validator") + value("cloudflare:workers");
    expect(packagesOf(tree({ "src/app.ts": text }))).toEqual(["@hono/zod-validator", "hono"]);
  });
});

describe("cycles, barrels and database openers", () => {
  test("A cycle is reported once, even when a part of it imports only types", () => {
    const files = { "src/lib/a.ts": type("./b.ts"), "src/lib/b.ts": value("./c.ts"), "src/lib/c.ts": value("./a.ts") };
    expect(cycles(tree(files))).toEqual(["src/lib/a.ts > src/lib/b.ts > src/lib/c.ts > src/lib/a.ts"]);
    expect(cycles(tree({ "src/lib/a.ts": value("./a.ts") }))).toHaveLength(1);
  });

  test("Two paths to one file are not a cycle", () => {
    const files = {
      "src/lib/a.ts": value("./b.ts") + value("./c.ts"),
      "src/lib/b.ts": value("./c.ts"),
      "src/lib/c.ts": "",
    };
    expect(cycles(tree(files))).toEqual([]);
  });

  test.each(['export * from "./b.ts";', 'export { b } from "./b.ts";', 'import { b } from "./b.ts"; export { b };'])(
    "A barrel is found: %s",
    (text) => {
      expect(barrels(tree({ "src/people/a.ts": text }))).toEqual(["src/people/a.ts"]);
      expect(barrels(tree({ "src/db/schema/index.ts": text }))).toEqual([]);
    },
  );

  test("A file that exports its own declarations is not a barrel", () => {
    expect(barrels(tree({ "src/people/a.ts": 'import { b } from "./b.ts"; const c = b; export { c };' }))).toEqual([]);
  });

  test("An object may open the database, and a store may not", () => {
    const open = 'import { type Database, database } from "../db/client.ts";';
    expect(openers(tree({ "src/people/store.ts": open }))).toHaveLength(1);
    expect(openers(tree({ "src/presence/object.ts": open }))).toEqual([]);
    expect(openers(tree({ "src/people/store.ts": 'import { atomically } from "../db/client.ts";' }))).toEqual([]);
  });
});
