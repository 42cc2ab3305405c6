import { env } from "cloudflare:workers";

/** Wraps the suite's D1 and measures the longest text parameter of any statement, in bytes. */
export function watchedD1(): { db: D1Database; largest: () => number } {
  let largest = 0;
  const encoder = new TextEncoder();
  const watch = (statement: D1PreparedStatement): D1PreparedStatement => {
    const bind = statement.bind.bind(statement);
    statement.bind = (...values) => {
      for (const value of values)
        if (typeof value === "string") largest = Math.max(largest, encoder.encode(value).length);
      return bind(...values);
    };
    return statement;
  };
  const db = new Proxy(env.DB, {
    get(target, key) {
      if (key === "prepare") return (sql: string) => watch(target.prepare(sql));
      const member: unknown = Reflect.get(target, key);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  return { db, largest: () => largest };
}
