import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_readConfig } from "wrangler";
import { type Builds, removeAtExit } from "./build.ts";
import { send } from "./load.ts";
import { OWN_TABLES } from "./own.ts";
import { workClock } from "./worked.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** A statement and its parameters. */
export type Statement = { sql: string; params?: unknown[] };

/** A runtime with three Workers: the real one, the real one with a meter, and the baseline. Each has its own objects. */
export type Bench = {
  /** Runs statements as one transaction on Rollcall's database, or on `OWN`, that of the plain Worker. */
  sql(statements: Statement[], database?: "DB" | "OWN"): Promise<D1Result<Record<string, unknown>>[]>;
  /** The direct URL of each Worker, without a proxy and without a slash at the end. */
  urls: Record<(typeof NAMES)[number], string>;
  /** Returns how long the runtime has worked so far, in milliseconds, see `workClock`. */
  worked(): number;
  /** Evicts the object of a team, as the platform does with an idle object. */
  evict(worker: "timed" | "metered", teamId: string): Promise<void>;
  stop(): Promise<void>;
};

/**
 * The folder in which Linux keeps files in memory. Writes there are immediate. On the platform, objects continue while
 * their writes become durable, but a local disk would block the single thread of the runtime.
 */
const MEMORY = "/dev/shm";

const NAMES = ["timed", "metered", "baseline"] as const;

/** A rate limit that no benchmark reaches. */
const UNLIMITED = { limit: 1_000_000_000, period: 60 as const };

/** Starts a runtime on new, migrated databases. */
export async function startBench(builds: Builds): Promise<Bench> {
  const { compatibility_date: compatibilityDate } = unstable_readConfig({ config: resolve(ROOT, "wrangler.toml") });
  const bindings = {
    d1Databases: { DB: "rollcall", OWN: "own" },
    durableObjects: { TEAM_PRESENCE: { className: "TeamPresence", useSQLite: true } },
    ratelimits: {
      TEAM_KEY_LIMIT: { namespace_id: "1", simple: UNLIMITED },
      INTEGRATION_KEY_LIMIT: { namespace_id: "2", simple: UNLIMITED },
    },
  };
  const workers = NAMES.map((name) => ({
    ...{ name, compatibilityDate, modules: true as const, ...bindings },
    ...{ scriptPath: builds[name], modulesRoot: dirname(builds[name]) },
    unsafeDirectSockets: [{ port: 0 }],
  }));
  const storage = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "rollcall-bench-"));
  removeAtExit(storage);
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers, resourcePersistencePath: storage }));
  const url = async (name: string) => (await miniflare.unsafeGetDirectURL(name)).origin;
  const urls = { timed: await url("timed"), metered: await url("metered"), baseline: await url("baseline") };
  const sql: Bench["sql"] = async (statements, database = "DB") => {
    const body = JSON.stringify(statements.map(({ sql: text, params = [] }) => ({ sql: text, params })));
    return JSON.parse(await send({ url: `${urls.baseline}/sql/${database}`, headers: {}, body }));
  };
  for (const { queries } of await readD1Migrations(resolve(ROOT, "migrations"))) {
    await sql(queries.map((query) => ({ sql: query })));
  }
  await sql(
    OWN_TABLES.map((table) => ({ sql: table })),
    "OWN",
  );
  return {
    ...{ sql, urls, worked: workClock() },
    evict: (worker, name) => miniflare.unsafeEvictDurableObject(worker, "TeamPresence", { name }),
    stop: async () => {
      await miniflare.dispose();
      await rm(storage, { recursive: true });
    },
  };
}
