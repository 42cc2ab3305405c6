import { type EndedBlock, openBlock, type Stream } from "../blocks/block.ts";

/** The state of one (identity, integration, source), as the object stores it. `n` is its number within the object. */
export type StoredStream = Stream & { n: number; identityId: string; integrationId: string; source: string };

/** A block as D1 must have it. Times are UTC milliseconds; `endedAt` is null while the block is open. */
export type BlockWrite = {
  id: string;
  identityId: string;
  integrationId: string;
  source: string;
  status: string;
  /** JSON text. */
  details: string | null;
  startedAt: number;
  lastSeenAt: number;
  endedAt: number | null;
};

/** Builds the row of a block of the stream that has ended. */
export const endedBlockWrite = (stream: StoredStream, block: EndedBlock): BlockWrite => blockWrite(stream, block);

/** Builds the row of the stream's open block; null where none is open. */
export function openBlockWrite(stream: StoredStream): BlockWrite | null {
  const block = openBlock(stream);
  return block && blockWrite(stream, { ...block, lastSeenAt: stream.lastAt, endedAt: null });
}

const blockWrite = (
  { identityId, integrationId, source }: StoredStream,
  { id, status, details, startedAt, lastSeenAt, endedAt }: Omit<BlockWrite, "identityId" | "integrationId" | "source">,
): BlockWrite => ({ id, identityId, integrationId, source, status, details, startedAt, lastSeenAt, endedAt });

/**
 * Builds the key of one source of one integration. An identity has at most one stream under it. The key is part of stored
 * directory entries, so its form must stay.
 */
export const sourceKey = ({ integrationId, source }: { integrationId: string; source: string }): string =>
  `${integrationId}|${source}`;
