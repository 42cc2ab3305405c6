import { DAY_MS } from "../lib/duration.ts";

/**
 * Returns the instant from which a team keeps its blocks and events, in UTC milliseconds; null where it keeps everything.
 * It is a midnight in UTC, so that it moves once a day: the last one that is at least `retentionDays` days ago.
 */
export const retainedSince = (retentionDays: number | null, now: number): number | null =>
  retentionDays === null ? null : Math.floor((now - retentionDays * DAY_MS) / DAY_MS) * DAY_MS;
