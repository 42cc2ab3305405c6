/**
 * `npm run restore -- [--remote | --persist-to DIR] [--database NAME] [--replace] FILE`: loads a backup into a database.
 * It refuses a database that has data; with `--replace` it deletes that data first. All of it is one transaction: after a
 * failure, the database is as before.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { removeStamp } from "../.build/local_database.ts";
import { readArguments, runCommand } from "./command.ts";
import { readSummary } from "./dump/backup_file.ts";
import { countRows, readSchema, type Schema, tablesParentsFirst } from "./dump/database.ts";
import { quoteName } from "./dump/literal.ts";
import {
  describeTarget,
  directoryOf,
  executeFile,
  OperatorError,
  query,
  type Target,
  withTemporary,
} from "./wrangler.ts";

/** Tables that migrations fill. A database with rows in no other table has no data. */
const FILLED_BY_MIGRATIONS = ["d1_migrations", "rollup_clock"];

/**
 * Added to the directory version of each account. A team object reads people and settings from D1 again only for a higher
 * version than it has, and after a restore it may have one that is newer than the backup. A directory changes less often
 * than this in years.
 */
const VERSION_STEP = 1_000_000;

await runCommand(async () => {
  const { target, positionals, values } = readArguments(process.argv.slice(2), {
    replace: { type: "boolean", default: false },
  });
  const [file, ...others] = positionals;
  if (!file || others.length > 0)
    throw new OperatorError("Name one file: npm run restore -- [--remote] [--replace] FILE");
  const rows = await restore(target, file, values.replace === true);
  console.log(`Restored ${rows} rows of ${file} to ${describeTarget(target)}.`);
});

/** Loads a backup and returns the number of rows. */
async function restore(target: Target, file: string, replace: boolean): Promise<number> {
  const summary = await readSummary(file);
  const present = await readSchema(target);
  const counts = await countRows(target, tablesParentsFirst(present));
  const filled = Object.keys(counts).filter((table) => counts[table]! > 0 && !FILLED_BY_MIGRATIONS.includes(table));
  if (filled.length > 0 && !replace) {
    throw new OperatorError(
      `Nothing was changed: ${describeTarget(target)} has data in ${filled.join(", ")}. To delete it all, add --replace.`,
    );
  }
  const raiseVersion = await raiseDirectoryVersion(target, (counts.accounts ?? 0) > 0);
  await withTemporary(async (directory) => {
    const path = join(directory, "restore.sql");
    await pipeline(sqlOf(file, dropAll(present), raiseVersion), createWriteStream(path, { mode: 0o600 }));
    await executeFile(target, path);
  });
  if (!target.remote) await removeStamp(directoryOf(target));
  await verify(target, summary.rows);
  return Object.values(summary.rows).reduce((sum, count) => sum + count, 0);
}

/** Returns statements that remove every table, each before the tables that it refers to. Its indexes and triggers go with it. */
function dropAll(schema: Schema): string {
  const views = schema.objects.filter(({ type }) => type === "view");
  const drops = [
    ...views.map(({ name }) => `DROP VIEW ${quoteName(name)};`),
    ...tablesParentsFirst(schema)
      .toReversed()
      .map((name) => `DROP TABLE ${quoteName(name)};`),
  ];
  return `PRAGMA defer_foreign_keys=TRUE;\n${drops.join("\n")}\n`;
}

/** Returns a statement that makes every team object read the people and settings of its account again. */
async function raiseDirectoryVersion(target: Target, hasAccounts: boolean): Promise<string> {
  const [rows] = hasAccounts ? await query(target, "SELECT max(directory_version) AS version FROM accounts") : [];
  const present = Number(rows?.[0]?.version ?? 0);
  return `UPDATE accounts SET directory_version = max(directory_version, ${present}) + ${VERSION_STEP};\n`;
}

async function* sqlOf(file: string, before: string, after: string): AsyncGenerator<string | Buffer> {
  yield before;
  yield* createReadStream(file);
  yield after;
}

/** Fails unless the database has as many rows as the backup. */
async function verify(target: Target, expected: Record<string, number>): Promise<void> {
  const counts = await countRows(target, Object.keys(expected));
  const wrong = Object.keys(expected).filter((table) => counts[table] !== expected[table]);
  if (wrong.length === 0) return;
  const details = wrong.map((table) => `${table} has ${counts[table]} rows instead of ${expected[table]}`);
  throw new OperatorError(`The database differs from the backup: ${details.join(", ")}.`);
}
