import { fold } from "../../lib/text.ts";
import { isOffline } from "./status.ts";

/** A block that heartbeats may still extend. Times are UTC milliseconds throughout. */
export type Block = { id: string; status: string; details: string | null; startedAt: number };

/** A block at its end: `lastSeenAt` is its last heartbeat. */
export type EndedBlock = Block & { lastSeenAt: number; endedAt: number };

/**
 * All there is to know of one (identity, integration, source).
 * `lastAt` is its newest heartbeat, whatever it said; `seenAt` the end of the newest block that ended, as far as one did.
 * `expired` says that the block's timeout has passed: it counts as ended, but a beat that was only late still extends it,
 * so that blocks follow from the beats alone and not from when the alarm ran.
 */
export type Stream = { lastAt: number; seenAt: number | null; block: Block | null; expired: boolean };

export type Beat = { at: number; status: string; details: string | null };

/** `stale`: nothing moved at all. `same`: nothing but `lastAt` did. `detailed`: that, and the details. */
export type Outcome = { kind: "stale" | "same" | "detailed" | "changed"; stream: Stream; ended: EndedBlock | null };

/**
 * What one heartbeat does to a stream. `timeoutMs` is the longest gap that still extends a block, itself included;
 * `newId` gives the id of a block that opens.
 */
export function beat(stream: Stream | null, next: Beat, timeoutMs: number, newId: () => string): Outcome {
  if (!stream) return changed({ lastAt: next.at, seenAt: null, block: open(next, newId), expired: false }, null);
  const { block, lastAt } = stream;
  if (next.at < lastAt) return { kind: "stale", stream, ended: null };
  if (!block) {
    if (isOffline(next.status)) return { kind: "same", stream: { ...stream, lastAt: next.at }, ended: null };
    return changed({ ...stream, lastAt: next.at, block: open(next, newId) }, null);
  }
  if (next.at - lastAt > timeoutMs) {
    const ended = stream.expired ? null : endAt(stream, block, lastAt);
    return changed({ lastAt: next.at, seenAt: lastAt, block: open(next, newId), expired: false }, ended);
  }
  // Most say what they said before, to the letter.
  if (next.status === block.status || fold(next.status) === fold(block.status)) return extend(stream, block, next);
  // Two statuses in the very instant a block opened: the later one was meant, and no empty block is left behind.
  if (block.startedAt === next.at && !isOffline(next.status)) {
    return changed(
      { ...stream, block: { ...block, status: next.status, details: next.details }, expired: false },
      null,
    );
  }
  const moved = { lastAt: next.at, seenAt: next.at, block: open(next, newId), expired: false };
  return changed(moved, endAt(stream, block, next.at));
}

/** Ends the block of a stream whose timeout has passed at its last beat; null where there is nothing to end. */
export function expire(stream: Stream, timeoutMs: number, now: number): { stream: Stream; ended: EndedBlock } | null {
  const { block, lastAt } = stream;
  if (!block || stream.expired || now - lastAt <= timeoutMs) return null;
  return { stream: { ...stream, seenAt: lastAt, expired: true }, ended: endAt(stream, block, lastAt) };
}

/** The block a viewer sees as open. */
export const openBlock = (stream: Stream): Block | null => (stream.expired ? null : stream.block);

/** When the person was last there, by this stream; null if never. */
export const lastSeenAt = (stream: Stream): number | null => (openBlock(stream) ? stream.lastAt : stream.seenAt);

const open = (next: Beat, newId: () => string): Block | null =>
  isOffline(next.status) ? null : { id: newId(), status: next.status, details: next.details, startedAt: next.at };

function extend(stream: Stream, block: Block, next: Beat): Outcome {
  const details = next.details ?? block.details;
  const isSame = details === block.details;
  const extended = { ...stream, lastAt: next.at, block: isSame ? block : { ...block, details }, expired: false };
  if (stream.expired) return changed(extended, null);
  return { kind: isSame ? "same" : "detailed", stream: extended, ended: null };
}

const endAt = (stream: Stream, block: Block, endedAt: number): EndedBlock => ({
  ...block,
  lastSeenAt: stream.lastAt,
  endedAt,
});

const changed = (stream: Stream, ended: EndedBlock | null): Outcome => ({ kind: "changed", stream, ended });
