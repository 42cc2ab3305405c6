import type { TeamSettings } from "../auth/actor.ts";
import { formatInstant } from "../lib/instant.ts";
import { MAX_AHEAD_MS } from "../presence/heartbeat/heartbeat.ts";
import type { NewEvent } from "./event.ts";
import { retainedSince } from "./retention.ts";

/** How long a team keeps events, and before which instant it has removed some. */
type Retention = Pick<TeamSettings, "retentionDays" | "countedUntil">;

/** An event of a batch that is rejected. `index` is its position in the batch, `reason` begins with the field at fault. */
export type RejectedEvent = { index: number; reason: string };

/**
 * Splits a batch into the events to store and those that are rejected because of their time. Of several events with the
 * same external id, only the last accepted one is stored.
 */
export function splitBatch(
  batch: readonly NewEvent[],
  now: number,
  retention: Retention,
): { accepted: NewEvent[]; rejected: RejectedEvent[] } {
  const accepted = new Map<string, NewEvent>();
  const rejected: RejectedEvent[] = [];
  for (const [index, event] of batch.entries()) {
    const reason = rejectionReason(event.occurredAt, now, retention);
    if (reason === null) accepted.set(event.externalId, event);
    else rejected.push({ index, reason: `timestamp: ${reason}` });
  }
  return { accepted: [...accepted.values()], rejected };
}

/**
 * Returns why an event at this time is rejected; null if it is accepted. The time must be at most 5 minutes ahead, and
 * within what the team keeps and has not removed: an older event may have been counted before it was removed, and would be
 * counted a second time.
 */
export function rejectionReason(
  occurredAt: number,
  now: number,
  { retentionDays, countedUntil }: Retention,
): string | null {
  if (occurredAt > now + MAX_AHEAD_MS) return "must not be more than 5 minutes ahead";
  if (occurredAt < (retainedSince(retentionDays, now) ?? Number.NEGATIVE_INFINITY)) {
    return `is older than the ${retentionDays} days this team keeps`;
  }
  if (countedUntil !== null && occurredAt < countedUntil) {
    return `is before ${formatInstant(countedUntil)}: the team's events from before that time were removed for their age`;
  }
  return null;
}
