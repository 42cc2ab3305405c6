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

type Queue<T> = { account: string; items: T[]; open: number; lastTurn: number };

/**
 * Runs `work` for each item, at most `limit` at a time, so that slow items of one owner do not keep the others waiting. An
 * item has an account and, within it, a receiver: the next item is of the account with the fewest items under way, then of
 * its receiver with the fewest, then of the one whose last turn was longest ago. Rejects as `forEachConcurrently`.
 */
export async function forEachInTurns<T>(
  items: readonly T[],
  ownersOf: (item: T) => readonly [account: string, receiver: string],
  work: (item: T) => Promise<void>,
  limit = MAX_OPEN_CALLS,
): Promise<void> {
  const queues: Queue<T>[] = [...Map.groupBy(items, (item) => ownersOf(item).join(" ")).values()].map((own) => ({
    ...{ account: ownersOf(own[0]!)[0], items: own.toReversed(), open: 0, lastTurn: 0 },
  }));
  const openOfAccount = new Map<string, number>();
  const rank = (queue: Queue<T>) => [openOfAccount.get(queue.account) ?? 0, queue.open, queue.lastTurn];
  let turn = 0;
  const count = (queue: Queue<T>, change: number) => {
    queue.open += change;
    openOfAccount.set(queue.account, (openOfAccount.get(queue.account) ?? 0) + change);
  };
  const worker = async () => {
    for (;;) {
      const [queue] = queues.filter((one) => one.items.length > 0).sort((a, b) => compare(rank(a), rank(b)));
      if (!queue) return;
      queue.lastTurn = ++turn;
      count(queue, 1);
      await work(queue.items.pop()!);
      count(queue, -1);
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
}

/** Compares two lists of numbers by their first difference. */
const compare = (one: readonly number[], other: readonly number[]): number => {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at < 0 ? 0 : one[at]! - other[at]!;
};
