import type { Usage } from "./row.ts";

const READS_ONLY = /^\s*(?:select|with)\b/i;

/**
 * Wraps a D1 and adds to `usage` the rows that D1's own meter counts for every query. Queries must not be timed through
 * it: a read with `raw()`, which has no meter, runs twice.
 */
export function meteredD1(d1: D1Database, usage: Usage): D1Database {
  const inner = new WeakMap<object, D1PreparedStatement>();
  const see = <T>(result: D1Result<T>): D1Result<T> => {
    usage.d1Queries += 1;
    usage.d1Read += result.meta.rows_read;
    usage.d1Written += result.meta.rows_written;
    return result;
  };
  const metered = (statement: D1PreparedStatement, sql: string): D1PreparedStatement => {
    const values = async () => {
      const { results } = see(await statement.all<Record<string, unknown>>());
      // Rows as objects would lose columns with equal names. Only writes are built from objects: theirs have unique names.
      return READS_ONLY.test(sql) ? statement.raw() : results.map((row) => Object.values(row));
    };
    const answers: Partial<Record<keyof D1PreparedStatement, unknown>> = {
      bind: (...params: unknown[]) => metered(statement.bind(...params), sql),
      all: async () => see(await statement.all()),
      run: async () => see(await statement.run()),
      first: async (column?: string) => {
        const [row = null] = see(await statement.all<Record<string, unknown>>()).results;
        return row && column !== undefined ? row[column] : row;
      },
      raw: values,
    };
    inner.set(answers, statement);
    return answers as D1PreparedStatement;
  };
  const database: Partial<D1Database> = {
    prepare: (sql) => metered(d1.prepare(sql), sql),
    batch: async <T>(statements: D1PreparedStatement[]) => {
      const results = await d1.batch<T>(statements.map((statement) => inner.get(statement)!));
      return results.map(see);
    },
  };
  return database as D1Database;
}

/**
 * Wraps the storage of an object to add to `usage` the rows that its own SQLite reads and writes. The counts of a cursor
 * are complete only after it was read to its end. The returned function adds the counts so far to `usage`.
 */
export function meterStorage({ storage }: DurableObjectState, usage: Usage): () => void {
  const cursors: SqlStorageCursor<never>[] = [];
  const exec = storage.sql.exec.bind(storage.sql);
  storage.sql.exec = ((query: string, ...params: unknown[]) => {
    const cursor = exec(query, ...params) as SqlStorageCursor<never>;
    cursors.push(cursor);
    return cursor;
  }) as typeof storage.sql.exec;
  for (const verb of ["setAlarm", "deleteAlarm"] as const) {
    const original = storage[verb].bind(storage) as (...args: unknown[]) => Promise<void>;
    // Cloudflare bills each of these calls as a row written.
    storage[verb] = (...args: unknown[]) => {
      usage.objectWritten += 1;
      return original(...args);
    };
  }
  return () => {
    for (const { rowsRead, rowsWritten } of cursors.splice(0)) {
      usage.objectRead += rowsRead;
      usage.objectWritten += rowsWritten;
    }
  };
}
