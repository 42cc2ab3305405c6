const DAY_MS = 24 * 3_600_000;

/**
 * Since when a team keeps its presence and events, in UTC milliseconds: the midnight in UTC, `retentionDays` days ago or just
 * before that, so that it moves once a day and nothing goes too early. Null for a team that keeps everything.
 */
export function keptSince(retentionDays: number | null, now: number): number | null {
  return retentionDays === null ? null : Math.floor((now - retentionDays * DAY_MS) / DAY_MS) * DAY_MS;
}
