import type { RecordedBlock } from "./stream_steps.ts";

type Beat = { at: number; status: string };

const isSame = (a: Beat, b: Beat): boolean => a.status.trim().toLowerCase() === b.status.trim().toLowerCase();
const isOffline = ({ status }: Beat): boolean => status.trim().toLowerCase() === "offline";

/**
 * The blocks of one stream once everything is over, computed with hindsight straight from the contract ("Presence ->
 * blocks", 1 to 5): first drop what came too late, then of each moment take what was said last, then cut wherever the
 * status changes or the gap is too long.
 */
export function expectedBlocks(beats: readonly Beat[], timeoutMs: number): RecordedBlock[] {
  const accepted = beats.filter(({ at }, index) => beats.slice(0, index).every((earlier) => earlier.at <= at));
  const said = accepted.filter(({ at }, index) => accepted[index + 1]?.at !== at);
  const blocks: RecordedBlock[] = [];
  for (let first = 0; first < said.length; ) {
    const opening = said[first]!;
    let last = first;
    const follows = (index: number) => said[index] !== undefined && said[index].at - said[index - 1]!.at <= timeoutMs;
    while (follows(last + 1) && isSame(said[last + 1]!, opening)) last += 1;
    const end = follows(last + 1) ? said[last + 1]! : said[last]!;
    const block = { startedAt: opening.at, lastSeenAt: said[last]!.at, endedAt: end.at };
    if (!isOffline(opening)) blocks.push({ id: String(first), status: opening.status, ...block });
    first = last + 1;
  }
  return blocks;
}
