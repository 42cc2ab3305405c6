import { env } from "cloudflare:workers";
import { vi } from "vitest";

/** A statement that D1 ran, and the rows that its meter counted. */
export type Metered = { sql: string; params: unknown[]; rowsRead: number; rowsWritten: number };

type Statement = D1PreparedStatement & { statement: string; params: unknown[] };

/** Runs `act` and returns every statement that D1 ran during that time, through any binding. */
export async function metered(act: () => Promise<unknown>): Promise<Metered[]> {
  const ran: Metered[] = [];
  const note = ({ statement, params }: Statement, { meta }: D1Result) =>
    ran.push({ sql: statement, params, rowsRead: meta.rows_read, rowsWritten: meta.rows_written });
  const statements = Object.getPrototypeOf(env.DB.prepare("SELECT 1")) as D1PreparedStatement;
  const database = Object.getPrototypeOf(env.DB) as D1Database;
  const { all, run, raw } = statements;
  const { batch } = database;
  const spies = [
    vi.spyOn(statements, "all").mockImplementation(async function (this: Statement) {
      const result = await all.call(this);
      note(this, result);
      return result as never;
    }),
    vi.spyOn(statements, "run").mockImplementation(async function (this: Statement) {
      const result = await run.call(this);
      note(this, result);
      return result as never;
    }),
    // `raw` returns no meter, so the statement runs a second time with `all`.
    vi.spyOn(statements, "raw").mockImplementation(async function (this: Statement, options: never) {
      note(this, await all.call(this));
      return raw.call(this, options);
    } as never),
    vi.spyOn(database, "batch").mockImplementation(async function (this: D1Database, list: D1PreparedStatement[]) {
      const results = await batch.call(this, list);
      for (const [index, result] of results.entries()) note(list[index] as Statement, result);
      return results as never;
    }),
  ];
  try {
    await act();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return ran;
}

/** Returns the steps of SQLite's query plan for a statement. */
export async function plan({ sql, params }: Metered): Promise<string[]> {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}

export const sum = (ran: Metered[], count: "rowsRead" | "rowsWritten"): number =>
  ran.reduce((total, statement) => total + statement[count], 0);
