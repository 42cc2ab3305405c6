import { env } from "cloudflare:workers";

export type Statement = { sql: string; params: unknown[] };

/** Opens the database of the tests and records each statement that it is given. Batches are not supported. */
export function recordStatements(): { d1: D1Database; statements: Statement[] } {
  const statements: Statement[] = [];
  const prepare = (sql: string) => ({
    bind: (...params: unknown[]) => {
      statements.push({ sql, params });
      return env.DB.prepare(sql).bind(...params);
    },
  });
  return { d1: { prepare } as unknown as D1Database, statements };
}

/** Runs a statement and returns how many rows it reads. */
export const rowsRead = async ({ sql, params }: Statement): Promise<number> =>
  (
    await env.DB.prepare(sql)
      .bind(...params)
      .all()
  ).meta.rows_read;
