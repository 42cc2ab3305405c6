import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { without } from "../support/without.ts";

/** Lists Rollcall's tables in D1. */
async function tables(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table'
     AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*' AND name <> 'd1_migrations'`,
  ).all<{ name: string }>();
  return results.map(({ name }) => name);
}

/** Runs `act` while D1 fails every query: all tables are renamed. */
export async function withoutD1<T>(act: () => Promise<T>): Promise<T> {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    return await without(await tables(), act);
  } finally {
    log.mockRestore();
  }
}
