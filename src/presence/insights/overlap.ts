import { clip, type Interval, union } from "../../lib/interval.ts";

/** A stretch of time in which exactly these people, ids sorted, worked. */
export type SharedInterval = { start: number; end: number; people: string[] };
/** Two people, ids sorted, and the milliseconds in which both worked. */
export type PairOverlap = { people: [string, string]; ms: number };

type Person = { id: string; worked: Interval[] };

/**
 * Who worked at the same time as whom inside the window. `intervals`: the longest stretches in which a constant set of at
 * least two people worked, in order. `pairs`: the time each two people share, largest first, ties by ids; pairs that
 * never met are absent. Of the intervals, at most `limit` that begin at `since` or later. Each person's intervals may come in any order and overlap one another.
 */
export function overlap(
  work: ReadonlyMap<string, readonly Interval[]>,
  window: Interval,
  { since = window.start, limit = Number.POSITIVE_INFINITY }: { since?: number; limit?: number } = {},
): { intervals: SharedInterval[]; pairs: PairOverlap[] } {
  const people = [...work]
    .map(([id, blocks]) => ({ id, worked: union(blocks.flatMap((block) => clip(block, window) ?? [])) }))
    .sort((a, b) => compare(a.id, b.id));
  return { intervals: sweep(people, since, limit), pairs: pairUp(people) };
}

/** Sweep line over the moments at which someone starts or stops. Unions make each of them a true change of the set. */
function sweep(people: readonly Person[], from: number, limit: number): SharedInterval[] {
  const edges = people
    .flatMap(({ worked }, person) =>
      worked.flatMap(({ start, end }) => [
        { at: start, person },
        { at: end, person },
      ]),
    )
    .sort((a, b) => a.at - b.at);
  const shared: SharedInterval[] = [];
  const working = new Set<number>();
  let since = 0;
  for (const { at, person } of edges) {
    if (shared.length >= limit) break;
    if (at > since && since >= from && working.size >= 2) {
      // People are numbered by id, so sorting the numbers sorts the ids.
      const ids = [...working].sort((a, b) => a - b).map((number) => people[number]!.id);
      shared.push({ start: since, end: at, people: ids });
    }
    since = at;
    if (!working.delete(person)) working.add(person);
  }
  return shared;
}

/** Pair by pair rather than within the sweep: its steps are far more than any two people's intervals. */
function pairUp(people: readonly Person[]): PairOverlap[] {
  const pairs: PairOverlap[] = [];
  people.forEach((one, index) => {
    for (const other of people.slice(index + 1)) {
      const ms = together(one.worked, other.worked);
      if (ms > 0) pairs.push({ people: [one.id, other.id], ms });
    }
  });
  return pairs.sort((a, b) => b.ms - a.ms || compare(a.people[0], b.people[0]) || compare(a.people[1], b.people[1]));
}

function together(a: readonly Interval[], b: readonly Interval[]): number {
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

/** Code-unit order, as SQLite's and no locale's. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
