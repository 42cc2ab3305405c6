import type { SQL } from "drizzle-orm";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { SQLiteSyncDialect } from "drizzle-orm/sqlite-core";

export type Database = DrizzleD1Database & { $client: D1Database };

/** The deployment's one D1 database. Cheap: every request makes one. */
export const database = (d1: D1Database): Database => drizzle(d1);

const dialect = new SQLiteSyncDialect();

/**
 * Runs statements as one transaction, all or none, in one round trip, and gives each one's result. For hand-written SQL:
 * drizzle's own `batch` cannot bind the parameters of a raw `sql` statement.
 */
export async function atomically(db: Database, statements: SQL[]): Promise<D1Result<Record<string, unknown>>[]> {
  // D1 takes no batch of nothing.
  if (statements.length === 0) return [];
  return db.$client.batch(
    statements.map((statement) => {
      const { sql, params } = dialect.sqlToQuery(statement);
      return db.$client.prepare(sql).bind(...params);
    }),
  );
}

/** Whether something failed for a constraint, named by its columns as SQLite names it: "teams.slug". */
export const violates = (error: unknown, columns: string): boolean =>
  error instanceof Error && (error.message.includes(`constraint failed: ${columns}`) || violates(error.cause, columns));
