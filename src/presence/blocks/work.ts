import { HOUR_MS } from "../../lib/duration.ts";
import { clip, type Interval } from "../../lib/interval.ts";
import type { BlockRow } from "./block_row.ts";
import { isWorking, type StatusClasses } from "./status.ts";

/** A block, and whether its status counts as working time for the team. */
export type ClassifiedBlock = BlockRow & { working: boolean };

/** Adds to blocks whether their status counts as working time for a team with these classes. */
export const classify = (blocks: readonly BlockRow[], classes: StatusClasses): ClassifiedBlock[] =>
  blocks.map((block) => ({ ...block, working: isWorking(block.status, classes) }));

/** The part of a block that working time is computed from. */
type TimedBlock = Pick<BlockRow, "personId" | "status" | "startedAt" | "lastSeenAt" | "endedAt">;

/**
 * Returns when each person worked within the window, by person id. Intervals may overlap, and are in the order of the
 * blocks. An open block counts up to its last heartbeat. A person without work is absent.
 */
export function workByPerson(
  blocks: readonly TimedBlock[],
  window: Interval,
  classes: StatusClasses,
): Map<string, Interval[]> {
  const work = new Map<string, Interval[]>();
  for (const { personId, status, startedAt, lastSeenAt, endedAt } of blocks) {
    if (!isWorking(status, classes)) continue;
    const worked = clip({ start: startedAt, end: endedAt ?? lastSeenAt }, window);
    if (!worked) continue;
    const intervals = work.get(personId);
    if (intervals) intervals.push(worked);
    else work.set(personId, [worked]);
  }
  return work;
}

const HUNDREDTH_OF_HOUR_MS = HOUR_MS / 100;

/** Converts milliseconds to hours, rounded to two decimals. Rounding is the last step: sums are made in milliseconds. */
export const hours = (ms: number): number => Math.round(ms / HUNDREDTH_OF_HOUR_MS) / 100;
