/** Finds blocks of one file that overlap. */
import type { Problem } from "./line.ts";

/** The time of a block, half-open, in UTC milliseconds. `stream` is its identity and source. */
export type Period = { number: number; stream: string; start: number; end: number };

/**
 * Finds the periods that overlap an earlier one of their stream, or start at the same time. The one that starts first stays;
 * of two with the same start, that of the first line.
 */
export function findOverlaps(periods: readonly Period[]): Problem[] {
  const sorted = periods.toSorted((a, b) => a.start - b.start || a.number - b.number);
  const latest = new Map<string, Period>();
  const problems: Problem[] = [];
  for (const period of sorted) {
    const former = latest.get(period.stream);
    if (former && (period.start < former.end || period.start === former.start)) {
      problems.push({ number: period.number, reason: `overlaps the block of line ${former.number}` });
    } else latest.set(period.stream, period);
  }
  return problems;
}
