/** The local D1 database of `wrangler dev`. Imports wrangler only when it is needed: that alone takes over a second. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";

const ROOT = resolve(import.meta.dirname, "..");
const CONFIG = join(ROOT, "wrangler.toml");
const MIGRATIONS = join(ROOT, "migrations");

/** Where `wrangler dev` keeps its local data unless `--persist-to` says otherwise. */
export const DEFAULT_PERSIST_TO = join(ROOT, ".wrangler/state");

/** As `wrangler d1 migrations apply` makes it, so that both know which migrations are applied. */
const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** How long to wait for another process that prepares the same database. */
const LOCK_TIMEOUT_MS = 60_000;

/** How often to try while a server writes to the database; each attempt waits this many milliseconds longer. */
const ATTEMPTS = 10;
const RETRY_MS = 200;

/**
 * Applies the new migrations to the local database under `persistTo` (as in wrangler's `--persist-to`), then runs `seed`
 * on it. Opens no database if there is no `seed` and an earlier run has applied all migrations. Returns whether it opened
 * one. It does what `wrangler d1 migrations apply --local` does in half the time, because it starts one runtime for all
 * migrations instead of one for each.
 */
export async function prepareLocalDatabase(persistTo: string, seed?: (db: D1Database) => Promise<void>) {
  if (!seed && (await isStamped(persistTo))) return false;
  const unlock = await lock(persistTo);
  try {
    // Another process may have migrated the database meanwhile.
    if (!seed && (await isStamped(persistTo))) return false;
    const { db, close } = await openMigrated(persistTo);
    try {
      await seed?.(db);
    } finally {
      await close();
    }
    await writeStamp(persistTo);
    return true;
  } finally {
    unlock();
  }
}

/**
 * Keeps other processes from preparing the same local database, and returns what ends that. Waits up to a minute for a
 * process that does. The lock is one of SQLite, which the system releases when a process is killed.
 */
async function lock(persistTo: string): Promise<() => void> {
  const { DatabaseSync } = await import("node:sqlite");
  await mkdir(join(persistTo, "v3"), { recursive: true });
  const database = new DatabaseSync(join(persistTo, "v3/rollcall-lock"), { timeout: LOCK_TIMEOUT_MS });
  database.exec("BEGIN EXCLUSIVE");
  return () => database.close();
}

type LocalDatabase = { db: D1Database; close: () => Promise<void> };

/**
 * Opens the local database and applies the new migrations. While a running server writes to it, everything may fail with
 * SQLITE_BUSY, even the start of the runtime: then it tries again from the start.
 */
async function openMigrated(persistTo: string): Promise<LocalDatabase> {
  for (let attempt = 1; ; attempt++) {
    try {
      const database = await open(persistTo);
      await applyMigrations(database.db).catch(async (error) => {
        await database.close();
        throw error;
      });
      return database;
    } catch (error) {
      if (attempt === ATTEMPTS || !String(error).includes("SQLITE_BUSY")) throw error;
      await setTimeout(attempt * RETRY_MS);
    }
  }
}

/** Opens the local database by wrangler's own means. The configuration has no other bindings, because no Worker runs here. */
async function open(persistTo: string): Promise<LocalDatabase> {
  // Wrangler otherwise asks a server on the internet where this machine is, which takes seconds.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
  const { getPlatformProxy, unstable_readConfig } = await import("wrangler");
  const { name, compatibility_date, d1_databases } = unstable_readConfig({ config: CONFIG });
  const directory = await mkdtemp(join(tmpdir(), "rollcall-config-"));
  const configPath = join(directory, "wrangler.json");
  await writeFile(configPath, JSON.stringify({ name, compatibility_date, d1_databases }));
  // The `v3` that wrangler puts between `--persist-to` and the data has to be written out here.
  const options = { configPath, persist: { path: join(persistTo, "v3") }, remoteBindings: false };
  try {
    const { env, dispose } = await getPlatformProxy<{ DB: D1Database }>(options);
    return { db: env.DB, close: dispose };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Applies each new migration in one batch: all of it or nothing, together with its row in `d1_migrations`. */
async function applyMigrations(db: D1Database): Promise<void> {
  const { unstable_splitSqlQuery } = await import("wrangler");
  await db.prepare(MIGRATIONS_TABLE).run();
  const isApplied = (name: string) => db.prepare("SELECT 1 FROM d1_migrations WHERE name = ?").bind(name).first();
  for (const { name, text } of await readMigrations()) {
    const statements = unstable_splitSqlQuery(text).map((query) => db.prepare(query));
    const record = db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name);
    if (await isApplied(name)) continue;
    try {
      await db.batch([...statements, record]);
    } catch (error) {
      const { message } = error as Error;
      // The batch also fails if another process has applied the migration meanwhile, which is just as well.
      if (!message.includes("SQLITE_BUSY") && (await isApplied(name))) continue;
      throw new Error(`Migration ${name} failed: ${message}`);
    }
  }
}

async function readMigrations(): Promise<{ name: string; text: string }[]> {
  const names = (await readdir(MIGRATIONS)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(MIGRATIONS, name), "utf8") })));
}

/** Lets the next `prepareLocalDatabase` look for new migrations again, after the tables were replaced. */
export const removeStamp = (persistTo: string): Promise<void> => rm(stampPath(persistTo), { force: true });

/** Beside the database files, so that it disappears with them. */
const stampPath = (persistTo: string) => join(persistTo, "v3/d1/rollcall-migrated");

async function writeStamp(persistTo: string): Promise<void> {
  await mkdir(dirname(stampPath(persistTo)), { recursive: true });
  await writeFile(stampPath(persistTo), await fingerprint(persistTo));
}

const isStamped = async (persistTo: string): Promise<boolean> =>
  (await readFile(stampPath(persistTo), "utf8").catch(() => null)) === (await fingerprint(persistTo));

/**
 * Digests what decides whether migrations are to be applied: the migrations, the configuration that names the database,
 * and which database files exist. A file that was deleted and made again has another birth time.
 */
async function fingerprint(persistTo: string): Promise<string> {
  const directory = join(persistTo, "v3/d1/miniflare-D1DatabaseObject");
  const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith(".sqlite")).sort();
  const files = names.map(async (name) => {
    const { ino, birthtimeMs } = await stat(join(directory, name));
    return { name, ino, birthtimeMs };
  });
  const parts = [await readMigrations(), await readFile(CONFIG, "utf8"), await Promise.all(files)];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
