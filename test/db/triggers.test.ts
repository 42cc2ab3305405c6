import { resolve } from "node:path";
import { readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from "drizzle-kit/api";
import { getTableName } from "drizzle-orm";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as tables from "../../src/db/schema/index.ts";
import { recreateTriggers, TRIGGERS } from "../../src/db/triggers.ts";

const BREAKPOINT = "--> statement-breakpoint";
const LISTED = TRIGGERS.map(({ name, table, sql }) => ({ name, table, sql }));
/** Every table that has a trigger, or that a trigger reads or writes. */
const TABLES = Object.values(tables)
  .map((table) => getTableName(table))
  .filter((name) => TRIGGERS.some(({ sql }) => new RegExp(`\\b${name}\\b`).test(sql)));

const migrations = await readD1Migrations(resolve(import.meta.dirname, "../../migrations"));
/** One for each test: a rebuild cannot be undone. */
const DATABASES = ["A", "B", "C", "D"] as const;
let runtime: Miniflare;

beforeAll(() => {
  const worker = { name: "empty", modules: true as const, script: "export default {}", d1Databases: [...DATABASES] };
  runtime = new Miniflare(convertV4MiniflareOptions({ workers: [worker] }));
});

afterAll(() => runtime.dispose());

const run = (db: D1Database, statements: string[]) => db.batch(statements.map((statement) => db.prepare(statement)));

/** Opens a database of the runtime, after all migrations. */
async function migrated(name: (typeof DATABASES)[number]): Promise<D1Database> {
  const db = (await runtime.getD1Database(name)) as unknown as D1Database;
  for (const { queries } of migrations) await run(db, queries);
  return db;
}

/** Reads name, table and text of every trigger, as triggers.ts lists them. */
async function storedTriggers(db: D1Database) {
  const { results } = await db
    .prepare("SELECT name, tbl_name AS 'table', sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
    .all<{ name: string; table: string; sql: string }>();
  return results;
}

/** Generates the statements with which drizzle-kit rebuilds tables, as it does for a column that may now be null. */
async function rebuild(...names: string[]): Promise<string[]> {
  const before = await generateSQLiteDrizzleJson(tables);
  const after = { ...structuredClone(before), id: "after", prevId: before.id };
  for (const name of names) {
    const columns: Record<string, { primaryKey: boolean; notNull: boolean }> = after.tables[name]!.columns;
    const column = Object.values(columns).findLast(({ primaryKey }) => !primaryKey)!;
    column.notNull = !column.notNull;
  }
  const statements = await generateSQLiteMigration(before, after);
  expect(statements.filter((statement) => statement.includes("RENAME TO"))).toHaveLength(names.length);
  return statements;
}

test("Each trigger is listed by name with its table and a reason, in the order of the names", () => {
  for (const { name, table, reason, sql } of TRIGGERS) {
    expect(sql).toMatch(new RegExp(`^CREATE TRIGGER ${name} AFTER [^\\n]+ ON ${table}\\n`));
    expect(reason).toMatch(/\.$/);
  }
  expect(TRIGGERS.map(({ name }) => name)).toEqual(TRIGGERS.map(({ name }) => name).sort());
});

test("After all migrations the database has the listed triggers and no others", async () => {
  const db = await migrated("A");
  expect(await storedTriggers(db)).toEqual(LISTED);
});

test("A rebuild of a table that a trigger of another table names is refused", async () => {
  const db = await migrated("B");
  expect(TABLES).toHaveLength(10);
  for (const table of TABLES.filter((name) => name !== "events")) {
    await expect(run(db, await rebuild(table)), table).rejects.toThrow(/error in trigger \w+: no such table/);
  }
  expect(await storedTriggers(db)).toEqual(LISTED);
});

test("A rebuild of a table that no other trigger names loses its triggers, and the comparison detects that", async () => {
  const db = await migrated("C");
  await run(db, await rebuild("events"));
  const stored = await storedTriggers(db);
  expect(stored).not.toEqual(LISTED);
  expect(stored).toEqual(LISTED.filter(({ table }) => table !== "events"));
  await run(db, recreateTriggers().split(BREAKPOINT));
  expect(await storedTriggers(db)).toEqual(LISTED);
});

test("A migration that the command has wrapped rebuilds tables and keeps every trigger", async () => {
  const db = await migrated("D");
  const rebuilt = await rebuild(...TABLES);
  await run(db, recreateTriggers(rebuilt.join(`\n${BREAKPOINT}\n`)).split(BREAKPOINT));
  expect(await storedTriggers(db)).toEqual(LISTED);
});
