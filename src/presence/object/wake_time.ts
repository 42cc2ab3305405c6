import { MINUTE_MS, SECOND_MS } from "../../lib/duration.ts";

/** How often the open blocks are written to D1, in milliseconds: statistics may lag by at most 15 minutes. */
export const CHECKPOINT_MS = 14 * MINUTE_MS;

/** The longest wait between two tries to reach D1, in milliseconds: the outbox must empty within a minute of D1's return. */
export const MAX_RETRY_MS = 30 * SECOND_MS;

/** Returns how long to wait after the n-th failure in a row (1, 2, ...), in milliseconds. */
export const retryDelay = (failures: number): number => Math.min(SECOND_MS * 2 ** (failures - 1), MAX_RETRY_MS);

/** What the object has yet to do. Times are UTC milliseconds. */
export type PendingWork = {
  /** When the first of the open blocks times out; null where none is open. */
  timeoutAt: number | null;
  /** Whether something waits to be sent to D1. */
  hasUnsent: boolean;
  /** When the open blocks are written to D1 next. */
  checkpointAt: number;
  /** When D1 may be asked again after a failure; 0 after a success. */
  retryAt: number;
  /** When the first key of a live socket expires; null where none does. */
  keyExpiresAt: number | null;
};

/** Computes when the object must wake next, in UTC milliseconds; null where nothing is left to do. */
export function nextWake({ timeoutAt, hasUnsent, checkpointAt, retryAt, keyExpiresAt }: PendingWork): number | null {
  const times: number[] = [];
  if (hasUnsent) times.push(retryAt);
  // A gap of exactly the timeout still extends a block, so the block is over one millisecond later.
  if (timeoutAt !== null) times.push(timeoutAt + 1, Math.max(checkpointAt, retryAt));
  if (keyExpiresAt !== null) times.push(keyExpiresAt);
  return times.length === 0 ? null : Math.min(...times);
}

/**
 * Returns a deadline that was set at most `spanMs` ahead. One that is further ahead was set before the clock was put back,
 * and is due now.
 */
export const clampToNow = (deadline: number, now: number, spanMs: number): number =>
  deadline > now + spanMs ? now : deadline;
