/** A half-open interval of time, [start, end), in UTC milliseconds. */
export type Interval = { start: number; end: number };

/**
 * Merges intervals into the time that any of them covers: sorted, without overlaps, touching intervals joined. Intervals of
 * length 0 are dropped. The input may be in any order and is not changed.
 */
export function union(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter(({ start, end }) => start < end).sort((a, b) => a.start - b.start);
  const merged: Interval[] = [];
  let last: Interval | undefined;
  for (const { start, end } of sorted) {
    if (last !== undefined && start <= last.end) {
      last.end = Math.max(last.end, end);
    } else {
      last = { start, end };
      merged.push(last);
    }
  }
  return merged;
}

/** Returns the part of the interval inside the window; null where they do not overlap. */
export function clip(interval: Interval, window: Interval): Interval | null {
  const start = Math.max(interval.start, window.start);
  const end = Math.min(interval.end, window.end);
  return start < end ? { start, end } : null;
}

/** Returns the milliseconds that the intervals cover; time covered twice counts once. */
export function length(intervals: readonly Interval[]): number {
  return union(intervals).reduce((sum, { start, end }) => sum + end - start, 0);
}
