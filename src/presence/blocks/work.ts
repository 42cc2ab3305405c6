import { clip, type Interval } from "../../lib/interval.ts";
import { isWorking, type StatusClasses } from "./status.ts";

/** What working time is made of: any stretch in which somebody held a status. */
export type Held = { personId: string; status: string; startedAt: number; lastSeenAt: number; endedAt: number | null };

/** What D1 only learns of an open block at checkpoints. */
export type OpenBlock = { id: string; lastSeenAt: number; details: string | null };

/** Blocks as D1 has them, with what the team's object knows better of those still open. */
export function withNews<B extends OpenBlock & { endedAt: number | null }>(blocks: B[], open: OpenBlock[]): B[] {
  const news = new Map(open.map((block) => [block.id, block]));
  return blocks.map((block) => {
    const known = block.endedAt === null ? news.get(block.id) : undefined;
    return known ? { ...block, lastSeenAt: known.lastSeenAt, details: known.details } : block;
  });
}

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
