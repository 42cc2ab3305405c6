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

/** A statement and what is bound to it. */
export type Statement = { sql: string; params?: unknown[] };

/** A runtime with the real Worker, the same one metered, and the baselines, each with its own objects, on one database. */
export type Bench = {
  /** Runs statements as one transaction on the database, or on that of who has no Rollcall. */
  sql(statements: Statement[], database?: "DB" | "OWN"): Promise<D1Result<Record<string, unknown>>[]>;
  /** Where each Worker answers, past every proxy; without a slash at the end. */
  urls: Record<(typeof NAMES)[number], string>;
  /** How long the runtime has worked so far, in milliseconds: see `workClock`. */
  worked(): number;
  /** Ends the running object of a team, as the platform does with one that nobody has called for a while. */
  evict(worker: "timed" | "metered", teamId: string): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Where Linux keeps files in memory. A write is done here at once, as with the platform, whose objects go on while their
 * writes are made durable; a local disk would hold up the one thread that everything shares.
 */
const MEMORY = "/dev/shm";

const NAMES = ["timed", "metered", "baseline"] as const;

/** More than any bench asks. */
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
