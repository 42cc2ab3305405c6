/** A half-open stretch of time, [start, end), in UTC milliseconds. */
export type Interval = { start: number; end: number };

/**
 * The time covered by any of the intervals: sorted, overlaps merged, touching intervals joined. Intervals of length 0
 * (a lone beat) cover nothing and are dropped. The input, in any order, is left as it was.
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

/** The part of the interval inside the window, or null where nothing of it is left. */
export function clip(interval: Interval, window: Interval): Interval | null {
  const start = Math.max(interval.start, window.start);
  const end = Math.min(interval.end, window.end);
  return start < end ? { start, end } : null;
}

/** How many milliseconds the intervals cover; time covered twice counts once. */
export function length(intervals: readonly Interval[]): number {
  return union(intervals).reduce((sum, { start, end }) => sum + end - start, 0);
}
