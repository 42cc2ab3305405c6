import type { EventRow } from "../events/event.ts";
import type { Interval } from "../lib/interval.ts";
import { localTime } from "../lib/time_zone.ts";
import type { ClassifiedBlock } from "../presence/blocks/work.ts";

/** A block or event of a day. `localTime` is its start on the wall clock of the person, with the offset. */
export type TimelineEntry = { localTime: string } & (
  | { type: "block"; block: ClassifiedBlock }
  | { type: "event"; event: EventRow }
);

/** Merges blocks and events into one list by time. A block comes before an event of the same time. */
export function mergeByTime(
  blocks: readonly ClassifiedBlock[],
  events: readonly EventRow[],
  zone: string,
): TimelineEntry[] {
  const entries = [
    ...blocks.map((block) => ({ at: block.startedAt, type: "block" as const, block })),
    ...events.map((event) => ({ at: event.occurredAt, type: "event" as const, event })),
  ];
  // The sort is stable, so blocks stay before events.
  return entries.sort((a, b) => a.at - b.at).map(({ at, ...entry }) => ({ ...entry, localTime: localTime(at, zone) }));
}

/** Leaves open blocks out of a day that has not begun: they have not reached it yet. */
export const withoutFuture = <Block extends { endedAt: number | null }>(
  blocks: readonly Block[],
  day: Interval,
  now: number,
): readonly Block[] => (day.start <= now ? blocks : blocks.filter(({ endedAt }) => endedAt !== null));
