import { env } from "cloudflare:workers";

const RUNS = ["all", "run", "first", "raw"] as const;

/**
 * The suite's own D1, with a count of the queries put to it and of the rows they read. Nothing is put in its place: every
 * query runs as it would.
 */
export function countingDatabase(d1: D1Database = env.DB) {
  const count = { queries: 0, rowsRead: 0 };
  const inner = new WeakMap<object, D1PreparedStatement>();
  const see = ({ meta }: D1Result) => {
    count.rowsRead += meta.rows_read;
  };
  const counted = (statement: D1PreparedStatement): D1PreparedStatement => {
    const proxy = new Proxy(statement, {
      get(target, name) {
        if (name === "bind") return (...values: unknown[]) => counted(target.bind(...values));
        if (!RUNS.includes(name as never)) return Reflect.get(target, name);
        return async (...args: unknown[]) => {
          count.queries += 1;
          // Not every form of answer says what it cost: those that do not are asked for twice, and may only be reads.
          const costs = name === "raw" || name === "first";
          if (costs) see(await target.all());
          const answer = await (target[name as "all"] as (...args: unknown[]) => Promise<D1Result>)(...args);
          if (!costs) see(answer);
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
      if (name !== "batch") throw new Error(`counting knows no ${String(name)}`);
      return async (statements: D1PreparedStatement[]) => {
        count.queries += statements.length;
        const answers = await target.batch(statements.map((statement) => inner.get(statement)!));
        answers.forEach(see);
        return answers;
      };
    },
  });
  return { db, count };
}
