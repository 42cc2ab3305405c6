import { env } from "cloudflare:workers";
import { database } from "../../src/db/client.ts";

/** The D1 of the suite. */
export const db = database(env.DB);

/** Runs SQL and returns the rows that it finds. */
export async function rows<T = Record<string, unknown>>(sql: string, ...params: unknown[]): Promise<T[]> {
  const { results } = await env.DB.prepare(sql)
    .bind(...params)
    .all<T>();
  return results;
}
