import { clip, type Interval, union } from "../../lib/interval.ts";

/** An interval in which exactly these people worked. `people` are person ids in order. */
export type SharedInterval = { start: number; end: number; people: string[] };

/** The time, in milliseconds, in which both people worked. `people` are person ids in order. */
export type PairOverlap = { people: [string, string]; ms: number };

/** When one person worked. The intervals are in order, and do not overlap or touch. */
type PersonWork = { id: string; worked: Interval[] };

/** Work of each person: intervals that may overlap and be in any order. */
type Work = ReadonlyMap<string, readonly Interval[]>;

/** The most ids in one page of intervals: they make an answer long, where many people work at the same time. */
const MAX_IDS_OF_PAGE = 10_000;

/**
 * Cuts a page out of the times in which people worked together within `window`, from the work within `covered`, its first
 * part. `next` is where the next page begins; null at the end. The page has at most `limit` intervals. An interval that
 * reaches the end of `covered` may go on, so it is left to the next page; only one that fills all of `covered` is divided.
 */
export function pageOfIntervals(
  work: Work,
  { covered, window, limit }: { covered: Interval; window: Interval; limit: number },
): { intervals: SharedInterval[]; next: number | null } {
  const isWhole = covered.end >= window.end;
  const intervals: SharedInterval[] = [];
  let ids = 0;
  for (const interval of sharedIntervals(work, covered)) {
    ids += interval.people.length;
    const mayGoOn = !isWhole && interval.end === covered.end && interval.start > covered.start;
    const isFull = intervals.length === limit || (intervals.length > 0 && ids > MAX_IDS_OF_PAGE);
    if (mayGoOn || isFull) return { intervals, next: interval.start };
    intervals.push(interval);
  }
  return { intervals, next: isWhole ? null : covered.end };
}

/**
 * Finds, in order, the longest intervals within the window in which the same two or more people worked. Goes through the
 * moments at which a person starts or stops work, and keeps the set of people at work. Each moment changes the set, because
 * the intervals of one person do not touch.
 */
export function* sharedIntervals(work: Work, window: Interval): Generator<SharedInterval> {
  const people = workOfPeople(work, window);
  const moments = people
    .flatMap(({ worked }, person) =>
      worked.flatMap(({ start, end }) => [
        { at: start, person },
        { at: end, person },
      ]),
    )
    .sort((a, b) => a.at - b.at);
  const working = new Set<number>();
  let start = 0;
  for (const { at, person } of moments) {
    if (at > start && working.size >= 2) {
      // People are in the order of their ids, so their positions sort as the ids do.
      const ids = [...working].sort((a, b) => a - b).map((position) => people[position]!.id);
      yield { start, end: at, people: ids };
    }
    start = at;
    if (!working.delete(person)) working.add(person);
  }
}

const workOfPeople = (work: Work, window: Interval): PersonWork[] =>
  [...work]
    .map(([id, intervals]) => ({ id, worked: union(intervals.flatMap((interval) => clip(interval, window) ?? [])) }))
    .sort((a, b) => compare(a.id, b.id));

/**
 * Computes the time that every two people worked at the same time within the window, the longest first, ties by ids. Pairs
 * that share none are absent. Compares the intervals of every two people: far fewer steps than adding up pairs at each
 * moment of the whole team. The steps grow with the square of the people.
 */
export function pairOverlaps(work: Work, window: Interval): PairOverlap[] {
  const people = workOfPeople(work, window);
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
