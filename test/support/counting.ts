import { env } from "cloudflare:workers";

const RUNS = ["all", "run", "first", "raw"] as const;

/** Wraps the D1 of the suite. Counts its queries and the rows that they read, and runs every query unchanged. */
export function countingDatabase(d1: D1Database = env.DB) {
  const count = { queries: 0, rowsRead: 0 };
  const inner = new WeakMap<object, D1PreparedStatement>();
  const addRows = ({ meta }: D1Result) => {
    count.rowsRead += meta.rows_read;
  };
  const counted = (statement: D1PreparedStatement): D1PreparedStatement => {
    const proxy = new Proxy(statement, {
      get(target, name) {
        if (name === "bind") return (...values: unknown[]) => counted(target.bind(...values));
        if (!RUNS.includes(name as never)) return Reflect.get(target, name);
        return async (...args: unknown[]) => {
          count.queries += 1;
          // These two return no meta data: the statement runs a second time for them, so it may only read.
          const lacksMeta = name === "raw" || name === "first";
          if (lacksMeta) addRows(await target.all());
          const answer = await (target[name as "all"] as (...args: unknown[]) => Promise<D1Result>)(...args);
          if (!lacksMeta) addRows(answer);
          return answer;
        };
      },
    });
    inner.set(proxy, statement);
    return proxy;
  };
  const db = new Proxy(d1, {
    get(target, name) {
      if (name === "prepare") return (sql: string) => counted(target.prepare(sql));
      if (name !== "batch") throw new Error(`countingDatabase does not support ${String(name)}`);
      return async (statements: D1PreparedStatement[]) => {
        count.queries += statements.length;
        const answers = await target.batch(statements.map((statement) => inner.get(statement)!));
        answers.forEach(addRows);
        return answers;
      };
    },
  });
  return { db, count };
}
