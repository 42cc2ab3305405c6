import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";

/** A cron expression, and when it last ran without a failure, in UTC milliseconds. */
export type CronRun = { cron: string; succeededAt: number };

/** Reads the last run of each cron expression. */
export const readCronRuns = (db: Database): Promise<CronRun[]> =>
  db.all<CronRun>(sql`SELECT cron, succeeded_at AS succeededAt FROM cron_runs ORDER BY cron`);

/** Saves that a cron expression ran without a failure at `at`, in UTC milliseconds. */
export const saveCronRun = (db: Database, cron: string, at: number): Promise<unknown> =>
  db.run(sql`
    INSERT INTO cron_runs (cron, succeeded_at) VALUES (${cron}, ${at})
    ON CONFLICT DO UPDATE SET succeeded_at = max(succeeded_at, excluded.succeeded_at)`);
