import { clip, type Interval, union } from "../../lib/interval.ts";

/** An interval in which exactly these people worked. `people` are person ids in order. */
export type SharedInterval = { start: number; end: number; people: string[] };

/** The time, in milliseconds, in which both people worked. `people` are person ids in order. */
export type PairOverlap = { people: [string, string]; ms: number };

/** When one person worked. The intervals are in order, and do not overlap or touch. */
type PersonWork = { id: string; worked: Interval[] };

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
  const people = [...work]
    .map(([id, intervals]) => ({ id, worked: union(intervals.flatMap((interval) => clip(interval, window) ?? [])) }))
    .sort((a, b) => compare(a.id, b.id));
  return { intervals: sharedIntervals(people, since, limit), pairs: pairOverlaps(people) };
}

/**
 * Goes through the moments at which a person starts or stops work, and keeps the set of people at work. Each moment changes
 * the set, because the intervals of one person do not touch.
 */
function sharedIntervals(people: readonly PersonWork[], since: number, limit: number): SharedInterval[] {
  const moments = people
    .flatMap(({ worked }, person) =>
      worked.flatMap(({ start, end }) => [
        { at: start, person },
        { at: end, person },
      ]),
    )
    .sort((a, b) => a.at - b.at);
  const shared: SharedInterval[] = [];
  const working = new Set<number>();
  let start = 0;
  for (const { at, person } of moments) {
    if (shared.length >= limit) break;
    if (at > start && start >= since && working.size >= 2) {
      // People are in the order of their ids, so their positions sort as the ids do.
      const ids = [...working].sort((a, b) => a - b).map((position) => people[position]!.id);
      shared.push({ start, end: at, people: ids });
    }
    start = at;
    if (!working.delete(person)) working.add(person);
  }
  return shared;
}

/** Compares the intervals of every two people: far fewer steps than adding up pairs at each moment of the whole team. */
function pairOverlaps(people: readonly PersonWork[]): PairOverlap[] {
  const pairs: PairOverlap[] = [];
  people.forEach((one, position) => {
    for (const other of people.slice(position + 1)) {
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
