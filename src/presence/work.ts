import { clip, type Interval } from "../lib/interval.ts";
import { isWorking, type StatusClasses } from "./status.ts";

/** What working time is made of: any stretch in which somebody held a status. */
export type Held = { personId: string; status: string; startedAt: number; lastSeenAt: number; endedAt: number | null };

/** The last heartbeats of open blocks, which are newer than what D1 has, by block. */
export const withLastSeen = <B extends { id: string; lastSeenAt: number; endedAt: number | null }>(
  blocks: B[],
  open: { id: string; lastSeenAt: number }[],
): B[] => {
  const lastSeen = new Map(open.map(({ id, lastSeenAt }) => [id, lastSeenAt]));
  return blocks.map((block) =>
    block.endedAt === null ? { ...block, lastSeenAt: lastSeen.get(block.id) ?? block.lastSeenAt } : block,
  );
};

/** When each person worked inside the window, by the team's classes; an open block counts up to its last heartbeat. */
export function workByPerson(blocks: Held[], window: Interval, classes: StatusClasses): Map<string, Interval[]> {
  const work = new Map<string, Interval[]>();
  for (const { personId, status, startedAt, lastSeenAt, endedAt } of blocks) {
    const part = isWorking(status, classes) ? clip({ start: startedAt, end: endedAt ?? lastSeenAt }, window) : null;
    if (!part) continue;
    const intervals = work.get(personId);
    if (intervals) intervals.push(part);
    else work.set(personId, [part]);
  }
  return work;
}

/** Milliseconds as hours, rounded once, to two decimals. */
export const hours = (ms: number): number => Math.round(ms / 36_000) / 100;
