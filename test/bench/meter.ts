import type { Usage } from "./row.ts";

const READS_ONLY = /^\s*(?:select|with)\b/i;

/**
 * A D1 that adds to `usage` what every query costs by D1's own meter. Nothing is put in its place, and nothing timed may
 * run through it: of the forms of answer that come without a meter, reads are run twice.
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
      // As objects, columns of one name are one; written is only what has its own names.
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
 * Has an object's storage add to `usage` what its own SQLite reads and writes. A cursor knows only when it was read to its
 * end, so they are asked when the usage is: the function given back brings it up to date.
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
    // Billed as a row written.
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
