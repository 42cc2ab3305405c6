import type { EventRow } from "../events/event.ts";
import type { Cursor } from "../lib/cursor.ts";
import type { Interval } from "../lib/interval.ts";
import { localTime } from "../lib/time_zone.ts";
import type { ClassifiedBlock } from "../presence/blocks/work.ts";

/** A block or event of a day. `localTime` is its start on the wall clock of the person, with the offset. */
export type TimelineEntry = { localTime: string } & (
  | { type: "block"; block: ClassifiedBlock }
  | { type: "event"; event: EventRow }
);

/** Merges blocks and events into one list by time, ties by id. A block comes before an event of the same time. */
export function mergeByTime(
  blocks: readonly ClassifiedBlock[],
  events: readonly EventRow[],
  zone: string,
): TimelineEntry[] {
  const entries = [
    ...blocks.map((block) => ({ at: block.startedAt, id: block.id, type: "block" as const, block })),
    ...events.map((event) => ({ at: event.occurredAt, id: event.id, type: "event" as const, event })),
  ];
  return entries
    .sort((a, b) => a.at - b.at || compare(a.type, b.type) || compare(a.id, b.id))
    .map(({ at, id, ...entry }) => ({ ...entry, localTime: localTime(at, zone) }));
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Returns the position of an entry in the list. */
export const placeOf = (entry: TimelineEntry): Cursor =>
  entry.type === "block"
    ? { at: entry.block.startedAt, id: `block:${entry.block.id}` }
    : { at: entry.event.occurredAt, id: `event:${entry.event.id}` };

/** A position in a list of blocks, or of events. */
type Position = { at: number; id: string };

/** Where a page begins among the blocks and among the events: after these positions. */
export function positionsAfter({ at, id: place }: Position): { block: Position; event: Position } {
  const [type, id = ""] = place.split(":", 2);
  // An id is never as high as this, nor as low as an empty text.
  return type === "block"
    ? { block: { at, id }, event: { at, id: "" } }
    : { block: { at, id: "\uffff" }, event: { at, id } };
}

/** The longest page as JSON, in bytes: together with the rest of the answer less than 1 MiB. */
const MAX_PAGE_BYTES = 900_000;

/** Returns how many of the first `limit` entries a page holds: at least one, and no more than its bytes allow. */
export function pageSize(entries: readonly TimelineEntry[], limit: number): number {
  const encoder = new TextEncoder();
  let bytes = 0;
  const last = entries.slice(0, limit).findIndex((entry) => {
    bytes += encoder.encode(JSON.stringify(entry)).length;
    return bytes > MAX_PAGE_BYTES;
  });
  return last < 0 ? limit : Math.max(last, 1);
}

/** Leaves open blocks out of a day that has not begun: they have not reached it yet. */
export const withoutFuture = <Block extends { endedAt: number | null }>(
  blocks: readonly Block[],
  day: Interval,
  now: number,
): readonly Block[] => (day.start <= now ? blocks : blocks.filter(({ endedAt }) => endedAt !== null));
