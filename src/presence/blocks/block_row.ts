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

/** What may have changed of a block that was open when it was read. */
export type BlockState = OpenBlock & { endedAt?: number | null };

/** Returns blocks with the present state of those that were open when they were read. */
export function withLiveState<Row extends OpenBlock & { endedAt: number | null }>(
  blocks: Row[],
  states: readonly BlockState[],
): Row[] {
  const stateById = new Map(states.map((state) => [state.id, state]));
  return blocks.map((block) => {
    const state = block.endedAt === null ? stateById.get(block.id) : undefined;
    if (!state) return block;
    return { ...block, lastSeenAt: state.lastSeenAt, details: state.details, endedAt: state.endedAt ?? null };
  });
}
