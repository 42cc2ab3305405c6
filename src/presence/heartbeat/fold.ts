import { beat } from "../blocks/block.ts";
import { type BlockWrite, endedBlockWrite, openBlockWrite, type StoredStream } from "../object/stored_stream.ts";
import type { Heartbeat, HeartbeatUser } from "./heartbeat.ts";

/** The state of the object that the fold reads. */
export type FoldState = {
  /** The streams of the heartbeat's source, by identity. */
  streams: ReadonlyMap<string, StoredStream>;
  /** The number of the next new stream. */
  nextNumber: number;
  /** Returns the identity of a user's identifier. */
  identityOf: (identifier: string) => string;
  /** Whether the team stores details. */
  storesDetails: boolean;
  /** Makes the id of a new block. */
  newId: () => string;
};

/** What a heartbeat changes. Nothing is stored yet. */
export type FoldResult = {
  /** Streams that must be stored anew. */
  changed: StoredStream[];
  /** Streams of which only the time of the last heartbeat changed. */
  seen: StoredStream[];
  /** Blocks to write to D1: those that ended, and those that opened or reopened. */
  outbox: BlockWrite[];
  /** The users without those whose stream already has a newer heartbeat. */
  accepted: HeartbeatUser[];
  /** Whether a block opened, ended, reopened or changed its status: only then can viewers see a difference. */
  isVisible: boolean;
};

/** Computes what a heartbeat of `users` changes: each user is one beat of one stream (see `beat`). */
export function foldHeartbeat(
  { integrationId, timeoutMs, source, at }: Omit<Heartbeat, "users">,
  users: readonly HeartbeatUser[],
  { streams, nextNumber, identityOf, storesDetails, newId }: FoldState,
): FoldResult {
  const result: FoldResult = { changed: [], seen: [], outbox: [], accepted: [], isVisible: false };
  let number = nextNumber;
  for (const user of users) {
    const identityId = identityOf(user.identifier);
    const before = streams.get(identityId) ?? null;
    const details = storesDetails ? user.details : null;
    const outcome = beat(before, { at, status: user.status, details }, timeoutMs, newId);
    if (outcome.kind === "stale") continue;
    result.accepted.push(user);
    if (outcome.kind === "same" && before) {
      if (before.lastAt !== at) result.seen.push(before);
      continue;
    }
    const stream = { ...outcome.stream, identityId, integrationId, source, n: before?.n ?? number++ };
    result.changed.push(stream);
    // New details alone wait for the next checkpoint: some tools send new ones with every heartbeat.
    if (outcome.kind === "detailed") continue;
    result.isVisible = true;
    if (outcome.ended) result.outbox.push(endedBlockWrite(stream, outcome.ended));
    const open = openBlockWrite(stream);
    if (open) result.outbox.push(open);
  }
  return result;
}
