import { beat, expire, type Outcome, openBlock, type Stream } from "../../src/presence/blocks/block.ts";

/** A step of a stream: a heartbeat, or, without a status, only a time that the clock reaches. */
export type Step = { at: number; status?: string; details?: string | null };

/** A block with the fields that D1 stores. */
export type RecordedBlock = {
  id: string;
  status: string;
  startedAt: number;
  lastSeenAt: number;
  endedAt: number | null;
};

/** Runs the steps. Returns the stream, and the last version of every block. */
export function runSteps(
  steps: readonly Step[],
  timeoutMs: number,
): { stream: Stream | null; blocks: RecordedBlock[] } {
  const blocks = new Map<string, RecordedBlock>();
  let stream: Stream | null = null;
  let ids = 0;
  const newId = () => `b${++ids}`;
  for (const step of steps) {
    const outcome: Pick<Outcome, "stream" | "ended"> | null = runStep(stream, step, timeoutMs, newId);
    if (!outcome) continue;
    stream = outcome.stream;
    if (outcome.ended) blocks.set(outcome.ended.id, outcome.ended);
    const open = openBlock(outcome.stream);
    if (open) blocks.set(open.id, { ...open, lastSeenAt: outcome.stream.lastAt, endedAt: null });
  }
  return { stream, blocks: [...blocks.values()] };
}

function runStep(stream: Stream | null, { at, status, details = null }: Step, timeoutMs: number, newId: () => string) {
  if (status !== undefined) return beat(stream, { at, status, details }, timeoutMs, newId);
  return stream && expire(stream, timeoutMs, at);
}

/** Parses steps such as "0 online, 5 away, 20". A time without a status is a step of the clock alone. */
export const parseSteps = (text: string): Step[] =>
  text.split(",").map((step) => {
    const [at = "", ...status] = step.trim().split(" ");
    return { at: Number(at), ...(status.length > 0 && { status: status.join(" ") }) };
  });

/** Writes blocks as text: "online 0-5", or "online 0-5..." if open, where 5 is the last heartbeat. */
export const inWords = (blocks: readonly RecordedBlock[]): string =>
  blocks.map((b) => `${b.status} ${b.startedAt}-${b.endedAt ?? `${b.lastSeenAt}...`}`).join(", ");
