/** Outgoing calls that one invocation may have open at once: the platform queues any more (Workers limits). */
export const MAX_OPEN_CALLS = 6;

/**
 * Runs `work` for each item, at most `limit` at a time. Rejects with the first error; items not yet begun are then left
 * undone.
 */
export async function forEachConcurrently<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  limit = MAX_OPEN_CALLS,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
