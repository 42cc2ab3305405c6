/**
 * A stored block and its person. Times are UTC milliseconds, `details` is JSON text. While the block is open, `endedAt` is
 * null, and `lastSeenAt` and `details` are as of the last checkpoint.
 */
export type BlockRow = {
  id: string;
  personId: string;
  identifier: string;
  integrationId: string;
  source: string;
  status: string;
  details: string | null;
  startedAt: number;
  lastSeenAt: number;
  endedAt: number | null;
};

/** A time in which tools reported a person with a status that means leave: its first and last heartbeat, UTC milliseconds. */
export type Leave = { personId: string; firstSeenAt: number; lastSeenAt: number };

/** The present state of an open block, as the team's object has it. */
export type OpenBlock = { id: string; lastSeenAt: number; details: string | null };

/** Returns blocks with the present state of those that are open. */
export function withLiveState<Row extends OpenBlock & { endedAt: number | null }>(
  blocks: Row[],
  open: readonly OpenBlock[],
): Row[] {
  const openById = new Map(open.map((block) => [block.id, block]));
  return blocks.map((block) => {
    const live = block.endedAt === null ? openById.get(block.id) : undefined;
    return live ? { ...block, lastSeenAt: live.lastSeenAt, details: live.details } : block;
  });
}
