/** How long statistics may lag behind an open block, in milliseconds: within the promised 15 minutes. */
export const CHECKPOINT_MS = 14 * 60_000;

/** The longest pause between two tries to reach D1, in milliseconds: an outbox empties within a minute of its return. */
export const MAX_RETRY_MS = 30_000;

/** How long to wait after the n-th failure in a row (1, 2, ...), in milliseconds. */
export const retryDelay = (failures: number): number => Math.min(1_000 * 2 ** (failures - 1), MAX_RETRY_MS);

export type Pending = {
  /** When the first of the open blocks times out; null where none is open. */
  timeoutAt: number | null;
  /** Whether there are blocks or people that D1 has not heard of. */
  isWaiting: boolean;
  /** When open blocks are checkpointed next. */
  checkpointAt: number;
  /** Before when D1 is not to be asked again; 0 while it answers. */
  retryAt: number;
};

/** When the object must wake next, in UTC milliseconds; null when nothing is left to do. */
export function nextWake({ timeoutAt, isWaiting, checkpointAt, retryAt }: Pending): number | null {
  if (timeoutAt === null) return isWaiting ? retryAt : null;
  const sendAt = isWaiting ? retryAt : Number.POSITIVE_INFINITY;
  // A gap of exactly the timeout still extends a block, so it is over one millisecond later.
  return Math.min(sendAt, timeoutAt + 1, Math.max(checkpointAt, retryAt));
}

/**
 * A deadline that was set at most `spanMs` ahead, as it stands `now`: where it is further off, the clock has been put back
 * since, and it is due.
 */
export const takenBack = (deadline: number, now: number, spanMs: number): number =>
  deadline > now + spanMs ? now : deadline;
