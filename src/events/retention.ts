import { DAY_MS } from "../lib/duration.ts";

/**
 * Returns the time since which a team keeps its blocks and events, in UTC milliseconds; null if it keeps everything. It is
 * the last midnight in UTC that is at least `retentionDays` days ago, so it changes once a day.
 */
export const retainedSince = (retentionDays: number | null, now: number): number | null =>
  retentionDays === null ? null : Math.floor((now - retentionDays * DAY_MS) / DAY_MS) * DAY_MS;
