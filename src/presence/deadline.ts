/** How long statistics may lag behind an open block, in milliseconds: within the promised 15 minutes. */
export const CHECKPOINT_MS = 14 * 60_000;

/** The longest pause between two tries to reach D1, in milliseconds: an outbox empties within a minute of its return. */
export const MAX_RETRY_MS = 30_000;

/** How long to wait after the n-th failure in a row (1, 2, ...), in milliseconds. */
export const retryDelay = (failures: number): number => Math.min(1_000 * 2 ** (failures - 1), MAX_RETRY_MS);

export type Pending = {
  /** For each open block: its last beat and its integration's timeout. */
  open: Iterable<{ lastAt: number; timeoutMs: number }>;
  /** Whether there are blocks or people that D1 has not heard of. */
  isWaiting: boolean;
  /** When open blocks are checkpointed next. */
  checkpointAt: number;
  /** Before when D1 is not to be asked again; 0 while it answers. */
  retryAt: number;
};

/** When the object must wake next, in UTC milliseconds; null when nothing is left to do. */
export function nextWake({ open, isWaiting, checkpointAt, retryAt }: Pending): number | null {
  let wake = isWaiting ? retryAt : Number.POSITIVE_INFINITY;
  for (const { lastAt, timeoutMs } of open) {
    // A gap of exactly the timeout still extends a block, so it is over one millisecond later.
    wake = Math.min(wake, lastAt + timeoutMs + 1, Math.max(checkpointAt, retryAt));
  }
  return wake === Number.POSITIVE_INFINITY ? null : wake;
}
