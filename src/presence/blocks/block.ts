import { fold } from "../../lib/text.ts";
import { isOffline } from "./status.ts";

/** An open block, which heartbeats may still extend. All times in this file are UTC milliseconds. */
export type Block = { id: string; status: string; details: string | null; startedAt: number };

/** A block that has ended. `lastSeenAt` is its last heartbeat. */
export type EndedBlock = Block & { lastSeenAt: number; endedAt: number };

/**
 * The state of one (identity, integration, source).
 * `lastAt`: the newest heartbeat, with any status.
 * `seenAt`: the end of the newest block that ended; null before the first one.
 * `expired`: whether the timeout of `block` has passed. The block then counts as ended, but is kept, because a heartbeat
 * that only arrived late still extends it. So blocks depend on the heartbeats alone, and not on when the alarm ran.
 */
export type Stream = { lastAt: number; seenAt: number | null; block: Block | null; expired: boolean };

/** A heartbeat of one stream. `details` is JSON text. */
export type Beat = { at: number; status: string; details: string | null };

/**
 * What a heartbeat did to a stream. `stale`: nothing, it is older than the newest one. `same`: it moved only `lastAt`.
 * `detailed`: it moved `lastAt` and changed the details. `changed`: a block opened, ended or has another status.
 */
export type Outcome = { kind: "stale" | "same" | "detailed" | "changed"; stream: Stream; ended: EndedBlock | null };

/**
 * Applies one heartbeat to a stream, null before the first one, and returns the new stream and the block that ended, if
 * one did. `timeoutMs` is the longest gap, inclusive, that extends a block. `newId` makes the id of a block that opens.
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
  // Most statuses are spelled as before: the first comparison saves the cost of folding.
  if (next.status === block.status || fold(next.status) === fold(block.status)) return extend(stream, block, next);
  // Two statuses at the instant at which a block opened: the later one replaces the first, and leaves no empty block.
  if (block.startedAt === next.at && !isOffline(next.status)) {
    return changed(
      { ...stream, block: { ...block, status: next.status, details: next.details }, expired: false },
      null,
    );
  }
  const switched = { lastAt: next.at, seenAt: next.at, block: open(next, newId), expired: false };
  return changed(switched, endAt(stream, block, next.at));
}

/** Ends an open block at its last heartbeat if its timeout has passed; returns null otherwise. */
export function expire(stream: Stream, timeoutMs: number, now: number): { stream: Stream; ended: EndedBlock } | null {
  const { block, lastAt } = stream;
  if (!block || stream.expired || now - lastAt <= timeoutMs) return null;
  return { stream: { ...stream, seenAt: lastAt, expired: true }, ended: endAt(stream, block, lastAt) };
}

/** Returns the block that is open to readers; null where there is none, or where it has expired. */
export const openBlock = (stream: Stream): Block | null => (stream.expired ? null : stream.block);

/** Returns when the person was last present by this stream; null where they never were. */
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
