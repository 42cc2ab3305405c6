import { describe, expect, test } from "vitest";
import { readModule } from "./module.ts";
import { emptyNames, hiddenInputs, isTooLong, queries, tenantless, undocumented } from "./source.ts";

describe("time, randomness and the network", () => {
  const pure = (text: string) => hiddenInputs(readModule("src/presence/block.ts", text));

  test.each([
    ...["Date.now()", "new Date()", "Date(0)", "Math.random()", "fetch(url)", "console.log(1)", "globalThis.env"],
    ...["setTimeout(run, 1)", "crypto.randomUUID()", "performance.now()", "process.env.A", "Temporal.Now.instant()"],
    ...[
      "import.meta.url",
      "run({ fetch })",
      "pass(console)",
      "clock[Date.now()]",
      "(db: D1Database) => db",
      "{} as Env",
    ],
  ])("A pure file may not contain %j", (text) => expect(pure(`export const a = ${text};`)).not.toEqual([]));

  test.each([
    ...["new Date(ms)", "Date.parse(text)", "Math.max(1, 2)", "store.fetch(1)", "{ process: 1, console: 2 }"],
    ...['"Date.now()"', "Temporal.Instant.from(text)"],
  ])("A pure file may contain %j", (text) =>
    expect(pure(`export const a = ${text}; // Date.now() fetch(console)`)).toEqual([]),
  );

  test("A store may use a database but not the clock, and a guard may use the clock", () => {
    const text = "export const a = (db: D1Database) => db;";
    expect(hiddenInputs(readModule("src/people/store.ts", text))).toEqual([]);
    expect(hiddenInputs(readModule("src/people/store.ts", "const a = Date.now();"))).toHaveLength(1);
    expect(hiddenInputs(readModule("src/auth/guard.ts", "const a = Date.now();"))).toEqual([]);
  });

  test("The file for ids may use crypto but not Math.random", () => {
    expect(hiddenInputs(readModule("src/lib/id.ts", "const a = crypto.randomUUID();"))).toEqual([]);
    expect(hiddenInputs(readModule("src/lib/id.ts", "const a = Math.random();"))).toHaveLength(1);
  });
});

describe("queries", () => {
  const routes = (text: string) => queries(readModule("src/people/routes.ts", text));

  test.each([
    ...['"SELECT id FROM people"', "`insert into people values (1)`", "`UPDATE people\n SET name = 1`"],
    ...[`\`SELECT \${id} FROM people\``],
    ...["'DELETE FROM people'", "db.select()", 'c.get("db").select()', "c.env.DB.prepare(text)", "this.#db.batch([])"],
  ])("A route file may not contain the query %j", (text) => expect(routes(`const a = ${text};`)).toHaveLength(1));

  test.each(['findPeople(c.get("db"), team)', "database(c.env.DB)", '"Select a person"', '"updated"', "{ db: 1 }"])(
    "No query is found in %j",
    (text) => expect(routes(`const a = ${text};`)).toEqual([]),
  );

  test("A store of an object may contain queries, and the object itself may not", () => {
    const text = 'sql.exec("SELECT value FROM team")';
    expect(queries(readModule("src/presence/object_store.ts", text))).toEqual([]);
    expect(queries(readModule("src/presence/object.ts", text))).toHaveLength(1);
  });

  test.each([
    "export function find(db: Database, teamId: string, id: string) {}",
    "export const find = async (db: Database, { accountId }: Tenant) => {};",
    "export const statements = (tenant: Tenant) => [];",
    "function find(db: Database, id: string) {}",
    "export type Find = string; export const PAGE = 1; export class Directory {}",
  ])("No missing tenant is found in %j", (text) =>
    expect(tenantless(readModule("src/people/store.ts", text))).toEqual([]),
  );

  test.each([
    "export function find(db: Database, id: string, teamId: string) {}",
    "export function find(teamId: string, db: Database, id: string) {}",
    "export const find = (db: Database) => {};",
    "export const find = async ({ id }: Person) => {};",
    "const find = (db: Database, steamId: string) => {}; export { find };",
  ])("A missing tenant is found in %j", (text) => {
    expect(tenantless(readModule("src/people/merge_store.ts", text))).toEqual(["src/people/merge_store.ts: find"]);
  });
});

describe("docstrings", () => {
  const lacking = (text: string) => undocumented(readModule("src/people/merge.ts", text));

  test.each([
    "/** Does. */\nexport function a() {}",
    "/** Does. */\n// biome-ignore lint: because\nexport const a = () => 1;",
    "/** Ünïcödé – 日本語 😀 */\nexport const a = () => 1;",
    "/** Does. */\nexport function a(x: 1): 1;\nexport function a(x: 2): 2;\nexport function a(x: number) { return x; }",
    "export type A = string; export const b = 1; export const routes = new Hono(); const c = () => 1;",
    "/** Does. */\nconst a = () => 1;\nexport { a };",
  ])("No missing docstring is found in %j", (text) => expect(lacking(text)).toEqual([]));

  test.each([
    "export function a() {}",
    "export async function a() {}",
    "export const a = () => 1;",
    "export const a = (() => 1) satisfies F;",
    "export const a = createMiddleware(async () => {});",
    "export class a {}",
    "// Does.\nexport const a = () => 1;",
    "/* Does. */\nexport const a = () => 1;",
    "/** Of b. */\nexport const b = 1;\nexport const a = () => 1;",
    "const a = () => 1;\nexport { a };",
  ])("A missing docstring is found in %j", (text) => expect(lacking(text)).toEqual(["src/people/merge.ts: a"]));
});

describe("names and sizes", () => {
  test("Names without meaning are found in files, in folders and in words of their names", () => {
    const empty = ["src/people/utils.ts", "src/common/a.ts", "test/misc.test.ts", "src/lib/date_helpers.ts"];
    expect(emptyNames([...empty, "src/people/type.ts", "src/lib/text.ts"])).toEqual(empty);
  });

  test("A file of 300 lines is not too long, and one of 301 is", () => {
    expect(isTooLong("a\n".repeat(300))).toBe(false);
    expect(isTooLong("a\n".repeat(301))).toBe(true);
  });
});
