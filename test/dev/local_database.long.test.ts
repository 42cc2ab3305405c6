import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareLocalDatabase } from "../../.build/local_database.ts";
import { start } from "./process.ts";

const ROOT = resolve(import.meta.dirname, "../..");

let persistTo: string;
beforeEach(() => {
  persistTo = mkdtempSync(join(tmpdir(), "rollcall-local-"));
});
afterEach(() => rmSync(persistTo, { recursive: true, maxRetries: 5 }));

const databases = () => globSync(join(persistTo, "v3/d1/*/*.sqlite"));

/** Runs the build as `wrangler dev` does. */
const build = () =>
  start("node", [".build/build.ts"], ROOT, { WRANGLER_COMMAND: "dev", ROLLCALL_PERSIST_TO: persistTo });

/** Reads which migrations the database has, in the order in which they were applied. */
function migrated(): string[] {
  const [file] = databases().filter((path) => !path.endsWith("metadata.sqlite"));
  const db = new DatabaseSync(file!, { readOnly: true });
  try {
    return db
      .prepare("SELECT name FROM d1_migrations ORDER BY id")
      .all()
      .map(({ name }) => String(name));
  } finally {
    db.close();
  }
}

const ALL = globSync("migrations/*.sql", { cwd: ROOT })
  .map((path) => path.slice("migrations/".length))
  .sort();

test("The local database is opened only if migrations are missing, also after its files were deleted", async () => {
  expect(await prepareLocalDatabase(persistTo)).toBe(true);
  expect(await prepareLocalDatabase(persistTo)).toBe(false);
  expect(migrated()).toEqual(ALL);
  for (const path of globSync(join(persistTo, "v3/d1/*/*"))) rmSync(path);
  expect(await prepareLocalDatabase(persistTo)).toBe(true);
  expect(migrated()).toEqual(ALL);
  rmSync(persistTo, { recursive: true });
  expect(await prepareLocalDatabase(persistTo)).toBe(true);
  expect(migrated()).toEqual(ALL);
});

test("Three builds can migrate one database at the same time, and leave no migration for wrangler to apply", async () => {
  const ended = await Promise.all([build().gone, build().gone, build().gone]);
  for (const { code, printed } of ended) expect(code, printed).toBe(0);
  expect(migrated()).toEqual(ALL);
  const list = ["wrangler", "d1", "migrations", "list", "DB", "--local", "--persist-to", persistTo];
  expect((await start("npx", list, ROOT).gone).printed).toContain("No migrations to apply");
});

test("The next build completes the migrations of builds that were killed", async () => {
  for (const delay of [0, 250]) {
    const killed = build();
    while (databases().length === 0) await setTimeout(5);
    await setTimeout(delay);
    killed.kill("SIGKILL");
    await killed.gone;
  }
  expect((await build().gone).code).toBe(0);
  expect(migrated()).toEqual(ALL);
});
