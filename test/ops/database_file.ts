/** Reads a local D1 database through its file, because wrangler does not show all of it. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Whether a table belongs to Cloudflare. */
const isForeign = (name: string) => name.startsWith("_cf_");

/** Opens the one D1 database in a directory (as in wrangler's `--persist-to`), read-only, and closes it after `use`. */
export function withDatabase<T>(persistTo: string, use: (database: DatabaseSync) => T): T {
  const folder = join(persistTo, "v3/d1/miniflare-D1DatabaseObject");
  const [file, ...others] = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  if (!file || others.length > 0) throw new Error(`${folder} must hold one database`);
  const database = new DatabaseSync(join(folder, file), { readOnly: true });
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** Runs a query and returns its rows. */
export const select = (persistTo: string, sql: string): Record<string, unknown>[] =>
  withDatabase(persistTo, (database) => database.prepare(sql).all());

/** Returns the schema as `sqlite_master` has it, sorted by name. */
export const schemaOf = (persistTo: string): unknown[] =>
  select(persistTo, "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").filter(
    ({ tbl_name }) => !isForeign(String(tbl_name)),
  );

/** A column that a restore changes on purpose, so that team objects read people and settings again. */
const RAISED = "directory_version";

/** Returns every row of every table as SQL literals, which differ for 1, 1.0 and '1'. Sorted, without `directory_version`. */
export const rowsOf = (persistTo: string): Record<string, string[]> =>
  withDatabase(persistTo, (database) => {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all();
    const names = tables.map(({ name }) => String(name)).filter((name) => !isForeign(name));
    return Object.fromEntries(
      names.map((name) => {
        const columns = database.prepare("SELECT name FROM pragma_table_info(?) WHERE name <> ?").all(name, RAISED);
        const literals = columns.map((column) => `quote("${column.name}")`).join(" || ', ' || ");
        const rows = database.prepare(`SELECT ${literals} AS row FROM "${name}" ORDER BY row`).all();
        return [name, rows.map(({ row }) => String(row))];
      }),
    );
  });

/** Returns the directory versions of all accounts. */
export const directoryVersions = (persistTo: string): number[] =>
  select(persistTo, "SELECT directory_version AS version FROM accounts ORDER BY id").map(({ version }) =>
    Number(version),
  );
