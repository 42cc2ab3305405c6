import { type Column, type GetColumnData, type SQL, sql } from "drizzle-orm";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { SQLiteSyncDialect } from "drizzle-orm/sqlite-core";

export type Database = DrizzleD1Database & { $client: D1Database };

/** Wraps a D1 binding. Only tests and the functions below call this: others ask for the database by its purpose. */
export const database = (d1: D1Database): Database => drizzle(d1);

/** Opens the database in which keys, and the accounts they belong to, are found. */
export const directoryDatabase = (env: Env): Database => database(env.DB);

/** Opens the database that holds an account's rows. Today all accounts are in one database. */
export const databaseOf = (env: Env, _accountId: string): Database => database(env.DB);

/** Opens every database of the deployment, for work on all accounts. */
export const databases = (env: Env): Database[] => [database(env.DB)];

const dialect = new SQLiteSyncDialect();

/** A row as D1 returns it: the names of columns with their stored values. */
export type Row = Record<string, unknown>;

/**
 * Runs statements as one transaction, all or none, in one round trip, and returns each one's result. For hand-written SQL:
 * drizzle's own `batch` cannot bind the parameters of a raw `sql` statement.
 */
export async function atomically(db: Database, statements: SQL[]): Promise<D1Result<Row>[]> {
  // D1 refuses an empty batch.
  if (statements.length === 0) return [];
  return db.$client.batch(
    statements.map((statement) => {
      const { sql: text, params } = dialect.sqlToQuery(statement);
      return db.$client.prepare(text).bind(...params);
    }),
  );
}

/**
 * Runs statements as `atomically` does, in the order of their names, and returns the rows of each by its name. Under one
 * name may be several statements, or none.
 */
export async function atomicallyNamed<Name extends string>(
  db: Database,
  statements: Record<Name, SQL | SQL[]>,
): Promise<Record<Name, Row[]>> {
  const named = Object.entries<SQL | SQL[]>(statements).flatMap(([name, list]) =>
    [list].flat().map((statement) => ({ name: name as Name, statement })),
  );
  const rows = Object.fromEntries(Object.keys(statements).map((name) => [name, [] as Row[]])) as Record<Name, Row[]>;
  const results = await atomically(
    db,
    named.map(({ statement }) => statement),
  );
  results.forEach((result, index) => {
    rows[named[index]!.name].push(...result.results);
  });
  return rows;
}

type Decoded<Columns> = {
  [Name in keyof Columns]: Columns[Name] extends Column ? GetColumnData<Columns[Name]> : never;
};

/** Reads a row of `atomically` as drizzle would: the names of `columns`, with booleans and JSON as the table declares them. */
export const decodeRow = <Columns extends Record<string, Column>>(columns: Columns, row: Row): Decoded<Columns> =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]) => {
      const value = row[column.name];
      return [name, value === null ? null : column.mapFromDriverValue(value)];
    }),
  ) as Decoded<Columns>;

/**
 * Makes the statement that fails, and with it the whole batch, unless `condition` holds. `reason` is one word, by which
 * `isAborted` recognises it. SQLite has no RAISE outside triggers: a JSON path that is invalid is an error at run time.
 */
export const abortUnless = (condition: SQL, reason: string): SQL =>
  sql`SELECT json_extract('{}', iif(holds, '$', ${`aborted: ${reason}`})) FROM (SELECT (${condition}) AS holds)`;

/** Whether a batch failed because of an `abortUnless` with this reason. */
export const isAborted = (error: unknown, reason: string): boolean => mentions(error, `'aborted: ${reason}'`);

/** Whether a statement violated a constraint, named by its columns as SQLite names it: "teams.slug". */
export const violates = (error: unknown, columns: string): boolean => mentions(error, `constraint failed: ${columns}`);

/** Whether a statement failed because the database has no tables at all, as before its first migration. */
export async function isUnmigrated(db: Database, error: unknown): Promise<boolean> {
  if (!mentions(error, "no such table")) return false;
  const ours = sql`type = 'table' AND NOT (name GLOB 'd1_*' OR name GLOB '_cf_*' OR name GLOB 'sqlite_*')`;
  return (await db.get(sql`SELECT 1 FROM sqlite_master WHERE ${ours} LIMIT 1`)) === undefined;
}

const mentions = (error: unknown, text: string): boolean =>
  error instanceof Error && (error.message.includes(text) || mentions(error.cause, text));
