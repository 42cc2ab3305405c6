import { env } from "cloudflare:workers";
import { vi } from "vitest";

/** Runs `act` while D1 fails for every statement that uses one of the tables. */
export async function without<T>(table: string | string[], act: () => Promise<T>): Promise<T> {
  const tables = [table].flat();
  const rename = (names: (one: string) => [from: string, to: string]) =>
    env.DB.batch(tables.map(names).map(([from, to]) => env.DB.prepare(`ALTER TABLE ${from} RENAME TO ${to}`)));
  const log = vi.spyOn(console, "warn").mockImplementation(() => {});
  await rename((one) => [one, `${one}_away`]);
  try {
    return await act();
  } finally {
    await rename((one) => [`${one}_away`, one]);
    log.mockRestore();
  }
}
