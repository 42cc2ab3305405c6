import { MINUTE_MS } from "../lib/duration.ts";

/** The cron expressions of wrangler.toml, and the age of the last run at which three runs in a row are missing. */
const MAX_AGE_MS: Record<string, number> = { "*/5 * * * *": 15 * MINUTE_MS, "*/15 * * * *": 45 * MINUTE_MS };

/** The last run of a cron expression without a failure; null where none is known. Times are milliseconds. */
export type CronHealth = { cron: string; succeededAt: number | null; ageMs: number | null; isOk: boolean };

/** What is right and wrong with a deployment. `crons` is empty where D1 did not answer. */
export type Health = { isOk: boolean; isD1Reachable: boolean; areObjectsReachable: boolean; crons: CronHealth[] };

/** Judges a deployment. `runs`: the last run of each cron expression by D1; null where D1 did not answer. */
export function judge(
  runs: readonly { cron: string; succeededAt: number }[] | null,
  areObjectsReachable: boolean,
  now: number,
): Health {
  const lastRuns = new Map(runs?.map(({ cron, succeededAt }) => [cron, succeededAt]));
  const crons = runs === null ? [] : Object.keys(MAX_AGE_MS).map((cron) => cronHealth(cron, lastRuns.get(cron), now));
  const isD1Reachable = runs !== null;
  return {
    isOk: isD1Reachable && areObjectsReachable && crons.every(({ isOk }) => isOk),
    ...{ isD1Reachable, areObjectsReachable, crons },
  };
}

function cronHealth(cron: string, succeededAt: number | undefined, now: number): CronHealth {
  if (succeededAt === undefined) return { cron, succeededAt: null, ageMs: null, isOk: false };
  const ageMs = Math.max(0, now - succeededAt);
  return { cron, succeededAt, ageMs, isOk: ageMs <= MAX_AGE_MS[cron]! };
}
