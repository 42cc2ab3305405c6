import { beat, expire, type Outcome, openBlock, type Stream } from "../../src/presence/blocks/block.ts";

/** A moment of a stream's life: a heartbeat, or, with no status, the clock alone reaching a time. */
export type Step = { at: number; status?: string; details?: string | null };

/** A block as D1 would have it. */
export type RecordedBlock = {
  id: string;
  status: string;
  startedAt: number;
  lastSeenAt: number;
  endedAt: number | null;
};

/** Lives through the steps, and gives the stream and every block that was ever told of, as last told. */
export function runSteps(
  steps: readonly Step[],
  timeoutMs: number,
): { stream: Stream | null; blocks: RecordedBlock[] } {
  const blocks = new Map<string, RecordedBlock>();
  let stream: Stream | null = null;
  let ids = 0;
  const newId = () => `b${++ids}`;
  for (const step of steps) {
    const outcome: Pick<Outcome, "stream" | "ended"> | null = live(stream, step, timeoutMs, newId);
    if (!outcome) continue;
    stream = outcome.stream;
    if (outcome.ended) blocks.set(outcome.ended.id, outcome.ended);
    const open = openBlock(outcome.stream);
    if (open) blocks.set(open.id, { ...open, lastSeenAt: outcome.stream.lastAt, endedAt: null });
  }
  return { stream, blocks: [...blocks.values()] };
}

function live(stream: Stream | null, { at, status, details = null }: Step, timeoutMs: number, newId: () => string) {
  if (status !== undefined) return beat(stream, { at, status, details }, timeoutMs, newId);
  return stream && expire(stream, timeoutMs, at);
}

/** Beats and clock ticks in words, "0 online, 5 away, 20": a time without a status is the clock alone. */
export const parseSteps = (text: string): Step[] =>
  text.split(",").map((step) => {
    const [at = "", ...status] = step.trim().split(" ");
    return { at: Number(at), ...(status.length > 0 && { status: status.join(" ") }) };
  });

/** Blocks in words: "online 0-5", or "online 0-5..." while open, where 5 is the last heartbeat. */
export const inWords = (blocks: readonly RecordedBlock[]): string =>
  blocks.map((b) => `${b.status} ${b.startedAt}-${b.endedAt ?? `${b.lastSeenAt}...`}`).join(", ");
