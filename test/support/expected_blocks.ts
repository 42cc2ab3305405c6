import type { RecordedBlock } from "./stream_steps.ts";

type Beat = { at: number; status: string };

const isSame = (a: Beat, b: Beat): boolean => a.status.trim().toLowerCase() === b.status.trim().toLowerCase();
const isOffline = ({ status }: Beat): boolean => status.trim().toLowerCase() === "offline";

/**
 * Computes the blocks of one stream after its last timeout, from all heartbeats, by the contract ("Presence -> blocks",
 * 1 to 5). It drops heartbeats that are older than an earlier one, keeps the last heartbeat of each time, and begins a
 * new block where the status changes or the gap is longer than the timeout.
 */
export function expectedBlocks(beats: readonly Beat[], timeoutMs: number): RecordedBlock[] {
  const accepted = beats.filter(({ at }, index) => beats.slice(0, index).every((earlier) => earlier.at <= at));
  const counted = accepted.filter(({ at }, index) => accepted[index + 1]?.at !== at);
  const blocks: RecordedBlock[] = [];
  for (let first = 0; first < counted.length; ) {
    const firstBeat = counted[first]!;
    let last = first;
    const follows = (index: number) =>
      counted[index] !== undefined && counted[index].at - counted[index - 1]!.at <= timeoutMs;
    while (follows(last + 1) && isSame(counted[last + 1]!, firstBeat)) last += 1;
    const end = follows(last + 1) ? counted[last + 1]! : counted[last]!;
    const block = { startedAt: firstBeat.at, lastSeenAt: counted[last]!.at, endedAt: end.at };
    if (!isOffline(firstBeat)) blocks.push({ id: String(first), status: firstBeat.status, ...block });
    first = last + 1;
  }
  return blocks;
}
