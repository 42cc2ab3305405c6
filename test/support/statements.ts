import { env } from "cloudflare:workers";

export type Asked = { sql: string; params: unknown[] };

/** The suite's database, and what it is asked, one statement at a time. */
export function watch(): { d1: D1Database; asked: Asked[] } {
  const asked: Asked[] = [];
  const prepare = (sql: string) => ({
    bind: (...params: unknown[]) => {
      asked.push({ sql, params });
      return env.DB.prepare(sql).bind(...params);
    },
  });
  return { d1: { prepare } as unknown as D1Database, asked };
}

/** How many rows D1 reads to answer a statement. */
export const rowsRead = async ({ sql, params }: Asked): Promise<number> =>
  (
    await env.DB.prepare(sql)
      .bind(...params)
      .all()
  ).meta.rows_read;
