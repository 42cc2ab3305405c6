import { type Ask, send } from "./load.ts";
import type { Usage } from "./row.ts";

/** Sends a request to the metered Worker, or to a baseline with `?meter`, and returns its usage and its answer. */
export async function usageOf(ask: Ask): Promise<Usage & { body: string }> {
  const [answer, usage] = JSON.parse(await send(ask)) as [{ status: number; body: string } | null, Usage];
  if (answer && answer.status >= 300) throw new Error(`${ask.url} answered ${answer.status}: ${answer.body}`);
  return { ...usage, body: answer?.body ?? "" };
}
