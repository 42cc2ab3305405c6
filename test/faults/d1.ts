import { env } from "cloudflare:workers";
import { vi } from "vitest";

/** Every table of Rollcall's in D1. */
async function tables(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table'
     AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*' AND name <> 'd1_migrations'`,
  ).all<{ name: string }>();
  return results.map(({ name }) => name);
}

const rename = (pairs: [string, string][]) =>
  env.DB.batch(pairs.map(([from, to]) => env.DB.prepare(`ALTER TABLE ${from} RENAME TO ${to}`)));

/** Runs `act` while D1 refuses every statement: none of its tables is there. */
export async function withoutD1<T>(act: () => Promise<T>): Promise<T> {
  const logs = (["warn", "error"] as const).map((level) => vi.spyOn(console, level).mockImplementation(() => {}));
  const names = await tables();
  await rename(names.map((name) => [name, `${name}_away`]));
  try {
    return await act();
  } finally {
    await rename(names.map((name) => [`${name}_away`, name]));
    for (const log of logs) log.mockRestore();
  }
}
