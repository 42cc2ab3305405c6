import { clip, type Interval, union } from "../../lib/interval.ts";

/** An interval in which exactly these people worked. `people` are person ids in order. */
export type SharedInterval = { start: number; end: number; people: string[] };

/** The time, in milliseconds, in which both people worked. `people` are person ids in order. */
export type PairOverlap = { people: [string, string]; ms: number };

/** A person by id, and when they worked: in order, without overlaps. */
type Worker = { id: string; worked: Interval[] };

/**
 * Computes who worked at the same time as whom within the window, from the intervals of work of each person, which may
 * overlap and be in any order.
 *
 * `intervals`: in order, the longest intervals in which the same two or more people worked; only those that begin at
 * `since` or later, and at most `limit` of them. `pairs`: the time shared by every two people, the longest first, ties by
 * ids; pairs that share none are absent.
 */
export function overlap(
  work: ReadonlyMap<string, readonly Interval[]>,
  window: Interval,
  { since = window.start, limit = Number.POSITIVE_INFINITY }: { since?: number; limit?: number } = {},
): { intervals: SharedInterval[]; pairs: PairOverlap[] } {
  const workers = [...work]
    .map(([id, intervals]) => ({ id, worked: union(intervals.flatMap((interval) => clip(interval, window) ?? [])) }))
    .sort((a, b) => compare(a.id, b.id));
  return { intervals: sharedIntervals(workers, since, limit), pairs: pairOverlaps(workers) };
}

/**
 * Goes through the moments at which someone starts or stops, and keeps the set of those at work. Each moment changes the
 * set, because the intervals of one person do not touch.
 */
function sharedIntervals(workers: readonly Worker[], since: number, limit: number): SharedInterval[] {
  const moments = workers
    .flatMap(({ worked }, worker) =>
      worked.flatMap(({ start, end }) => [
        { at: start, worker },
        { at: end, worker },
      ]),
    )
    .sort((a, b) => a.at - b.at);
  const shared: SharedInterval[] = [];
  const working = new Set<number>();
  let start = 0;
  for (const { at, worker } of moments) {
    if (shared.length >= limit) break;
    if (at > start && start >= since && working.size >= 2) {
      // Workers are in the order of their ids, so their positions sort as the ids do.
      const people = [...working].sort((a, b) => a - b).map((position) => workers[position]!.id);
      shared.push({ start, end: at, people });
    }
    start = at;
    if (!working.delete(worker)) working.add(worker);
  }
  return shared;
}

/** Compares the intervals of every two people: far fewer steps than adding up pairs at each moment of the whole team. */
function pairOverlaps(workers: readonly Worker[]): PairOverlap[] {
  const pairs: PairOverlap[] = [];
  workers.forEach((one, position) => {
    for (const other of workers.slice(position + 1)) {
      const ms = sharedTime(one.worked, other.worked);
      if (ms > 0) pairs.push({ people: [one.id, other.id], ms });
    }
  });
  return pairs.sort((a, b) => b.ms - a.ms || compare(a.people[0], b.people[0]) || compare(a.people[1], b.people[1]));
}

/** Returns the milliseconds that two ordered lists of intervals have in common. */
function sharedTime(a: readonly Interval[], b: readonly Interval[]): number {
  let ms = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const x = a[i]!;
    const y = b[j]!;
    ms += Math.max(0, Math.min(x.end, y.end) - Math.max(x.start, y.start));
    if (x.end < y.end) i++;
    else j++;
  }
  return ms;
}

/** Compares by code unit, as SQLite does, and independent of any locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
